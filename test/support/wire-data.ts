/** The golden frames in testdata/wire: hex, with comment lines that begin with `#`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../testdata/wire');

/** Bytes of one file, by its name without `.hex`. */
export function wireData(name: string): Buffer {
  const lines = readFileSync(join(FOLDER, `${name}.hex`), 'utf8').split('\n');
  return Buffer.from(lines.filter((line) => !line.startsWith('#')).join(''), 'hex');
}

/** Names of all files but Hello, which has no frame. */
export function frameNames(): string[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.hex'));
  return names.map((name) => name.slice(0, -'.hex'.length)).filter((name) => name !== 'hello');
}
