/**
 * While a pull is under way, another process exchanges a component of the path for a link that leads outside: each
 * component, at each step, for good or only for some steps. Whatever comes of the pull, nothing outside is read,
 * written, made, removed, or given other permissions or times, and the next pass brings what the cluster has.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileInfo } from '../../src/domain/file-info.js';
import { makeVersioner } from '../../src/modules/versions/make-versioner.js';
import { MemoryFolderFsFactory } from '../../src/platform/memory-folder-fs-factory.js';
import { effort, IS_LONG } from '../support/effort.js';
import { LinkExchange, onEachStep } from '../support/link-race.js';
import { PullFixture, theirVersion } from '../support/pull-fixture.js';
import { Sentinels, showsReading } from '../support/sentinels.js';

const BIG = 'x'.repeat(300_000);
/** Steps after which the exchanged item is put back; Infinity: never. */
const BACK_AFTER = [1, 3, Infinity];
const PAUSE_MS = 3_600_000;

jest.setTimeout(IS_LONG ? 3_600_000 : 60_000);

interface Work {
  /** On disk and in the index before. */
  readonly had: (f: PullFixture) => FileInfo[];
  readonly comes: (f: PullFixture) => FileInfo[];
  readonly versioning?: 'trashcan' | 'staggered';
  /** What is exchanged, besides the directories on the way. */
  readonly leaves?: readonly string[];
}

const ON_THE_WAY = ['a', 'a/b', 'a/b/c'];
const DIRECTORIES = (f: PullFixture): FileInfo[] => ON_THE_WAY.map((name) => f.directory(name));
const newer = theirVersion(2);

const WORK: Record<string, Work> = {
  'new files': {
    had: DIRECTORIES,
    comes: (f) => [f.file('a/b/c/small', 'small'), f.file('a/b/c/big', BIG)],
    leaves: ['a/b/c/small', 'a/b/c/big', 'a/b/c/.syncthing.big.tmp', 'a/b/c/.syncthing.small.tmp'],
  },
  'new directories and a link': {
    had: (f) => [f.directory('a')],
    comes: (f) => [
      f.directory('a/b', { permissions: 0o700 }),
      f.directory('a/b/c', { permissions: 0o555 }),
      f.symlink('a/b/c/link', '../../old'),
    ],
    leaves: ['a/b/c/link'],
  },
  'files that are replaced': {
    had: (f) => [...DIRECTORIES(f), f.file('a/b/c/small', 'old'), f.file('a/b/c/big', 'old')],
    comes: (f) => [f.file('a/b/c/small', 'small', newer), f.file('a/b/c/big', BIG, newer)],
    leaves: ['a/b/c/small', 'a/b/c/big'],
  },
  'permissions and times': {
    had: (f) => [...DIRECTORIES(f), f.file('a/b/c/small', 'same')],
    comes: (f) => [
      f.directory('a/b/c', { ...newer, permissions: 0o700 }),
      f.file('a/b/c/small', 'same', { ...newer, permissions: 0o777, modifiedS: 1_600_000_000 }),
    ],
    leaves: ['a/b/c/small'],
  },
  'files that are moved': {
    had: (f) => [...DIRECTORIES(f), f.directory('z'), f.file('a/b/c/small', BIG)],
    comes: (f) => [f.file('z/moved', BIG, newer), f.deleted('a/b/c/small', newer)],
    leaves: ['z', 'z/moved', 'a/b/c/small'],
  },
  deletes: {
    had: (f) => [...DIRECTORIES(f), f.file('a/b/c/small', 'old'), f.symlink('a/b/c/link', 'old')],
    comes: (f) =>
      ['a', 'a/b', 'a/b/c', 'a/b/c/small', 'a/b/c/link'].map((n) => f.deleted(n, newer)),
    leaves: ['a/b/c/small', 'a/b/c/link'],
  },
  'versions in a trash can': {
    versioning: 'trashcan',
    had: (f) => [...DIRECTORIES(f), f.file('a/b/c/small', 'old'), f.file('a/b/c/gone', 'old')],
    comes: (f) => [f.file('a/b/c/small', 'new', newer), f.deleted('a/b/c/gone', newer)],
    leaves: ['a/b/c/gone', '.stversions', '.stversions/a', '.stversions/a/b', '.stversions/a/b/c'],
  },
  'versions with their time': {
    versioning: 'staggered',
    had: (f) => [...DIRECTORIES(f), f.file('a/b/c/small', 'old'), f.file('a/b/c/gone', 'old')],
    comes: (f) => [f.file('a/b/c/small', 'new', newer), f.deleted('a/b/c/gone', newer)],
    leaves: ['a/b/c/small', '.stversions', '.stversions/a', '.stversions/a/b', '.stversions/a/b/c'],
  },
};

/** All that the work names, so that whoever follows a link comes upon something. */
const OUTSIDE = [
  ...['precious', 'a/b/c/small', 'a/b/c/big', 'a/b/c/gone', 'a/b/c/link', 'z/moved'],
  ...['a/b/c/.syncthing.big.tmp', 'a/b/c/.syncthing.small.tmp', '.stversions/a/b/c/gone'],
];

let base: string;
let sentinels: Sentinels;
let races = 0;

beforeAll(() => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-links-'));
  expect(showsReading(base)).toBe(true);
  sentinels = new Sentinels(join(base, 'outside'), OUTSIDE);
});

afterEach(() => {
  expect(sentinels.changes()).toEqual([]);
});

afterAll(() => {
  fs.rmSync(base, { recursive: true });
  process.stdout.write(`links exchanged while a pull was under way: ${races} times\n`);
});

interface Race {
  readonly name: string;
  readonly at: number;
  readonly backAfter: number;
}

/** The steps that the pull took. */
async function pulled(work: Work, race?: Race): Promise<number> {
  const f = await PullFixture.onDisk();
  try {
    await f.has(...work.had(f));
    if (work.versioning !== undefined) await keepVersions(f, work.versioning);
    await f.announce(...work.comes(f));
    const exchange =
      race && new LinkExchange(f.root, race.name, sentinels.path(race.name.replace(/\/$/, '')));
    let steps = 0;
    onEachStep(f.fs, (step) => {
      steps = step + 1;
      if (step === race?.at) exchange?.exchange();
      if (race !== undefined && step === race.at + race.backAfter) exchange?.back();
    });
    await f.pull();
    const taken = steps;
    if (race !== undefined) await f.pull();
    exchange?.back();
    if (race !== undefined) await comesToAnEnd(f);
    return taken;
  } finally {
    await f.close();
  }
}

/** As the node does, which only tells of what it cannot clear away. */
async function keepVersions(f: PullFixture, type: 'trashcan' | 'staggered'): Promise<void> {
  const { fs: folder, clock } = f;
  f.versioner = await makeVersioner(
    { type, params: {}, path: '', cleanupIntervalS: 3600 },
    {
      ...{ fs: folder, clock, factory: new MemoryFolderFsFactory(clock) },
      ...{ onProblem: () => undefined, environment: {} },
    },
  );
}

/** When the user has put everything back, the folder is in sync again, whatever the race made of it. */
async function comesToAnEnd(f: PullFixture): Promise<void> {
  for (let round = 0; round < 4; round++) {
    f.clock.now += PAUSE_MS;
    await f.scanAll();
    const { problems } = await f.pull();
    if (problems.length === 0) return;
  }
  const { problems } = await f.pull();
  // What was put back meanwhile is the user's, and keeps its directories from being deleted.
  const others = problems.filter(({ message }) => !message.includes('but still holds'));
  expect(others).toEqual([]);
}

describe.each(Object.entries(WORK))('with %s', (_what, work) => {
  const names = [...ON_THE_WAY, ...(work.leaves ?? [])].map((name, i) => ({ name, i }));

  let steps = 0;

  beforeAll(async () => {
    steps = await pulled(work);
    expect(steps).toBeGreaterThan(20);
  });

  it.each(names)('$name is exchanged for a link, and nothing outside notices', async (each) => {
    const { name } = each;
    // In the ordinary run some steps, others for each name; in the long one all of them.
    const tries = Math.min(steps, effort(1, Infinity));
    for (let i = 0; i < tries; i++) {
      const at = Math.floor(((i + each.i / names.length) * steps) / tries);
      const ends = IS_LONG ? BACK_AFTER : [BACK_AFTER[(i + each.i) % BACK_AFTER.length]!];
      for (const backAfter of ends) {
        await pulled(work, { name, at, backAfter });
        races += 1;
        if (sentinels.changes().length > 0) throw new Error(`step ${at} of ${steps}, ${backAfter}`);
      }
    }
  });
});
