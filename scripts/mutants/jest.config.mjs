/** The ordinary tests with a mutant in the sources. */
import base from '../../jest.config.mjs';
import { ROOT } from './mutant.mjs';

export default {
  ...base,
  rootDir: ROOT,
  transform: { '^.+\\.ts$': `${import.meta.dirname}/transform.mjs` },
  testSequencer: `${import.meta.dirname}/sequencer.mjs`,
  reporters: [`${import.meta.dirname}/reporter.mjs`],
};
