/** One timed step: seconds, CPU, memory, bytes on the wire and event loops of the nodes that take part. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { askedBytes } from './rest.mjs';

/** Takes memory and gives it back, so that the next one to write files gets pages that the machine has at hand. */
export function prefault(mib) {
  if (mib === 0) return;
  const program = `
    const kept = [];
    for (let mib = ${mib}; mib > 0; mib -= 256) kept.push(Buffer.alloc(Math.min(mib, 256) * 2 ** 20).fill(1));`;
  spawnSync(process.execPath, ['-e', program]);
}

/** Bytes that an interface of this process's network has received. */
export function bytesReceived(device, pid = 'self') {
  const lines = fs.readFileSync(`/proc/${pid}/net/dev`, 'utf8').split('\n');
  const line = lines.find((each) => each.trim().startsWith(`${device}:`));
  return line === undefined ? 0 : Number(line.split(':')[1].trim().split(/\s+/)[0]);
}

/** What crosses loopback between nodes counts once, as received there; undefined where others are on it too. */
function wireBytes({ isAlone, wireOf }) {
  if (wireOf !== undefined) return wireOf();
  return isAlone ? bytesReceived('lo') - askedBytes() : undefined;
}

/**
 * @param nodes the sender, then who receives; one that does not run yet is started by the step. Several receivers count
 *   as one: their CPU seconds together, the largest memory, the longest delay.
 */
export async function measured(nodes, options, step) {
  prefault(options.prefaultMiB);
  for (const node of nodes.filter(({ isRunning }) => isRunning)) {
    node.forgetPeak();
    if (!options.isLoopLeftAlone) await node.loopDelays();
  }
  const cpuBefore = nodes.map((node) => (node.isRunning ? node.cpuS() : 0));
  const wireBefore = wireBytes(options);
  const startMs = performance.now();
  await step();
  const s = (performance.now() - startMs) / 1000;
  const wireAfter = wireBytes(options);
  const cpuS = nodes.map((node, i) => node.cpuS() - cpuBefore[i]);
  const memory = nodes.map((node) => node.memory());
  const loops = [];
  for (const node of nodes) {
    loops.push((options.isLoopLeftAlone ? undefined : await node.loopDelays()) ?? null);
  }
  const sum = (list) => list.reduce((total, each) => total + each, 0);
  const largest = (list) => Math.max(...list);
  return {
    s,
    cpuS: perSide(cpuS, sum),
    peakMiB: perSide(
      memory.map(({ peakMiB }) => peakMiB),
      largest,
    ),
    wholePeakMiB: perSide(
      memory.map(({ wholePeakMiB }) => wholePeakMiB),
      largest,
    ),
    rssMiB: perSide(
      memory.map(({ rssMiB }) => rssMiB),
      largest,
    ),
    wireBytes: wireAfter === undefined ? null : wireAfter - wireBefore,
    loop: perSide(loops, longest),
  };
}

function perSide([sender, ...receivers], together) {
  return receivers.length === 0 ? [sender] : [sender, together(receivers)];
}

function longest(loops) {
  const ours = loops.filter((loop) => loop !== null);
  if (ours.length === 0) return null;
  const keys = Object.keys(ours[0]);
  return Object.fromEntries(keys.map((key) => [key, Math.max(...ours.map((loop) => loop[key]))]));
}
