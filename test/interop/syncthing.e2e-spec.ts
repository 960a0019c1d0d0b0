/**
 * Opposite a stock Syncthing of the system, in both dial directions: both disks end up the same. The ordinary run has a
 * small tree and one big file, the long run 2,000 items and the big files of all sizes.
 */
import { jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChangeRounds } from '../support/change-rounds.js';
import { effort, IS_LONG } from '../support/effort.js';
import { SeededRandom } from '../support/random.js';
import { ourSide, stockSide } from '../support/round-sides.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { TestNode } from '../support/test-node.js';
import { BIG_EDGE_SIZES, makeTree } from '../support/tree.js';
import { until } from '../support/wait.js';

jest.setTimeout(300_000);

const suite = hasStock() ? describe : describe.skip;

const ITEMS_A_SIDE = effort(100, 1_000);
const ROUNDS = effort(1, 2);
/** The smallest with larger blocks. */
const ORDINARY_BIG_SIZE = BIG_EDGE_SIZES[1]!;
const CHANGES = 25;
const LIMIT_MS = 120_000;

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
    const peers = [{ id: ours.id, address }];
    // What it failed at it tries again soon.
    const folderExtra = '<pullerPauseS>1</pullerPauseS>';
    stock.configure({ folderPath: stockRoot, peers, folderExtra });
    await stock.start();
    await until('connected', () => ours.isConnectedTo(stock.id));
  }

  it('brings a random tree over, and random changes on both sides at once', async () => {
    const random = new SeededRandom(direction === 'we dial' ? 11 : 12);
    const oursBig = IS_LONG ? BIG_EDGE_SIZES.slice(0, 2) : [];
    const ordinaryBig = direction === 'we dial' ? [ORDINARY_BIG_SIZE] : [];
    makeTree(ours.root, ITEMS_A_SIDE, random, oursBig);
    makeTree(stockRoot, ITEMS_A_SIDE, random, IS_LONG ? BIG_EDGE_SIZES.slice(2) : ordinaryBig);
    await connect();
    const rounds = new ChangeRounds([ourSide(ours), stockSide(stock, stockRoot)], random);
    let tree = await rounds.converge(LIMIT_MS);
    for (let round = 0; round < ROUNDS; round += 1) {
      const options = { changes: CHANGES, limitMs: LIMIT_MS, isCrowded: false };
      const outcome = await rounds.round(tree, options);
      expect({ round, wrong: outcome.wrong }).toEqual({ round, wrong: [] });
      tree = outcome.tree;
    }
  });

  it('passes times on to the nanosecond, though its own disk gets microseconds', async () => {
    await connect();
    const path = join(stockRoot, 'precise');
    fs.writeFileSync(path, 'made opposite');
    execFileSync('touch', ['-d', '2020-09-13T12:26:40.123456789Z', path]);
    const sides = [ourSide(ours), stockSide(stock, stockRoot)] as const;
    const rounds = new ChangeRounds([...sides], new SeededRandom(1));
    await rounds.converge(LIMIT_MS);
    const ofStock = async (side: 'local' | 'global'): Promise<{ modified: string }> => {
      const file = await stock.rest<Record<typeof side, { modified: string }>>(
        'GET',
        'db/file?folder=default&file=precise',
      );
      return file[side];
    };
    const before = await ofStock('global');
    expect(before.modified).toBe('2020-09-13T12:26:40.123456789Z');

    // What we announce after a change of the permissions alone has the whole time, too.
    fs.chmodSync(join(ours.root, 'precise'), 0o600);
    await rounds.converge(LIMIT_MS);
    expect(await sides[0].announcedTimes(['precise'])).toEqual([1_600_000_000_123_456_789n]);
    expect(await ofStock('local')).toMatchObject({
      modified: before.modified,
      permissions: '0600',
    });
    expect(await ofStock('global')).toEqual(await ofStock('local'));
    expect(fs.lstatSync(path, { bigint: true }).mtimeNs).toBe(1_600_000_000_123_456_789n);
    const sequences = [await sides[0].sequence(), await sides[1].sequence()];
    await rounds.converge(LIMIT_MS);
    expect([await sides[0].sequence(), await sides[1].sequence()]).toEqual(sequences);
  });
});
