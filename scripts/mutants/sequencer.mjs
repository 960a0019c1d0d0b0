/** Runs the specs in the order in which SYNCNEST_MUTANT_SPECS names them: the likeliest to fail first. */
import { relative } from 'node:path';
import { ROOT } from './mutant.mjs';

export default class Sequencer {
  #order = new Map(
    (process.env.SYNCNEST_MUTANT_SPECS ?? '').split(':').map((path, i) => [path, i]),
  );

  sort(tests) {
    const place = ({ path }) => this.#order.get(relative(ROOT, path)) ?? this.#order.size;
    return [...tests].sort((a, b) => place(a) - place(b));
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}
