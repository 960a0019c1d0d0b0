/** Whether a simulated cluster has come to rest. */
import { type MemoryNetwork } from '../modules/connections/memory-transport.js';
import { turns } from './hand-clock.js';
import { type SimulatedNode } from './simulated-node.js';

export async function isQuiet(
  nodes: readonly SimulatedNode[],
  network: MemoryNetwork,
): Promise<boolean> {
  const running = nodes.filter(({ isRunning }) => isRunning);
  // What costs little is asked first.
  for (const node of running) {
    for (const { id } of node.folderSettings) {
      if (!(await isIdle(node, id))) return false;
    }
    for (const other of running) {
      if (other === node || network.isCut(node.name, other.name)) continue;
      if (!node.isConnectedTo(other)) return false;
    }
  }
  for (const node of running) {
    for (const { id } of node.folderSettings) {
      if (!(await isSettled(node, id, running, network))) return false;
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
  network: MemoryNetwork,
): Promise<boolean> {
  if (node.runner(folder) === undefined) return true;
  const { need, local } = await node.database.summary(folder);
  if (need.files + need.directories + need.symlinks + need.deleted > 0) return false;
  for (const other of running) {
    if (other === node || network.isCut(node.name, other.name)) continue;
    if (other.runner(folder) === undefined) continue;
    const { sequence } = await other.database.remoteIndex(folder, node.id);
    if (sequence !== local.sequence) return false;
  }
  return true;
}
