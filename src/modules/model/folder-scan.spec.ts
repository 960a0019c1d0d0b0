/** A disk that goes away while its folder is scanned is no reason to delete anything anywhere. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PullFixture, folderSettings, FOLDER, OURS } from '../../../test/support/pull-fixture.js';
import { InThreadHasher } from '../scanner/in-thread-hasher.js';
import { InThreadWalker } from '../scanner/in-thread-walker.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type ScanFinding, ScannerService } from '../scanner/scanner.service.js';
import { OwnerScan } from './disk-settings.js';
import { MARKER_NAME, requireMarker } from './folder-marker.js';
import { FolderScan, type ScanOutcome } from './folder-scan.js';

describe('a scan of a folder', () => {
  let f: PullFixture;

  beforeEach(async () => {
    f = await PullFixture.inMemory();
    await f.fs.makeDirectory(MARKER_NAME, 0o755);
    await f.has(f.directory('d'), f.file('d/x', 'x'), f.file('y', 'y'));
  });

  afterEach(async () => {
    await f.close();
  });

  function scan(
    scanner: Pick<ScannerService, 'scan'> = new ScannerService(
      new InThreadWalker(),
      new InThreadHasher(),
      f.clock,
    ),
    database: IndexDatabase = f.database,
  ): Promise<ScanOutcome> {
    const { events, clock } = f;
    const parts = {
      ...{ database, events, clock },
      scanner: scanner as ScannerService,
      owners: new OwnerScan(clock),
      links: { unclear: () => Promise.resolve(new Set<string>()) },
    };
    const identity = { deviceId: '', shortId: OURS, replicaId: OURS };
    const folder = new FolderScan(folderSettings(), identity, [], parts);
    return folder.run(f.fs, [''], new AbortController().signal);
  }

  /** The index, which takes longer to record. */
  function slowIndex(recorded: () => void): IndexDatabase {
    const slow = Object.create(f.database) as IndexDatabase;
    slow.updateLocal = async (folder, files) => {
      await new Promise((resolve) => setImmediate(resolve));
      const outcome = await f.database.updateLocal(folder, files);
      recorded();
      return outcome;
    };
    return slow;
  }

  function found(name: string, content: number): ScanFinding {
    const blockHashes = new Uint8Array(32).fill(content);
    const times = { modifiedS: content, modifiedNs: 0 };
    const item = { name, type: 'file', size: content, permissions: 0o644, ...times } as const;
    return {
      kind: 'changed',
      item: { ...item, symlinkTarget: '', blockSize: 131_072, blockHashes },
    };
  }

  async function removeAll(...more: string[]): Promise<void> {
    await f.fs.removeFile('d/x');
    await f.fs.removeFile('y');
    for (const name of ['d', ...more]) await f.fs.removeDirectory(name);
  }

  it('tells as deleted what a user has deleted', async () => {
    await removeAll();
    expect((await scan()).changed).toBe(3);
    expect(await f.local('d/x')).toMatchObject({ deleted: true });
  });

  it('holds a name that was found twice against what it has just recorded of it', async () => {
    async function* twice() {
      yield await Promise.resolve([found('twice', 1)]);
      yield [found('twice', 2)];
    }
    await scan(
      { scan: twice },
      slowIndex(() => undefined),
    );
    const [counter] = (await f.local('twice'))?.version ?? [];
    expect(await f.local('twice')).toMatchObject({ size: 2 });
    expect(counter?.value).toBe(BigInt(Math.floor(f.clock.nowMs() / 1000)) + 1n);
  });

  it('writes nothing more once it has ended, also where it failed', async () => {
    let recorded = 0;
    async function* failing(): AsyncGenerator<ScanFinding[], void> {
      yield await Promise.resolve([found('first', 1)]);
      throw new Error('the disk went away');
    }
    const scanned = scan(
      { scan: failing },
      slowIndex(() => (recorded += 1)),
    );
    await expect(scanned).rejects.toThrow('the disk went away');
    expect(recorded).toBe(1);
  });

  it('fails when what it found could not be recorded, whatever came after it', async () => {
    async function* findings() {
      for (const name of ['a', 'b', 'c']) yield await Promise.resolve([found(name, 1)]);
    }
    const full = slowIndex(() => {
      throw new Error('the disk is full');
    });
    await expect(scan({ scan: findings }, full)).rejects.toThrow('the disk is full');
    expect(await f.local('c')).toBeUndefined();
  });

  it('tells of no deletes when the disk went away after the scan began', async () => {
    await requireMarker(f.fs);
    await removeAll(MARKER_NAME);
    await expect(scan()).rejects.toThrow('folder marker missing');
    const left = await f.database.localSummaries(FOLDER, '', undefined, 10);
    expect(left.map(({ name, deleted }) => [name, deleted])).toEqual([
      ['d', false],
      ['d/x', false],
      ['y', false],
    ]);
  });
});
