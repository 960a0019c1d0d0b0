/** Folders that only receive: what a user does in them is never lost without being told to, and never told to others. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ignoring } from '../../../test/support/ignoring.js';
import {
  folderSettings,
  FOLDER,
  PullFixture,
  theirVersion,
} from '../../../test/support/pull-fixture.js';
import { isConflictName } from '../../domain/file-name.js';
import { LocalFlag } from '../../domain/file-info.js';
import { type CrashOptions } from '../../platform/memory-disk.js';

const KEPT = { localFlags: LocalFlag.receiveOnly };
const LATER = { ...theirVersion(2), modifiedS: 2_000_000_000 };
/** More than any run of the scene takes. */
const OPERATIONS_MAX = 1_000;

async function receiveOnly(): Promise<PullFixture> {
  const folder = await PullFixture.inMemory();
  folder.settings = folderSettings({ type: 'receiveonly' });
  return folder;
}

describe('a receive-only folder', () => {
  let folder: PullFixture;

  beforeEach(async () => {
    folder = await receiveOnly();
    await folder.has(folder.file('f', 'theirs'), folder.directory('d'), folder.file('d/f', 'in d'));
  });

  afterEach(() => folder.close());

  async function change(name: string, content: string): Promise<void> {
    await folder.write(name, content);
    await folder.scan(name);
  }

  const need = async (): Promise<string[]> =>
    (await folder.database.needs(FOLDER, undefined, 9)).map(({ global }) => global.name);

  it('leaves what was changed here as it is, however often it is changed', async () => {
    await change('f', 'mine');
    folder.clock.now += 5_000;
    await change('f', 'mine again');
    expect(await need()).toEqual([]);
    expect(await folder.pull()).toMatchObject({ changed: 0, problems: [] });
    expect(await folder.read('f')).toBe('mine again');
    expect(await folder.local('f')).toMatchObject(KEPT);
  });

  it('keeps a change under a conflict name when others change the file too, and tells nobody', async () => {
    await change('f', 'mine');
    await folder.announce(folder.file('f', 'their second', LATER));
    await folder.pull();
    expect(await folder.read('f')).toBe('their second');
    // Not a version above theirs, which everybody else would have to take.
    expect(await folder.local('f')).toMatchObject({ ...theirVersion(2), localFlags: 0 });
    const copy = (await folder.names()).find(isConflictName)!;
    expect(await folder.read(copy)).toBe('mine');
    await folder.scanAll();
    expect(await folder.local(copy)).toMatchObject(KEPT);
  });

  it('keeps what is new here beside what others put in its place, whatever it is', async () => {
    await change('new', 'mine');
    await change('to-be-d', 'mine');
    await folder.fs.makeDirectory('to-be-f', 0o755);
    await folder.scan('to-be-f');
    await change('to-be-f/in', 'mine');
    await folder.announce(
      folder.file('new', 'theirs'),
      folder.directory('to-be-d'),
      folder.file('to-be-d/f', 'theirs'),
      folder.file('to-be-f', 'theirs'),
    );
    for (let pass = 0; pass < 4; pass += 1) {
      await folder.pull();
      await folder.scanAll();
      folder.clock.now += 3_600_000;
    }
    const found = await contents(folder);
    const mine = Object.entries(found).filter(([, content]) => content === 'mine');
    expect(mine.map(([name]) => name.replace(/\.sync-conflict-[^/]+/, '.copy')).sort()).toEqual([
      'new.copy',
      'to-be-d.copy',
      'to-be-f.copy/in',
    ]);
    for (const [name] of mine) expect(await folder.local(name)).toMatchObject(KEPT);
    expect(found).toMatchObject({ new: 'theirs', 'to-be-d/f': 'theirs', 'to-be-f': 'theirs' });
    expect(await need()).toEqual([]);
  });

  it('keeps a changed file that others delete', async () => {
    await change('f', 'mine');
    await folder.announce(folder.deleted('f'));
    await folder.pull();
    expect(await folder.read('f')).toBe('mine');
    expect(await need()).toEqual([]);
    expect(await folder.local('f')).toMatchObject(KEPT);
  });

  it('brings back what was deleted here when others change it', async () => {
    await folder.fs.removeFile('f');
    await folder.scan('f');
    expect(await folder.pull()).toMatchObject({ changed: 0 });
    expect(await folder.local('f')).toMatchObject({ ...KEPT, deleted: true });
    await folder.announce(folder.file('f', 'their second', LATER));
    await folder.pull();
    expect(await folder.read('f')).toBe('their second');
  });

  it('has no change left when others come to the same content', async () => {
    await change('f', 'mine');
    await folder.announce(folder.file('f', 'mine', LATER));
    await folder.pull();
    expect(await folder.names()).toEqual(['d', 'f']);
    expect(await folder.local('f')).toMatchObject({ ...theirVersion(2), localFlags: 0 });
  });

  it('keeps the directories that hold a change when others delete them, without an error', async () => {
    await folder.has(folder.directory('d/in'), folder.file('d/in/f', 'in d/in'));
    await change('d/in/mine', 'mine');
    const deletedDirectory = { type: 'directory' } as const;
    await folder.announce(
      folder.deleted('d', deletedDirectory),
      folder.deleted('d/f'),
      folder.deleted('d/in', deletedDirectory),
      folder.deleted('d/in/f'),
    );
    expect(await folder.pull()).toMatchObject({ problems: [], rescan: [] });
    expect(await folder.allNames()).toEqual(['d', 'd/in', 'd/in/mine', 'f']);
    expect(await need()).toEqual([]);
    for (const name of ['d', 'd/in']) expect(await folder.local(name)).toMatchObject(KEPT);
    expect(await folder.revert()).toMatchObject({ failures: [] });
    await folder.pull();
    expect(await folder.allNames()).toEqual(['f']);
  });

  it('gives up its changes on revert, and makes no copies of them', async () => {
    await change('f', 'mine');
    await change('new', 'mine');
    await folder.fs.makeDirectory('new-d', 0o755);
    await folder.scan('new-d');
    await change('new-d/new', 'mine');
    await folder.fs.removeFile('d/f');
    await folder.scan('d/f');
    const { receiveOnlyChanged } = await folder.database.summary(FOLDER);
    expect(receiveOnlyChanged).toMatchObject({ files: 3, directories: 1, deleted: 1 });
    expect(await folder.revert()).toEqual({ changed: 5, failures: [], rescan: [] });
    expect(await folder.allNames()).toEqual(['d', 'f']);
    await folder.pull();
    expect(await folder.allNames()).toEqual(['d', 'd/f', 'f']);
    expect([await folder.read('f'), await folder.read('d/f')]).toEqual(['theirs', 'in d']);
    const summary = await folder.database.summary(FOLDER);
    expect(summary.receiveOnlyChanged).toMatchObject({ files: 0, directories: 0, deleted: 0 });
  });

  it('gives up on revert what was changed here also where the version is one of ours', async () => {
    folder.settings = folderSettings();
    await change('f', 'mine, for all');
    const ours = (await folder.local('f'))!;
    folder.source.add(Buffer.from('mine, for all'));
    await folder.announce(ours);
    folder.settings = folderSettings({ type: 'receiveonly' });
    folder.clock.now += 5_000;
    await change('f', 'mine alone');
    await folder.revert();
    await folder.pull();
    expect(await folder.read('f')).toBe('mine, for all');
    expect((await folder.names()).filter(isConflictName)).toEqual([]);
  });

  it('removes on revert only what is as the last scan saw it, and nothing that is left out', async () => {
    await change('new', 'mine');
    await change('left-out', 'mine');
    await folder.write('new', 'mine, and not scanned yet');
    folder.ignores = await ignoring('left-out');
    const outcome = await folder.revert();
    expect(outcome).toMatchObject({ changed: 0, rescan: ['new'] });
    expect(outcome.failures).toHaveLength(1);
    expect(await folder.read('new')).toBe('mine, and not scanned yet');
    expect(await folder.read('left-out')).toBe('mine');
  });

  it('finds what was reverted again where it keeps versions', async () => {
    const versioner = await folder.keepVersions({ type: 'trashcan' });
    await change('f', 'my change');
    await change('new', 'my addition');
    await folder.revert();
    await folder.pull();
    expect(await folder.names()).toEqual(['.stversions', 'd', 'f']);
    const kept = [await folder.read('.stversions/f'), await folder.read('.stversions/new')];
    expect(kept).toEqual(['my change', 'my addition']);
    await versioner.close();
  });

  it('keeps what is written to a file after its revert and before theirs has come', async () => {
    await change('f', 'mine');
    await folder.revert();
    await folder.write('f', 'mine once more');
    const { rescan } = await folder.pull();
    expect(rescan).toEqual(['f']);
    await folder.scan('f');
    await folder.pull();
    const copy = (await folder.names()).find(isConflictName)!;
    expect([await folder.read('f'), await folder.read(copy)]).toEqual(['theirs', 'mine once more']);
  });
});

const FINAL = { d: 'dir', 'd/deleted': 'in d', f: 'theirs', same: 'same' };
const MINE = ['f', 'new', 'new-d/new'];

async function changedFolder(): Promise<PullFixture> {
  const folder = await receiveOnly();
  await folder.has(
    folder.file('f', 'theirs'),
    folder.file('same', 'same'),
    folder.directory('d'),
    folder.file('d/deleted', 'in d'),
  );
  await folder.fs.makeDirectory('new-d', 0o755);
  for (const name of MINE) await folder.write(name, 'mine');
  await folder.fs.removeFile('d/deleted');
  await folder.scan('new-d', ...MINE, 'd/deleted');
  await folder.crash(true);
  return folder;
}

async function contents(folder: PullFixture): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await folder.allNames()) {
    const stat = await folder.fs.stat(name);
    found[name] = stat?.type === 'directory' ? 'dir' : await folder.read(name);
  }
  return found;
}

/** Fails every operation from the given one on, of revert and pull; undefined when both end before. */
async function cutAt(operation: number): Promise<PullFixture | undefined> {
  const folder = await changedFolder();
  let done = 0;
  folder.disk!.beforeOperation = () => {
    if (++done > operation) throw new Error('the power is gone');
  };
  await folder.revert().catch(() => undefined);
  await folder.pull().catch(() => undefined);
  folder.disk!.beforeOperation = undefined;
  if (done > operation) return folder;
  await folder.close();
  return undefined;
}

describe('a revert that is stopped at any operation', () => {
  it.each([
    ['the process was killed', 0, true],
    ['a loss of power took all that was not flushed', 1, false],
  ] as [string, number, CrashOptions['keepUnsynced']][])(
    'loses nothing of others and can be ordered again after %s',
    async (_, first, keepUnsynced) => {
      let points = 0;
      for (let at = first; at < OPERATIONS_MAX; at += 2) {
        const folder = await cutAt(at);
        if (folder === undefined) break;
        points += 1;
        await folder.crash(keepUnsynced);
        await folder.scanAll();
        const found = await contents(folder);
        expect({ at, same: found['same'] }).toEqual({ at, same: 'same' });
        expect(['mine', 'theirs']).toContain(found['f']);
        for (const name of MINE.slice(1)) expect(['mine', undefined]).toContain(found[name]);
        await folder.revert();
        for (let pass = 0; pass < 3; pass += 1) {
          await folder.pull();
          await folder.scanAll();
          folder.clock.now += 3_600_000;
        }
        expect({ at, found: await contents(folder) }).toEqual({ at, found: FINAL });
        await folder.close();
      }
      expect(points).toBeGreaterThan(10);
    },
    120_000,
  );
});
