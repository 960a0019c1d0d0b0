import { afterEach, describe, expect, it } from '@jest/globals';
import { ignoring } from '../../../test/support/ignoring.js';
import { FOLDER, PullFixture, theirVersion } from '../../../test/support/pull-fixture.js';
import { asIgnored } from '../../domain/file-info-rules.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type MemoryDiskOptions, systemError } from '../../platform/memory-disk.js';
import { MemoryFolderFs } from '../../platform/memory-folder-fs.js';

const LATE = { modifiedS: 2_000_000_000 };

describe('PullerService on disks with peculiarities', () => {
  let folder: PullFixture;
  const open = async (options: MemoryDiskOptions = {}): Promise<void> => {
    folder = await PullFixture.inMemory(options);
  };
  afterEach(() => folder.close());

  it('does the same where files have one name only', async () => {
    await open({
      beforeOperation: (operation) => {
        if (operation === 'link') throw systemError('EPERM');
      },
    });
    await folder.has(folder.file('f', 'base'), folder.file('old', 'content'));
    await folder.write('f', 'mine');
    await folder.scan('f');
    await folder.announce(
      folder.file('f', 'theirs', { ...theirVersion(2), ...LATE }),
      folder.file('new', 'content'),
      folder.deleted('old'),
    );
    const outcome = await folder.pull();
    expect(outcome.problems).toEqual([]);
    expect(await folder.read('f')).toBe('theirs');
    expect(await folder.read(outcome.rescan[0] as string)).toBe('mine');
    expect(await folder.read('new')).toBe('content');
    expect(await folder.names()).toHaveLength(3);
  });

  it('tries again what waits for room when the folder was stopped and goes on', async () => {
    await open();
    const disk = folder.disk!;
    const { space } = disk;
    disk.space = { ...space, freeBytes: 0 };
    await folder.announce(folder.file('f', 'content'));
    const [problem] = (await folder.pull()).problems;
    expect(problem).toMatchObject({ code: 'full' });
    await folder.puller.stopTransfers(FOLDER);
    disk.space = space;
    folder.fs = new MemoryFolderFs('/folder', disk);
    expect((await folder.pull()).problems).toEqual([]);
    expect(await folder.read('f')).toBe('content');
  });

  it('does not take a name for another one in a different case', async () => {
    await open({ caseSensitive: false });
    await folder.has(folder.file('Readme', 'first'), folder.directory('Dir'));
    await folder.announce(
      folder.file('README', 'second'),
      folder.file('dir/f', 'third'),
      folder.directory('DIR'),
    );
    const outcome = await folder.pull();
    expect(outcome.problems.map(({ name, code }) => [name, code]).sort()).toEqual([
      ['DIR', 'exists'],
      ['README', 'exists'],
      ['dir/f', 'exists'],
    ]);
    expect(outcome.problems.find(({ name }) => name === 'README')?.message).toContain(
      'remote "README" uses different upper or lowercase characters than local "Readme"',
    );
    expect(await folder.read('Readme')).toBe('first');
    expect(await folder.names()).toEqual(['Dir', 'Readme']);
    // A delete of the one we do not have leaves the one we have.
    await folder.announce(folder.deleted('README'));
    await folder.pull();
    expect(await folder.read('Readme')).toBe('first');
  });

  it('takes the case of names that others have changed, with and without versions', async () => {
    for (const keepsVersions of [false, true]) {
      await open({ caseSensitive: false });
      if (keepsVersions) await folder.keepVersions({ type: 'simple' });
      await folder.has(
        folder.file('readme', 'text'),
        folder.file('notes', 'some'),
        folder.directory('Dir'),
        folder.file('Dir/f', 'inside'),
        folder.symlink('link', 'to'),
      );
      await folder.announce(
        folder.deleted('readme'),
        folder.file('README', 'text'),
        folder.deleted('notes'),
        folder.file('Notes', 'others'),
        folder.deleted('Dir', { type: 'directory' }),
        folder.deleted('Dir/f'),
        folder.directory('dir'),
        folder.file('dir/f', 'inside'),
        folder.deleted('link', { type: 'symlink' }),
        folder.symlink('Link', 'to'),
      );
      expect(await folder.pull()).toMatchObject({ problems: [], rescan: [] });
      const kept = keepsVersions ? ['.stversions'] : [];
      expect(await folder.names()).toEqual([...kept, 'Link', 'Notes', 'README', 'dir']);
      expect(await folder.read('Notes')).toBe('others');
      expect(await folder.read('dir/f')).toBe('inside');
      expect(folder.source.askedNames).toEqual(['Notes']);
      expect(await folder.database.needs(FOLDER, undefined, 10)).toEqual([]);
      if (!keepsVersions) await folder.close();
    }
    expect(await folder.versioner!.list('', new AbortController().signal)).toMatchObject(
      new Map([
        ['notes', [{ size: 4 }]],
        ['readme', [{ size: 4 }]],
      ]),
    );
  });

  it('lets nothing that is ignored give way to the same name in another case', async () => {
    await open({ caseSensitive: false });
    await folder.has(folder.file('readme', 'text'), folder.file('notes', 'some'));
    folder.ignores = await ignoring('readme', 'notes');
    const known = (await folder.local('readme')) as LocalFileInfo;
    await folder.database.updateLocal(FOLDER, [asIgnored(known)]);
    await folder.announce(
      folder.deleted('readme'),
      folder.file('README', 'text'),
      folder.deleted('notes'),
      folder.file('NOTES', 'others'),
    );
    expect((await folder.pull()).problems).toMatchObject([{ code: 'exists' }, { code: 'exists' }]);
    expect(await folder.names()).toEqual(['notes', 'readme']);
    expect(await folder.read('notes')).toBe('some');
  });

  it('leaves a name in another Unicode form alone, and says so', async () => {
    await open({ formSensitive: false });
    await folder.write('cafe\u0301', 'mine');
    await folder.announce(folder.file('caf\u00e9', 'theirs'));
    const { problems } = await folder.pull();
    expect(problems).toMatchObject([{ code: 'exists' }]);
    expect(problems[0]?.message).toContain('another Unicode form');
    expect(await folder.names()).toEqual(['cafe\u0301']);
    expect(await folder.read('caf\u00e9')).toBe('mine');
  });

  it('overwrites nothing either where it is told that the disk is exact', async () => {
    await open({ caseSensitive: false });
    await folder.has(folder.file('Readme', 'first'));
    folder.settings = { ...folder.settings, caseSensitiveFs: true };
    await folder.announce(folder.file('README', 'second'));
    expect(await folder.pull()).toMatchObject({ rescan: ['README'] });
    expect(await folder.read('Readme')).toBe('first');
  });

  it('works in a directory that may not be written to, and leaves it as it was', async () => {
    await open();
    await folder.has(folder.directory('d', { permissions: 0o555 }), folder.file('f', 'x'));
    const { disk } = folder;
    disk!.beforeOperation = (operation, name) => {
      const isClosed = (disk!.node('d').stat().permissions & 0o200) === 0;
      if (name.startsWith('d/') && operation === 'createFile' && isClosed) {
        throw systemError('EACCES');
      }
    };
    await folder.announce(folder.file('d/a', '1'), folder.file('d/b', '2'));
    const outcome = await folder.pull();
    expect(outcome.problems).toEqual([]);
    expect(await folder.names('d')).toEqual(['a', 'b']);
    expect((await folder.fs.stat('d'))?.permissions).toBe(0o555);
  });

  it('goes on with the other files when the disk is full', async () => {
    await open();
    folder.disk!.beforeOperation = (operation, name) => {
      if (operation === 'write' && name.includes('big')) throw systemError('ENOSPC');
    };
    await folder.announce(folder.file('big', 'xxxx'), folder.file('small', 'x'));
    const outcome = await folder.pull();
    expect(outcome.problems).toMatchObject([{ name: 'big', code: 'full' }]);
    expect(await folder.read('small')).toBe('x');
    expect((await folder.local('big'))?.name).toBeUndefined();
  });

  it('records nothing before the directory that names it is flushed', async () => {
    await open();
    const steps: string[] = [];
    folder.disk!.beforeOperation = (operation, name) => {
      if (operation === 'sync' || operation === 'syncDirectory') steps.push(`flush ${name}`);
    };
    const { database } = folder;
    const updateLocal = database.updateLocal.bind(database);
    database.updateLocal = (id, files) => {
      steps.push(`record ${files.map(({ name }) => name).join()}`);
      return updateLocal(id, files);
    };
    await folder.announce(folder.directory('d'), folder.file('d/f', 'x'));
    await folder.pull();
    const recorded = steps.indexOf('record d,d/f');
    expect(recorded).toBe(steps.length - 1);
    expect(steps.slice(0, recorded)).toEqual(
      expect.arrayContaining(['flush d/.syncthing.f.tmp', 'flush ', 'flush d']),
    );
    expect(await database.needs(FOLDER, undefined, 10)).toEqual([]);
  });

  it('stops as a whole when the root is not the one that was opened', async () => {
    await open();
    await folder.has(folder.file('f', 'x'));
    await folder.announce(folder.deleted('f'));
    folder.fs.checkRoot = () => Promise.reject(new Error('unmounted'));
    await expect(folder.pull()).rejects.toThrow('unmounted');
    expect(await folder.local('f')).toMatchObject({ deleted: false });
  });
});
