/** Which names a folder file system takes, that no link on the way is followed, and what becomes of the root. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FolderFs } from '../../src/platform/folder-fs.js';
import { codeOf, type FolderFsFixture, namesIn, put, textOf } from './folder-fs-fixture.js';

/** A name in each of the ways that users and other systems come up with. */
const ODD_NAMES = [
  'with space',
  ' leading and trailing ',
  'ünïcødé-日本語-🙂',
  'back\\slash',
  'new\nline',
  'tab\t"quotes" \'single\' $HOME *?',
  '-rf',
  '...',
  'x (deleted)',
  'é'.normalize('NFD'),
  'ü'.repeat(127) + 'x',
  'a'.repeat(255),
];

export function folderFsPathsContract(
  name: string,
  makeFixture: () => Promise<FolderFsFixture>,
): void {
  describe(name, () => {
    let fixture: FolderFsFixture;
    let fs: FolderFs;

    beforeEach(async () => {
      fixture = await makeFixture();
      fs = fixture.fs;
    });

    afterEach(async () => {
      await fs.close();
      await fixture.cleanUp();
    });

    describe('names', () => {
      it.each(ODD_NAMES)('takes %j as a file, a directory and a link', async (odd) => {
        await put(fs, odd, 'content');
        expect(await namesIn(fs, '')).toEqual([odd]);
        expect(await textOf(fs, odd)).toBe('content');
        await fs.removeFile(odd);
        await fs.makeDirectory(odd, 0o755);
        // Twice, since a directory that was used just now may be reached another way.
        for (let turn = 0; turn < 2; turn++) {
          await put(fs, `${odd}/${odd}`, 'below');
          expect(await textOf(fs, `${odd}/${odd}`)).toBe('below');
          await fs.removeFile(`${odd}/${odd}`);
        }
        await fs.makeSymlink(odd, `${odd}/${odd}`);
        expect(await fs.readSymlink(`${odd}/${odd}`)).toBe(odd);
      });

      it.each(['/etc', 'a//b', 'a/', '.', '..', 'a/../b', './a', 'a/.', 'a\0b', '\ud800'])(
        'refuses %j in every operation',
        async (bad) => {
          await fs.makeDirectory('a', 0o755);
          await put(fs, 'f');
          const tries = [
            () => fs.stat(bad),
            () => fs.list(bad),
            () => fs.openFile(bad, 'read'),
            () => fs.createFile(bad, 0o600),
            () => fs.openDirectory(bad),
            () => fs.makeDirectory(bad, 0o755),
            () => fs.removeDirectory(bad),
            () => fs.removeFile(bad),
            () => fs.rename(bad, 'x'),
            () => fs.rename('f', bad),
            () => fs.link(bad, 'x'),
            () => fs.link('f', bad),
            () => fs.makeSymlink('x', bad),
            () => fs.readSymlink(bad),
            () => fs.syncDirectory(bad),
          ];
          for (const attempt of tries) expect(await codeOf(attempt())).toBe('refused');
          expect(await namesIn(fs, '')).toEqual(['a', 'f']);
        },
      );

      it('reports a component that is too long as the system does', async () => {
        expect(await codeOf(fs.createFile('a'.repeat(256), 0o600))).toBe('io');
        expect(await codeOf(fs.makeDirectory('ü'.repeat(128), 0o755))).toBe('io');
        expect(await codeOf(fs.stat('a'.repeat(256)))).toBe('io');
      });

      it('works in directories deeper than a path can be long, or fails cleanly', async () => {
        const component = 'deep'.repeat(60);
        const made: string[] = [];
        let name = component;
        let problem = 'none';
        while (made.length < 24 && problem === 'none') {
          problem = await codeOf(fs.makeDirectory(name, 0o755));
          if (problem === 'none') made.push(name);
          name = `${made.at(-1)}/${component}`;
        }
        if (problem === 'none') {
          await put(fs, `${made.at(-1)}/f`, 'bottom');
          expect(await textOf(fs, `${made.at(-1)}/f`)).toBe('bottom');
          await fs.removeFile(`${made.at(-1)}/f`);
        } else {
          expect(problem).toBe('io');
        }
        for (const directory of made.reverse()) await fs.removeDirectory(directory);
        expect(await namesIn(fs, '')).toEqual([]);
      });
    });

    describe('links on the way', () => {
      /** What an operation that goes through the link at `way` would reach is in `real`. */
      const attempts = (way: string): (() => Promise<unknown>)[] => [
        () => fs.stat(`${way}/f`),
        () => fs.list(`${way}/sub`),
        () => fs.openFile(`${way}/f`, 'read'),
        () => fs.openFile(`${way}/f`, 'write'),
        () => fs.createFile(`${way}/new`, 0o600),
        () => fs.openDirectory(`${way}/sub`),
        () => fs.makeDirectory(`${way}/new`, 0o755),
        () => fs.removeDirectory(`${way}/sub`),
        () => fs.removeFile(`${way}/f`),
        () => fs.rename(`${way}/f`, 'out'),
        () => fs.rename('own', `${way}/in`),
        () => fs.link(`${way}/f`, 'out'),
        () => fs.link('own', `${way}/in`),
        () => fs.makeSymlink('x', `${way}/new`),
        () => fs.readSymlink(`${way}/l`),
        () => fs.syncDirectory(`${way}/sub`),
      ];

      const expectAllRefused = async (way: string): Promise<void> => {
        for (const attempt of attempts(way)) expect(await codeOf(attempt())).toBe('refused');
      };

      beforeEach(async () => {
        await put(fs, 'own', 'own');
        await fs.makeDirectory('real', 0o755);
        await put(fs, 'real/f', 'f');
        await fs.makeDirectory('real/sub', 0o755);
        await fs.makeSymlink('x', 'real/l');
      });

      afterEach(async () => {
        expect(await namesIn(fs, 'real')).toEqual(['f', 'l', 'sub']);
        expect(await textOf(fs, 'own')).toBe('own');
      });

      it('are refused as the first component', async () => {
        await fs.makeSymlink('real', 'way');
        await expectAllRefused('way');
      });

      it('are refused as a middle component', async () => {
        await fs.makeDirectory('a', 0o755);
        await fs.makeSymlink('..', 'a/up');
        await expectAllRefused('a/up/real');
      });

      it('are refused as the last component before the name', async () => {
        await fs.makeDirectory('a', 0o755);
        await fs.makeDirectory('a/b', 0o755);
        await fs.makeSymlink('../../real', 'a/b/way');
        await expectAllRefused('a/b/way');
      });

      it('are refused when they take a directory’s place between two calls', async () => {
        await fs.makeDirectory('a', 0o755);
        await fs.makeDirectory('a/way', 0o755);
        await put(fs, 'a/way/f', 'inside');
        expect(await textOf(fs, 'a/way/f')).toBe('inside');
        await fs.rename('a/way', 'elsewhere');
        await fs.makeSymlink('../real', 'a/way');
        await expectAllRefused('a/way');
        expect(await textOf(fs, 'elsewhere/f')).toBe('inside');
      });

      it('are refused when a directory higher up is exchanged between two calls', async () => {
        await fs.makeDirectory('a', 0o755);
        await fs.makeDirectory('a/real', 0o755);
        await put(fs, 'a/real/f', 'inside');
        await fs.rename('a', 'b');
        await fs.makeSymlink('.', 'a');
        await expectAllRefused('a/real');
        expect(await textOf(fs, 'b/real/f')).toBe('inside');
      });

      it('are refused in the same way as files on the way', async () => {
        await expectAllRefused('real/f');
      });
    });

    describe('directories that change between two calls', () => {
      beforeEach(async () => {
        await fs.makeDirectory('a', 0o755);
        await fs.makeDirectory('a/b', 0o755);
        await put(fs, 'a/b/f', 'first');
        expect(await textOf(fs, 'a/b/f')).toBe('first');
      });

      it('are not reached under a name that they no longer have', async () => {
        await fs.rename('a/b', 'moved');
        expect(await fs.stat('a/b/f')).toBeUndefined();
        expect(await codeOf(fs.createFile('a/b/g', 0o600))).toBe('missing');
        expect(await namesIn(fs, 'moved')).toEqual(['f']);
      });

      it('are reached as those that took their names', async () => {
        await fs.rename('a', 'old');
        await fs.makeDirectory('a', 0o755);
        await fs.makeDirectory('a/b', 0o755);
        await put(fs, 'a/b/f', 'second');
        expect(await textOf(fs, 'a/b/f')).toBe('second');
        expect(await textOf(fs, 'old/b/f')).toBe('first');
      });

      it('are missing once removed, and new once made again', async () => {
        await fs.removeFile('a/b/f');
        await fs.removeDirectory('a/b');
        expect(await codeOf(fs.createFile('a/b/f', 0o600))).toBe('missing');
        await fs.makeDirectory('a/b', 0o755);
        await put(fs, 'a/b/f', 'again');
        expect(await textOf(fs, 'a/b/f')).toBe('again');
      });
    });

    describe('the root', () => {
      it('is found in place, also after changes in it', async () => {
        await fs.checkRoot();
        await fs.makeDirectory('d', 0o755);
        await fs.checkRoot();
      });

      it('is missing once it was taken away, and when another is in its place', async () => {
        await fixture.takeRoot();
        expect(await codeOf(fs.checkRoot())).toBe('missing');
        await fixture.replaceRoot();
        expect(await codeOf(fs.checkRoot())).toBe('missing');
      });

      it('leaves nothing behind when it is asked about upper and lower case', async () => {
        const isCaseSensitive = await fs.isCaseSensitive();
        await put(fs, 'probe');
        expect((await fs.stat('PROBE')) === undefined).toBe(isCaseSensitive);
        expect(await fs.isCaseSensitive()).toBe(isCaseSensitive);
        expect(await namesIn(fs, '')).toEqual(['probe']);
      });

      it('takes no operation after closing', async () => {
        await fs.close();
        expect(await codeOf(fs.stat('x'))).toBe('closed');
        expect(await codeOf(fs.createFile('x', 0o600))).toBe('closed');
        expect(await codeOf(fs.checkRoot())).toBe('closed');
      });

      it('lets the operations under way end before it closes', async () => {
        const names = Array.from({ length: 200 }, (_, index) => `d${index}`);
        const making = names.map((directory) => fs.makeDirectory(directory, 0o755));
        const listing = fs.list('');
        await fs.close();
        const results = await Promise.allSettled([...making, listing]);
        expect(results.filter((result) => result.status === 'rejected')).toEqual([]);
      });
    });
  });
}
