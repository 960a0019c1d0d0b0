/** `npm run bench`: two nodes of ours beside two stock ones over loopback, taking turns. See docs/PERFORMANCE.md. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { readOptions } from './options.mjs';
import { summarize, tableOf } from './report.mjs';
import { runRound } from './round.mjs';

const DEFAULT_JSON = join(import.meta.dirname, '../../dist/bench.json');

const options = readOptions(process.argv.slice(2));
const stockVersion = spawnSync('syncthing', ['--version'], { encoding: 'utf8' }).stdout;
if (stockVersion === undefined || stockVersion === null) {
  process.stderr.write(
    'There is no syncthing on the path: only ours runs, and there are no ratios.\n',
  );
  options.kinds = options.kinds.filter((kind) => kind === 'ours');
}

const machine = {
  at: new Date().toISOString(),
  cpu: cpus()[0].model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
  stock: /v[\d.]+\S*/.exec(stockVersion ?? '')?.[0] ?? null,
};
const sizes = {
  isQuick: options.isQuick,
  rounds: options.rounds,
  bigMiB: options.bigMiB,
  files: options.files,
  saves: options.saves,
};

const results = [];
const startMs = performance.now();
const base = fs.mkdtempSync(join(options.dir ?? tmpdir(), 'syncnest-bench-'));
try {
  for (let round = 0; round < options.rounds; round += 1) {
    for (const kind of ['big', 'many']) {
      // Who begins changes from round to round.
      const turns = round % 2 === 0 ? options.kinds : [...options.kinds].reverse();
      for (const who of turns) {
        const shape = { kind, bigMiB: options.bigMiB, files: options.files };
        const dir = join(base, `${round}-${kind}-${who}`);
        await runRound(who, shape, dir, options, (step, figures) => {
          results.push({ round, kind: who, step, ...figures });
          process.stderr.write(
            `round ${round + 1}, ${who.padEnd(5)} ${step}: ${figures.s.toFixed(3)} s\n`,
          );
        });
        // One big file is soon gone; many small ones stay until the end, as removing them slows down some file systems.
        if (kind === 'big') fs.rmSync(dir, { recursive: true });
      }
    }
  }
} finally {
  fs.rmSync(base, { recursive: true, force: true });
}

const summary = summarize(results);
const json = options.json ?? DEFAULT_JSON;
fs.mkdirSync(dirname(json), { recursive: true });
fs.writeFileSync(json, `${JSON.stringify({ machine, sizes, summary, results }, undefined, 2)}\n`);
process.stdout.write(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}; ` +
    `Node ${machine.node}, Syncthing ${machine.stock ?? 'not there'}\n` +
    `${options.isQuick ? 'QUICK RUN, for function rather than figures: ' : ''}medians of ` +
    `${sizes.rounds} rounds; ${sizes.bigMiB} MiB, ${sizes.files} files; two figures: sender / receiver; ` +
    `${((performance.now() - startMs) / 1000).toFixed(0)} s in all\n\n${tableOf(summary)}\n\nJSON: ${json}\n`,
);
