/**
 * `npm run bench:watching`: what watching brings and costs with default settings, ours beside stock: the way of a saved
 * file, a file that is saved all the time, a burst of new files and a renamed tree. Rescans are off, no scan is asked for.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { until } from '../measuring.mjs';
import { NodeUnderTest } from './node-under-test.mjs';
import { compareTrees } from './trees.mjs';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '50000' },
    saves: { type: 'string', default: '15' },
    burst: { type: 'string', default: '30000' },
    renamed: { type: 'string', default: '10000' },
    'busy-s': { type: 'string', default: '60' },
    only: { type: 'string' },
  },
});
const [files, saves, burst, renamed, busyS] = [
  ...[values.files, values.saves, values.burst, values.renamed, values['busy-s']].map(Number),
];
const FILES_PER_DIRECTORY = 100;
const SAVED_BYTES = 1024;
const SAVE_EVERY_MS = 100;
/** Between saved files, so that each comes alone; stock gathers changes for 10 s. */
const PAUSE_MS = { ours: [500, 1500], stock: [11_000, 13_000] };
const LIMIT_MS = 600_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const say = (kind, text) => process.stdout.write(`${kind.padEnd(5)} ${text}\n`);

function makeTree(root, count) {
  for (let i = 0; i < count; i += 1) {
    const directory = join(root, `dir-${Math.floor(i / FILES_PER_DIRECTORY)}`);
    if (i % FILES_PER_DIRECTORY === 0) fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(join(directory, `file-${i}`), `content ${i}`);
  }
}

const countOf = (directory) =>
  fs.existsSync(directory)
    ? fs.readdirSync(directory).filter((name) => !name.startsWith('.syncthing.')).length
    : 0;

async function timed(nodes, step) {
  const before = nodes.map((node) => node.cpuS());
  const startMs = performance.now();
  await step();
  const s = (performance.now() - startMs) / 1000;
  return { s, cpuS: nodes.map((node, i) => node.cpuS() - before[i]) };
}

async function savedFiles(kind, a, b) {
  const latencies = [];
  for (let i = 0; i < (kind === 'ours' ? saves : Math.min(saves, 5)); i += 1) {
    const [least, most] = PAUSE_MS[kind];
    await pause(least + Math.random() * (most - least));
    const name = i % 2 === 0 ? `saved-${i}` : `dir-${i}/saved-${i}`;
    const content = randomBytes(SAVED_BYTES);
    const there = join(b.root, name);
    const startMs = performance.now();
    fs.writeFileSync(join(a.root, name), content);
    const isThere = () => fs.existsSync(there) && fs.readFileSync(there).equals(content);
    await until('the saved file is there', isThere, LIMIT_MS, 2);
    latencies.push(performance.now() - startMs);
  }
  const [least, most] = [Math.min(...latencies), Math.max(...latencies)];
  const text = `${Math.round(median(latencies))} ms [${Math.round(least)}-${Math.round(most)}]`;
  say(kind, `one saved file of 1 KiB among ${files}: ${text}`);
}

async function busyFile(kind, a, b) {
  const name = join(a.root, 'busy');
  let last = '';
  const { cpuS } = await timed([a, b], async () => {
    const endMs = performance.now() + busyS * 1000;
    for (let i = 0; performance.now() < endMs; i += 1) {
      fs.writeFileSync(name, (last = `save ${i} ${'.'.repeat(SAVED_BYTES)}`));
      await pause(SAVE_EVERY_MS);
    }
  });
  const startMs = performance.now();
  const there = join(b.root, 'busy');
  const isThere = () => fs.existsSync(there) && fs.readFileSync(there, 'utf8') === last;
  await until('the last save is there', isThere, LIMIT_MS, 10);
  const share = cpuS.map((s) => `${((100 * s) / busyS).toFixed(1)} %`).join(' and ');
  const after = ((performance.now() - startMs) / 1000).toFixed(1);
  say(
    kind,
    `saved every ${SAVE_EVERY_MS} ms for ${busyS} s: ${share} of a core; there ${after} s later`,
  );
}

async function wholeTrees(kind, a, b) {
  const made = await timed([a, b], async () => {
    fs.mkdirSync(join(a.root, 'burst'));
    for (let i = 0; i < burst; i += 1) fs.writeFileSync(join(a.root, `burst/b-${i}`), `${i}`);
    const isThere = () => countOf(join(b.root, 'burst')) === burst;
    await until('the burst is there', isThere, LIMIT_MS, 50);
  });
  say(
    kind,
    `burst of ${burst} files: ${made.s.toFixed(1)} s, CPU ${made.cpuS.map((s) => s.toFixed(1))}`,
  );
  await pause(12_000);
  for (const [from, to] of [
    ['tree', 'renamed'],
    ['renamed', 'again'],
  ]) {
    if (from === 'tree') {
      makeTree(join(a.root, from), renamed);
      const isWhole = () =>
        fs.existsSync(join(b.root, from)) &&
        fs
          .readdirSync(join(b.root, from))
          .reduce((n, each) => n + countOf(join(b.root, from, each)), 0) === renamed;
      await until('the tree is there', isWhole, LIMIT_MS, 100);
      await pause(12_000);
    }
    const moved = await timed([a, b], async () => {
      fs.renameSync(join(a.root, from), join(a.root, to));
      const isMoved = () => {
        const there = join(b.root, to);
        if (!fs.existsSync(there) || fs.existsSync(join(b.root, from))) return false;
        return (
          fs.readdirSync(there).reduce((n, each) => n + countOf(join(there, each)), 0) === renamed
        );
      };
      await until('the renamed tree is there', isMoved, LIMIT_MS, 50);
    });
    say(
      kind,
      `renamed tree of ${renamed}: ${moved.s.toFixed(1)} s, CPU ${moved.cpuS.map((s) => s.toFixed(1))}`,
    );
    await pause(3_000);
  }
}

async function run(kind, base) {
  const options = { limitMs: LIMIT_MS, isWatched: true };
  const a = await NodeUnderTest.create(kind, base, `${kind}-a`, options);
  const b = await NodeUnderTest.create(kind, base, `${kind}-b`, options);
  for (const { root } of [a, b]) makeTree(root, files);
  // The same times, so that nothing is to be transferred.
  for (let i = 0; i < files; i += 1) {
    const name = `dir-${Math.floor(i / FILES_PER_DIRECTORY)}/file-${i}`;
    for (const { root } of [a, b]) fs.utimesSync(join(root, name), 1_700_000_000, 1_700_000_000);
  }
  try {
    b.start(a, false);
    await b.isReady();
    a.start(b, true);
    for (const node of [a, b]) await node.says('Completed initial scan');
    fs.writeFileSync(join(a.root, 'first'), 'first');
    await until('the nodes sync', () => fs.existsSync(join(b.root, 'first')), LIMIT_MS);
    await pause(3_000);
    await savedFiles(kind, a, b);
    if (busyS > 0) await busyFile(kind, a, b);
    if (burst > 0) await wholeTrees(kind, a, b);
    compareTrees(a.root, b.root);
    const peaks = [a, b].map((node) => Math.round(node.memory().peakMiB));
    say(kind, `peak of memory: ${peaks.join(' and ')} MiB`);
  } finally {
    await Promise.allSettled([a.stop(), b.stop()]);
  }
}

const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-watching-'));
try {
  for (const kind of values.only === undefined ? ['ours', 'stock'] : [values.only]) {
    await run(kind, base);
  }
} finally {
  fs.rmSync(base, { recursive: true });
}
