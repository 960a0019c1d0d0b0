/** What a user of a watched folder sees: what is saved here is there a moment later, and no scan is asked for. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelService } from '../src/modules/model/model.service.js';
import { settle, startPair, TestNode, type TestNodeOptions } from './support/test-node.js';
import { treeDifferences } from './support/tree.js';
import { until } from './support/wait.js';

jest.setTimeout(120_000);

/** Rescans stay off: what arrives was told by the watcher. */
const WATCHED: TestNodeOptions = { folders: [{ watch: true }] };

describe('a watched folder', () => {
  let base: string;
  let a: TestNode;
  let b: TestNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-watch-'));
    a = await TestNode.create(base, 'a');
    b = await TestNode.create(base, 'b');
  });

  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  const startWatched = (): Promise<void> => startPair(a, b, { dialer: WATCHED, listener: WATCHED });
  const isAlike = (): boolean => treeDifferences(a.root, b.root).length === 0;

  it('brings what is saved, changed, moved and removed to the other without a scan', async () => {
    await startWatched();
    await settle(a, b);
    fs.mkdirSync(join(a.root, 'd/e/f'), { recursive: true });
    fs.writeFileSync(join(a.root, 'd/e/f/one'), 'one');
    fs.writeFileSync(join(a.root, 'two'), 'two');
    await until('the new files arrived', isAlike);
    fs.writeFileSync(join(a.root, 'two'), 'two, edited');
    fs.renameSync(join(a.root, 'd/e'), join(a.root, 'g'));
    await until('the edit and the move arrived', isAlike);
    fs.writeFileSync(join(a.root, 'g/f/one'), 'edited under the new name');
    await until('the edit in the moved directory arrived', isAlike);
    fs.rmSync(join(a.root, 'g'), { recursive: true });
    await until('the delete arrived', isAlike);
    expect(
      fs
        .readdirSync(b.root)
        .filter((name) => !name.startsWith('.'))
        .sort(),
    ).toEqual(['d', 'two']);
  });

  /** Names that the node's watcher asks to be scanned, from now on. */
  const scansOf = (node: TestNode): string[] => {
    const names: string[] = [];
    const runner = node.get(ModelService).runner('default')!;
    const requestScan = runner.requestScan.bind(runner);
    jest.spyOn(runner, 'requestScan').mockImplementation((asked) => {
      names.push(...asked);
      requestScan(asked);
    });
    return names;
  };

  it('does not scan what it has pulled itself', async () => {
    await startWatched();
    await settle(a, b);
    const scans = scansOf(b);
    for (let i = 0; i < 400; i += 1) {
      if (i % 100 === 0) fs.mkdirSync(join(a.root, `tree/${i}`), { recursive: true });
      fs.writeFileSync(join(a.root, `tree/${Math.floor(i / 100) * 100}/file-${i}`), `${i}`);
    }
    fs.symlinkSync('tree', join(a.root, 'link'));
    await until('the tree arrived', isAlike);
    fs.renameSync(join(a.root, 'tree'), join(a.root, 'moved'));
    await until('the move arrived', isAlike);
    fs.chmodSync(join(a.root, 'moved/0/file-1'), 0o600);
    fs.rmSync(join(a.root, 'moved/100'), { recursive: true });
    await until('the changes arrived', isAlike);
    fs.writeFileSync(join(b.root, 'mark'), 'of b');
    await until('the mark arrived', isAlike);
    expect(scans).toEqual(['mark']);
  });
});
