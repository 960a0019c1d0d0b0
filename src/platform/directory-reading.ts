/** Reads a directory at a path that is safe to use. */
import * as fs from 'node:fs/promises';

/** Reads no further than to the first name that counts. */
export async function isEmptyAt(
  path: string,
  countsForNothing: (name: string) => boolean,
): Promise<boolean> {
  for await (const { name } of await fs.opendir(`${path}/.`)) {
    if (!countsForNothing(name)) return false;
  }
  return true;
}
