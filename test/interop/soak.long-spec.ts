/**
 * Many rounds of random changes on both sides at once, with our node opposite another of ours and opposite a stock
 * Syncthing. SYNCNEST_SOAK_SEEDS=n runs the seeds 1 … n, =m-n those from m to n; without it there is one of each.
 */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChangeRounds } from '../support/change-rounds.js';
import { SeededRandom } from '../support/random.js';
import { ourSide, stockSide } from '../support/round-sides.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { startPair, TestNode } from '../support/test-node.js';
import { makeTree } from '../support/tree.js';
import { until } from '../support/wait.js';

jest.setTimeout(600_000);

const ITEMS = 75;
const ROUNDS = 4;
const CHANGES = 30;
const LIMIT_MS = 120_000;

const [first = 1, last = first] = (process.env.SYNCNEST_SOAK_SEEDS ?? '1-1').includes('-')
  ? (process.env.SYNCNEST_SOAK_SEEDS ?? '1-1').split('-').map(Number)
  : [1, Number(process.env.SYNCNEST_SOAK_SEEDS)];
const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);

async function run(rounds: ChangeRounds): Promise<void> {
  let tree = await rounds.converge(LIMIT_MS);
  for (let round = 0; round < ROUNDS; round += 1) {
    const isCrowded = round % 2 === 0;
    const isOverlapping = round >= ROUNDS / 2;
    const options = { changes: CHANGES, limitMs: LIMIT_MS, isCrowded, isOverlapping };
    const outcome = await rounds.round(tree, options);
    expect({ round, wrong: outcome.wrong }).toEqual({ round, wrong: [] });
    tree = outcome.tree;
  }
}

describe('random changes on both sides at once', () => {
  let base: string;

  beforeEach(() => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-soak-'));
  });

  afterEach(() => fs.rmSync(base, { recursive: true }));

  it.each(seeds)(
    'come to one tree that holds all of it, between two of ours (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const a = await TestNode.create(base, 'a');
      const b = await TestNode.create(base, 'b');
      makeTree(a.root, ITEMS, random);
      makeTree(b.root, ITEMS, random);
      try {
        await startPair(a, b);
        await run(new ChangeRounds([ourSide(a), ourSide(b)], random));
      } finally {
        await Promise.all([a.stop(), b.stop()]);
      }
    },
  );

  (hasStock() ? it : it.skip).each(seeds)(
    'come to one tree that holds all of it, opposite a stock Syncthing (seed %i)',
    async (seed) => {
      const random = new SeededRandom(1_000_000 + seed);
      const ours = await TestNode.create(base, 'ours');
      const stock = await StockNode.create(join(base, 'stock-home'));
      const stockRoot = join(base, 'stock');
      fs.mkdirSync(join(stockRoot, '.stfolder'), { recursive: true });
      makeTree(ours.root, ITEMS, random);
      makeTree(stockRoot, ITEMS, random);
      try {
        await ours.start({ devices: [{ id: stock.id, addresses: ['dynamic'] }] });
        const peers = [{ id: ours.id, address: ours.address }];
        const folderExtra = '<pullerPauseS>1</pullerPauseS>';
        stock.configure({ folderPath: stockRoot, peers, folderExtra });
        await stock.start();
        await until('connected', () => ours.isConnectedTo(stock.id));
        await run(new ChangeRounds([ourSide(ours), stockSide(stock, stockRoot)], random));
      } finally {
        await ours.stop();
        await stock.stop();
      }
    },
  );
});
