/**
 * A script with its compiled form in a file beside it: V8 then compiles nothing that was compiled when that file was made.
 * V8 itself tells a script from another by its length only, and reads a damaged file as it is: hence the sums.
 */
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

const SUM_BYTES = 4;

/** `hasCache`: the file was there, and V8 took it: it was made by the same V8 with the same flags. */
export interface CachedScript {
  readonly script: Script;
  readonly hasCache: boolean;
}

/** The text is Latin-1, which V8 keeps as it is read. Throws the system's error when there is no script. */
export function compileCached(path: string): CachedScript {
  const text = readFileSync(path);
  const cachedData = cacheFor(text, path);
  const script = new Script(text.toString('latin1'), { filename: path, cachedData });
  return { script, hasCache: cachedData !== undefined && script.cachedDataRejected === false };
}

/** What belongs into the file beside the script. Functions that have not run yet are not in it. */
export function cacheOf(script: Script, path: string): Buffer {
  const data = script.createCachedData();
  const sums = Buffer.alloc(2 * SUM_BYTES);
  sums.writeUInt32LE(crc32(readFileSync(path)));
  sums.writeUInt32LE(crc32(data), SUM_BYTES);
  return Buffer.concat([sums, data]);
}

export function cachePath(path: string): string {
  return path.replace(/\.\w+$/, '.cache');
}

function cacheFor(text: Buffer, path: string): Buffer | undefined {
  let file: Buffer;
  try {
    file = readFileSync(cachePath(path));
  } catch {
    return undefined;
  }
  if (file.length <= 2 * SUM_BYTES) return undefined;
  const data = file.subarray(2 * SUM_BYTES);
  const isWhole =
    file.readUInt32LE() === crc32(text) && file.readUInt32LE(SUM_BYTES) === crc32(data);
  return isWhole ? data : undefined;
}
