/** Many small files: to an empty receiver, half of them moved to another directory, and many in one directory. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { endPair, KINDS, makePair, scanUntil, settle } from '../pair.mjs';
import { RsyncPair } from '../rsync-pair.mjs';
import { compareTrees, smallFiles, Tree } from '../trees.mjs';
import { transfer } from './big.mjs';

const FILES_PER_DIRECTORY = 100;
const [FIRST, SECOND, MOVED] = ['first', 'second', 'moved'];

async function transferAll(turn, { root, tree }, name, then) {
  if (turn.kind.startsWith('rsync')) {
    const pair = await RsyncPair.start(turn, root);
    try {
      turn.record(name, { ...(await pair.fetch()), bytes: tree.bytes });
      compareTrees(root, pair.receiverRoot);
    } finally {
      await pair.stop();
    }
    return;
  }
  const { sender, receiver } = await makePair(turn, { sender: { root } });
  try {
    sender.start(receiver, false);
    await sender.says('Completed initial scan');
    await transfer(turn, sender, receiver, tree, name);
    await then?.(sender, receiver);
    compareTrees(sender.root, receiver.root);
  } finally {
    await endPair([sender, receiver], [root]);
  }
}

export const small = {
  scenarios: ['transfer-small', 'move-tree'],
  /** A quick run has the others here only. */
  isQuickForAll: true,
  kindsOf: (scenario) =>
    scenario === 'move-tree' ? KINDS.filter((kind) => !kind.startsWith('rsync')) : KINDS,

  prepare(dir, { files }) {
    const root = join(dir, 'small');
    const half = Math.ceil(files / 2);
    const first = smallFiles(half, FILES_PER_DIRECTORY, FIRST);
    const tree = new Tree([...first, ...smallFiles(files - half, FILES_PER_DIRECTORY, SECOND)]);
    const moved = new Tree(
      first.map(({ name, bytes }) => ({ name: name.replace(FIRST, MOVED), bytes })),
    );
    return { root, moved, tree: tree.makeIn(root) };
  },

  async run(turn, ground) {
    try {
      await transferAll(turn, ground, 'transfer-small', async (sender, receiver) => {
        if (turn.wants('move-tree')) await moveTree(turn, sender, receiver, ground.moved);
      });
    } finally {
      const moved = join(ground.root, MOVED);
      if (fs.existsSync(moved)) fs.renameSync(moved, join(ground.root, FIRST));
    }
  },
};

async function moveTree(turn, sender, receiver, tree) {
  await settle(sender, receiver);
  tree.forget();
  const isMoved = () => tree.isIn(receiver.root) && !fs.existsSync(join(receiver.root, FIRST));
  const figures = await turn.measured([sender, receiver], async () => {
    fs.renameSync(join(sender.root, FIRST), join(sender.root, MOVED));
    await scanUntil(sender, 'the moved tree is there', isMoved, turn.options);
  });
  turn.record('move-tree', { ...figures, bytes: tree.bytes });
}

export const flat = {
  scenarios: ['flat'],
  kindsOf: () => KINDS,
  prepare(dir, { flatFiles }) {
    const root = join(dir, 'flat');
    return { root, tree: new Tree(smallFiles(flatFiles, flatFiles)).makeIn(root) };
  },
  run: (turn, ground) => transferAll(turn, ground, 'flat'),
};
