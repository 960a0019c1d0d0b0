/** File infos for tests: short to write, complete, and consistent. */
import { createHash } from 'node:crypto';
import { blockSizeFor } from '../../src/domain/block.js';
import { type FileInfo, type LocalFileInfo } from '../../src/domain/file-info.js';

const NO_BYTES = new Uint8Array(0);

const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

/** The block hashes of content, joined. */
export function hashesOf(content: Uint8Array, blockSize = blockSizeFor(content.length)): Buffer {
  const hashes: Buffer[] = [];
  for (let offset = 0; offset === 0 || offset < content.length; offset += blockSize) {
    hashes.push(sha256(content.subarray(offset, offset + blockSize)));
  }
  return Buffer.concat(hashes);
}

/** A file with the content, its version {1: 1} unless given. */
export function fileInfo(
  name: string,
  content: string | Uint8Array,
  rest: Partial<FileInfo> = {},
): FileInfo {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const blockSize = blockSizeFor(bytes.length);
  const blockHashes = hashesOf(bytes, blockSize);
  return {
    name,
    type: 'file',
    size: bytes.length,
    modifiedS: 1_700_000_000,
    modifiedNs: 0,
    modifiedBy: 1n,
    version: [{ id: 1n, value: 1n }],
    sequence: 1,
    permissions: 0o644,
    noPermissions: false,
    deleted: false,
    invalid: false,
    blockSize,
    blockHashes,
    blocksHash: sha256(blockHashes),
    symlinkTarget: '',
    platform: null,
    localFlags: 0,
    ...rest,
  };
}

export function directoryInfo(name: string, rest: Partial<FileInfo> = {}): FileInfo {
  return {
    ...fileInfo(name, ''),
    type: 'directory',
    permissions: 0o755,
    blockSize: 0,
    blockHashes: NO_BYTES,
    blocksHash: NO_BYTES,
    ...rest,
  };
}

/** A delete of the name with the version given in `rest`. */
export function deletedInfo(name: string, rest: Partial<FileInfo> = {}): FileInfo {
  return {
    ...fileInfo(name, ''),
    deleted: true,
    blockSize: 0,
    blockHashes: NO_BYTES,
    blocksHash: NO_BYTES,
    ...rest,
  };
}

/** As our index keeps it, found on disk with the announced time. */
export function local(file: FileInfo): LocalFileInfo {
  return { ...file, diskModifiedS: file.modifiedS, diskModifiedNs: file.modifiedNs };
}
