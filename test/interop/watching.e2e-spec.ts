/** A watched folder opposite a stock node: what is saved here is there, and the other way, and no scan is asked for. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasStock, StockNode } from '../support/stock-node.js';
import { TestNode } from '../support/test-node.js';
import { treeDifferences } from '../support/tree.js';
import { until } from '../support/wait.js';

jest.setTimeout(120_000);

const describeWithStock = hasStock() ? describe : describe.skip;

describeWithStock('a watched folder and a stock node', () => {
  let base: string;
  let ours: TestNode;
  let stock: StockNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-watch-stock-'));
    ours = await TestNode.create(base, 'ours');
    stock = await StockNode.create(join(base, 'stock-home'));
  });

  afterEach(async () => {
    await Promise.all([ours.stop(), stock.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  it('are alike a moment after whatever is done in ours', async () => {
    const root = join(base, 'stock');
    fs.mkdirSync(root);
    await ours.start({
      folders: [{ watch: true }],
      devices: [{ id: stock.id, addresses: [stock.address] }],
    });
    stock.configure({ folderPath: root, peers: [{ id: ours.id, address: 'dynamic' }] });
    await stock.start();
    await until('they are connected', () => ours.isConnectedTo(stock.id), 60_000);
    const isAlike = (): boolean => treeDifferences(ours.root, root).length === 0;
    fs.mkdirSync(join(ours.root, 'd/e'), { recursive: true });
    fs.writeFileSync(join(ours.root, 'd/e/file'), 'first');
    await until('the file arrived', () => fs.existsSync(join(root, 'd/e/file')) && isAlike());
    fs.writeFileSync(join(ours.root, 'd/e/file'), 'second, longer');
    fs.renameSync(join(ours.root, 'd/e'), join(ours.root, 'moved'));
    await until('edit and move arrived', isAlike);
    fs.rmSync(join(ours.root, 'moved'), { recursive: true });
    await until('the delete arrived', isAlike);
    expect(fs.existsSync(join(root, 'moved'))).toBe(false);
  });
});
