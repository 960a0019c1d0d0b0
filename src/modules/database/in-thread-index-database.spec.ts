import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALICE, announced, fileOf } from '../../../test/contracts/index-database-fixture.js';
import { indexDatabaseContract } from '../../../test/contracts/index-database.contract.js';
import { SQLITE_LIBRARIES } from '../../../test/support/sqlite-libraries.js';
import { until } from '../../../test/support/wait.js';
import { SystemClock } from '../../platform/clock.js';
import { SystemRandomness } from '../../platform/randomness.js';
import { sqliteLibrary } from '../../platform/sqlite-library.js';
import { DatabaseMemory, InThreadIndexDatabase } from './in-thread-index-database.js';

const clock = new SystemClock();
const randomness = new SystemRandomness();

describe.each(SQLITE_LIBRARIES)(
  'the index database in the thread of its caller, in memory, by %s',
  (library) => {
    indexDatabaseContract(async () => {
      const storage = new DatabaseMemory(sqliteLibrary(library));
      return {
        make: () => new InThreadIndexDatabase({ storage, clock, randomness }),
        remove: async () => {},
      };
    }, 150);
  },
);

describe.each(['in memory', 'in a file'])('a crash of the index database %s', (kind) => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'index-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  it('loses nothing acknowledged and leaves a change under way with whole transactions only', async () => {
    const storage = kind === 'in memory' ? new DatabaseMemory() : join(home, 'index.db');
    let crash = () => {};
    const pause = async () => crash();
    const first = new InThreadIndexDatabase({ storage, clock, randomness, pause });
    await first.open();
    await first.addFolder('f');
    await first.updateLocal('f', [fileOf('acknowledged')]);
    crash = () => first.crash();
    const many = Array.from({ length: 1_500 }, (_, i) => fileOf(`f${i}`));
    await expect(first.updateLocal('f', many)).rejects.toMatchObject({ code: 'closed' });
    await expect(first.local('f', 'acknowledged')).rejects.toMatchObject({ code: 'closed' });

    const second = new InThreadIndexDatabase({ storage, clock, randomness });
    expect(await second.open()).toMatchObject({ created: false });
    expect(await second.local('f', 'acknowledged')).toMatchObject({ sequence: 1 });
    const { local } = await second.summary('f');
    expect(local).toMatchObject({ files: 1_001, sequence: 1_001 });
    expect(await second.localsAfter('f', 0, 2_000, 1e9)).toHaveLength(1_001);
    await second.close();
  });

  it('does not make half of what a device announced count as all of it', async () => {
    const storage = kind === 'in memory' ? new DatabaseMemory() : join(home, 'index.db');
    let crash = () => {};
    const pause = async () => crash();
    const first = new InThreadIndexDatabase({ storage, clock, randomness, pause });
    await first.open();
    await first.addFolder('f');
    await first.resetRemoteIndex('f', ALICE, 5n);
    await first.updateRemote('f', ALICE, [announced(fileOf('before'))], 7);
    crash = () => first.crash();
    const many = Array.from({ length: 1_500 }, (_, i) => announced(fileOf(`f${i}`)));
    const update = first.updateRemote('f', ALICE, many, 9_999);
    await expect(update).rejects.toMatchObject({ code: 'closed' });

    const second = new InThreadIndexDatabase({ storage, clock, randomness });
    await second.open();
    expect(await second.remoteIndex('f', ALICE)).toEqual({ indexId: 5n, sequence: 7 });
    await second.close();
  });

  it('goes on with removals at the next start and trusts no index that was half dropped', async () => {
    const storage = kind === 'in memory' ? new DatabaseMemory() : join(home, 'index.db');
    const many = Array.from({ length: 1_500 }, (_, i) => announced(fileOf(`f${i}`)));
    for (const dropped of ['index', 'folder']) {
      let crash = () => {};
      const pause = async () => crash();
      const first = new InThreadIndexDatabase({ storage, clock, randomness, pause });
      await first.open();
      await first.addFolder('f');
      await first.resetRemoteIndex('f', ALICE, 5n);
      await first.updateRemote('f', ALICE, many, 9_999);
      let isKilled = false;
      crash = () => {
        isKilled = true;
        first.crash();
      };
      if (dropped === 'folder') {
        await first.removeFolder('f');
        await until('the process is killed', () => isKilled);
      } else {
        const dropping = first.resetRemoteIndex('f', ALICE, 6n);
        await expect(dropping).rejects.toMatchObject({ code: 'closed' });
      }

      const second = new InThreadIndexDatabase({ storage, clock, randomness });
      await second.open();
      expect(await second.remoteIndex('f', ALICE)).toEqual({ indexId: 0n, sequence: 0 });
      if (dropped === 'folder') {
        expect(await second.folders()).toEqual([]);
        expect((await second.addFolder('f')).created).toBe(true);
        expect(await second.needs('f', undefined, 10)).toEqual([]);
      } else {
        expect((await second.summary('f')).need.files).toBe(500);
      }
      await second.close();
    }
  });

  it('lets no change of another folder wait until a removed folder is dropped', async () => {
    const storage = kind === 'in memory' ? new DatabaseMemory() : join(home, 'index.db');
    let steps = 0;
    const pause = async (): Promise<void> => {
      steps += 1;
      await new Promise((resolve) => setImmediate(resolve));
    };
    const database = new InThreadIndexDatabase({ storage, clock, randomness, pause });
    await database.open();
    for (const folder of ['big', 'other']) await database.addFolder(folder);
    const many = Array.from({ length: 12_500 }, (_, i) => announced(fileOf(`f${i}`)));
    await database.updateRemote('big', ALICE, many, 9_999);
    steps = 0;
    await database.removeFolder('big');
    await database.updateLocal('other', [fileOf('a')]);
    expect((await database.addFolder('big')).created).toBe(true);
    expect(steps).toBeLessThan(9);
    await until('it is dropped', () => steps >= 13);
    expect(await database.folders()).toEqual(['big', 'other']);
    expect((await database.summary('other')).local.files).toBe(1);
    await database.close();
  });
});

describe('a crash of the index database in memory at a commit', () => {
  async function opened(storage: DatabaseMemory): Promise<InThreadIndexDatabase> {
    const database = new InThreadIndexDatabase({ storage, clock, randomness });
    await database.open();
    return database;
  }

  it.each([
    ['before', 0],
    ['after', 2],
  ] as const)('ends all right %s it, with %d items, and nothing by halves', async (when, files) => {
    const storage = new DatabaseMemory();
    const database = await opened(storage);
    await database.addFolder('f');
    storage.faults.plan = { crashAt: { call: 1, when } };
    const recording = database.updateLocal('f', [fileOf('a'), fileOf('b')]);
    await expect(recording).rejects.toMatchObject({ code: 'closed' });
    await expect(database.summary('f')).rejects.toMatchObject({ code: 'closed' });
    await expect(database.setFact('k', 'v')).rejects.toMatchObject({ code: 'closed' });
    const next = await opened(storage);
    expect((await next.summary('f')).local).toMatchObject({ files, sequence: files });
    expect(await next.fact('k')).toBeUndefined();
  });

  it('counts each change as a commit, and fails the one it was told to, which leaves no trace', async () => {
    const storage = new DatabaseMemory();
    const database = await opened(storage);
    await database.addFolder('f');
    storage.faults.plan = { failAt: { call: 3, code: 'SQLITE_FULL' } };
    await database.updateLocal('f', [fileOf('a')]);
    await database.setFact('k', 'v');
    await expect(database.updateLocal('f', [fileOf('b')])).rejects.toMatchObject({ code: 'full' });
    expect((await database.summary('f')).local).toMatchObject({ files: 1, sequence: 1 });
    await database.updateLocal('f', [fileOf('b')]);
    expect(storage.faults.calls).toBe(4);
    expect((await database.summary('f')).local).toMatchObject({ files: 2, sequence: 2 });
  });

  it('is put back to a saved state, as often as wanted', async () => {
    const storage = new DatabaseMemory();
    const first = await opened(storage);
    await first.addFolder('f');
    await first.updateLocal('f', [fileOf('a')]);
    const saved = storage.save();
    await first.updateLocal('f', [fileOf('b')]);
    for (let again = 0; again < 2; again++) {
      storage.load(saved);
      const next = await opened(storage);
      expect((await next.summary('f')).local).toMatchObject({ files: 1, sequence: 1 });
      await next.updateLocal('f', [fileOf('c')]);
    }
  });
});
