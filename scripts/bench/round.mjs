/** One round with one pair of nodes: every step timed, its cost read from /proc, the contents compared at the end. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { until } from '../measuring.mjs';
import { NodeUnderTest } from './node-under-test.mjs';
import { compareTrees, Tree } from './trees.mjs';

const SAVED_BYTES = 4096;
const LOOK_EVERY_MS = 20;
/** So that what follows a transfer (index updates both ways) is not counted as the next step. */
const REST_MS = 1000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function timed(nodes, step) {
  const before = nodes.map((node) => (node.child?.exitCode === null ? node.usage().cpuS : 0));
  const startMs = performance.now();
  await step();
  const s = (performance.now() - startMs) / 1000;
  const usages = nodes.map((node) => node.usage());
  return {
    s,
    cpuS: usages.map(({ cpuS }, i) => cpuS - before[i]),
    peakMiB: usages.map(({ peakMiB }) => peakMiB),
  };
}

/** `record(step, figures)` takes one result; figures of two processes are [sender, receiver]. */
export async function runRound(kind, shape, base, options, record) {
  const sender = await NodeUnderTest.create(kind, base, 'sender', options);
  const receiver = await NodeUnderTest.create(kind, base, 'receiver', options);
  const tree = new Tree(shape);
  const name = shape.kind;
  try {
    if (name === 'many') {
      const start = await timed([sender], async () => {
        sender.start(receiver, false);
        await sender.listens();
      });
      record('start to ready, empty', start);
      await sender.stop();
    }
    tree.makeIn(sender.root);
    await firstScan(sender, receiver, name, record);
    await transfer(sender, receiver, { tree, name, limitMs: options.limitMs }, record);
    await pause(REST_MS);
    await rescan(sender, name, record);
    if (name === 'many') await savedFiles(sender, receiver, options, record);
    compareTrees(sender.root, receiver.root);
    await Promise.all([sender.stop(), receiver.stop()]);
    const again = await timed([sender], async () => {
      sender.start(receiver, false);
      await sender.says('Completed initial scan');
    });
    record(`${name}: restart, until scanned`, again);
  } finally {
    await Promise.allSettled([sender.stop(), receiver.stop()]);
  }
}

async function firstScan(sender, receiver, name, record) {
  let loop;
  const scan = await timed([sender], async () => {
    sender.start(receiver, false);
    if (sender.kind === 'ours') {
      await sender.says('Initial repository scan in progress');
      // From here on: what starting the program holds up is no matter of scanning.
      loop = sender.loopDelays();
    }
    await sender.says('Completed initial scan');
  });
  await loop;
  record(`${name}: start and first scan`, { ...scan, loop: [await sender.loopDelays()] });
}

async function transfer(sender, receiver, { tree, name, limitMs }, record) {
  const figures = await timed([sender, receiver], async () => {
    receiver.start(sender, true);
    await until('all is there', () => tree.isIn(receiver.root), limitMs, LOOK_EVERY_MS);
  });
  const loop = [await sender.loopDelays(), await receiver.loopDelays()];
  record(`${name}: start and receive`, { ...figures, loop, bytes: tree.bytes });
}

async function rescan(sender, name, record) {
  let ms;
  const figures = await timed([sender], async () => (ms = await sender.scan()));
  if (ms === undefined) return;
  record(`${name}: rescan, nothing changed`, { ...figures, loop: [await sender.loopDelays()] });
}

async function savedFiles(sender, receiver, { saves, limitMs }, record) {
  for (let i = 0; i < saves; i += 1) {
    const name = `saved-${i}`;
    const content = randomBytes(SAVED_BYTES);
    const there = join(receiver.root, name);
    const isThere = () => fs.existsSync(there) && fs.readFileSync(there).equals(content);
    let isAsked = true;
    const figures = await timed([sender, receiver], async () => {
      fs.writeFileSync(join(sender.root, name), content);
      // Not awaited: the file may be there before the scan has answered.
      const asked = sender.scan(name);
      void asked.then((ms) => (isAsked = ms !== undefined));
      await until('the saved file is there', () => !isAsked || isThere(), limitMs, 1);
      if (isAsked) await asked;
    });
    if (!isAsked) {
      fs.rmSync(join(sender.root, name));
      return;
    }
    record('one saved file, scan asked for', figures);
    await pause(100);
  }
}
