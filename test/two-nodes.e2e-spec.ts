/** Two nodes of ours in one process, on real disks and loopback: what a user of a pair sees. */
import { jest } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { ModelService } from '../src/modules/model/model.service.js';
import { SeededRandom } from './support/random.js';
import { settle, startPair, TestNode } from './support/test-node.js';
import { makeTree, readTree, treeDifferences } from './support/tree.js';
import { until } from './support/wait.js';

jest.setTimeout(60_000);

describe('two nodes', () => {
  let base: string;
  let a: TestNode;
  let b: TestNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-two-'));
    a = await TestNode.create(base, 'a');
    b = await TestNode.create(base, 'b');
  });

  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  const write = (node: TestNode, name: string, text: string): void =>
    fs.writeFileSync(join(node.root, name), text);
  const read = (node: TestNode, name: string): string =>
    fs.readFileSync(join(node.root, name), 'utf8');
  const conflictCopies = (node: TestNode): string[] =>
    [...readTree(node.root).keys()].filter((name) => name.includes('.sync-conflict-'));

  it('bring a tree from one to the other', async () => {
    makeTree(a.root, 300, new SeededRandom(1));
    await startPair(a, b);
    await settle(a, b);
    expect(treeDifferences(a.root, b.root)).toEqual([]);
  });

  it('that hold the same files from before meet without transfer and without conflict', async () => {
    makeTree(a.root, 100, new SeededRandom(2));
    fs.cpSync(a.root, b.root, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
    });
    const inodes = (): bigint[] =>
      [...readTree(b.root).keys()].map((name) => {
        return fs.lstatSync(join(b.root, name), { bigint: true }).ino;
      });
    const before = inodes();
    await startPair(a, b);
    await settle(a, b);
    expect(conflictCopies(a)).toEqual([]);
    expect(inodes()).toEqual(before);
    expect(treeDifferences(a.root, b.root)).toEqual([]);
  });

  it('keep both versions of a file that both changed', async () => {
    write(a, 'report.txt', 'first');
    await startPair(a, b);
    await settle(a, b);
    write(a, 'report.txt', 'changed on a');
    write(b, 'report.txt', 'changed on b, later');
    await settle(a, b);
    for (const node of [a, b]) {
      const [copy, ...more] = conflictCopies(node);
      expect(more).toEqual([]);
      expect([read(node, 'report.txt'), read(node, copy!)].sort()).toEqual([
        'changed on a',
        'changed on b, later',
      ]);
    }
  });

  it('keep an edit that meets a delete', async () => {
    write(a, 'kept', 'first');
    await startPair(a, b);
    await settle(a, b);
    fs.rmSync(join(a.root, 'kept'));
    write(b, 'kept', 'edited on b');
    await settle(a, b);
    expect(read(a, 'kept')).toBe('edited on b');
    expect(read(b, 'kept')).toBe('edited on b');
  });

  it('do not take a folder without its marker for an emptied one', async () => {
    write(a, 'precious', 'content');
    await startPair(a, b);
    await settle(a, b);
    fs.rmSync(join(b.root, '.stfolder'), { recursive: true });
    fs.rmSync(join(b.root, 'precious'));
    const stopped = b.next('StateChanged', ({ to }) => to === 'error');
    void b.scan();
    expect((await stopped).error).toContain('.stfolder');
    await a.scan();
    expect(read(a, 'precious')).toBe('content');
  });

  it('announce nothing after a rescan that finds no change', async () => {
    makeTree(a.root, 100, new SeededRandom(3));
    await startPair(a, b);
    await settle(a, b);
    const sequence = async (node: TestNode): Promise<number> =>
      (await node.get(IndexDatabase).summary('default')).local.sequence;
    const before = [await sequence(a), await sequence(b)];
    await Promise.all([a.scan(), b.scan()]);
    expect([await sequence(a), await sequence(b)]).toEqual(before);
  });

  it('keep both versions after one lost its index, and lose no delete of the other', async () => {
    write(a, 'same', 'same');
    write(a, 'edited', 'first');
    await startPair(a, b);
    await settle(a, b);
    await b.stop();
    for (const name of fs.readdirSync(b.home).filter((entry) => entry.startsWith('index.db'))) {
      fs.rmSync(join(b.home, name));
    }
    write(a, 'edited', 'changed on a');
    write(b, 'edited', 'changed on b');
    await a.scan();
    await b.start({ devices: [{ id: a.id }], settings: { listenAddresses: [] } });
    await a.stop();
    await b.stop();
    await startPair(a, b);
    await settle(a, b);
    expect(conflictCopies(a)).toHaveLength(1);
    const contents = [read(a, 'edited'), read(a, conflictCopies(a)[0]!)].sort();
    expect(contents).toEqual(['changed on a', 'changed on b']);
    expect(treeDifferences(a.root, b.root)).toEqual([]);
  });

  it('keep what was written since one was given an older copy of its index', async () => {
    for (const name of ['f0', 'f1', 'f2']) write(a, name, `${name} first`);
    await startPair(a, b);
    await settle(a, b);
    await a.stop();
    fs.cpSync(a.home, join(base, 'backup'), { recursive: true });
    const reconnect = async (): Promise<void> => {
      const device = { id: b.id, addresses: [b.address] };
      await a.start({ devices: [device] });
    };
    await reconnect();
    for (const name of ['f1', 'f2']) write(a, name, `${name} second`);
    await settle(a, b);
    await a.stop();
    fs.rmSync(a.home, { recursive: true });
    fs.cpSync(join(base, 'backup'), a.home, { recursive: true });
    write(a, 'f0', 'f0 edited over the old index');
    // The first scan makes up for the sequences that were lost, before the other is there to notice.
    await a.start({ devices: [{ id: b.id }] });
    await a.scan();
    await a.stop();
    await reconnect();
    await until('the edit has arrived', () => read(b, 'f0') === 'f0 edited over the old index');
    await settle(a, b);
    expect(read(a, 'f1')).toBe('f1 second');
    expect(treeDifferences(a.root, b.root)).toEqual([]);
  });

  it('take no change from the cluster with --ro, and no delete with --no-delete', async () => {
    write(a, 'mine', 'of a');
    write(b, 'theirs', 'of b');
    await startPair(a, b, {
      listener: { devices: [{ id: a.id }], settings: { readOnly: true } },
    });
    await a.scan();
    await until('a has what b has', () => fs.existsSync(join(a.root, 'theirs')));
    expect(fs.existsSync(join(b.root, 'mine'))).toBe(false);
    await Promise.all([a.stop(), b.stop()]);

    await startPair(a, b, {
      listener: { devices: [{ id: a.id }], folders: [{ ignoreDelete: true }] },
    });
    await until('b has what a has', () => fs.existsSync(join(b.root, 'mine')));
    fs.rmSync(join(a.root, 'mine'));
    write(a, 'last', 'comes after the delete');
    await a.scan();
    await until('b has the last file', () => fs.existsSync(join(b.root, 'last')));
    await b.get(ModelService).runner('default')?.idle();
    expect(read(b, 'mine')).toBe('of a');
  });

  it('come together although events are lost at random', async () => {
    const random = new SeededRandom(4);
    await startPair(a, b);
    for (const node of [a, b]) {
      const emitter = node.get(EventEmitter2);
      const emit = emitter.emit.bind(emitter);
      jest
        .spyOn(emitter, 'emit')
        .mockImplementation((...args) => (random.below(3) === 0 ? emit(...args) : false));
    }
    makeTree(a.root, 60, random);
    makeTree(b.root, 60, random);
    await Promise.all([a.scan(), b.scan()]);
    await Promise.all([a.stop(), b.stop()]);
    await startPair(a, b);
    await settle(a, b);
    expect(treeDifferences(a.root, b.root)).toEqual([]);
  });
});
