/** The long run: the proofs with many more tries, and what is too slow for every day. */
import base from './jest.config.mjs';

export default {
  ...base,
  testRegex: ['/test/proof/.*\\.(spec|e2e-spec)\\.ts$', '\\.long-spec\\.ts$'],
  // As many hours as are asked for.
  testTimeout: 24 * 3600 * 1000,
};
