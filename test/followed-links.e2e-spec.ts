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
  const startBoth = (): Promise<void> =>
    startPair(a, b, {
      dialer: { ...FOLLOWING, devices: [] },
    }).catch((error: unknown) => {
      throw error;
    });
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
    await startWithTrees();
    expect(names(b)).toEqual([...WHOLE, 'photos/two']);
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
});
