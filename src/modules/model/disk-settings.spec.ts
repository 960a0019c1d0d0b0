import { describe, expect, it } from '@jest/globals';
import { folderSettings } from '../../../test/support/pull-fixture.js';
import { SystemClock } from '../../platform/clock.js';
import { MemoryDisk } from '../../platform/memory-disk.js';
import { MemoryFolderFs } from '../../platform/memory-folder-fs.js';
import { settingsOnDisk } from './disk-settings.js';

describe('the settings of a folder as its disk allows them', () => {
  it.each([
    [true, false, 0],
    [false, true, 1],
  ])('a disk that keeps permissions: %s', async (holdsPermissions, ignorePerms, linesCount) => {
    const disk = new MemoryDisk(new SystemClock(), { holdsPermissions });
    const lines: string[] = [];
    const fs = new MemoryFolderFs('/folder', disk);
    const settings = await settingsOnDisk(folderSettings(), fs, (line) => lines.push(line));
    expect([settings.ignorePerms, lines.length]).toEqual([ignorePerms, linesCount]);
  });

  it('says once that extended attributes are not applied, where the user wants them', async () => {
    const fs = new MemoryFolderFs('/folder', new MemoryDisk(new SystemClock()));
    const lines: string[] = [];
    await settingsOnDisk(folderSettings({ syncXattrs: true }), fs, (line) => lines.push(line));
    expect(lines).toEqual([expect.stringContaining('extended attributes are not supported')]);
  });
});
