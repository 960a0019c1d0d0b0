/** A folder of many files that are there already: scans, starts, rest, and a receiver that comes back. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../measuring.mjs';
import { areInSync, endPair, makePair, SAME_KINDS, settle } from '../pair.mjs';
import { makeTinyFiles, smallFiles, Tree } from '../trees.mjs';

const FILES_PER_DIRECTORY = 100;
const REST_MS = 1000;
const AFTER_EXCHANGE_S = 40;

export const large = {
  scenarios: ['scan-small', 'rescan', 'start-large', 'start-scanned', 'idle', 'reconnect'],
  kindsOf: () => SAME_KINDS,

  prepare(dir, { scanFiles }) {
    const [root, copy] = [join(dir, 'large'), join(dir, 'large-copy')];
    new Tree(smallFiles(scanFiles, FILES_PER_DIRECTORY)).makeIn(root);
    // The same times, so that nothing is to be transferred.
    execFileSync('cp', ['-a', root, copy]);
    return { root, copy };
  },

  async run(turn, { root, copy }) {
    const { sender, receiver } = await makePair(turn, {
      sender: { root },
      receiver: { root: copy },
    });
    try {
      await scans(turn, sender, receiver, ['scan-small', 'rescan'], turn.options.rescans);
      if (turn.wants('start-large', 'start-scanned')) await restarts(turn, sender, receiver);
      if (!turn.wants('idle', 'reconnect')) return;
      receiver.start(sender, true);
      await settle(sender, receiver);
      if (turn.wants('idle')) await idle(turn, sender, receiver);
      if (turn.wants('reconnect')) await reconnect(turn, sender, receiver);
    } finally {
      await endPair([sender, receiver], [root, copy]);
    }
  },
};

async function scans(turn, sender, receiver, [first, again], rescans) {
  const scan = await turn.measured([sender], async () => {
    sender.start(receiver, false);
    await sender.says('Completed initial scan');
  });
  turn.record(first, scan);
  if (!turn.wants(again)) return;
  await pause(REST_MS);
  for (let i = 0; i < rescans; i += 1) {
    turn.record(again, await turn.measured([sender], () => sender.scan()));
  }
}

async function restarts(turn, sender, receiver) {
  const restart = async (name, isDone) => {
    await sender.stop();
    const figures = await turn.measured([sender], async () => {
      sender.start(receiver, false);
      await isDone();
    });
    turn.record(name, figures);
    await sender.says('Completed initial scan');
    await pause(REST_MS);
  };
  await restart('start-large', () => sender.isReady());
  await restart('start-scanned', () => sender.says('Completed initial scan'));
}

async function idle(turn, sender, receiver) {
  const { idleS } = turn.options;
  const nodes = [sender, receiver];
  // What comes after the first exchange of indexes is no rest: collecting its garbage is done in half a minute.
  await pause(Math.min(AFTER_EXCHANGE_S, idleS) * 1000);
  for (const node of nodes) await node.setLoopMonitor(false);
  await pause(REST_MS);
  const rest = await turn.measured(nodes, () => pause(idleS * 1000), { isLoopLeftAlone: true });
  turn.record('idle', rest);
  for (const node of nodes) await node.setLoopMonitor(true);
}

async function reconnect(turn, sender, receiver) {
  await receiver.stop();
  const figures = await turn.measured([sender, receiver], async () => {
    receiver.start(sender, true);
    // Whoever has not scanned needs not be asked.
    await receiver.says('Completed initial scan');
    await until('in sync', () => areInSync(receiver, sender), turn.options.limitMs, 20);
  });
  turn.record('reconnect', figures);
}

export const million = {
  scenarios: ['million-scan', 'million-rescan'],
  kindsOf: () => SAME_KINDS,

  async prepare(dir, { millionFiles }) {
    const root = join(dir, 'million');
    await makeTinyFiles(root, millionFiles);
    return { root };
  },

  async run(turn, { root }) {
    const { sender, receiver } = await makePair(turn, { sender: { root } });
    try {
      await scans(turn, sender, receiver, this.scenarios, turn.options.millionRescans);
    } finally {
      await endPair([sender, receiver], [root]);
    }
  },
};
