/** One sender and five receivers that begin at once: until the last one has all. */
import { join } from 'node:path';
import { until } from '../../measuring.mjs';
import { NodeUnderTest } from '../node-under-test.mjs';
import { endPair, LOOK_EVERY_MS, SAME_KINDS } from '../pair.mjs';
import { bigFile, compareTrees, removeTree, smallFiles, Tree } from '../trees.mjs';

const RECEIVERS = 5;
const FILES_PER_DIRECTORY = 100;

function chain(scenario, entriesOf) {
  return {
    scenarios: [scenario],
    kindsOf: () => SAME_KINDS,

    prepare(dir, options) {
      const root = join(dir, scenario);
      return { root, tree: new Tree(entriesOf(options)).makeIn(root) };
    },

    async run(turn, { root, tree }) {
      const create = (name, place) =>
        NodeUnderTest.create(turn.kind, turn.dir, name, turn.options, place);
      const sender = await create('sender', { root });
      const receivers = [];
      for (let i = 0; i < RECEIVERS; i += 1) receivers.push(await create(`receiver-${i}`));
      try {
        sender.start(receivers, false);
        await sender.says('Completed initial scan');
        let missing = [...receivers];
        tree.forget();
        const isEverywhere = () => {
          while (missing.length > 0 && tree.isIn(missing[0].root)) {
            missing = missing.slice(1);
            tree.forget();
          }
          return missing.length === 0;
        };
        const figures = await turn.measured([sender, ...receivers], async () => {
          for (const receiver of receivers) receiver.start(sender, true);
          await until('all have it', isEverywhere, turn.options.limitMs, LOOK_EVERY_MS);
        });
        turn.record(scenario, { ...figures, bytes: tree.bytes * RECEIVERS });
        for (const receiver of receivers) compareTrees(root, receiver.root);
      } finally {
        await endPair([sender, ...receivers], [root]);
        for (const receiver of receivers) removeTree(receiver.root);
      }
    },
  };
}

export const fiveBig = chain('five-big', ({ fiveMiB }) => bigFile('big-file', fiveMiB));
export const fiveSmall = chain('five-small', ({ fiveFiles }) =>
  smallFiles(fiveFiles, FILES_PER_DIRECTORY),
);
