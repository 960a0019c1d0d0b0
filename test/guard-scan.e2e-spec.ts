/** The guard over our own scans: a folder that was emptied, or whose place another directory has, deletes nothing elsewhere. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { type HeldSet } from '../src/modules/guard/held-set.js';
import { settle, startPair, TestNode } from './support/test-node.js';
import { treeDifferences } from './support/tree.js';
import { until } from './support/wait.js';

jest.setTimeout(240_000);

const FILES = 60;

interface Listed {
  readonly sets: (Omit<HeldSet, 'sinceMs'> & { readonly since: string })[];
}

describe('a scan', () => {
  let base: string;
  let a: TestNode;
  let b: TestNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-guard-scan-'));
    a = await TestNode.create(base, 'a');
    b = await TestNode.create(base, 'b');
    fs.mkdirSync(join(a.root, 'in'));
    for (let i = 0; i < FILES; i += 1) fs.writeFileSync(join(a.root, 'in', `f${i}`), `${i}`);
    await startPair(a, b, { dialer: { http: true }, listener: {} });
    await settle(a, b);
  });

  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  const sets = async (): Promise<Listed['sets']> =>
    (await a.rest<Listed>('folder/guard?folder=default')).sets;
  const deletedAt = async (node: TestNode): Promise<number> =>
    (await node.get(IndexDatabase).summary('default')).local.deleted;
  const countIn = (node: TestNode): number => fs.readdirSync(join(node.root, 'in')).length;

  async function startAgain(): Promise<void> {
    await a.start({ http: true, devices: [{ id: b.id, addresses: [b.address] }] });
    await a.scan();
  }

  it('of an emptied folder announces no delete until that is approved', async () => {
    fs.rmSync(join(a.root, 'in'), { recursive: true });
    fs.writeFileSync(join(a.root, 'new'), 'new');
    await a.scan();
    await until('the new file is there', () => fs.existsSync(join(b.root, 'new')));
    expect(await sets()).toMatchObject([
      { id: 'scan', source: 'scan', reason: 'emptied', deletes: FILES, replaces: 0 },
    ]);
    expect(await a.rest('db/status?folder=default')).toMatchObject({ guardHeldDeletes: FILES });
    // Over a restart too.
    await a.stop();
    await startAgain();
    expect(await sets()).toMatchObject([{ id: 'scan', deletes: FILES }]);
    expect(await deletedAt(a)).toBe(0);
    expect(countIn(b)).toBe(FILES);
    expect((await a.ask('POST', 'folder/guard/approve?folder=default&set=scan')).status).toBe(200);
    await a.scan();
    await settle(a, b);
    expect(fs.existsSync(join(b.root, 'in'))).toBe(false);
    expect(await sets()).toEqual([]);
  });

  it('of an emptied folder gets all back when the deletes are rejected', async () => {
    fs.rmSync(join(a.root, 'in'), { recursive: true });
    await a.scan();
    expect(await sets()).toHaveLength(1);
    expect((await a.ask('POST', 'folder/guard/reject?folder=default')).text).toContain('scan');
    await a.scan();
    await settle(a, b);
    expect(countIn(a)).toBe(FILES);
    expect(treeDifferences(a.root, b.root)).toEqual([]);
    expect(await deletedAt(b)).toBe(0);
    expect(await sets()).toEqual([]);
  });

  it('of another directory in the place of the folder announces neither what it lacks nor what it has otherwise', async () => {
    await a.stop();
    fs.renameSync(a.root, `${a.root}-former`);
    fs.mkdirSync(join(a.root, '.stfolder'), { recursive: true });
    fs.mkdirSync(join(a.root, 'in'));
    for (let i = 0; i < 30; i += 1) fs.writeFileSync(join(a.root, 'in', `f${i}`), `other ${i}`);
    await startAgain();
    expect(await sets()).toMatchObject([
      { id: 'scan', reason: 'exchanged', deletes: FILES - 30, replaces: 30 },
    ]);
    expect(fs.readFileSync(join(b.root, 'in/f1'), 'utf8')).toBe('1');
    await a.ask('POST', 'folder/guard/reject?folder=default&set=scan');
    await a.scan();
    await settle(a, b);
    expect(fs.readFileSync(join(a.root, 'in/f1'), 'utf8')).toBe('1');
    const copies = fs.readdirSync(join(a.root, 'in')).filter((name) => name.includes('conflict'));
    expect(copies).toHaveLength(30);
    expect(treeDifferences(a.root, b.root)).toEqual([]);
  });

  it('of a directory with the same content, as after a restored backup, holds nothing', async () => {
    await a.stop();
    fs.renameSync(a.root, `${a.root}-former`);
    fs.cpSync(`${a.root}-former`, a.root, { recursive: true, preserveTimestamps: true });
    await startAgain();
    await settle(a, b);
    expect(await sets()).toEqual([]);
    expect(await deletedAt(a)).toBe(0);
    // The new directory is the known one from now on: a few deletes in it are nothing special.
    for (let i = 0; i < 5; i += 1) fs.rmSync(join(a.root, 'in', `f${i}`));
    await settle(a, b);
    expect(countIn(b)).toBe(FILES - 5);
  });

  it('of a folder that holds a directory less than before announces the deletes', async () => {
    for (let i = 0; i < FILES - 10; i += 1) fs.rmSync(join(a.root, 'in', `f${i}`));
    await settle(a, b);
    expect(countIn(b)).toBe(10);
    expect(await sets()).toEqual([]);
  });
});
