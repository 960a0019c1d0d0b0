/** A file that is replaced is never seen half, keeps its mode to itself and leaves nothing beside it. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomically } from './atomic-file.js';

describe('writing a file atomically', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'atomic-file-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('makes a private file with exactly the content', async () => {
    const path = join(directory, 'key.pem');
    await writeFileAtomically(path, 'secret\n', 0o600);
    expect(await readFile(path, 'utf8')).toBe('secret\n');
    expect((await stat(path)).mode & 0o7777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['key.pem']);
  });

  it('takes the mode asked for, whatever the umask', async () => {
    const path = join(directory, 'shared');
    const before = process.umask(0o077);
    try {
      await writeFileAtomically(path, Buffer.from([0, 1, 2]), 0o664);
    } finally {
      process.umask(before);
    }
    expect((await stat(path)).mode & 0o7777).toBe(0o664);
    expect([...(await readFile(path))]).toEqual([0, 1, 2]);
  });

  it('replaces what was there for new readers and leaves it to those who have it open', async () => {
    const path = join(directory, 'state');
    await writeFile(path, 'old');
    const before = await stat(path);
    await writeFileAtomically(path, 'new', 0o644);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).ino).not.toBe(before.ino);
  });

  it('is not led astray by what a killed process or somebody else left beside it', async () => {
    const path = join(directory, 'state');
    const elsewhere = join(directory, 'elsewhere');
    await writeFile(elsewhere, 'untouched');
    await symlink(elsewhere, join(directory, '.state.tmp'));
    await writeFileAtomically(path, 'new', 0o644);
    expect(await readFile(elsewhere, 'utf8')).toBe('untouched');
    expect((await readdir(directory)).sort()).toEqual(['elsewhere', 'state']);
  });

  it('leaves everything as it was when it fails', async () => {
    const path = join(directory, 'taken');
    await mkdir(join(path, 'full'), { recursive: true });
    await expect(writeFileAtomically(path, 'new', 0o644)).rejects.toMatchObject({
      code: expect.stringMatching(/^(EISDIR|ENOTEMPTY|EEXIST)$/) as unknown,
    });
    expect(await readdir(directory)).toEqual(['taken']);
    await expect(
      writeFileAtomically(join(directory, 'missing', 'x'), 'new', 0o644),
    ).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
