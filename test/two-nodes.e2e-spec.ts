import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from './support/random.js';
import { settle, startPair, TestNode } from './support/test-node.js';
import { makeTree, treeDifferences } from './support/tree.js';

jest.setTimeout(60_000);

describe('two nodes', () => {
  let base: string;
  let a: TestNode;
  let b: TestNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-two-'));
    a = await TestNode.create(base, 'a');
    b = await TestNode.create(base, 'b');
  });

  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  it('bring a tree from one to the other', async () => {
    makeTree(a.root, 300, new SeededRandom(1));
    await startPair(a, b);
    await settle(a, b);
    expect(treeDifferences(a.root, b.root)).toEqual([]);
  });
});
