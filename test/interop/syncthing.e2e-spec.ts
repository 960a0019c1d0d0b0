/** Opposite a stock Syncthing of the system, in both dial directions: both disks end up the same. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../support/random.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { TestNode } from '../support/test-node.js';
import { changeTree } from '../support/tree-changes.js';
import { BIG_EDGE_SIZES, makeTree, treeDifferences } from '../support/tree.js';
import { until } from '../support/wait.js';

jest.setTimeout(300_000);

const suite = hasStock() ? describe : describe.skip;

suite.each(['we dial', 'the stock node dials'])('with a stock Syncthing, when %s', (direction) => {
  let base: string;
  let ours: TestNode;
  let stock: StockNode;
  let stockRoot: string;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-stock-'));
    ours = await TestNode.create(base, 'ours');
    stock = await StockNode.create(join(base, 'stock-home'));
    stockRoot = join(base, 'stock');
    fs.mkdirSync(join(stockRoot, '.stfolder'), { recursive: true });
  });

  afterEach(async () => {
    await ours.stop();
    await stock.stop();
    fs.rmSync(base, { recursive: true });
  });

  async function connect(): Promise<void> {
    const weDial = direction === 'we dial';
    const addresses = [weDial ? stock.address : 'dynamic'];
    await ours.start({ devices: [{ id: stock.id, addresses }] });
    const address = weDial ? 'dynamic' : ours.address;
    stock.configure({ folderPath: stockRoot, peers: [{ id: ours.id, address }] });
    await stock.start();
    await until('connected', () => ours.isConnectedTo(stock.id));
  }

  /** Scans both sides until both say they are in sync and the disks are the same. */
  async function converge(limitMs: number): Promise<void> {
    const isDone = async (): Promise<boolean> => {
      await Promise.all([ours.scan(), stock.scan()]);
      if (!(await ours.isInSync()) || !(await stock.isInSync())) return false;
      return treeDifferences(ours.root, stockRoot).length === 0;
    };
    await until('the trees are the same', isDone, limitMs, 500).catch((error: unknown) => {
      const differences = treeDifferences(ours.root, stockRoot).join('\n');
      const log = ours.log.lines.slice(-20).join('\n');
      throw new Error(`${String(error)}\nours | stock\n${differences}\n${log}`);
    });
  }

  it('brings a random tree over, and random changes on both sides at once', async () => {
    const random = new SeededRandom(direction === 'we dial' ? 11 : 12);
    makeTree(ours.root, 1000, random, BIG_EDGE_SIZES.slice(0, 2));
    makeTree(stockRoot, 1000, random, BIG_EDGE_SIZES.slice(2));
    await connect();
    await converge(120_000);

    for (let round = 0; round < 3; round += 1) {
      changeTree(ours.root, 25, random);
      changeTree(stockRoot, 25, random);
      await converge(90_000);
    }
  });
});
