/** The version of the program. */
import { readFileSync } from 'node:fs';

let version: string | undefined;

/** From package.json, which lies two steps above src/platform, dist/platform and the bundle in dist/program. */
export function packageVersion(): string {
  version ??= read();
  return version;
}

function read(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
