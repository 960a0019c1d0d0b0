/** How many directories a tree has that would be watched: for telling the user what a limit must be. */
import { type NameFilter } from './name-filter.js';
import { entriesOf } from './tree-disk.js';

/** Yields now and then; returns the number, the root included. */
export function* countDirectories(root: string, filter: NameFilter): Generator<void, number> {
  const left = [{ path: root, name: '' }];
  let count = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    count += 1;
    for (const entry of entriesOf(next.path)) {
      const name = next.name === '' ? entry.name : `${next.name}/${entry.name}`;
      const mount = filter.mountPath(name);
      if (!entry.isDirectory() && mount === undefined) continue;
      if (filter.verdict(name) === 'skip') continue;
      left.push({ name, path: mount ?? `${next.path}/${entry.name}` });
    }
    yield;
  }
  return count;
}
