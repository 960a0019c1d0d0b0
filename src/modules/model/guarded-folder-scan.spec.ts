/** What a guarded scan holds back stays held, whatever else comes into the folder meanwhile. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PullFixture, folderSettings, FOLDER, OURS } from '../../../test/support/pull-fixture.js';
import { FolderGuard } from '../guard/folder-guard.js';
import { InThreadHasher } from '../scanner/in-thread-hasher.js';
import { InThreadWalker } from '../scanner/in-thread-walker.js';
import { ScannerService } from '../scanner/scanner.service.js';
import { OwnerScan } from './disk-settings.js';
import { MARKER_NAME } from './folder-marker.js';
import { FolderScan, type ScanOutcome } from './folder-scan.js';

const FILES = 40;
const OTHERS = 400;

describe('a guarded scan', () => {
  let f: PullFixture;
  let guard: FolderGuard;
  /** The scan, when all that is new has been recorded. */
  let isInterrupted = false;

  beforeEach(async () => {
    isInterrupted = false;
    f = await PullFixture.inMemory();
    await f.fs.makeDirectory(MARKER_NAME, 0o755);
    const files = Array.from({ length: FILES }, (_, at) => f.file(`was ${at}`, `${at}`));
    await f.has(...files);
    guard = started();
  });

  afterEach(async () => {
    await f.close();
  });

  function started(): FolderGuard {
    const { database, events, clock } = f;
    const log = { info: () => undefined, warn: () => undefined };
    const settings = folderSettings();
    const parts = { settings, isSendOnly: false, database, events, clock, log };
    return new FolderGuard(parts, () => undefined);
  }

  function scan(): Promise<ScanOutcome> {
    const { database, events, clock } = f;
    const parts = {
      ...{ database, events, clock },
      scanner: new ScannerService(new InThreadWalker(), new InThreadHasher(), clock),
      owners: new OwnerScan(clock),
      links: { unclear: () => Promise.resolve(new Set<string>()) },
      guard: { scan: begun },
    };
    const identity = { deviceId: '', shortId: OURS, replicaId: OURS };
    const folder = new FolderScan(folderSettings(), identity, [], parts);
    return folder.run(f.fs, [''], new AbortController().signal);
  }

  const begun: FolderGuard['scan'] = async (...facts) => {
    const { take, finish } = await guard.scan(...facts);
    const interrupted = (): never => {
      throw new Error('interrupted');
    };
    return { take, finish: isInterrupted ? interrupted : finish };
  };

  const counts = async (): Promise<{ files: number; deleted: number }> => {
    const { files, deleted } = (await f.database.summary(FOLDER)).local;
    return { files, deleted };
  };

  /** As where another disk is mounted. */
  async function exchange(): Promise<void> {
    for (let at = 0; at < FILES; at += 1) await f.fs.removeFile(`was ${at}`);
    for (let at = 0; at < OTHERS; at += 1) await f.write(`other ${at}`, `other ${at}`);
  }

  it.each([
    ['that is another directory', true],
    ['that was emptied', false],
  ])('of a folder %s holds on to it while far more comes into it', async (_, isExchanged) => {
    guard.opened(isExchanged);
    await exchange();
    await scan();
    expect(await counts()).toEqual({ files: FILES + OTHERS, deleted: 0 });
    await scan();
    guard = started();
    guard.opened(isExchanged);
    await scan();
    expect(await counts()).toEqual({ files: FILES + OTHERS, deleted: 0 });
    expect(await guard.sets()).toMatchObject([{ id: 'scan', deletes: FILES }]);
  });

  it('of another directory holds what is gone, though it was interrupted after what is new', async () => {
    guard.opened(true);
    await exchange();
    isInterrupted = true;
    await expect(scan()).rejects.toThrow('interrupted');
    isInterrupted = false;
    expect((await counts()).files).toBeGreaterThan(4 * FILES);
    guard = started();
    guard.opened(true);
    await scan();
    expect(await counts()).toEqual({ files: FILES + OTHERS, deleted: 0 });
  });

  it('takes files that are all alike for moved, too', async () => {
    const alike = Array.from({ length: 20 * FILES }, (_, at) => `alike/${at}`);
    await f.has(f.directory('alike'), ...alike.map((name) => f.file(name, '')));
    await f.fs.rename('alike', 'moved');
    guard.opened(false);
    await scan();
    expect(await guard.sets()).toEqual([]);
    expect(await f.local('alike/0')).toMatchObject({ deleted: true });
    // One that is left is the new name of no more than one.
    for (const at of alike.keys()) if (at > 0) await f.fs.removeFile(`moved/${at}`);
    await f.write('moved/other', '');
    guard = started();
    guard.opened(true);
    await scan();
    expect(await guard.sets()).toMatchObject([{ deletes: 20 * FILES - 3 }]);
  });

  it('lets go of it when what was gone is there again', async () => {
    guard.opened(true);
    await exchange();
    await scan();
    for (let at = 0; at < FILES; at += 1) await f.write(`was ${at}`, `${at}`);
    await scan();
    expect(await guard.sets()).toEqual([]);
    // From now on a few deletes in what has become larger are nothing special.
    for (let at = 0; at < FILES; at += 1) await f.fs.removeFile(`was ${at}`);
    await scan();
    expect(await counts()).toEqual({ files: OTHERS, deleted: FILES });
  });
});
