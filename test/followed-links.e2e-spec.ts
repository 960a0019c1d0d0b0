/**
 * Links directly below a folder's root that are followed, between two nodes of ours: whatever happens to what they lead
 * to, and whatever the peer does, nothing outside is touched and nothing is deleted elsewhere.
 */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelService } from '../src/modules/model/model.service.js';
import { settle, startPair, TestNode } from './support/test-node.js';
import { readTree } from './support/tree.js';
import { until } from './support/wait.js';

jest.setTimeout(60_000);

const FOLLOWING = { folders: [{ followSymlinks: true }] };

describe('a folder that follows links', () => {
  let base: string;
  /** Has the links. */
  let a: TestNode;
  let b: TestNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-links-'));
    a = await TestNode.create(base, 'a');
    b = await TestNode.create(base, 'b');
  });

  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  const at = (name: string): string => join(base, name);
  function write(name: string, text = name): void {
    fs.mkdirSync(join(at(name), '..'), { recursive: true });
    fs.writeFileSync(at(name), text);
  }
  const read = (name: string): string => fs.readFileSync(at(name), 'utf8');
  const names = (node: TestNode): string[] => [...readTree(node.root).keys()].sort();
  const isLink = (name: string): boolean => fs.lstatSync(at(name)).isSymbolicLink();
  function link(name: string, target: string): void {
    fs.symlinkSync(target, join(a.root, name));
  }
  async function start(node: TestNode, peer: TestNode): Promise<void> {
    const device = { id: peer.id, addresses: [peer.address] };
    await node.start({ ...FOLLOWING, devices: [device] });
  }
  const problemOf = (node: TestNode, name: string): string =>
    node
      .get(ModelService)
      .runner('default')
      ?.problems.find((problem) => problem.name === name)?.message ?? '';

  /** Two trees elsewhere, joined by links, and synced. */
  async function startWithTrees(): Promise<void> {
    for (const name of ['photos/2013/one', 'photos/two', 'music/song']) write(`elsewhere/${name}`);
    link('photos', at('elsewhere/photos'));
    link('music', at('elsewhere/music'));
    write('a/file');
    await b.start({ devices: [{ id: a.id }] });
    await start(a, b);
    await until('connected', () => a.isConnectedTo(b.id));
    await settle(a, b);
  }

  const WHOLE = ['file', 'music', 'music/song', 'photos', 'photos/2013', 'photos/2013/one'];

  it('shares several trees that lie elsewhere, both ways, at any depth', async () => {
    // The peer has a directory of that name already: the two are joined.
    write('b/photos/theirs');
    await startWithTrees();
    expect(names(b)).toEqual([...WHOLE, 'photos/theirs', 'photos/two']);
    expect(read('elsewhere/photos/theirs')).toBe('b/photos/theirs');
    expect(isLink('b/photos')).toBe(false);
    write('b/photos/new/deep', 'from b');
    write('b/photos/two', 'changed by b');
    write('b/music/small');
    fs.rmSync(at('b/photos/2013'), { recursive: true });
    fs.writeFileSync(at('b/music/big'), Buffer.alloc(400_000, 'x'));
    await settle(a, b);
    expect(read('elsewhere/photos/new/deep')).toBe('from b');
    expect(read('elsewhere/photos/two')).toBe('changed by b');
    expect(fs.statSync(at('elsewhere/music/big')).size).toBe(400_000);
    expect(fs.existsSync(at('elsewhere/photos/2013'))).toBe(false);
    expect(isLink('a/photos') && isLink('a/music')).toBe(true);
    fs.renameSync(at('elsewhere/music/big'), at('elsewhere/photos/big'));
    await settle(a, b);
    expect(names(b)).toContain('photos/big');
    expect(names(b)).not.toContain('music/big');
  });

  /** Everything that the peer has, and says it has, is still there. */
  async function expectAllElsewhere(): Promise<void> {
    await b.scan();
    expect(names(b)).toEqual([...WHOLE, 'photos/two']);
  }
  async function stopped(name: string, reason: RegExp): Promise<void> {
    await a.scan();
    await until(`${name} is stopped`, () => reason.test(problemOf(a, name)));
    // The rest of the folder goes on, in both directions.
    write('b/file', 'from b, meanwhile');
    write('a/other', 'from a, meanwhile');
    await Promise.all([a.scan(), b.scan()]);
    await until('the rest goes on', () => {
      return fs.existsSync(at('b/other')) && read('a/file') === 'from b, meanwhile';
    });
    fs.rmSync(at('a/other'));
    await a.scan();
    await until('the rest goes on', () => !fs.existsSync(at('b/other')));
  }

  it('stops a tree whose directory went away, and goes on with it when that is back', async () => {
    await startWithTrees();
    fs.renameSync(at('elsewhere/photos'), at('elsewhere/taken'));
    await stopped('photos', /elsewhere\/photos, is not there/);
    // What others do there waits.
    write('b/photos/two', 'changed meanwhile');
    fs.rmSync(at('b/photos/2013'), { recursive: true });
    write('b/photos/three');
    await Promise.all([b.scan(), a.scan()]);
    expect(fs.existsSync(at('elsewhere/taken/three'))).toBe(false);
    expect(isLink('a/photos')).toBe(true);
    fs.renameSync(at('elsewhere/taken'), at('elsewhere/photos'));
    await settle(a, b);
    expect(problemOf(a, 'photos')).toBe('');
    expect(read('elsewhere/photos/two')).toBe('changed meanwhile');
    expect(names(b)).toEqual([...WHOLE.slice(0, 4), 'photos/three', 'photos/two']);
  });

  it('stops a tree that is suddenly empty, and fills it again only when the user says so', async () => {
    await startWithTrees();
    fs.rmSync(at('elsewhere/photos/2013'), { recursive: true });
    fs.rmSync(at('elsewhere/photos/two'));
    await stopped('photos', /suddenly empty/);
    await expectAllElsewhere();
    await a.stop();
    await start(a, b);
    await stopped('photos', /suddenly empty/);
    await expectAllElsewhere();
    expect(fs.readdirSync(at('elsewhere/photos'))).toEqual([]);
    write('a/.stfolder/accept-photos', '');
    await settle(a, b);
    await expectAllElsewhere();
    expect(read('elsewhere/photos/2013/one')).toBe('elsewhere/photos/2013/one');
    expect(fs.readdirSync(at('a/.stfolder'))).toEqual([]);
    // Only when told so is it deleted everywhere, and once told it holds once.
    for (const name of ['photos/2013', 'photos/two'])
      fs.rmSync(at(`elsewhere/${name}`), { recursive: true });
    await a.scan();
    write('a/.stfolder/delete-photos', '');
    await settle(a, b);
    expect(names(b)).toEqual(['file', 'music', 'music/song', 'photos']);
    write('elsewhere/photos/again');
    await settle(a, b);
    fs.rmSync(at('elsewhere/photos/again'));
    await stopped('photos', /suddenly empty/);
    expect(names(b)).toContain('photos/again');
  });

  it('stops a tree whose link leads elsewhere now, and joins the two contents when the user says so', async () => {
    await startWithTrees();
    write('elsewhere/exchanged/two', 'another two');
    write('elsewhere/exchanged/only here');
    fs.rmSync(at('a/photos'));
    link('photos', at('elsewhere/exchanged'));
    await stopped('photos', /elsewhere\/exchanged, which is another directory/);
    await expectAllElsewhere();
    expect(fs.readdirSync(at('elsewhere/exchanged')).sort()).toEqual(['only here', 'two']);
    write('a/.stfolder/accept-photos', '');
    await settle(a, b);
    expect(names(b)).toEqual(expect.arrayContaining([...WHOLE, 'photos/only here']));
    expect(read('elsewhere/exchanged/2013/one')).toBe('elsewhere/photos/2013/one');
    expect(read('elsewhere/photos/two')).toBe('elsewhere/photos/two');
  });

  it('takes a removed link for no delete; told so, the tree comes back as a directory', async () => {
    await startWithTrees();
    fs.rmSync(at('a/photos'));
    await stopped('photos', /is not there/);
    await expectAllElsewhere();
    write('a/.stfolder/accept-photos', '');
    await settle(a, b);
    await expectAllElsewhere();
    expect(fs.statSync(at('a/photos/two')).isFile() && !isLink('a/photos')).toBe(true);
    expect(fs.existsSync(at('elsewhere/photos/two'))).toBe(true);
  });

  it('leaves a tree alone while links are not followed any more', async () => {
    await startWithTrees();
    await a.stop();
    await a.start({ devices: [{ id: b.id, addresses: [b.address] }] });
    await stopped('photos', /not followed now/);
    await expectAllElsewhere();
    await a.stop();
    await start(a, b);
    await settle(a, b);
    expect(problemOf(a, 'photos')).toBe('');
  });

  it('keeps the link when others delete everything behind it, and fills it again', async () => {
    await startWithTrees();
    fs.rmSync(at('b/photos'), { recursive: true });
    await settle(a, b);
    expect(fs.readdirSync(at('elsewhere/photos'))).toEqual([]);
    expect(isLink('a/photos')).toBe(true);
    await settle(a, b);
    expect(names(b)).toEqual(['file', 'music', 'music/song']);
    write('b/photos/again');
    await settle(a, b);
    expect(read('elsewhere/photos/again')).toBe('b/photos/again');
    fs.rmSync(at('b/photos'), { recursive: true });
    await settle(a, b);
    expect(names(b)).not.toContain('photos');
    write('elsewhere/photos/ours');
    await settle(a, b);
    expect(names(b)).toEqual(expect.arrayContaining(['photos', 'photos/ours']));
  });

  it.each(['file', 'link'])('keeps the link when others put a %s in its place', async (kind) => {
    await startWithTrees();
    fs.rmSync(at('b/photos'), { recursive: true });
    if (kind === 'file') write('b/photos', 'a file');
    else fs.symlinkSync('/etc', at('b/photos'));
    await Promise.all([b.scan(), a.scan()]);
    await until('it is refused', () => /stays as it is/.test(problemOf(a, 'photos')));
    expect(isLink('a/photos') && fs.readlinkSync(at('a/photos'))).toBe(at('elsewhere/photos'));
    expect(fs.existsSync(at('elsewhere/photos'))).toBe(true);
    fs.rmSync(at('b/photos'));
    write('b/photos/back');
    await settle(a, b);
    expect(read('elsewhere/photos/back')).toBe('b/photos/back');
  });

  it('takes no link from others directly below the root, and any further down', async () => {
    await startWithTrees();
    fs.symlinkSync(at('elsewhere'), at('b/theirs'));
    fs.symlinkSync('two', at('b/photos/deep'));
    await Promise.all([b.scan(), a.scan()]);
    await until('it is refused', () => /none is taken from them/.test(problemOf(a, 'theirs')));
    expect(fs.existsSync(at('a/theirs'))).toBe(false);
    await until('the other one came', () => fs.existsSync(at('elsewhere/photos/deep')));
    expect(fs.readlinkSync(at('elsewhere/photos/deep'))).toBe('two');
  });

  it('goes on syncing a link as a link that was one before', async () => {
    write('elsewhere/photos/one');
    link('photos', at('elsewhere/photos'));
    fs.symlinkSync(at('elsewhere'), at('b/theirs'));
    await startPair(a, b);
    await settle(a, b);
    expect(fs.readlinkSync(at('b/photos'))).toBe(at('elsewhere/photos'));
    await a.stop();
    await start(a, b);
    await settle(a, b);
    expect(names(a)).toEqual(['photos', 'theirs']);
    expect(names(b)).toEqual(['photos', 'theirs']);
    expect(a.log.lines.join('\n')).toMatch(
      /"photos": it was synced as a link before and stays one/,
    );
    expect(fs.readdirSync(at('elsewhere'))).toEqual(['photos']);
  });

  it('refuses what would be synced twice or gives away too much, and tells why', async () => {
    write('elsewhere/tree/sub/file');
    write('other/file');
    fs.mkdirSync(at('a/plain'));
    const refused: [name: string, target: string, why: RegExp][] = [
      ['b-same', at('elsewhere/tree'), /leads to what the link "a-tree" leads to/],
      ['c-inside', at('elsewhere/tree/sub'), /into what the link "a-tree" leads to/],
      ['d-above', at('elsewhere'), /above what the link "a-tree" leads to/],
      ['e-chain', 'a-tree', /leads to what the link "a-tree"/],
      ['f-self', '.', /leads to this folder itself/],
      ['g-own', 'plain', /into this folder itself/],
      ['h-up', base, /above this folder itself/],
      ['i-home', a.home, /leads to the home of this node/],
      ['j-other', at('other'), /leads to the folder second/],
    ];
    link('a-tree', at('elsewhere/tree'));
    for (const [name, target] of refused) link(name, target);
    link('k-file', at('other/file'));
    link('l-loop', 'l-loop');
    await b.start({ devices: [{ id: a.id }] });
    const folders = [
      { followSymlinks: true, devices: [b.id] },
      { id: 'second', path: at('other') },
    ];
    await a.start({ folders, devices: [{ id: b.id, addresses: [b.address] }] });
    await until('connected', () => a.isConnectedTo(b.id));
    await settle(a, b);
    for (const [name, , why] of refused) expect(problemOf(a, name)).toMatch(why);
    expect(names(b)).toEqual([
      ...['a-tree', 'a-tree/sub', 'a-tree/sub/file', 'k-file', 'l-loop', 'plain'],
    ]);
  });
});
