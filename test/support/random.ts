export { SeededRandom } from '../../src/testing/random.js';
