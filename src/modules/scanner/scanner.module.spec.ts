/** The module as the application wires it: real ports, nothing started before its first use, all stopped by close. */
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { put } from '../../../test/contracts/folder-fs-fixture.js';
import { ScanIndex } from '../../../test/contracts/scan-index.js';
import { folderOnDisk } from '../../../test/contracts/scanner-fixture.js';
import { RuntimeModule } from '../runtime/runtime.module.js';
import { Hasher } from './hasher.js';
import { RescanScheduleService } from './rescan-schedule.service.js';
import { ScannerModule } from './scanner.module.js';
import { ScannerService } from './scanner.service.js';
import { ThreadHasher } from './thread-hasher.js';
import { ThreadWalker } from './thread-walker.js';
import { Walker } from './walker.js';

describe('ScannerModule', () => {
  it('scans in threads, and gives back all it started', async () => {
    const app = await Test.createTestingModule({
      imports: [RuntimeModule, ScheduleModule.forRoot(), ScannerModule],
    }).compile();
    const folder = await folderOnDisk();
    expect(app.get(Walker)).toBeInstanceOf(ThreadWalker);
    expect(app.get(Hasher)).toBeInstanceOf(ThreadHasher);
    await put(folder.fs, 'f', 'x');
    const index = new ScanIndex(app.get(ScannerService), folder.fs);
    expect(await index.scan()).toEqual(['changed file f']);
    app.get(RescanScheduleService).start('f', 60, () => undefined);
    app.get(RescanScheduleService).stop('f');
    await app.get(Walker).close();
    await app.get(Hasher).close();
    await app.close();
    await folder.cleanUp();
  });
});
