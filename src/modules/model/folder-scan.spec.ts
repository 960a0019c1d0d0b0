/** A disk that goes away while its folder is scanned is no reason to delete anything anywhere. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PullFixture, folderSettings, FOLDER, OURS } from '../../../test/support/pull-fixture.js';
import { InThreadHasher } from '../scanner/in-thread-hasher.js';
import { InThreadWalker } from '../scanner/in-thread-walker.js';
import { ScannerService } from '../scanner/scanner.service.js';
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

  function scan(): Promise<ScanOutcome> {
    const { database, events, clock } = f;
    const parts = {
      ...{ database, events, clock },
      scanner: new ScannerService(new InThreadWalker(), new InThreadHasher(), clock),
      owners: new OwnerScan(clock),
      links: { unclear: () => Promise.resolve(new Set<string>()) },
    };
    const identity = { deviceId: '', shortId: OURS, replicaId: OURS };
    const folder = new FolderScan(folderSettings(), identity, [], parts);
    return folder.run(f.fs, [''], new AbortController().signal);
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
