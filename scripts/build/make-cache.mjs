/** Makes the code cache of the bundled program: a node lives through a short life in a home of its own, seen by nobody else. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIFE = join(import.meta.dirname, 'cached-life.mjs');
const LIMIT_MS = 60_000;
const API_KEY = 'build';
const OPEN = /GUI and API listening on ([\d.:]+)/;
const SCANNED = 'Completed initial scan';

/** Keeps the one that is there where it fits. Rejects, with what the node said, where V8 takes none at the end. */
export async function makeCache(dist) {
  const base = mkdtempSync(join(tmpdir(), 'syncnest-build-'));
  const home = ['--home', join(base, 'home')];
  const alone = ['-N', '-n', '--listen', 'tcp://127.0.0.1:0', '--gui-address', '127.0.0.1:0'];
  const needed = async (...args) => {
    const { status, output } = await live(base, [dist, ...args]);
    if (status === 0) return;
    throw new Error(`no code cache of the program: ${args[0] ?? 'check'}: ${status}\n${output}`);
  };
  try {
    if ((await live(base, [dist])).status === 0) return;
    await needed('generate', ...home);
    await needed('serve', ...home, ...alone, '--gui-apikey', API_KEY);
    await needed();
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** One process; a node that serves is asked to end when it has answered a question. */
async function live(base, args) {
  const child = spawn(process.execPath, [LIFE, ...args], {
    env: { PATH: process.env.PATH, HOME: base },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  let output = '';
  let isAsked = false;
  const heard = (data) => {
    output += data;
    const address = OPEN.exec(output)?.[1];
    if (isAsked || address === undefined || !output.includes(SCANNED)) return;
    isAsked = true;
    void ask(address).finally(() => child.kill('SIGTERM'));
  };
  child.stdout.on('data', heard);
  child.stderr.on('data', heard);
  const status = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { status, output };
}

/** So that the way of a request is in the cache, too. What the node answers does not matter. */
async function ask(address) {
  const headers = { 'X-API-Key': API_KEY };
  await fetch(`http://${address}/rest/system/status`, { headers }).catch(() => undefined);
}
