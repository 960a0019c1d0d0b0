/** The order of the tests: what keeps a core busy for long comes first, while the workers are fresh and none waits at the end. */
import Sequencer from '@jest/test-sequencer';

const LONG = /\/test\/proof\/(histories|crash)/;

export default class ProofsFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [
      ...sorted.filter(({ path }) => LONG.test(path)),
      ...sorted.filter(({ path }) => !LONG.test(path)),
    ];
  }
}
