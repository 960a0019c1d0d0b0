/** Stopped at any operation, with versions on: what was there before is always somewhere, and the end is the same. */
import { describe, expect, it } from '@jest/globals';
import { FOLDER, PullFixture, theirVersion } from '../../../test/support/pull-fixture.js';
import { isTempName } from '../../domain/file-name.js';
import { type CrashOptions, systemError } from '../../platform/memory-disk.js';
import { type VersioningSettings } from '../config/settings.js';

const OPERATIONS_MAX = 1_000;
const LATE = { modifiedS: 2_000_000_000 };
/** Contents that the cluster replaces or deletes; one is the place of a directory later. */
const OLD = ['first version of it', 'will go', 'will be a directory', 'moves'];
const FINAL = {
  edited: 'second version of it',
  moved: 'moves',
  'was-file': 'dir',
  'was-file/in': 'inside',
};

interface Scene {
  readonly type: VersioningSettings['type'];
  readonly path: string;
  readonly hasLinks: boolean;
}

async function scene({ type, path, hasLinks }: Scene): Promise<PullFixture> {
  const folder = await PullFixture.inMemory({
    beforeOperation: (operation) => {
      if (operation === 'link' && !hasLinks) throw systemError('EPERM');
    },
  });
  await folder.has(
    folder.file('edited', 'first version of it'),
    folder.directory('d'),
    folder.file('d/gone', 'will go'),
    folder.file('was-file', 'will be a directory'),
    folder.file('old', 'moves'),
  );
  await folder.crash(true);
  await folder.keepVersions({ type, path });
  await folder.announce(
    folder.file('edited', 'second version of it', { ...theirVersion(2), ...LATE }),
    folder.deleted('d', { type: 'directory' }),
    folder.deleted('d/gone'),
    folder.directory('was-file', theirVersion(2)),
    folder.file('was-file/in', 'inside'),
    folder.deleted('old'),
    folder.file('moved', 'moves', LATE),
  );
  return folder;
}

async function contents(folder: PullFixture): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of await folder.allNames()) {
    const stat = await folder.fs.stat(name);
    found.set(name, stat?.type === 'directory' ? 'dir' : await folder.read(name));
  }
  return found;
}

/** Fails every operation from the given one on; false when the pull ends before. */
async function cutAt(folder: PullFixture, operation: number): Promise<boolean> {
  const before = folder.disk!.beforeOperation;
  let done = 0;
  folder.disk!.beforeOperation = (...args) => {
    if (++done > operation) throw new Error('the power is gone');
    before?.(...args);
  };
  await folder.pull().catch(() => undefined);
  folder.disk!.beforeOperation = before;
  return done > operation;
}

async function recover(folder: PullFixture, { type, path }: Scene): Promise<void> {
  await folder.keepVersions({ type, path });
  for (let pass = 0; pass < 4; pass++) {
    folder.clock.now += 3_600_000;
    for (const [name] of await contents(folder)) {
      if (name.startsWith('.stversions')) continue;
      const known = await folder.local(name);
      if (known === undefined || known.deleted) await folder.scan(name);
    }
    const { rescan } = await folder.pull();
    await folder.scan(...rescan);
  }
}

async function checkPoints(how: Scene, keepUnsynced: CrashOptions['keepUnsynced']): Promise<void> {
  let points = 0;
  for (let at = 1; at < OPERATIONS_MAX; at += 4) {
    const folder = await scene(how);
    const isCut = await cutAt(folder, at);
    if (isCut) points++;
    await folder.crash(keepUnsynced);
    const left = [...(await contents(folder)).values()];
    expect({ at, lost: OLD.filter((text) => !left.includes(text)) }).toEqual({ at, lost: [] });
    await recover(folder, how);
    const all = await contents(folder);
    const kept = [...all].filter(([name]) => name.startsWith('.stversions/'));
    const found = [...all].filter(([name]) => !name.startsWith('.stversions'));
    expect({ at, found: Object.fromEntries(found) }).toEqual({ at, found: FINAL });
    expect(OLD.filter((text) => !kept.some(([, content]) => content === text))).toEqual([]);
    expect(kept.filter(([name]) => isTempName(name))).toEqual([]);
    expect(await folder.database.needs(FOLDER, undefined, 9)).toEqual([]);
    await folder.versioner?.close();
    await folder.close();
    if (!isCut) break;
  }
  expect(points).toBeGreaterThan(10);
}

describe('a folder that keeps versions, stopped at any operation', () => {
  it.each(['simple', 'trashcan'] as const)(
    'has lost nothing to a loss of power, with the kind %s',
    (type) => checkPoints({ type, path: '', hasLinks: true }, false),
    120_000,
  );

  it('has lost nothing when the disk kept some of it, in no order', () => {
    let seed = 11;
    return checkPoints({ type: 'simple', path: '', hasLinks: true }, () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed % 2 === 0;
    });
  }, 120_000);

  it(
    'has lost nothing when it was killed, on a disk without second names',
    () => checkPoints({ type: 'trashcan', path: '', hasLinks: false }, true),
    120_000,
  );
});
