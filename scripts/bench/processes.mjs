/** Every process that was started and has not ended, so that a run that is broken off leaves none behind. */
import { spawn } from 'node:child_process';

const running = new Set();

export function started(command, args, options) {
  const child = spawn(command, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

export function killAll() {
  for (const child of running) child.kill('SIGKILL');
}
