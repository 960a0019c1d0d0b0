/**
 * A network namespace with nothing but loopback in it: what crosses it is of the nodes alone and can be counted, and
 * nothing gets out.
 */
import { spawn, spawnSync } from 'node:child_process';

const MARK = 'BENCH_ALONE';
/** The second for others than root: the user stays the same, as rsync's daemon does not run as root of a few users. */
const WAYS = [['--net'], ['--net', '--map-current-user', '--keep-caps']];

export const isAlone = () => process.env[MARK] === 'yes';

/** Runs this program again in a namespace of its own: its exit status, or undefined where that is not permitted. */
export async function runAlone(args) {
  const isHere = (way) =>
    spawnSync('unshare', [...way, 'ip', 'link', 'set', 'lo', 'up']).status === 0;
  const way = WAYS.find(isHere);
  if (way === undefined) return undefined;
  const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath];
  const child = spawn('unshare', [...way, ...inside, ...process.execArgv, ...args], {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: 'yes' },
  });
  // From a terminal both get the signal; this one only waits for the other then.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}
