/** The same tree with the same `.stignore`, in a folder of ours and in one of a stock node: the same names are shared. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestNode } from '../support/test-node.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { readTree } from '../support/tree.js';
import { until } from '../support/wait.js';

jest.setTimeout(120_000);

const describeWithStock = hasStock() ? describe : describe.skip;

const PATTERN_FILES: [what: string, lines: string[]][] = [
  ['names, paths and roots', ['x.o', '/top', 'a/b', 'c/', '**/deep', '/r/**/z']],
  ['wildcards', ['*.tmp', 'te?t', 'l**ng', '[a-c]x', '[!m]y', '{one,two*}.txt', 'q\\*q', 'f,g']],
  ['exceptions', ['!keep', '!/dir/kept', '*.o', 'sub', '/dir/*']],
  ['everything but some', ['!/a', '!/dir/keep', '!*.jpg', '*']],
  ['upper and lower case', ['(?i)README*', '(?i)!Keep.TXT', '*.txt', 'Case']],
  ['includes and comments', ['#include more', '// *', '', '(?d)thumbs.db', '#hash']],
];

const NAMES = [
  ...[
    'a/b/x.o',
    'a/keep/x.o',
    'b',
    'c/d',
    'cx',
    'deep/a',
    'u/deep/v',
    'dir/kept/y',
    'dir/keep/t.tmp',
  ],
  ...[
    'dir/other',
    'f,g',
    'Case',
    'case',
    '#hash',
    'i.jpg',
    'sub/i.jpg',
    'sub/keep',
    'KEEP.txt',
    'p.txt',
  ],
  ...[
    'long',
    'l/o/ng',
    'my',
    'ny',
    'one.txt',
    'two2.txt',
    'three.txt',
    'q*q',
    'qaq',
    'r/z',
    'r/s/z',
  ],
  ...[
    'readme.md',
    's/ReadMe',
    'test',
    'teest',
    'top/x',
    't/top',
    'x.tmp',
    'thumbs.db',
    'included',
    'ä',
  ],
];

describeWithStock('beside a stock Syncthing, the same patterns share the same names:', () => {
  let base: string;
  let ours: TestNode;
  let stock: StockNode;
  let stockRoot: string;

  beforeAll(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-same-ignores-'));
    ours = await TestNode.create(base, 'ours');
    stockRoot = join(base, 'stock');
    fs.mkdirSync(join(base, 'stock-home'));
    fs.mkdirSync(stockRoot);
    stock = await StockNode.create(join(base, 'stock-home'));
    for (const name of NAMES) {
      const path = join(stockRoot, name);
      fs.mkdirSync(join(path, '..'), { recursive: true });
      fs.writeFileSync(path, name);
    }
    fs.writeFileSync(join(stockRoot, 'more'), 'inc*\n!d\n');
    fs.cpSync(stockRoot, ours.root, { recursive: true, preserveTimestamps: true });
    stock.configure({ folderPath: stockRoot, peers: [] });
    await stock.start();
    await ours.start({ http: true });
  });

  afterAll(async () => {
    await Promise.all([ours.stop(), stock.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  it.each(PATTERN_FILES)('%s', async (_, lines) => {
    for (const root of [stockRoot, ours.root]) {
      fs.writeFileSync(join(root, '.stignore'), lines.join('\n'));
    }
    await Promise.all([stock.scan(), ours.scan()]);
    const path = 'db/browse?folder=default';
    const shared = namesIn(await stock.rest<Entry[]>('GET', path));
    expect(namesIn(await ours.rest<Entry[]>(path))).toEqual(shared);
    expect(shared.length).toBeGreaterThan(0);
    expect(shared.length).toBeLessThan(readTree(stockRoot).size);
  });
});

describeWithStock('a stock peer and a node of ours', () => {
  it('leave to each other what each ignores, and take it back later', async () => {
    const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-ignores-stock-'));
    const ours = await TestNode.create(base, 'ours');
    const theirs = join(base, 'stock');
    fs.mkdirSync(join(base, 'stock-home'));
    fs.mkdirSync(theirs);
    const stock = await StockNode.create(join(base, 'stock-home'));
    const names = (root: string): string[] => [...readTree(root).keys()].sort();
    try {
      fs.writeFileSync(join(theirs, '.stignore'), 'theirs');
      fs.writeFileSync(join(ours.root, '.stignore'), 'ours');
      for (const root of [theirs, ours.root]) {
        for (const name of ['theirs', 'ours']) fs.writeFileSync(join(root, name), name);
      }
      fs.writeFileSync(join(theirs, 'both'), 'x');
      stock.configure({ folderPath: theirs, peers: [{ id: ours.id, address: 'dynamic' }] });
      await stock.start();
      await ours.start({ devices: [{ id: stock.id, addresses: [stock.address] }] });
      await until('the file is there', () => fs.existsSync(join(ours.root, 'both')), 30_000);
      fs.rmSync(join(theirs, 'ours'));
      fs.rmSync(join(ours.root, 'theirs'));
      await Promise.all([stock.scan(), ours.scan()]);
      await until('both are in sync', () => stock.isInSync(), 30_000);
      expect(names(ours.root)).toEqual(['both', 'ours']);
      expect(names(theirs)).toEqual(['both', 'theirs']);
      for (const root of [theirs, ours.root]) fs.rmSync(join(root, '.stignore'));
      await Promise.all([stock.scan(), ours.scan()]);
      await until(
        'all is everywhere',
        () => [ours.root, theirs].every((root) => names(root).length === 3),
        30_000,
      );
      await until('both are in sync', () => stock.isInSync(), 30_000);
    } finally {
      await Promise.all([ours.stop(), stock.stop()]);
      fs.rmSync(base, { recursive: true });
    }
  });
});

interface Entry {
  name: string;
  children?: Entry[];
}

function namesIn(entries: readonly Entry[], above = ''): string[] {
  return entries
    .flatMap(({ name, children = [] }) => [
      `${above}${name}`,
      ...namesIn(children, `${above}${name}/`),
    ])
    .sort();
}
