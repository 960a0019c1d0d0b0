/** Two real processes, killed again and again in one transfer: no file ever holds what no one wrote, and nothing is lost. */
import { jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentWatch, WrittenContents } from './support/content-watch.js';
import { effort, IS_LONG } from './support/effort.js';
import { KillRun, ourSide } from './support/kill-run.js';
import { NodeProcess } from './support/node-process.js';
import { SeededRandom } from './support/random.js';

jest.setTimeout(600_000);

const KILLS = effort(8, 20);
const CONVERGE_LIMIT_MS = 240_000;

it('is noticed when a file holds what no one wrote under its name', () => {
  const root = fs.mkdtempSync(join(tmpdir(), 'syncnest-watch-'));
  const written = new WrittenContents();
  const hash = createHash('sha256').update('whole').digest('hex');
  written.add('a', hash);
  const watch = new ContentWatch(root, written, '');
  fs.writeFileSync(join(root, 'a'), 'whole');
  fs.writeFileSync(join(root, 'a.sync-conflict-20240102-030405-ABCDEFG'), 'whole');
  fs.writeFileSync(join(root, '.syncthing.a.tmp'), 'wh');
  watch.look();
  expect(watch.violations).toEqual([]);
  fs.writeFileSync(join(root, 'a'), 'whol');
  fs.writeFileSync(join(root, 'b'), 'whole');
  watch.look();
  expect(watch.violations.map((text) => text.split(':')[0])).toEqual(['a', 'b']);
  fs.rmSync(root, { recursive: true });
});

describe('two processes that are killed at random moments', () => {
  let base: string;
  let a: NodeProcess;
  let b: NodeProcess;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-kill-'));
    a = await NodeProcess.create(base, 'a');
    b = await NodeProcess.create(base, 'b');
  });

  afterEach(async () => {
    await Promise.all([a.stop('SIGKILL'), b.stop('SIGKILL')]);
    fs.rmSync(base, { recursive: true });
  });

  it('hold the same in the end, and never a content that no one wrote', async () => {
    const sides = [
      ourSide(a, { id: b.id, address: b.address }),
      ourSide(b, { id: a.id, address: a.address }),
    ] as const;
    const run = new KillRun(base, sides, new SeededRandom(2013), [
      IS_LONG ? [100, 30] : [40, 10],
      IS_LONG ? [60, 20] : [20, 10],
    ]);
    await run.killInTurn(KILLS);
    await run.converge(CONVERGE_LIMIT_MS);
    for (const side of sides) await side.stop();
    process.stdout.write(`killed: ${JSON.stringify(run.figures)}\n`);
    expect(run.violations).toEqual([]);
    expect(run.lost).toEqual([]);
    expect(run.figures.kills).toBe(KILLS);
    expect(run.figures.killsUnderWay).toBeGreaterThanOrEqual(KILLS / 3);
  });
});
