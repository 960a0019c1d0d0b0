/** Waiting paths stay covered and bounded, whatever is added. */
import fc from 'fast-check';
import { isBelow } from '../../domain/tree-order.js';
import { PATHS_IN_DIRECTORY_MAX, PATHS_MAX, PendingPaths } from './pending-paths.js';
import { type PathChange } from './watcher.js';

const component = fc.constantFrom('a', 'b', 'c', 'd');
const name = fc
  .array(component, { minLength: 0, maxLength: 4 })
  .map((components) => components.join('/'));
const change = fc.record({ name, kind: fc.constantFrom('item', 'gone', 'tree') });

describe('waiting paths', () => {
  it('stay covered by themselves or by a tree above them, each once', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const paths = new PendingPaths();
        changes.forEach((each, at) => paths.add(each as PathChange, at));
        const size = paths.size;
        const taken = paths.takeAll();
        expect(taken).toHaveLength(size);
        expect(new Set(taken.map((each) => each.name)).size).toBe(size);
        for (const added of changes) {
          const cover = taken.filter((each) =>
            each.kind === 'tree' ? isBelow(added.name, each.name) : each.name === added.name,
          );
          expect(cover).toHaveLength(1);
          if (added.kind === 'tree') expect(cover[0].kind).toBe('tree');
        }
        expect(paths.size).toBe(0);
      }),
    );
  });

  it('remember the first and the last change', () => {
    const paths = new PendingPaths();
    for (const at of [5, 7, 12]) paths.add({ name: 'a/b', kind: 'item' }, at);
    expect(paths.get('a/b')).toEqual({ kind: 'item', firstMs: 5, lastMs: 12 });
  });

  it.each([
    ['item', 'gone', 'gone'],
    ['item', 'tree', 'tree'],
    ['tree', 'gone', 'tree'],
    // A directory that was removed and made again has lost what was in it.
    ['gone', 'item', 'tree'],
  ] as const)('that were %s and then %s are %s', (first, second, result) => {
    const paths = new PendingPaths();
    paths.add({ name: 'a', kind: first }, 1);
    paths.add({ name: 'a', kind: second }, 2);
    expect(paths.get('a')?.kind).toBe(result);
  });

  it('become their directory when they are too many in it, and the others stay', () => {
    const paths = new PendingPaths();
    paths.add({ name: 'other/file', kind: 'item' }, 0);
    for (let i = 0; i <= PATHS_IN_DIRECTORY_MAX; i += 1) {
      paths.add({ name: `full/${i}`, kind: 'item' }, i);
    }
    expect(paths.takeAll()).toEqual([
      { name: 'other/file', kind: 'item' },
      { name: 'full', kind: 'tree' },
    ]);
  });

  it('become the new directory that they are all in, when they are too many', () => {
    const paths = new PendingPaths();
    paths.add({ name: 'moved', kind: 'item' }, 0);
    for (let i = 0; i <= PATHS_MAX; i += 1) {
      paths.add({ name: `moved/${i % 100}/${i}`, kind: 'item' }, i);
    }
    expect(paths.takeAll()).toEqual([{ name: 'moved', kind: 'tree' }]);
  });

  it('become the whole folder when they are too many everywhere', () => {
    const paths = new PendingPaths();
    let most = 0;
    for (let i = 0; i < 3 * PATHS_MAX; i += 1) {
      paths.add({ name: `${i}/file`, kind: 'item' }, i);
      most = Math.max(most, paths.size);
    }
    expect(most).toBeLessThanOrEqual(PATHS_MAX);
    expect(paths.takeAll()).toEqual([{ name: '', kind: 'tree' }]);
  });
});
