/** What every index database does, run against each of them; a property compares it with a model made from scratch. */
import fc from 'fast-check';
import { LocalFlag, type LocalFileInfo } from '../../src/domain/file-info.js';
import { compareTreeOrder } from '../../src/domain/tree-order.js';
import { type IndexDatabase } from '../../src/modules/database/index-database.js';
import { indexDatabaseBlocksContract } from './index-database-blocks.contract.js';
import {
  ALICE,
  announced,
  BOB,
  countsOf,
  deletedOf,
  directoryOf,
  fileOf,
  FOLDER,
  hashOf,
  KIB128,
  names,
  summaryNames,
  NO_CONTENT,
  toGlobals,
  version,
} from './index-database-fixture.js';
import {
  applyTo,
  applyToModel,
  expectAgreement,
  stepArbitrary,
  type Model,
} from './index-database-model.js';

/** A place where a database lives on when it is closed and opened again. */
export interface DatabasePlace {
  /** A new instance, not opened yet. */
  make(): IndexDatabase;
  remove(): Promise<void>;
}

/** modelRuns: sequences of updates compared with the model; each update waits for the disk where there is one. */
export function indexDatabaseContract(
  makePlace: () => Promise<DatabasePlace>,
  modelRuns: number,
): void {
  let place: DatabasePlace;
  let database: IndexDatabase;

  beforeEach(async () => {
    place = await makePlace();
    database = place.make();
    await database.open();
    await database.addFolder(FOLDER);
  });

  afterEach(async () => {
    await database.close();
    await place.remove();
  });

  async function reopen(): Promise<boolean> {
    await database.close();
    database = place.make();
    return (await database.open()).created;
  }

  describe('folders and index IDs', () => {
    it('keeps everything over a restart', async () => {
      const { indexId, created } = await database.addFolder(FOLDER);
      expect(created).toBe(false);
      expect(indexId).not.toBe(0n);
      await database.updateLocal(FOLDER, [fileOf('a')]);
      await database.resetRemoteIndex(FOLDER, ALICE, 2n ** 64n - 1n);
      await database.updateRemote(FOLDER, ALICE, [announced(fileOf('b', { sequence: 9 }))], 12);

      expect(await reopen()).toBe(false);
      expect(await database.folders()).toEqual([FOLDER]);
      expect(await database.addFolder(FOLDER)).toEqual({ indexId, created: false });
      expect(await database.local(FOLDER, 'a')).toEqual(fileOf('a'));
      expect(await database.remoteIndex(FOLDER, ALICE)).toEqual({
        indexId: 2n ** 64n - 1n,
        sequence: 12,
      });
      expect(names(await toGlobals(database))).toEqual(['b']);
    });

    it('gives a new index ID on request and knows nothing of strangers', async () => {
      const { indexId } = await database.addFolder(FOLDER);
      const renewed = await database.renewIndexId(FOLDER);
      expect(renewed).not.toBe(indexId);
      expect((await database.addFolder(FOLDER)).indexId).toBe(renewed);
      expect(await database.remoteIndex(FOLDER, BOB)).toEqual({ indexId: 0n, sequence: 0 });
      expect(await database.local('other', 'a')).toBeUndefined();
      await expect(database.updateLocal('other', [])).rejects.toMatchObject({ code: 'missing' });
    });

    it('forgets a removed folder wholly, so that it can come again', async () => {
      await database.updateLocal(FOLDER, [fileOf('a', {}, ['1', '2'])]);
      await database.updateRemote(FOLDER, ALICE, [announced(fileOf('b'))], 1);
      await database.removeFolder(FOLDER);
      expect(await database.folders()).toEqual([]);
      expect(await database.findBlocks([hashOf('1')])).toEqual([[]]);
      expect((await database.addFolder(FOLDER)).created).toBe(true);
      expect(await database.local(FOLDER, 'a')).toBeUndefined();
      expect(await database.needs(FOLDER, undefined, 10)).toEqual([]);
      expect((await database.summary(FOLDER)).global.files).toBe(0);
      expect(await database.remoteIndex(FOLDER, ALICE)).toEqual({ indexId: 0n, sequence: 0 });
    });
  });

  describe('items', () => {
    it('gives back every field as it was', async () => {
      const odd = fileOf(
        'dir/ünï \u{1f600}',
        {
          size: 2 ** 41,
          modifiedS: -5,
          modifiedNs: 999_999_999,
          diskModifiedS: -6,
          diskModifiedNs: 1,
          modifiedBy: 2n ** 64n - 1n,
          version: [
            { id: 1n, value: 2n ** 64n - 1n },
            { id: 2n ** 63n, value: 1n },
          ],
          permissions: 0o7777,
          noPermissions: true,
          blockSize: 16 * 1024 * 1024,
          platform: Uint8Array.of(1, 2, 3),
          localFlags: LocalFlag.receiveOnly,
          invalid: true,
        },
        ['x', 'y', 'z'],
      );
      const link = fileOf('link', {
        ...NO_CONTENT,
        type: 'symlink',
        symlinkTarget: '../ö',
        diskModifiedS: 0,
      });
      const all = [odd, link, directoryOf('dir'), deletedOf('gone'), fileOf('empty', { size: 0 })];
      await database.updateLocal(FOLDER, all);
      const stored = await database.locals(FOLDER, [...names(all), 'absent']);
      expect(stored).toEqual([...all.map((file, i) => ({ ...file, sequence: i + 1 })), undefined]);
      const heads = await database.localHeads(FOLDER, [...names(all), 'absent']);
      const isLong = ({ blockHashes }: LocalFileInfo): boolean => blockHashes.length > 32;
      const bare = (file: LocalFileInfo): LocalFileInfo => ({
        ...file,
        blockHashes: new Uint8Array(0),
      });
      expect(heads).toEqual(stored.map((file) => (file && isLong(file) ? bare(file) : file)));

      await database.updateRemote(FOLDER, ALICE, all.map(announced), 0);
      expect(await database.remote(FOLDER, ALICE, odd.name)).toEqual(announced(odd));
      expect(await database.remote(FOLDER, ALICE, 'absent')).toBeUndefined();
      expect(await database.remote(FOLDER, BOB, odd.name)).toBeUndefined();
    });

    it('does not mix up names with the characters its keys are made of', async () => {
      const all = ['a/b', 'a\u0001b', 'a\u0001\u0001b', 'a\u0000b'].map((name) => fileOf(name));
      await database.updateLocal(FOLDER, all);
      expect(names((await database.locals(FOLDER, names(all))) as LocalFileInfo[])).toEqual(
        names(all),
      );
      expect((await database.summary(FOLDER)).local.files).toBe(4);
    });

    it('numbers our own changes and reads them by number, bounded in items and bytes', async () => {
      const given = ['c', 'a', 'b'].map((name) => fileOf(name, { sequence: 99 }));
      expect((await database.updateLocal(FOLDER, given)).sequence).toBe(3);
      expect((await database.updateLocal(FOLDER, [fileOf('a', version(2))])).sequence).toBe(4);
      const after = async (sequence: number, limit = 10, bytes = 1e6) =>
        (await database.localsAfter(FOLDER, sequence, limit, bytes)).map(
          (file) => `${file.name}${file.sequence}`,
        );
      expect(await after(0)).toEqual(['c1', 'b3', 'a4']);
      expect(await after(1)).toEqual(['b3', 'a4']);
      expect(await after(0, 2)).toEqual(['c1', 'b3']);
      expect(await after(0, 10, 1)).toEqual(['c1']);
      expect(await after(4)).toEqual([]);
    });

    it('reads summaries of a tree in tree order, page by page', async () => {
      const all = ['b', 'a', 'a/b', 'a/b/c', 'a-b', 'a/bc', 'a.txt', 'ab/x', 'ä/c\u0001/\0'];
      await database.updateLocal(FOLDER, [...all.map((n) => fileOf(n)), deletedOf('a/gone')]);
      await database.updateRemote(FOLDER, ALICE, [announced(fileOf('a/theirs'))], 1);
      const read = async (tree: string, after?: string, limit = 100) =>
        names(await database.localSummaries(FOLDER, tree, after, limit));
      const everything = [...all, 'a/gone'].sort(compareTreeOrder);
      expect(await read('')).toEqual(everything);
      expect(await read('', everything[2], 3)).toEqual(everything.slice(3, 6));
      expect(await read('a')).toEqual(['a', 'a/b', 'a/b/c', 'a/bc', 'a/gone']);
      expect(await read('a/b')).toEqual(['a/b', 'a/b/c']);
      expect(await read('a', 'a/b/c', 1)).toEqual(['a/bc']);
      expect(await read('nothing')).toEqual([]);
      expect(await summaryNames(database, 3)).toEqual(everything);
      const [summary] = await database.localSummaries(FOLDER, 'a/b/c', undefined, 1);
      expect(summary).toEqual({
        name: 'a/b/c',
        type: 'file',
        size: 100,
        diskModifiedS: 1_700_000_000,
        diskModifiedNs: 123_456_000,
        permissions: 0o644,
        noPermissions: false,
        deleted: false,
        localFlags: 0,
        blockSize: KIB128,
        platform: null,
        symlinkTarget: '',
      });
    });

    it('records more items than one transaction takes', async () => {
      const many = Array.from({ length: 2_500 }, (_, i) =>
        announced(fileOf(`f${i}`, { sequence: i + 1 })),
      );
      const outcome = await database.updateRemote(FOLDER, ALICE, many, 4_000);
      expect(outcome.sequence).toBe(4_000);
      expect((await database.remoteCounts(FOLDER, ALICE)).files).toBe(2_500);
      expect((await database.summary(FOLDER)).need.files).toBe(2_500);
    });
  });

  describe('global versions and need', () => {
    it('needs what others have newer, and tells who has it', async () => {
      await database.updateLocal(FOLDER, [fileOf('a'), fileOf('b', version(5))]);
      const newer = announced(fileOf('a', version(2)));
      await database.updateRemote(FOLDER, ALICE, [newer, announced(fileOf('b'))], 1);
      await database.updateRemote(FOLDER, BOB, [newer], 1);
      const need = await database.needed(FOLDER, 'a');
      expect(need?.global).toEqual(newer);
      expect(need?.local).toEqual(fileOf('a'));
      expect(need?.devices.sort()).toEqual([ALICE, BOB]);
      expect(names(await toGlobals(database))).toEqual(['a']);
      expect(await database.needed(FOLDER, 'b')).toBeUndefined();

      await database.updateLocal(FOLDER, [fileOf('a', version(2))]);
      expect(await database.needs(FOLDER, undefined, 10)).toEqual([]);
      expect((await database.summary(FOLDER)).need).toEqual(countsOf([]));
    });

    it('does not offer a device that announces the version as invalid', async () => {
      const file = announced(fileOf('a'));
      await database.updateRemote(FOLDER, ALICE, [{ ...file, invalid: true }], 1);
      expect(await database.needed(FOLDER, 'a')).toBeUndefined();
      expect((await database.summary(FOLDER)).global.files).toBe(0);
      await database.updateRemote(FOLDER, BOB, [file], 1);
      expect((await database.needed(FOLDER, 'a'))?.devices).toEqual([BOB]);
    });

    it('pages through needs in tree order', async () => {
      const all = ['z', 'a', 'a/b', 'a-b', 'a/b/c'];
      await database.updateRemote(
        FOLDER,
        ALICE,
        all.map((name) => announced(fileOf(name))),
        0,
      );
      const first = await database.needs(FOLDER, undefined, 2);
      const rest = await database.needs(FOLDER, first.at(-1)?.global.name, 10);
      expect([...first, ...rest].map(({ global }) => global.name)).toEqual(
        all.sort(compareTreeOrder),
      );
    });

    it('needs deletes that are concurrent with what we hold to be outranked, and only those', async () => {
      const ours = { version: [{ id: 1n, value: 5n }] };
      const theirs = { version: [{ id: 2n, value: 5n }] };
      await database.updateLocal(FOLDER, [
        ...['held', 'superseded', 'invalid-there'].map((name) => fileOf(name, ours)),
        deletedOf('gone', ours),
        fileOf('invalid', { ...ours, localFlags: LocalFlag.ignored, invalid: true }),
      ]);
      const both = { version: [...ours.version, ...theirs.version] };
      await database.updateRemote(
        FOLDER,
        ALICE,
        [
          deletedOf('held', theirs),
          deletedOf('superseded', both),
          deletedOf('gone', theirs),
          deletedOf('invalid', theirs),
          deletedOf('never', theirs),
          deletedOf('invalid-there', { ...theirs, invalid: true }),
        ].map(announced),
        0,
      );
      const needed = await database.needs(FOLDER, undefined, 10);
      expect(needed.map(({ global }) => [global.name, global.deleted])).toEqual([
        ['held', true],
        ['invalid', true],
        ['superseded', true],
      ]);
      expect((await database.global(FOLDER, 'held'))?.deleted).toBe(false);
      await database.updateLocal(FOLDER, [fileOf('held', both)]);
      expect(await database.needed(FOLDER, 'held')).toBeUndefined();
    });

    it('drops what a device announced when its index is new or it is not shared with', async () => {
      await database.updateRemote(FOLDER, ALICE, [announced(fileOf('a', version(2)))], 5);
      await database.updateRemote(FOLDER, BOB, [announced(fileOf('a'))], 5);
      await database.resetRemoteIndex(FOLDER, ALICE, 3n);
      expect(await database.remoteIndex(FOLDER, ALICE)).toEqual({ indexId: 3n, sequence: 0 });
      expect((await database.needed(FOLDER, 'a'))?.devices).toEqual([BOB]);
      await database.keepRemotes(FOLDER, [ALICE]);
      expect(await database.needs(FOLDER, undefined, 10)).toEqual([]);
      expect(await database.global(FOLDER, 'a')).toBeUndefined();
      expect(await database.remoteIndex(FOLDER, ALICE)).toEqual({ indexId: 3n, sequence: 0 });
      expect(await database.remoteCounts(FOLDER, BOB)).toEqual(countsOf([]));
    });
  });

  it('tells global versions in the order of the names, with gaps for what nobody has', async () => {
    const big = fileOf('big', version(1), ['1', '2', '3']);
    await database.updateLocal(FOLDER, [fileOf('a', version(1)), big]);
    await database.updateRemote(FOLDER, ALICE, [announced(fileOf('a', version(2)))], 0);
    const [a, none, found] = await database.globals(FOLDER, ['a', 'none', 'big']);
    expect(a?.version).toEqual(version(2).version);
    expect(none).toBeUndefined();
    expect(found?.blockHashes).toEqual(big.blockHashes);
    expect(await database.globals('nowhere', ['a'])).toStrictEqual([undefined]);
  });

  indexDatabaseBlocksContract(() => database);

  it('remembers who wanted in, and small facts', async () => {
    const device = { device: BOB, name: 'bob', address: 'tcp://1.2.3.4:5', seenMs: 1 };
    const folder = { folder: 'new', device: BOB, label: 'New', seenMs: 2 };
    expect(await database.addPendingDevice(device)).toBe(true);
    expect(await database.addPendingDevice({ ...device, seenMs: 3 })).toBe(false);
    expect(await database.addPendingFolder(folder)).toBe(true);
    expect(await database.addPendingFolder(folder)).toBe(false);
    await database.setFact('k', 'v1');
    const facts = { k: 'v2', 'of "a\\b" – ü': '{"c":"\\"7\\""}', 'a number': '07' };
    await database.setFacts(facts);
    await reopen();
    expect(await database.pendingDevices()).toEqual([{ ...device, seenMs: 3 }]);
    expect(await database.pendingFolders()).toEqual([folder]);
    for (const [key, value] of Object.entries(facts)) {
      expect(await database.fact(key)).toBe(value);
    }
    expect(await database.fact('other')).toBeUndefined();
    await database.removePendingDevice(BOB);
    await database.removePendingFolder('new', BOB);
    expect(await database.pendingDevices()).toEqual([]);
    expect(await database.pendingFolders()).toEqual([]);
  });

  it('tells what a device needs, whether its rows differ in a version, in flags or are not there', async () => {
    const same = fileOf('same');
    const [older, newer] = [fileOf('changed'), { ...fileOf('changed'), ...version(7) }];
    const ignored = fileOf('ignored', { localFlags: LocalFlag.ignored, invalid: true });
    await database.updateLocal(FOLDER, [same, newer, fileOf('ignored'), fileOf('lacking')]);
    await database.updateRemote(FOLDER, ALICE, [same, older, ignored].map(announced), 3);
    const { items } = await database.walkRemoteNeeds(FOLDER, ALICE, undefined, 10);
    expect(names(items)).toEqual(['changed', 'lacking']);
    expect((await database.walkRemoteNeeds(FOLDER, BOB, undefined, 10)).items).toHaveLength(4);
  });

  it('rejects calls after close', async () => {
    await database.close();
    await expect(database.local(FOLDER, 'a')).rejects.toMatchObject({ code: 'closed' });
    await expect(database.setFact('k', 'v')).rejects.toMatchObject({ code: 'closed' });
  });

  it('agrees with a model made from scratch after any sequence of updates', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary(), { maxLength: 12 }), async (steps) => {
        await database.removeFolder(FOLDER);
        await database.addFolder(FOLDER);
        const model: Model = new Map();
        for (const step of steps) {
          await applyTo(database, step);
          applyToModel(model, step);
        }
        await expectAgreement(database, model);
      }),
      { numRuns: modelRuns },
    );
  }, 60_000);
}
