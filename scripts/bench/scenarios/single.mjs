/** A node that starts with nothing to do, and one saved file on its way, with everything as it is by default. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../measuring.mjs';
import { endPair, makePair, SAME_KINDS, settle } from '../pair.mjs';
import { compareTrees, smallFiles, Tree } from '../trees.mjs';

const SAVED_BYTES = 4096;
const FILES_BESIDE = 100;
/** Stock gathers changes for 10 s, and longer after others: each is to come alone. */
const PAUSE_MS = { ours: [1000, 2000], stock: [11_000, 13_000] };

export const start = {
  scenarios: ['start'],
  kindsOf: () => SAME_KINDS,
  prepare: () => ({}),

  async run(turn) {
    const { sender, receiver } = await makePair(turn);
    try {
      for (let i = 0; i < turn.options.starts; i += 1) {
        const figures = await turn.measured([sender], async () => {
          sender.start(receiver, false);
          await sender.isReady();
        });
        turn.record('start', figures);
        await sender.says('Completed initial scan');
        await sender.stop();
      }
    } finally {
      await endPair([sender, receiver]);
    }
  },
};

export const saved = {
  scenarios: ['saved'],
  kindsOf: () => [...SAME_KINDS, 'ours-stock', 'stock-ours'],
  prepare: () => ({}),

  async run(turn) {
    const options = { ...turn.options, isWatched: true };
    const { sender, receiver } = await makePair({ ...turn, options });
    const tree = new Tree(smallFiles(FILES_BESIDE, FILES_BESIDE)).makeIn(sender.root);
    try {
      sender.start(receiver, false);
      await sender.says('Completed initial scan');
      receiver.start(sender, true);
      await until('all is there', () => tree.isIn(receiver.root), options.limitMs);
      await settle(sender, receiver);
      const [least, most] = PAUSE_MS[sender.kind];
      const count = sender.isOurs ? options.savesOurs : options.saves;
      for (let i = 0; i < count; i += 1) {
        await pause(least + Math.random() * (most - least));
        await saveOne(turn, sender, receiver, `saved-${i}`);
      }
      compareTrees(sender.root, receiver.root);
    } finally {
      await endPair([sender, receiver]);
    }
  },
};

async function saveOne(turn, sender, receiver, name) {
  const content = randomBytes(SAVED_BYTES);
  const there = join(receiver.root, name);
  const isThere = () => fs.existsSync(there) && fs.readFileSync(there).equals(content);
  const figures = await turn.measured([sender, receiver], async () => {
    fs.writeFileSync(join(sender.root, name), content);
    await until('the saved file is there', isThere, turn.options.limitMs, 1);
  });
  turn.record('saved', { ...figures, bytes: SAVED_BYTES });
}
