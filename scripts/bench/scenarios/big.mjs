/** One big file: its first scan, its way to an empty receiver, a second one, and a change in its middle. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { until } from '../../measuring.mjs';
import {
  endPair,
  KINDS,
  LOOK_EVERY_MS,
  makePair,
  SAME_KINDS,
  scanUntil,
  settle,
} from '../pair.mjs';
import { RsyncPair } from '../rsync-pair.mjs';
import { bigFile, compareTrees, Tree } from '../trees.mjs';

const MIB = 1024 * 1024;
const NAME = 'big-file';
const NEW_NAME = 'new-file';

export const big = {
  scenarios: ['scan-big', 'transfer-big', 'transfer-connected', 'change-big'],
  kindsOf: (scenario) => {
    if (scenario === 'scan-big') return SAME_KINDS;
    return scenario === 'change-big' ? KINDS.filter((kind) => !kind.startsWith('rsync')) : KINDS;
  },

  prepare(dir, { bigMiB, newMiB }) {
    const root = join(dir, 'big');
    const aside = join(dir, 'aside');
    const added = new Tree(bigFile(NEW_NAME, newMiB)).makeIn(aside);
    return { root, aside, added, tree: new Tree(bigFile(NAME, bigMiB)).makeIn(root) };
  },

  async run(turn, ground) {
    if (turn.kind.startsWith('rsync')) return fetchBoth(turn, ground);
    const { options } = turn;
    const { sender, receiver } = await makePair(turn, { sender: { root: ground.root } });
    try {
      const scan = await turn.measured([sender], async () => {
        sender.start(receiver, false);
        await sender.says('Completed initial scan');
      });
      turn.record('scan-big', scan);
      if (!turn.wants('transfer-big', 'transfer-connected', 'change-big')) return;
      await transfer(turn, sender, receiver, ground.tree);
      await settle(sender, receiver);
      if (turn.wants('transfer-connected')) await addFile(turn, sender, receiver, ground);
      if (turn.wants('change-big')) await changeFile(turn, sender, receiver, options);
      compareTrees(sender.root, receiver.root);
    } finally {
      await endPair([sender, receiver], [ground.root]);
      takeBack(ground);
    }
  },
};

export async function transfer(turn, sender, receiver, tree, name = 'transfer-big', more = {}) {
  tree.forget();
  const { limitMs } = turn.options;
  const send = async () => {
    receiver.start(sender, true);
    await until('all is there', () => tree.isIn(receiver.root), limitMs, LOOK_EVERY_MS);
  };
  const figures = await turn.measured([sender, receiver], send, more);
  turn.record(name, { ...figures, bytes: tree.bytes });
}

async function addFile(turn, sender, receiver, { aside, added }) {
  added.forget();
  const figures = await turn.measured([sender, receiver], async () => {
    fs.renameSync(join(aside, NEW_NAME), join(sender.root, NEW_NAME));
    await scanUntil(sender, 'the new file is there', () => added.isIn(receiver.root), turn.options);
  });
  turn.record('transfer-connected', { ...figures, bytes: added.bytes });
  await settle(sender, receiver);
}

/** The next pair begins with the same tree. */
function takeBack({ root, aside }) {
  if (fs.existsSync(join(root, NEW_NAME)))
    fs.renameSync(join(root, NEW_NAME), join(aside, NEW_NAME));
}

async function changeFile(turn, sender, receiver, { limitMs }) {
  const [from, to] = [join(sender.root, NAME), join(receiver.root, NAME)];
  const content = randomBytes(MIB);
  const at = Math.floor(fs.statSync(from).size / 2);
  // Written before the clock runs: the disk may still be busy with what was synced before.
  const fd = fs.openSync(from, 'r+');
  fs.writeSync(fd, content, 0, MIB, at);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  const { mtimeMs, size } = fs.statSync(from);
  const isThere = () => {
    const stat = fs.statSync(to, { throwIfNoEntry: false });
    // A file that is changed in place has its new time last.
    if (stat?.size !== size || Math.abs(stat.mtimeMs - mtimeMs) > 2) return false;
    const there = Buffer.alloc(MIB);
    const file = fs.openSync(to, 'r');
    fs.readSync(file, there, 0, MIB, at);
    fs.closeSync(file);
    return there.equals(content);
  };
  const figures = await turn.measured([sender, receiver], () =>
    scanUntil(sender, 'the change is there', isThere, { limitMs }),
  );
  turn.record('change-big', { ...figures, bytes: MIB });
  await settle(sender, receiver);
}

async function fetchBoth(turn, ground) {
  const pair = await RsyncPair.start(turn, ground.root);
  try {
    turn.record('transfer-big', { ...(await pair.fetch()), bytes: ground.tree.bytes });
    fs.renameSync(join(ground.aside, NEW_NAME), join(ground.root, NEW_NAME));
    turn.record('transfer-connected', { ...(await pair.fetch()), bytes: ground.added.bytes });
    compareTrees(ground.root, pair.receiverRoot);
  } finally {
    await pair.stop();
    takeBack(ground);
  }
}
