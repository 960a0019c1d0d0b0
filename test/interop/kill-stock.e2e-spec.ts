/** The program and a stock Syncthing, killed in turn again and again in one transfer: as in kill.e2e-spec.ts. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { effort, IS_LONG } from '../support/effort.js';
import { type KillSide, KillRun, ourSide } from '../support/kill-run.js';
import { NodeProcess } from '../support/node-process.js';
import { SeededRandom } from '../support/random.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { until } from '../support/wait.js';

jest.setTimeout(600_000);

const KILLS = effort(6, 20);
const CONVERGE_LIMIT_MS = 240_000;

const suite = hasStock() ? describe : describe.skip;

/** Answers as soon as the stock node does; it is killed later than that. */
function stockSide(node: StockNode, root: string): KillSide {
  return {
    root,
    start: () => node.start(),
    kill: () => node.stop('SIGKILL'),
    scan: () => node.scan(),
    stop: () => node.stop(),
  };
}

suite('the program and a stock Syncthing that are killed at random moments', () => {
  let base: string;
  let ours: NodeProcess;
  let stock: StockNode;
  let stockRoot: string;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-kill-stock-'));
    ours = await NodeProcess.create(base, 'ours');
    stock = await StockNode.create(join(base, 'stock-home'));
    stockRoot = join(base, 'stock');
    fs.mkdirSync(join(stockRoot, '.stfolder'), { recursive: true });
    stock.configure({
      folderPath: stockRoot,
      peers: [{ id: ours.id, address: ours.address }],
      folderExtra: '<maxConflicts>-1</maxConflicts>',
    });
  });

  afterEach(async () => {
    await Promise.all([ours.stop('SIGKILL'), stock.stop('SIGKILL')]);
    fs.rmSync(base, { recursive: true });
  });

  it('hold the same in the end, and never a content that no one wrote', async () => {
    const sides = [
      ourSide(ours, { id: stock.id, address: stock.address }),
      stockSide(stock, stockRoot),
    ] as const;
    const run = new KillRun(base, sides, new SeededRandom(1912), [
      IS_LONG ? [100, 30] : [40, 10],
      IS_LONG ? [60, 20] : [20, 10],
    ]);
    await run.killInTurn(KILLS);
    await run.converge(CONVERGE_LIMIT_MS);
    await until('the stock node is in sync', () => stock.isInSync());
    for (const side of sides) await side.stop();
    process.stdout.write(`killed, one of them stock: ${JSON.stringify(run.figures)}\n`);
    expect(run.violations).toEqual([]);
    expect(run.lost).toEqual([]);
    expect(run.figures.kills).toBe(KILLS);
    expect(run.figures.killsUnderWay).toBeGreaterThanOrEqual(KILLS / 3);
  });
});
