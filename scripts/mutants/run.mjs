/**
 * Switches on named faults, one at a time, and tells which test catches which. Exit status 1 when one survives, when one no
 * longer applies, and when the tests fail without any: then there is no verdict.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mutants } from './catalogue.mjs';
import { runJest } from './jest-run.mjs';
import { ROOT } from './mutant.mjs';
import { readOptions, USAGE } from './options.mjs';
import { catcherOf, isCaught, lineOf, tableOf, writeTable } from './report.mjs';
import { allSpecs, specsFor } from './specs.mjs';
import { tryMutant } from './trial.mjs';

const AT_ONCE = 2;
/** On a machine with nothing else to do it takes three. */
const UNCHANGED_MS = 30 * 60_000;

async function main() {
  const options = readOptions(process.argv.slice(2), mutants);
  if (options.help) return say(USAGE);
  if (options.list) {
    return options.chosen.forEach(({ name, loses }) => say(`${name.padEnd(48)} ${loses}`));
  }
  if (!existsSync(join(ROOT, 'dist/main.js'))) throw new Error('build first: npm run build');
  const startMs = performance.now();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  if (!options.unchecked) await requireGreen(options.chosen, stop.signal);
  const results = await tryAll(options.chosen, stop.signal);
  say(`\n${tableOf(results)}\n`);
  if (options.table !== '') await writeTable(options.table, results, mutants);
  const missed = results.filter(({ outcome }) => !isCaught(outcome));
  const minutes = ((performance.now() - startMs) / 60_000).toFixed(1);
  say(`${results.length - missed.length} of ${results.length} mutants caught in ${minutes} min.`);
  for (const { mutant, outcome } of missed)
    say(`NOT CAUGHT: ${mutant.name}: ${catcherOf(outcome)}`);
  if (missed.length > 0) process.exitCode = 1;
}

/** The same specs, unchanged. */
async function requireGreen(chosen, stop) {
  const specs = [...new Set([...allSpecs(), ...chosen.flatMap(specsFor)])];
  say(`${specs.length} specs without any mutant …`);
  const outcome = await runJest({ specs, workers: AT_ONCE, limitMs: UNCHANGED_MS, stop });
  if (outcome.kind === 'green' && outcome.tests > 0) return say(`${outcome.tests} tests pass.\n`);
  const what =
    outcome.kind === 'failed' ? `${outcome.test}\n${outcome.message}` : 'it does not end';
  throw new Error(`no verdict, a test fails without any mutant: ${outcome.spec}: ${what}`);
}

async function tryAll(chosen, stop) {
  const results = new Array(chosen.length);
  let next = 0;
  const worker = async () => {
    while (next < chosen.length) {
      const index = next++;
      const mutant = chosen[index];
      const startMs = performance.now();
      const outcome = await tryMutant(mutant, stop);
      results[index] = { mutant, outcome };
      say(lineOf(mutant, outcome, (performance.now() - startMs) / 1000));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
