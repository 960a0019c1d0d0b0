/** `npm run bench`: ours beside stock Syncthing and rsync over loopback, taking turns. See docs/PERFORMANCE.md. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { isAlone, runAlone } from './alone.mjs';
import { measured } from './measure.mjs';
import { readOptions } from './options.mjs';
import { killAll } from './processes.mjs';
import { reportOf, summarize } from './report.mjs';
import { hasRsync } from './rsync-pair.mjs';
import { CHAINS } from './scenarios/index.mjs';
import { removeLargeFiles, removeTree } from './trees.mjs';

const DEFAULT_JSON = join(import.meta.dirname, '../../dist/bench.json');

const options = readOptions(process.argv.slice(2));
if (!isAlone()) {
  const status = await runAlone(process.argv.slice(1));
  if (status !== undefined) process.exit(status);
  say('No network namespace of its own is permitted: bytes on the wire are not counted.');
}
options.isAlone = isAlone();

const stockVersion = spawnSync('syncthing', ['--version'], { encoding: 'utf8' }).stdout;
leaveOut(!stockVersion, 'syncthing', (kind) => /stock|tuned/.test(kind));
leaveOut(!hasRsync(), 'rsync', (kind) => kind.startsWith('rsync'));

const machine = {
  at: new Date().toISOString(),
  cpu: cpus()[0].model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
  stock: /v[\d.]+\S*/.exec(stockVersion ?? '')?.[0] ?? null,
};
const results = [];
const failures = [];
const startMs = performance.now();
const base = fs.mkdtempSync(join(options.dir ?? tmpdir(), 'syncnest-bench-'));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => breakOff());

try {
  for (let round = 0; round < options.rounds; round += 1) await runRound(round);
} finally {
  removeTree(base);
}
writeReport();
process.exitCode = failures.length > 0 ? 1 : 0;

function say(text) {
  process.stderr.write(`${text}\n`);
}

function leaveOut(isMissing, program, isOfIt) {
  if (!isMissing || !options.kinds.some(isOfIt)) return;
  say(`There is no ${program} on the path: what needs it is left out.`);
  options.kinds = options.kinds.filter((kind) => !isOfIt(kind));
}

function breakOff() {
  killAll();
  removeTree(base);
  process.exit(130);
}

async function runRound(round) {
  const inRound = options.kinds.filter(
    (kind) => round < options.referenceRounds || options.steadyKinds.includes(kind),
  );
  // Who begins changes from round to round.
  const first = round % Math.max(1, inRound.length);
  const turns = [...inRound.slice(first), ...inRound.slice(0, first)];
  for (const [i, chain] of CHAINS.entries()) {
    const wanted = chain.scenarios.filter((name) => options.scenarios.includes(name));
    const wantedOf = (kind) => wanted.filter((name) => chain.kindsOf(name).includes(kind));
    const isHere = (kind) =>
      !options.isQuick || chain.isQuickForAll || options.steadyKinds.includes(kind);
    const kinds = turns.filter((kind) => wantedOf(kind).length > 0 && isHere(kind));
    if (kinds.length === 0) continue;
    const dir = join(base, `${round}-${i}`);
    fs.mkdirSync(dir, { recursive: true });
    const ground = await chain.prepare(dir, options);
    for (const kind of ground === undefined ? [] : kinds) {
      const own = join(dir, kind);
      fs.mkdirSync(own);
      // What others have written is on the disk, and does not slow down who comes next.
      spawnSync('sync');
      await runTurn(chain, ground, { round, kind, dir: own, wanted: wantedOf(kind) });
      removeLargeFiles(own);
    }
    ground?.end?.();
    removeLargeFiles(dir);
  }
}

async function runTurn(chain, ground, { round, kind, dir, wanted }) {
  const turn = {
    ...{ kind, dir, options },
    wants: (...names) => names.some((name) => wanted.includes(name)),
    measured: (nodes, step, more = {}) => measured(nodes, { ...options, ...more }, step),
    record(scenario, figures) {
      if (!wanted.includes(scenario)) return;
      results.push({ round, kind, scenario, ...figures });
      say(`round ${round + 1}, ${kind.padEnd(11)} ${scenario}: ${figures.s.toFixed(3)} s`);
    },
  };
  try {
    await chain.run(turn, ground);
  } catch (error) {
    failures.push({ round, kind, scenarios: wanted, error: String(error) });
    say(`round ${round + 1}, ${kind} FAILED in one of ${wanted.join(', ')}: ${error.stack}`);
    killAll();
  }
}

function writeReport() {
  const summary = summarize(results);
  const json = options.json ?? DEFAULT_JSON;
  const s = (performance.now() - startMs) / 1000;
  const all = { machine, options, s, summary, failures, results };
  fs.mkdirSync(dirname(json), { recursive: true });
  fs.writeFileSync(json, `${JSON.stringify(all, undefined, 2)}\n`);
  process.stdout.write(`${reportOf(all)}\n\nJSON: ${json}\n`);
}
