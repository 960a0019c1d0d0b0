/** The plan of a scan: each pair of what is found and what is recorded, and whole folders against a naive comparison. */
import fc from 'fast-check';
import { LocalFlag, type LocalSummary } from '../../domain/file-info.js';
import { withOwnership } from '../../domain/platform-data.js';
import { compareTreeOrder, isBelow } from '../../domain/tree-order.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { decide, planStep, type PlanPage, type ScanDecision } from './scan-plan.js';
import { type WalkEntry, type WalkedItem } from './walker.js';

const STAT: ItemStat = {
  type: 'file',
  size: 10,
  permissions: 0o644,
  modifiedS: 1000,
  modifiedNs: 5000,
  changedNs: 1n,
  device: 1n,
  inode: 1n,
};

function item(name: string, stat: Partial<ItemStat> = {}, symlinkTarget = ''): WalkedItem {
  return { kind: 'item', name, stat: { ...STAT, ...stat }, symlinkTarget };
}

function problem(name: string): WalkEntry {
  return { kind: 'problem', name, problem: { name, code: 'io', message: '' } };
}

function row(name: string, other: Partial<LocalSummary> = {}): LocalSummary {
  return {
    name,
    type: 'file',
    size: 10,
    diskModifiedS: 1000,
    diskModifiedNs: 5000,
    permissions: 0o644,
    noPermissions: false,
    deleted: false,
    localFlags: 0,
    blockSize: 131072,
    symlinkTarget: '',
    ...other,
  };
}

const directory = { type: 'directory' } as const;
const link = { type: 'symlink', noPermissions: true, symlinkTarget: 'target' } as const;
const perms = { ignorePerms: false, isIgnored: () => false };

describe('what one name needs', () => {
  const cases: [string, WalkedItem | undefined, LocalSummary | undefined, string][] = [
    ['a new file is hashed', item('f'), undefined, 'hash'],
    ['a new directory is told', item('f', directory), undefined, 'metadata'],
    ['a file as recorded is unchanged', item('f'), row('f'), 'nothing'],
    ['another size is hashed', item('f', { size: 11 }), row('f'), 'hash'],
    ['another second is hashed', item('f', { modifiedS: 999 }), row('f'), 'hash'],
    ['another nanosecond is hashed', item('f', { modifiedNs: 5001 }), row('f'), 'hash'],
    ['other permissions are told', item('f', { permissions: 0o755 }), row('f'), 'metadata'],
    ['only rwx bits count', item('f', { permissions: 0o4644 }), row('f'), 'nothing'],
    [
      'permissions without meaning do not count',
      item('f', { permissions: 0o755 }),
      row('f', { noPermissions: true }),
      'nothing',
    ],
    ['a file to be rescanned is hashed', item('f'), row('f', { localFlags: 4 }), 'hash'],
    ['a deleted file that is back is hashed', item('f'), row('f', { deleted: true }), 'hash'],
    [
      'an ignored file that is not any more is hashed',
      item('f'),
      row('f', { localFlags: 2 }),
      'hash',
    ],
    [
      'what was changed while the folder was receive-only is hashed',
      item('f'),
      row('f', { localFlags: LocalFlag.receiveOnly }),
      'hash',
    ],
    [
      'what was deleted while the folder was receive-only is gone',
      undefined,
      row('f', { deleted: true, localFlags: LocalFlag.receiveOnly }),
      'gone',
    ],
    ['a directory in place of a file is told', item('f', directory), row('f'), 'metadata'],
    ['a file in place of a directory is hashed', item('f'), row('f', directory), 'hash'],
    [
      'the time of a directory does not count',
      item('f', { ...directory, modifiedS: 1 }),
      row('f', directory),
      'nothing',
    ],
    [
      'a link as recorded is unchanged',
      item('f', { type: 'symlink' }, 'target'),
      row('f', link),
      'nothing',
    ],
    [
      'a link elsewhere is told',
      item('f', { type: 'symlink' }, 'other'),
      row('f', link),
      'metadata',
    ],
    ['a missing file is gone', undefined, row('f'), 'gone'],
    ['a fifo in place of a file counts as gone', item('f', { type: 'other' }), row('f'), 'gone'],
    ['a deleted file stays deleted', undefined, row('f', { deleted: true }), 'nothing'],
    [
      'an unsupported item was never there',
      undefined,
      row('f', { localFlags: LocalFlag.unsupported }),
      'nothing',
    ],
  ];

  it.each(cases)('%s', (_, found, recorded, expected) => {
    expect(decide(found, recorded, perms)?.kind ?? 'nothing').toBe(expected);
  });

  it.each([
    ['that others had is told, whatever lies there', row('f'), 'ignored'],
    [
      'that was deleted is told too, so that it comes back one day',
      row('f', { deleted: true }),
      'ignored',
    ],
    [
      'that is known as such is nothing new',
      row('f', { localFlags: LocalFlag.ignored }),
      'nothing',
    ],
    ['that nobody knows is nothing', undefined, 'nothing'],
  ])('an ignored item %s', (_, recorded, expected) => {
    const ignoring = { ...perms, isIgnored: () => true };
    expect(decide(undefined, recorded, ignoring)?.kind ?? 'nothing').toBe(expected);
  });

  it.each([
    ['looked at again', item('f'), 'hash'],
    ['gone when it is not there', undefined, 'gone'],
  ])('an item that is ignored no longer is %s', (_, found, expected) => {
    const before = row('f', { localFlags: LocalFlag.ignored });
    expect(decide(found, before, perms)?.kind).toBe(expected);
  });

  it.each([
    ['that is as recorded is nothing new', item('f'), {}, 'nothing'],
    ['that was changed again is hashed', item('f', { size: 11 }), {}, 'hash'],
    ['that is not there is gone', undefined, {}, 'gone'],
    ['that was deleted is told of again', undefined, { deleted: true }, 'gone'],
  ])('a change kept by a receive-only folder %s', (_, found, more, expected) => {
    const kept = row('f', { localFlags: LocalFlag.receiveOnly, ...more });
    expect(decide(found, kept, { ...perms, isReceiveOnly: true })?.kind ?? 'nothing').toBe(
      expected,
    );
  });

  it.each([
    ['within the window', 1001, 'nothing'],
    ['as far as the window', 1002, 'hash'],
  ])('a time %s', (_, modifiedS, expected) => {
    const decision = decide(item('f', { modifiedS }), row('f'), { ...perms, modTimeWindowNs: 2e9 });
    expect(decision?.kind ?? 'nothing').toBe(expected);
  });

  it('tells another owner where owners are told', () => {
    const names = { ids: new Map<string, number>(), names: new Map([[5, 'bob']]) };
    const accounts = { users: names, groups: names };
    const owner = { ownerName: 'bob', groupName: 'bob', uid: 5, gid: 5 };
    const known = row('f', { platform: withOwnership(null, owner) });
    const kindOf = (uid: number, before = known): string =>
      decide(item('f', { uid, gid: 5 }), before, { ...perms, accounts })?.kind ?? 'nothing';
    expect([kindOf(5), kindOf(6), kindOf(5, row('f'))]).toEqual([
      'nothing',
      'metadata',
      'metadata',
    ]);
    expect(decide(item('f', { uid: 6, gid: 5 }), known, perms)).toBeUndefined();
  });

  it('does not look at permissions where the folder ignores them', () => {
    const changed = item('f', { permissions: 0o600 });
    expect(decide(changed, row('f'), { ...perms, ignorePerms: true })).toBeUndefined();
  });
});

function run(
  entries: readonly WalkEntry[],
  rows: readonly LocalSummary[],
  entryPage: number,
  rowPage: number,
): ScanDecision[] {
  const decisions: ScanDecision[] = [];
  let entriesTaken = 0;
  let rowsTaken = 0;
  let under: string | undefined;
  let left: PlanPage<WalkEntry> = { list: [], isLast: false };
  let right: PlanPage<LocalSummary> = { list: [], isLast: false };
  for (;;) {
    const step = planStep(left, right, under, perms);
    decisions.push(...step.decisions);
    under = step.problem;
    left = { ...left, list: left.list.slice(step.entriesUsed) };
    right = { ...right, list: right.list.slice(step.rowsUsed) };
    if (left.isLast && right.isLast && left.list.length + right.list.length === 0) return decisions;
    if (left.list.length === 0 && !left.isLast) {
      const list = entries.slice(entriesTaken, (entriesTaken += entryPage));
      left = { list, isLast: list.length === 0 };
    } else if (right.list.length === 0 && !right.isLast) {
      const list = rows.slice(rowsTaken, (rowsTaken += rowPage));
      right = { list, isLast: list.length === 0 };
    }
  }
}

const show = (decision: ScanDecision): string =>
  `${decision.kind} ${'item' in decision ? decision.item.name : decision.row.name}`;

/** Set by set, without any order. */
function naive(entries: readonly WalkEntry[], rows: readonly LocalSummary[]): string[] {
  const problems = entries.filter(({ kind }) => kind === 'problem').map(({ name }) => name);
  const found = new Map<string, WalkedItem>();
  for (const entry of entries) if (entry.kind === 'item') found.set(entry.name, entry);
  const recorded = new Map(rows.map((each) => [each.name, each]));
  const names = new Set([...found.keys(), ...recorded.keys()]);
  return [...names]
    .filter((name) => !problems.some((tree) => isBelow(name, tree)))
    .map((name) => decide(found.get(name), recorded.get(name), perms))
    .filter((decision) => decision !== undefined)
    .map(show);
}

describe('the plan of a scan', () => {
  const name = fc
    .array(fc.constantFrom('a', 'b', 'a!', 'ä', '😀', '\uffee', 'a b'), {
      minLength: 1,
      maxLength: 4,
    })
    .map((components) => components.join('/'));
  const names = fc.uniqueArray(name, { maxLength: 40 }).map((list) => list.sort(compareTreeOrder));
  const kind = fc.constantFrom('same', 'other', 'problem');
  const entries = fc.tuple(names, fc.infiniteStream(kind)).map(([list, kinds]) =>
    list.map((each): WalkEntry => {
      const drawn = kinds.next().value;
      if (drawn === 'problem') return problem(each);
      return item(each, { size: drawn === 'same' ? 10 : 11 });
    }),
  );
  const rows = fc
    .tuple(names, fc.infiniteStream(fc.boolean()))
    .map(([list, flags]) =>
      list.map((each) => row(each, { deleted: flags.next().value === true })),
    );

  it('is what comparing the two sets name by name gives, however they are cut into pages', () => {
    fc.assert(
      fc.property(
        entries,
        rows,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (walked, recorded, entryPage, rowPage) => {
          const planned = run(walked, recorded, entryPage, rowPage).map(show);
          expect([...planned].sort()).toEqual(naive(walked, recorded).sort());
        },
      ),
    );
  });

  it('leaves alone what the index says below a name that is a problem', () => {
    const recorded = ['d', 'd/x', 'd/x/y', 'd!', 'e'].map((each) => row(each));
    const decisions = run([problem('d')], recorded, 5, 1);
    expect(decisions.map(show)).toEqual(['gone d!', 'gone e']);
  });
});
