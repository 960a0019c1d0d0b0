/** Whether a simulated cluster has come to rest. */
import { turns } from './hand-clock.js';
import { type SimulatedNode } from './simulated-node.js';

type AreApart = (a: SimulatedNode, b: SimulatedNode) => boolean;

export async function isQuiet(
  nodes: readonly SimulatedNode[],
  /** Nothing passes between the two. */
  areApart: AreApart,
): Promise<boolean> {
  const running = nodes.filter(({ isRunning }) => isRunning);
  // What costs little is asked first.
  for (const node of running) {
    for (const { id } of node.folderSettings) {
      if (!(await isIdle(node, id))) return false;
    }
    for (const other of running) {
      if (other === node || areApart(node, other)) continue;
      if (!node.isConnectedTo(other)) return false;
    }
  }
  for (const node of running) {
    for (const { id } of node.folderSettings) {
      if (!(await isSettled(node, id, running, areApart))) return false;
    }
  }
  return true;
}

/** Its loop rests: the state alone does not tell before a scan or a pull has got past its first look at the disk. */
async function isIdle(node: SimulatedNode, folder: string): Promise<boolean> {
  const runner = node.runner(folder);
  if (runner === undefined) return true;
  if (runner.state !== 'idle') return false;
  let isAtRest = false;
  void runner.idle().then(() => (isAtRest = true));
  await turns(1);
  return isAtRest;
}

async function isSettled(
  node: SimulatedNode,
  folder: string,
  running: readonly SimulatedNode[],
  areApart: AreApart,
): Promise<boolean> {
  if (node.runner(folder) === undefined) return true;
  const { need, local } = await node.database.summary(folder);
  if (need.files + need.directories + need.symlinks + need.deleted > 0) return false;
  for (const other of running) {
    if (other === node || areApart(node, other)) continue;
    if (other.runner(folder) === undefined) continue;
    const { sequence } = await other.database.remoteIndex(folder, node.id);
    if (sequence !== local.sequence) return false;
  }
  return true;
}
