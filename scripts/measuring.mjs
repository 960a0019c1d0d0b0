/** What the scripts that measure share: ports, waiting, and what a process used. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const CLOCK_TICKS_PER_S = Number(execFileSync('getconf', ['CLK_TCK']).toString());

/** Waits until `isSo` holds, looking every few milliseconds; rejects after `limitMs`. */
export async function until(what, isSo, limitMs, everyMs = 10) {
  const endMs = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`not so within ${limitMs / 1000} s: ${what}`);
    await sleep(everyMs);
  }
}

/** Given out before: nobody may listen there yet, and the system would give them again. */
const givenPorts = new Set();

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (givenPorts.has(port)) return freePort();
  givenPorts.add(port);
  return port;
}

/** Seconds that all threads of the process have worked so far, and those of its children that have ended. */
export function cpuSeconds(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
  return ticks / CLOCK_TICKS_PER_S;
}
