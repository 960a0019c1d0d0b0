/** What `.stignore` leaves out: between two nodes of ours, and beside a stock node with the same file. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelService } from '../src/modules/model/model.service.js';
import { settle, startPair, TestNode } from './support/test-node.js';
import { readTree } from './support/tree.js';
import { until } from './support/wait.js';

jest.setTimeout(60_000);

describe('with ignore patterns', () => {
  let base: string;
  let a: TestNode;
  let b: TestNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-ignores-'));
    a = await TestNode.create(base, 'a');
    b = await TestNode.create(base, 'b');
  });

  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  function write(node: TestNode, name: string, text = name): void {
    fs.mkdirSync(join(node.root, name, '..'), { recursive: true });
    fs.writeFileSync(join(node.root, name), text);
  }
  const ignore = (node: TestNode, ...lines: string[]): void =>
    write(node, '.stignore', lines.join('\n'));
  const names = (node: TestNode): string[] => [...readTree(node.root).keys()].sort();
  const read = (node: TestNode, name: string): string =>
    fs.readFileSync(join(node.root, name), 'utf8');

  it('items stay where they are, on both sides, and .stignore too', async () => {
    ignore(a, '*.o', '/build');
    for (const name of ['a.c', 'a.o', 'build/x', 'sub/build/y', 'sub/b.o']) write(a, name);
    for (const name of ['theirs.o', 'build/z', 'kept']) write(b, name);
    await startPair(a, b);
    await settle(a, b);
    expect(names(b)).toEqual([
      'a.c',
      'build',
      'build/z',
      'kept',
      'sub',
      'sub/build',
      'sub/build/y',
      'theirs.o',
    ]);
    expect(names(a)).not.toContain('theirs.o');
    expect(names(a)).toContain('kept');
    expect(fs.existsSync(join(b.root, '.stignore'))).toBe(false);
  });

  it('what is ignored from now on is deleted nowhere, and what others make of it is left aside', async () => {
    for (const name of ['file', 'dir/x', 'dir/y']) write(a, name);
    await startPair(a, b);
    await settle(a, b);
    ignore(b, 'file', 'dir');
    await settle(a, b);
    write(a, 'file', 'changed');
    fs.rmSync(join(a.root, 'dir'), { recursive: true });
    fs.rmSync(join(b.root, 'dir/x'));
    await settle(a, b);
    expect(names(a)).toEqual(['file']);
    expect(read(b, 'file')).toBe('file');
    expect(names(b)).toEqual(['dir', 'dir/y', 'file']);
  });

  it('what is ignored no longer comes back, from either side', async () => {
    ignore(b, 'file', 'ours', 'both');
    for (const name of ['file', 'both']) write(a, name, 'of a');
    for (const name of ['ours', 'both']) write(b, name, 'of b');
    await startPair(a, b);
    await settle(a, b);
    expect(names(a)).toEqual(['both', 'file']);
    ignore(b, '// nothing');
    await settle(a, b);
    expect(names(a)).toEqual(names(b));
    expect(names(a)).toHaveLength(4);
    expect([read(a, 'ours'), read(b, 'file')]).toEqual(['of b', 'of a']);
    const both = names(a).filter((name) => name.startsWith('both'));
    expect(both.map((name) => read(a, name)).sort()).toEqual(['of a', 'of b']);
  });

  it('a file that is deleted while it is ignored comes back from others', async () => {
    write(a, 'file');
    await startPair(a, b);
    await settle(a, b);
    ignore(b, 'file');
    await settle(a, b);
    fs.rmSync(join(b.root, 'file'));
    await settle(a, b);
    expect(names(a)).toEqual(['file']);
    fs.rmSync(join(b.root, '.stignore'));
    await settle(a, b);
    expect([names(a), names(b)]).toEqual([['file'], ['file']]);
  });

  it('a directory that holds something kept is shared with that alone, and rests then', async () => {
    ignore(a, '!keep', '*');
    ignore(b, '!keep', '*');
    for (const name of ['d/e/keep', 'd/x', 'y']) write(a, name);
    await startPair(a, b);
    await settle(a, b);
    expect(names(b)).toEqual(['d', 'd/e', 'd/e/keep']);
    await settle(a, b);
    const before = a.get(ModelService).runner('default');
    expect(before?.problems).toEqual([]);
    fs.rmSync(join(a.root, 'd/e/keep'));
    await settle(a, b);
    expect(names(b)).not.toContain('d/e/keep');
  });

  it('a deleted directory stays with what is ignored in it, but for what (?d) lets go', async () => {
    for (const name of ['kept/x', 'gone/x']) write(a, name);
    await startPair(a, b);
    await settle(a, b);
    ignore(b, 'private', '(?d)trash');
    write(b, 'kept/private');
    write(b, 'gone/trash/deep/file');
    await settle(a, b);
    fs.rmSync(join(a.root, 'kept'), { recursive: true });
    fs.rmSync(join(a.root, 'gone'), { recursive: true });
    await a.scan();
    await until(
      'what was deleted is gone',
      () => !['gone', 'kept/x'].some((it) => names(b).includes(it)),
    );
    expect(names(b)).toEqual(['kept', 'kept/private']);
  });

  it('a line that cannot be read stops the folder and is named, until it is mended', async () => {
    ignore(a, 'fine', '[unclosed');
    write(a, 'file');
    await startPair(a, b);
    await until(
      'the folder is stopped',
      () => a.get(ModelService).runner('default')?.state === 'error',
    );
    expect(a.get(ModelService).runner('default')?.error).toContain('.stignore, line 2');
    expect(names(b)).toEqual([]);
    ignore(a, 'fine');
    await settle(a, b);
    expect(names(b)).toEqual(['file']);
  });

  it('are shown and replaced over HTTP, and followed at once', async () => {
    for (const name of ['file', 'other']) write(a, name);
    await a.start({ http: true, devices: [{ id: b.id }] });
    await b.start({ devices: [{ id: a.id, addresses: [a.address] }] });
    await settle(a, b);
    const path = 'db/ignores?folder=default';
    expect(await a.rest(path)).toEqual({ ignore: null, expanded: null, error: null });
    const { status, text } = await a.ask('POST', path, { ignore: ['(?i)FILE', '// why'] });
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        ignore: ['(?i)FILE', '// why'],
        expanded: ['(?i)file', '(?i)**/file', '(?i)file/**', '(?i)**/file/**'],
        error: null,
      },
    ]);
    const shared = async (): Promise<unknown> =>
      (await a.rest('db/status?folder=default'))['localFiles'];
    await until('the file is left out', async () => (await shared()) === 1);
    expect(await a.rest('db/status?folder=default')).toMatchObject({ ignorePatterns: true });
    await a.ask('POST', path, { ignore: ['[x'] });
    expect(await a.rest(path)).toMatchObject({
      ignore: ['[x'],
      error: expect.stringContaining('.stignore, line 1'),
    });
    expect((await a.ask('POST', path, { ignore: 'x' })).status).toBe(400);
    expect((await a.ask('POST', path, { ignore: ['a\nb'] })).status).toBe(400);
    await a.ask('POST', path, { ignore: [] });
    await until('nothing is left out', async () => (await shared()) === 2, 10_000);
    expect(fs.existsSync(join(a.root, '.stignore'))).toBe(false);
  });

  it('a link in the place of the patterns does not count as none', async () => {
    write(a, 'file');
    fs.symlinkSync('/etc/hostname', join(a.root, '.stignore'));
    await startPair(a, b);
    await until(
      'the folder is stopped',
      () => a.get(ModelService).runner('default')?.state === 'error',
    );
    expect(a.get(ModelService).runner('default')?.error).toContain('.stignore cannot be read');
    expect(names(b)).toEqual([]);
  });
});
