import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { HomeLock } from './home-lock.js';
import { SyncError } from '../domain/errors.js';

/** A process that takes the lock, says so, and holds it until it is killed. */
const HOLDER = `
  const { HomeLock } = await import(process.argv[1]);
  const lock = await HomeLock.acquire(process.argv[2]);
  process.stdout.write('held');
  process.stdin.resume();
  process.stdin.on('end', () => { lock.release(); process.exit(0); });
`;

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lock-'));
});

afterEach(() => rmSync(home, { recursive: true }));

async function startHolder(): Promise<ChildProcess> {
  const compiled = new URL('../../dist/platform/home-lock.js', import.meta.url).href;
  const args = ['--input-type=module', '-e', HOLDER, compiled, home];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

it('is held by one process, which a second one is told', async () => {
  const holder = await startHolder();
  try {
    await expect(HomeLock.acquire(home)).rejects.toThrow(
      `The home ${home} is in use by process ${holder.pid} on ${hostname()}.`,
    );
    await expect(HomeLock.acquire(home)).rejects.toThrow(SyncError);
  } finally {
    holder.stdin?.end();
    await once(holder, 'exit');
  }
  (await HomeLock.acquire(home)).release();
});

it('is free again as soon as its holder was killed', async () => {
  for (let round = 0; round < 3; round++) {
    const holder = await startHolder();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = await HomeLock.acquire(home);
    await expect(HomeLock.acquire(home)).rejects.toThrow(`process ${process.pid}`);
    lock.release();
  }
});

it('leaves private files, and no name of a holder that is gone', async () => {
  const lock = await HomeLock.acquire(home);
  for (const file of ['lock.db', 'lock.json']) {
    expect(statSync(join(home, file)).mode & 0o777).toBe(0o600);
  }
  lock.release();
  expect(existsSync(join(home, 'lock.json'))).toBe(false);
});

it('says when a home cannot be locked at all', async () => {
  await expect(HomeLock.acquire(join(home, 'absent'))).rejects.toThrow(/cannot be locked/);
});
