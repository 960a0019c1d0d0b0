/** Makes the code caches of the bundled program: a node lives through a short life in a home of its own, seen by nobody else. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIFE = join(import.meta.dirname, 'cached-life.mjs');
const LIMIT_MS = 60_000;
const OPEN = /GUI and API listening on ([\d.:]+)/;
const SCANNED = 'Completed initial scan';

/** Of the script that serves and of the one for the other commands. Keeps those that are there where they fit. */
export async function makeCaches(main, commands) {
  const base = mkdtempSync(join(tmpdir(), 'syncnest-build-'));
  const live = (...args) => liveThrough(base, args);
  const home = ['--home', join(base, 'home')];
  const alone = ['-N', '-n', '--listen', 'tcp://127.0.0.1:0', '--gui-address', '127.0.0.1:0'];
  try {
    if ((await live(main).ended).status === 0 && (await live(commands).ended).status === 0) return;
    await whole(live(commands, 'generate', ...home));
    await whole(live(commands, 'id', ...home));
    const node = live(main, 'serve', ...home, ...alone);
    const at = ['--gui-address', await node.open, ...home];
    await whole(live(commands, 'health', ...at));
    await whole(live(commands, 'cli', 'status', ...at));
    node.stop();
    await whole(node);
    // V8 takes what it made.
    await whole(live(main));
    await whole(live(commands));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** Rejects with what the program said. */
async function whole(life) {
  const { status, output } = await life.ended;
  if (status !== 0)
    throw new Error(`no code cache of the program: ${life.what}: ${status}\n${output}`);
}

/** `open` resolves with the address of a node that has scanned, or when it has ended. */
function liveThrough(base, args) {
  const child = spawn(process.execPath, [LIFE, ...args], {
    env: { PATH: process.env.PATH, HOME: base },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  let output = '';
  let ended;
  const open = new Promise((resolve) => {
    const heard = (data) => {
      output += data;
      const address = OPEN.exec(output)?.[1];
      if (address !== undefined && output.includes(SCANNED)) resolve(address);
    };
    child.stdout.on('data', heard);
    child.stderr.on('data', heard);
    ended = new Promise((end) => child.once('close', (status) => end({ status, output })));
    void ended.then(() => {
      clearTimeout(timer);
      resolve('127.0.0.1:0');
    });
  });
  return { what: args.slice(1).join(' '), open, ended, stop: () => child.kill('SIGTERM') };
}
