/** One run of jest over named specs, with a mutant or without, in a process group and a temporary directory of its own. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './mutant.mjs';

const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');
/** Of what jest printed itself, for when it ends without having told anything. */
const OUTPUT_CHARACTERS_MAX = 4_000;
/** Of what the proofs try in the ordinary run (test/support/effort.ts). */
const PROOFS_SHARE = '0.2';
/** What was told right before the end may arrive after it. */
const LAST_WORDS_MS = 200;
/** When no test ends for so long it never will: the longest has its own limit far below. */
const SILENCE_MS = 5 * 60_000;

/**
 * Ends at the first failure, when no test ends any more (a hang), or when `limitMs` is over. `specs` run in their order when `workers` is 1.
 * @returns {Promise<{ kind: 'green', tests: number } | { kind: 'failed', spec: string, test: string, message: string }
 *   | { kind: 'hang' | 'late', spec: string }>}
 */
export async function runJest({ specs, mutant = '', dist = '', workers = 1, limitMs, stop }) {
  const temporary = mkdtempSync(join(tmpdir(), 'syncnest-mutants-'));
  // As the system's own: some tests become another user.
  chmodSync(temporary, 0o1777);
  const child = start({ specs, mutant, dist, workers, temporary });
  try {
    return await outcomeOf(child, limitMs, stop);
  } finally {
    await end(child);
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

function start({ specs, mutant, dist, workers, temporary }) {
  const args = ['--experimental-vm-modules', '--no-warnings', JEST];
  args.push('-c', join(import.meta.dirname, 'jest.config.mjs'));
  args.push(...(workers === 1 ? ['--runInBand'] : ['--maxWorkers', String(workers)]));
  args.push('--bail=1', '--runTestsByPath', ...specs);
  const own = {
    SYNCNEST_MUTANT: mutant,
    SYNCNEST_MUTANT_DIST: dist,
    SYNCNEST_SHARE: PROOFS_SHARE,
    TMPDIR: temporary,
  };
  const { SYNCNEST_VECTORS: _vectors, SYNCNEST_LONG: _long, ...inherited } = process.env;
  return spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...inherited, ...own, SYNCNEST_MUTANT_SPECS: specs.join(':') },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
}

function outcomeOf(child, limitMs, stop) {
  let spec = '';
  let output = '';
  const keep = (data) => (output = (output + data).slice(-OUTPUT_CHARACTERS_MAX));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    setTimeout(() => resolve({ kind: 'late', spec }), limitMs).unref();
    const onSilence = () => resolve({ kind: 'hang', spec });
    let silence = setTimeout(onSilence, SILENCE_MS).unref();
    const onStop = () => reject(new Error('stopped'));
    stop?.addEventListener('abort', onStop, { once: true });
    child.on('message', (message) => {
      clearTimeout(silence);
      silence = setTimeout(onSilence, SILENCE_MS).unref();
      if (message.kind === 'spec') spec = message.spec;
      if (message.kind === 'failed') resolve(message);
      if (message.kind === 'done') resolve({ kind: 'green', tests: message.tests });
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      stop?.removeEventListener('abort', onStop);
      // A mutant may take the whole process with it; what was told before counts.
      setTimeout(() => {
        const message = `jest ended with ${signal ?? code}: ${output}`;
        resolve({ kind: 'failed', spec, test: '', message });
      }, LAST_WORDS_MS);
    });
  });
}

/** Ends the group that was started here, and with it what tests have started. */
async function end(child) {
  const exited = new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', resolve);
  });
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
  await exited;
}
