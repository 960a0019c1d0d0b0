/** Kept versions beside a stock node: the same changes of the one leave the same versions with the other. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestNode } from '../support/test-node.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { readTree } from '../support/tree.js';
import { until } from '../support/wait.js';

jest.setTimeout(120_000);

const LIMIT_MS = 30_000;
const describeWithStock = hasStock() ? describe : describe.skip;

type Listed = Record<string, { versionTime: string; modTime: string; size: number }[]>;

/** From file to directory to link and back, each a state of the item `x`. */
const STEPS: readonly ((x: string) => void)[] = [
  (x) => fs.writeFileSync(x, 'first'),
  (x) => {
    fs.rmSync(x);
    fs.mkdirSync(x);
    fs.writeFileSync(join(x, 'in'), 'inside');
  },
  (x) => {
    fs.rmSync(x, { recursive: true });
    fs.symlinkSync('somewhere', x);
  },
  (x) => {
    fs.rmSync(x);
    fs.writeFileSync(x, 'the second');
  },
  (x) => fs.writeFileSync(x, 'and a third'),
  (x) => fs.rmSync(x),
];

describeWithStock('with versions on, a stock peer and a node of ours', () => {
  it('keep the same of each other’s changes, and bring it back', async () => {
    const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-versions-stock-'));
    const ours = await TestNode.create(base, 'ours');
    const theirs = join(base, 'stock');
    fs.mkdirSync(join(base, 'stock-home'));
    fs.mkdirSync(theirs);
    const stock = await StockNode.create(join(base, 'stock-home'));
    const scanAll = (): Promise<unknown> => Promise.all([stock.scan(), ours.scan()]);
    const treeOf = (root: string): string =>
      JSON.stringify([...readTree(root)].map(([name, { content }]) => [name, content]).sort());
    const listOf = async (node: 'ours' | 'stock'): Promise<Listed> => {
      const path = 'folder/versions?folder=default';
      return node === 'ours' ? ours.rest<Listed>(path) : stock.rest<Listed>('GET', path);
    };
    const sizes = (listed: Listed, below: string): [string, number[]][] =>
      Object.entries(listed)
        .filter(([name]) => name.startsWith(below))
        .map(([name, all]): [string, number[]] => [
          name.slice(below.length),
          all.map(({ size }) => size).sort(),
        ])
        .sort();
    try {
      stock.configure({
        folderPath: theirs,
        peers: [{ id: ours.id, address: 'dynamic' }],
        folderExtra: '<versioning type="simple"><param key="keep" val="9"/></versioning>',
      });
      await stock.start();
      await ours.start({
        http: true,
        folders: [
          {
            watch: false,
            versioning: { type: 'simple', params: { keep: '9' }, path: '', cleanupIntervalS: 3600 },
          },
        ],
        devices: [{ id: stock.id, addresses: [stock.address] }],
      });
      await until('both are connected', () => ours.isConnectedTo(stock.id), LIMIT_MS);
      for (const step of STEPS) {
        // Stock has one version of a file a second.
        const second = Math.floor(Date.now() / 1000);
        await until('a second passes', () => Math.floor(Date.now() / 1000) > second);
        step(join(theirs, 'of stock'));
        step(join(ours.root, 'of ours'));
        await scanAll();
        await until('both have the same', () => treeOf(theirs) === treeOf(ours.root), LIMIT_MS);
      }
      const expected = [
        ['', ['first'.length, 'the second'.length, 'and a third'.length].sort()],
        ['/in', ['inside'.length]],
      ];
      expect(sizes(await listOf('stock'), 'of ours')).toEqual(expected);
      expect(sizes(await listOf('ours'), 'of stock')).toEqual(expected);
      const listed = (await listOf('ours'))['of stock']!;
      const second = listed.find(({ size }) => size === 'the second'.length)!;
      const body = { 'of stock': second.versionTime, missing: second.versionTime };
      const answer = await ours.ask('POST', 'folder/versions?folder=default', body);
      expect(answer).toMatchObject({ status: 200 });
      expect(JSON.parse(answer.text)).toEqual({ missing: 'version not found' });
      await until('it is back', () => fs.existsSync(join(theirs, 'of stock')), LIMIT_MS);
      expect(fs.readFileSync(join(theirs, 'of stock'), 'utf8')).toBe('the second');
    } finally {
      await Promise.all([ours.stop(), stock.stop()]);
      fs.rmSync(base, { recursive: true });
    }
  });
});
