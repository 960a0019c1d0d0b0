/** One big file, and many small ones, over a link that delays and loses packets. */
import { setTimeout as pause } from 'node:timers/promises';
import { congestionControl, makeLink } from '../link.mjs';
import { endPair, makePair, SAME_KINDS } from '../pair.mjs';
import { bigFile, compareTrees, smallFiles, Tree } from '../trees.mjs';
import { transfer } from './big.mjs';
import { join } from 'node:path';

const FILES_PER_DIRECTORY = 100;
const REST_MS = 2000;

function chain(scenario, entriesOf) {
  return {
    scenarios: [scenario],
    kindsOf: () => [...SAME_KINDS, 'ours-stock', 'stock-ours'],

    async prepare(dir, options) {
      const link = await makeLink(options).catch((error) => {
        process.stderr.write(`${scenario} is left out: ${error.message}\n`);
      });
      if (link === undefined) return undefined;
      const { linkRttMs, linkLoss, linkMbit } = options;
      const rate = linkMbit > 0 ? `${linkMbit} Mbit/s` : 'no limit';
      process.stderr.write(
        `link: ${linkRttMs} ms and ${linkLoss} % there and back, half of it each way; ${rate}; ` +
          `by ${link.how}; TCP with ${congestionControl()}\n`,
      );
      const root = join(dir, scenario);
      return { root, link, tree: new Tree(entriesOf(options)).makeIn(root), end: link.close };
    },

    async run(turn, { root, tree, link }) {
      const { sender, receiver } = await makePair(turn, {
        sender: { root, ...link.sender },
        receiver: link.receiver,
      });
      try {
        sender.start(receiver, false);
        await sender.says('Completed initial scan');
        await transfer(turn, sender, receiver, tree, scenario, { wireOf: link.wireOf });
        await pause(REST_MS);
        compareTrees(root, receiver.root);
      } finally {
        await endPair([sender, receiver], [root]);
      }
    },
  };
}

export const linkBig = chain('link-big', ({ linkMiB }) => bigFile('big-file', linkMiB));
export const linkSmall = chain('link-small', ({ linkFiles }) =>
  smallFiles(linkFiles, FILES_PER_DIRECTORY),
);
