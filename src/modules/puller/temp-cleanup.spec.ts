import { describe, expect, it } from '@jest/globals';
import { PullFixture } from '../../../test/support/pull-fixture.js';
import { removeStrayTemps, STRAY_AGE_MS } from './temp-cleanup.js';

describe('removeStrayTemps', () => {
  it('removes temp files of the day before, of any depth, and nothing else', async () => {
    const folder = await PullFixture.inMemory();
    const { fs, clock } = folder;
    await fs.makeDirectory('d', 0o755);
    await fs.makeDirectory('.stversions', 0o755);
    for (const name of [
      'd/.syncthing.old.tmp',
      '.syncthing.top.tmp',
      'd/old',
      '.stversions/.syncthing.v.tmp',
    ]) {
      await folder.write(name, 'x');
    }
    clock.now += STRAY_AGE_MS - 1_000;
    await folder.write('.syncthing.young.tmp', 'x');
    // Finished, with the time that was announced, and about to be put in place.
    await folder.write('.syncthing.finished.tmp', 'x');
    const handle = await fs.openFile('.syncthing.finished.tmp', 'write');
    await handle.setModified(1_000_000, 0);
    await handle.close();
    clock.now += 1_000;
    const removed = await removeStrayTemps(fs, clock.now, new AbortController().signal);
    expect(removed.sort()).toEqual(['.syncthing.top.tmp', 'd/.syncthing.old.tmp']);
    expect(await folder.names('d')).toEqual(['old']);
    expect(await folder.names('.stversions')).toHaveLength(1);
    await folder.close();
  });
});
