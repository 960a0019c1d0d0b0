/**
 * Random histories with real processes: two of ours and a stock Syncthing share a folder, their users change it at
 * once, and while the nodes exchange that they are killed with SIGKILL, restarted, cut off, paused, or lose their
 * index. After each history the laws hold. A cluster lives for several histories; its seed tells them all, as far as
 * the moments can be repeated at which real processes do something.
 */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ChangeRounds } from '../support/change-rounds.js';
import { effort, IS_LONG, NAMED_SEED } from '../support/effort.js';
import { MixedCluster, type TroubleCounts } from '../support/mixed-cluster.js';
import { SeededRandom } from '../support/random.js';
import { hasStock } from '../support/stock-node.js';
import { makeTree } from '../support/tree.js';

jest.setTimeout(IS_LONG ? 24 * 3600 * 1000 : 300_000);

const CLUSTERS = NAMED_SEED === undefined ? effort(1, 21) : 1;
const HISTORIES_PER_CLUSTER = effort(3, 10);
const CLUSTERS_AT_ONCE = effort(1, 2);
const FIRST_SEED = NAMED_SEED ?? (IS_LONG ? Date.now() % 1_000_000_000 : 1);
const ITEMS = 12;
const CHANGES = 8;
const LIMIT_MS = effort(120_000, 300_000);

interface Outcome {
  histories: number;
  contentsChecked: number;
  readonly befell: TroubleCounts;
  readonly failures: string[];
}

async function live(seed: number, outcome: Outcome): Promise<void> {
  const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-histories-'));
  const random = new SeededRandom(seed);
  const cluster = await MixedCluster.create(base, random);
  let history = 0;
  try {
    for (const { root } of cluster.sides) {
      makeTree(root, ITEMS, random);
      cluster.note(root);
    }
    await cluster.start();
    const rounds = new ChangeRounds(cluster.sides, random, (contents) => cluster.wrote(contents));
    let tree = await rounds.converge(LIMIT_MS);
    for (history = 1; history <= HISTORIES_PER_CLUSTER; history += 1) {
      cluster.story.splice(0);
      const { indexesLost } = cluster.counts;
      const { wrong, ...round } = await rounds.round(tree, {
        changes: CHANGES,
        limitMs: LIMIT_MS,
        isCrowded: random.below(2) === 0,
        isOverlapping: random.below(3) === 0,
        meanwhile: () => cluster.trouble(),
        mayReturn: () => cluster.counts.indexesLost > indexesLost,
      });
      const violations = cluster.violations();
      const lines = [...violations, ...wrong];
      if (lines.length > 0) throw new Error(lines.join('\n'));
      tree = round.tree;
      outcome.histories += 1;
      if (IS_LONG) process.stdout.write(`${outcome.histories} histories\n`);
    }
  } catch (error) {
    const failure = [
      `history ${history} of seed ${seed}`,
      `again: SYNCNEST_SEED=${seed} npm run test:long -- stock-histories`,
      ...cluster.story,
      ...cluster.crashes(),
      inspect(error),
    ].join('\n');
    process.stdout.write(`${failure}\n`);
    outcome.failures.push(failure);
  } finally {
    for (const [kind, count] of Object.entries(cluster.counts)) {
      outcome.befell[kind as keyof TroubleCounts] += count as number;
    }
    outcome.contentsChecked += cluster.checks;
    await cluster.stop('SIGKILL');
    fs.rmSync(base, { recursive: true });
  }
}

(hasStock() ? it : it.skip)(
  'keep the laws in a cluster with a stock Syncthing, whatever befalls the processes',
  async () => {
    const outcome: Outcome = {
      histories: 0,
      contentsChecked: 0,
      befell: { kills: 0, restarts: 0, indexesLost: 0, disconnections: 0, foldersPaused: 0 },
      failures: [],
    };
    const seeds = Array.from({ length: CLUSTERS }, (_, i) => FIRST_SEED + i);
    const work = async (): Promise<void> => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        await live(seed, outcome);
      }
    };
    await Promise.all(Array.from({ length: CLUSTERS_AT_ONCE }, work));
    process.stdout.write(
      `histories with stock: ${JSON.stringify({ ...outcome, failures: outcome.failures.length })}\n`,
    );
    expect(outcome.failures).toEqual([]);
    expect(outcome.histories).toBe(CLUSTERS * HISTORIES_PER_CLUSTER);
  },
);
