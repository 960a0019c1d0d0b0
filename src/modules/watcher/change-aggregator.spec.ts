/** When what changed is scanned, with time in the test's hand. */
import fc from 'fast-check';
import { ChangeAggregator } from './change-aggregator.js';
import { type PathChange } from './watcher.js';

const DELAY_MS = 300;

/** Adds changes at their times and takes when it says so; what was taken, with the time of it. */
function run(
  changes: readonly (PathChange & { atMs: number })[],
  options: { delayMs: number; pauseMaxMs?: number } = { delayMs: DELAY_MS },
): { atMs: number; names: string[] }[] {
  const aggregator = new ChangeAggregator(options);
  const taken: { atMs: number; names: string[] }[] = [];
  const takeUntil = (endMs: number): void => {
    for (;;) {
      const nextMs = aggregator.nextMs();
      if (nextMs === undefined || nextMs > endMs) return;
      const names = aggregator.take(nextMs).map(({ name }) => name);
      expect(names).not.toEqual([]);
      taken.push({ atMs: nextMs, names });
    }
  };
  for (const { atMs, ...change } of changes) {
    takeUntil(atMs);
    aggregator.add(change, atMs);
  }
  takeUntil(Infinity);
  expect(aggregator.size).toBe(0);
  return taken;
}

const item = (name: string, atMs: number): PathChange & { atMs: number } => ({
  ...{ name, kind: 'item', atMs },
});
const gone = (name: string, atMs: number): PathChange & { atMs: number } => ({
  ...{ name, kind: 'gone', atMs },
});

describe('a change', () => {
  it('of a quiet path is scanned after the delay', () => {
    expect(run([item('a', 1000)])).toEqual([{ atMs: 1300, names: ['a'] }]);
  });

  it('that comes in pieces is scanned once, after the last of them', () => {
    const saves = [0, 50, 100, 150].map((atMs) => item('a', atMs));
    expect(run(saves)).toEqual([{ atMs: 450, names: ['a'] }]);
  });

  it('is scanned with those that come at about the same time', () => {
    const taken = run([item('a', 0), item('b', 10), item('c', 20), item('d', 2000)]);
    expect(taken.map(({ names }) => names)).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('of a path that is saved every 100 ms for a minute is scanned a few times, and in the end', () => {
    const saves = Array.from({ length: 600 }, (_, i) => item('busy', i * 100));
    const taken = run(saves);
    expect(taken.length).toBeLessThan(16);
    expect(taken[0].atMs).toBeLessThanOrEqual(1300);
    const last = taken.at(-1)!.atMs;
    expect(last).toBeGreaterThanOrEqual(59_900 + DELAY_MS);
    expect(last).toBeLessThanOrEqual(59_900 + 10_000);
  });

  it('of a quiet path beside a busy one does not wait for that', () => {
    const saves = Array.from({ length: 100 }, (_, i) => item('busy', i * 100));
    saves.splice(60, 0, item('quiet', 5950));
    const found = run(saves).find(({ names }) => names.includes('quiet'));
    expect(found!.atMs).toBeLessThanOrEqual(5950 + DELAY_MS + 100);
  });

  it('of a path that was busy long ago is scanned as that of any other', () => {
    const saves = Array.from({ length: 100 }, (_, i) => item('a', i * 100));
    const taken = run([...saves, item('a', 500_000)]);
    expect(taken.at(-1)).toEqual({ atMs: 500_300, names: ['a'] });
  });

  it('waits as long as a stated delay and timeout say', () => {
    const saves = Array.from({ length: 200 }, (_, i) => item('a', i * 100));
    const taken = run(saves, { delayMs: 1000, pauseMaxMs: 2000 });
    expect(taken[0].atMs).toBe(4000);
    const pauses = taken.slice(1).map(({ atMs }, i) => atMs - taken[i].atMs);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(4100);
    expect(run([item('b', 0)], { delayMs: 10_000 })).toEqual([{ atMs: 10_000, names: ['b'] }]);
  });
});

describe('what is gone', () => {
  it('is held longer than a change', () => {
    expect(run([gone('a', 0)])).toEqual([{ atMs: 900, names: ['a'] }]);
  });

  it('comes with its new name, so that a move is seen as one', () => {
    expect(run([gone('a', 0), item('b', 1)])).toEqual([{ atMs: 301, names: ['a', 'b'] }]);
    expect(run([item('b', 0), gone('a', 0)])).toEqual([{ atMs: 300, names: ['b', 'a'] }]);
  });
});

describe('whatever happens', () => {
  it('every changed path is scanned after its last change, within a bound', () => {
    const event = fc.record({
      name: fc.constantFrom('a', 'b', 'd/a', 'd/b'),
      kind: fc.constantFrom('item', 'gone', 'tree'),
      atMs: fc.nat(20_000),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const changes = (events as (PathChange & { atMs: number })[]).toSorted(
          (a, b) => a.atMs - b.atMs,
        );
        const taken = run(changes);
        for (const { name, atMs } of changes) {
          const scan = taken.find((each) => each.atMs > atMs && each.names.includes(name));
          expect(scan).toBeDefined();
          expect(scan!.atMs - atMs).toBeLessThanOrEqual(20_000);
        }
      }),
    );
  });
});
