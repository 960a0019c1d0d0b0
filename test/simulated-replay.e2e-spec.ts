/** A seed is a whole run: whatever fails once fails again, here and in another process. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventfulHistory, traceOf } from './proof/support/eventful-history.js';

const SEED = 20;
const LIMIT_MS = 120_000;
const { SYNCNEST_TRACE_TO_COMPARE: expected } = process.env;

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

describe('a simulated history', () => {
  it(
    'takes the same disk calls, messages and commits in the same order each time',
    async () => {
      const first = await traceOf(eventfulHistory(SEED));
      const second = await traceOf(eventfulHistory(SEED));
      expect(first.length).toBeGreaterThan(2_000);
      expect(second).toEqual(first);
      // In the other process.
      if (expected !== undefined) expect(digest(first)).toBe(expected);
      expect(await traceOf(eventfulHistory(SEED + 1))).not.toEqual(first);
    },
    LIMIT_MS,
  );

  it(
    'takes them in another process too',
    async () => {
      if (expected !== undefined) return;
      const env = {
        ...process.env,
        SYNCNEST_TRACE_TO_COMPARE: digest(await traceOf(eventfulHistory(SEED))),
      };
      const jest = join(import.meta.dirname, '..', 'node_modules', 'jest', 'bin', 'jest.js');
      const args = ['--experimental-vm-modules', '--no-warnings', jest, import.meta.filename];
      await promisify(execFile)(process.execPath, args, { env });
    },
    LIMIT_MS,
  );
});
