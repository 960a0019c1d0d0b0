/** The guard of a folder, between two nodes of ours on real disks: what is held, and what becomes of it. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HeldSet } from '../src/modules/guard/held-set.js';
import { ModelService } from '../src/modules/model/model.service.js';
import { settle, startPair, TestNode, type TestNodeOptions } from './support/test-node.js';
import { treeDifferences } from './support/tree.js';
import { until } from './support/wait.js';

jest.setTimeout(240_000);

const HOLDING = { mode: 'hold', percent: 25, filesMin: 20 } as const;
const LIMIT_MS = 60_000;
const MANY = 300;
const OTHERS = 60;

const guardOf = (node: TestNode) => node.get(ModelService).runner('default')!.guard;

function fill(root: string): void {
  for (const [directory, count] of [
    ['many/in', MANY],
    ['others', OTHERS],
  ] as const) {
    fs.mkdirSync(join(root, directory), { recursive: true });
    for (let i = 0; i < count; i += 1) {
      fs.writeFileSync(join(root, directory, `file ${i}`), `${directory} ${i}`);
    }
  }
}

const countIn = (node: TestNode, directory: string): number => {
  const path = join(node.root, directory);
  return fs.existsSync(path) ? fs.readdirSync(path).length : 0;
};

describe('a folder that holds what is too much', () => {
  let base: string;
  /** Changes files; its guard is as ever. */
  let peer: TestNode;
  let keeper: TestNode;
  const options: { dialer: TestNodeOptions; listener: TestNodeOptions } = {
    dialer: { folders: [{ guard: HOLDING }] },
    listener: {},
  };

  beforeAll(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-guard-'));
    peer = await TestNode.create(base, 'peer');
    keeper = await TestNode.create(base, 'keeper');
    fill(peer.root);
    await startPair(keeper, peer, options);
    await settle(peer, keeper);
  });

  afterAll(async () => {
    await Promise.all([peer.stop(), keeper.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  const held = async (size: number): Promise<HeldSet> => {
    let found: HeldSet | undefined;
    await until(
      'a set is held',
      async () => {
        [found] = await guardOf(keeper).sets();
        return found !== undefined && found.deletes + found.replaces === size;
      },
      LIMIT_MS,
    );
    return found!;
  };

  it('gets five deletes at once', async () => {
    for (let i = 0; i < 5; i += 1) fs.rmSync(join(peer.root, 'others', `file ${i}`));
    await settle(peer, keeper);
    expect(countIn(keeper, 'others')).toBe(OTHERS - 5);
    expect(await guardOf(keeper).sets()).toEqual([]);
  });

  it('gets the move of a tree at once', async () => {
    fs.renameSync(join(peer.root, 'many'), join(peer.root, 'moved'));
    await settle(peer, keeper);
    expect(countIn(keeper, 'moved/in')).toBe(MANY);
    expect(countIn(keeper, 'many')).toBe(0);
    expect(await guardOf(keeper).sets()).toEqual([]);
    expect(treeDifferences(peer.root, keeper.root)).toEqual([]);
  });

  it('keeps what a peer deletes with rm -rf, while all else goes on, and gives it back when that is rejected', async () => {
    fs.rmSync(join(peer.root, 'moved'), { recursive: true });
    fs.writeFileSync(join(peer.root, 'new'), 'new');
    await peer.scan();
    const set = await held(MANY);
    expect(set).toMatchObject({ source: 'peer', deletes: MANY, replaces: 0, deviceId: peer.id });
    expect(set.examples[0]).toBe('moved');
    await until('the new file is here', () => fs.existsSync(join(keeper.root, 'new')));
    expect(countIn(keeper, 'moved/in')).toBe(MANY);
    // A small change of the other side is nobody's business but theirs.
    fs.writeFileSync(join(keeper.root, 'ours'), 'ours');
    await keeper.scan();
    await until('ours is there', () => fs.existsSync(join(peer.root, 'ours')));
    expect(await guardOf(keeper).decide('reject', set.id)).toEqual([set.id]);
    await settle(peer, keeper);
    expect(countIn(peer, 'moved/in')).toBe(MANY);
    expect(treeDifferences(peer.root, keeper.root)).toEqual([]);
    expect(await guardOf(keeper).sets()).toEqual([]);
  });

  it('judges anew what is deleted after it came back, holds it over a restart, and lets it go when approved', async () => {
    fs.rmSync(join(peer.root, 'moved'), { recursive: true });
    await peer.scan();
    await held(MANY);
    await keeper.stop();
    const device = { id: peer.id, addresses: [peer.address] };
    await keeper.start({ devices: [device], ...options.dialer });
    const set = await held(MANY);
    await keeper.get(ModelService).runner('default')!.idle();
    expect(countIn(keeper, 'moved/in')).toBe(MANY);
    await guardOf(keeper).decide('approve', undefined);
    await settle(peer, keeper);
    expect(countIn(keeper, 'moved')).toBe(0);
    expect(treeDifferences(peer.root, keeper.root)).toEqual([]);
    expect(set.id).toHaveLength(7);
    await expect(guardOf(keeper).decide('approve', set.id)).rejects.toThrow('nothing is held');
  });

  it('keeps what is replaced by other content all over', async () => {
    const names = fs.readdirSync(join(peer.root, 'others'));
    for (const name of names) fs.writeFileSync(join(peer.root, 'others', name), 'encrypted!!');
    await peer.scan();
    const set = await held(names.length);
    expect(set).toMatchObject({ deletes: 0, replaces: names.length });
    for (const name of names) {
      expect(fs.readFileSync(join(keeper.root, 'others', name), 'utf8')).not.toBe('encrypted!!');
    }
    await guardOf(keeper).decide('reject', undefined);
    await settle(peer, keeper);
    expect(fs.readFileSync(join(peer.root, 'others', names[0]!), 'utf8')).toMatch(/^others /);
    expect(treeDifferences(peer.root, keeper.root)).toEqual([]);
  });
});
