/** The long run: the proofs with many more tries, and what is too slow for every day. */
import base from './jest.config.mjs';

/** Tests of the ordinary run that have more to do in the long one. */
const FULLER = [
  'test/(api-memory|kill|large|many-nodes|process|reconnect|watching)\\.e2e-spec',
  'test/interop/(kill-stock|syncthing)\\.e2e-spec',
  'worker-index-database\\.spec',
];

export default {
  ...base,
  testRegex: ['/test/proof/.*\\.(spec|e2e-spec)\\.ts$', '\\.long-spec\\.ts$', ...FULLER],
  // As many hours as are asked for.
  testTimeout: 24 * 3600 * 1000,
};
