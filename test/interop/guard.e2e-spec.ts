/** The guard against a stock peer: it sees nothing but ordinary messages, and follows what is decided here. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HeldSet } from '../../src/modules/guard/held-set.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { TestNode } from '../support/test-node.js';
import { treeDifferences } from '../support/tree.js';
import { until } from '../support/wait.js';

jest.setTimeout(180_000);

const MANY = 1_000;
const LIMIT_MS = 60_000;
const describeWithStock = hasStock() ? describe : describe.skip;

describeWithStock('a folder that holds what is too much', () => {
  it('is left untouched by the rm -rf of a stock peer until that is approved, and restores its files when it is rejected', async () => {
    const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-guard-stock-'));
    const ours = await TestNode.create(base, 'ours');
    const theirs = join(base, 'stock');
    fs.mkdirSync(join(base, 'stock-home'));
    fs.mkdirSync(join(theirs, 'many'), { recursive: true });
    for (let i = 0; i < MANY; i += 1) fs.writeFileSync(join(theirs, 'many', `f${i}`), `${i}`);
    const stock = await StockNode.create(join(base, 'stock-home'));
    const same = (): boolean => treeDifferences(theirs, ours.root).length === 0;
    const held = async (): Promise<HeldSet[]> =>
      (await ours.rest<{ sets: HeldSet[] }>('folder/guard?folder=default')).sets;
    const inOurs = (): number => fs.readdirSync(join(ours.root, 'moved')).length;
    try {
      const peers = [{ id: ours.id, address: 'dynamic' }];
      stock.configure({ folderPath: theirs, peers });
      await stock.start();
      const guard = { mode: 'hold', percent: 25, filesMin: 20 } as const;
      await ours.start({
        http: true,
        folders: [{ guard }],
        devices: [{ id: stock.id, addresses: [stock.address] }],
      });
      await stock.scan();
      await until('all is here', same, LIMIT_MS);

      fs.renameSync(join(theirs, 'many'), join(theirs, 'moved'));
      await stock.scan();
      await until('the move is here', same, LIMIT_MS);
      for (let i = 0; i < 5; i += 1) fs.rmSync(join(theirs, 'moved', `f${i}`));
      await stock.scan();
      await until('five deletes are here', same, LIMIT_MS);
      expect(await held()).toEqual([]);

      const deleteAll = async (): Promise<void> => {
        fs.rmSync(join(theirs, 'moved'), { recursive: true });
        await stock.scan();
        await until('they are held', async () => (await held())[0]?.deletes === MANY - 5, LIMIT_MS);
      };
      await deleteAll();
      expect(await held()).toMatchObject([{ source: 'peer', deviceId: stock.id, replaces: 0 }]);
      expect(inOurs()).toBe(MANY - 5);
      await ours.ask('POST', 'folder/guard/reject?folder=default');
      await until('the files are back', same, LIMIT_MS);
      expect(fs.readdirSync(join(theirs, 'moved'))).toHaveLength(MANY - 5);

      await until('stock is idle', () => stock.isInSync(), LIMIT_MS);
      await deleteAll();
      expect(inOurs()).toBe(MANY - 5);
      await ours.ask('POST', 'folder/guard/approve?folder=default');
      await until('the files are gone', same, LIMIT_MS);
      expect(fs.existsSync(join(ours.root, 'moved'))).toBe(false);
      expect(await held()).toEqual([]);
    } finally {
      await Promise.all([ours.stop(), stock.stop()]);
      fs.rmSync(base, { recursive: true });
    }
  });
});
