/** What becomes of one mutant: the specs run with it, the likeliest to notice it first, until one fails. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runJest } from './jest-run.mjs';
import { whyNotApplicable } from './mutant.mjs';
import { buildMutated } from './mutated-build.mjs';
import { specsFor } from './specs.mjs';

/** All specs take about five minutes on one core with nothing else to do. */
const TRIAL_MS = 30 * 60_000;

/**
 * A spec that fails once and not again is passed over: it counts as a catch only when it notices the mutant each time.
 * @returns {Promise<{ kind: 'caught', spec: string, test: string, message: string } | { kind: 'hang' | 'late', spec: string }
 *   | { kind: 'survived', unsteady: string[] } | { kind: 'inapplicable', reason: string }>}
 */
export async function tryMutant(mutant, stop) {
  const reason = whyNotApplicable(mutant);
  if (reason !== undefined) return { kind: 'inapplicable', reason };
  const directory = buildMutated(mutant);
  try {
    return await run(mutant, join(directory, 'dist'), stop);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function run(mutant, dist, stop) {
  const endMs = performance.now() + TRIAL_MS;
  const unsteady = [];
  let specs = specsFor(mutant);
  const runSpecs = (list) => {
    const limitMs = Math.max(1, endMs - performance.now());
    return runJest({ specs: list, mutant: mutant.name, dist, limitMs, stop });
  };
  while (specs.length > 0) {
    const outcome = await runSpecs(specs);
    if (outcome.kind === 'green') break;
    if (outcome.kind === 'hang' || outcome.kind === 'late') return outcome;
    const { spec, test, message } = outcome;
    const again = await runSpecs([spec]);
    if (again.kind === 'late') return again;
    if (again.kind !== 'green') return { kind: 'caught', spec, test: again.test || test, message };
    unsteady.push(`${spec}: ${test}`);
    specs = specs.slice(specs.indexOf(spec) + 1);
  }
  return { kind: 'survived', unsteady };
}
