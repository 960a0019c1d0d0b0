/**
 * Runs a program with an argument vector, never through a shell. It gets nothing on its standard input, so much time and
 * no more, and ends with all that it started when that is over or the caller gives up.
 */
import { spawn } from 'node:child_process';
import { messageOf, SyncError } from '../domain/errors.js';
import { type Clock } from './clock.js';

/** Of what the program says, for messages. */
const OUTPUT_BYTES_MAX = 2_048;

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limitMs: number;
}

/**
 * Resolves when the program has ended with status 0. Rejects with SyncError: 'timeout', 'io' with what it said, and with
 * the signal's reason.
 */
export async function runCommand(
  command: Command,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { program, args, environment, limitMs } = command;
  // A process group of its own: what it starts ends with it.
  const child = spawn(program, args, {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    shell: false,
  });
  let said = '';
  const hear = (data: Buffer): void => {
    said = (said + data.toString('latin1')).slice(-OUTPUT_BYTES_MAX);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  let ending: Error | undefined;
  const end = (reason: Error): void => {
    ending ??= reason;
    killGroup(child.pid);
  };
  const timer = clock.setTimer(limitMs, () =>
    end(new SyncError('timeout', `${program} took longer than ${limitMs} ms`, true)),
  );
  const onAbort = (): void => end(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const how = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(messageOf(error)));
      child.once('exit', (status, by) => {
        // What it left behind may hold its output open: that is not waited for.
        child.stdout.destroy();
        child.stderr.destroy();
        resolve(status === 0 ? '' : status === null ? `ended by ${by}` : `exit status ${status}`);
      });
    });
    if (ending !== undefined) throw ending;
    if (how === '') return;
    const words = Buffer.from(said, 'latin1').toString().trim();
    throw new SyncError('io', `${program}: ${how}${words === '' ? '' : `: ${words}`}`, true);
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
