/** The version that our Hello names: the package's. Read once, when the connections start. */
import { readFileSync } from 'node:fs';

export function clientVersion(): string {
  // The same three steps up from src/ and from dist/.
  const file = new URL('../../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return `v${version}`;
}
