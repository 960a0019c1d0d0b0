/** A delete that Syncthing refuses: of a file, where it has a directory that the file had replaced in between. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import {
  type FolderErrors,
  REFUSED_DIRECTORY,
  removeRefusedDirectories,
} from '../support/round-sides.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { TestNode } from '../support/test-node.js';
import { until } from '../support/wait.js';

jest.setTimeout(120_000);

(hasStock() ? it : it.skip)(
  'a directory whose name was a deleted file meanwhile stays with Syncthing until its user removes it',
  async () => {
    const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-refused-'));
    const ours = await TestNode.create(base, 'ours');
    const stock = await StockNode.create(join(base, 'stock-home'));
    const stockRoot = join(base, 'stock');
    const [here, there] = [join(ours.root, 'name'), join(stockRoot, 'name')];
    fs.mkdirSync(join(stockRoot, '.stfolder'), { recursive: true });
    fs.mkdirSync(here);
    try {
      await ours.start({ devices: [{ id: stock.id, addresses: [stock.address] }] });
      const peers = [{ id: ours.id, address: 'dynamic' }];
      const folderExtra = '<pullerPauseS>1</pullerPauseS>';
      stock.configure({ folderPath: stockRoot, peers, folderExtra });
      await stock.start();
      await until('the directory is there', () => fs.existsSync(there));
      await until('the stock node is in sync', () => stock.isInSync());
      await stock.stop();

      fs.rmdirSync(here);
      fs.writeFileSync(here, 'a file now');
      await ours.scan();
      fs.rmSync(here);
      await ours.scan();
      await stock.start();
      const refused = async (): Promise<string[]> => {
        const answer = await stock.rest<FolderErrors>('GET', 'folder/errors?folder=default');
        const lines = (answer.errors ?? []).filter(({ error }) =>
          error.includes(REFUSED_DIRECTORY),
        );
        return lines.map(({ path }) => path);
      };
      await until('it refuses', async () => (await refused()).join() === 'name');
      expect(fs.statSync(there).isDirectory()).toBe(true);
      await until('ours needs nothing', () => ours.isInSync());

      await removeRefusedDirectories(stock, stockRoot);
      await until('the stock node is in sync', () => stock.isInSync());
      await until('ours is, too', () => ours.isInSync());
      expect([fs.existsSync(here), fs.existsSync(there)]).toEqual([false, false]);
    } finally {
      await Promise.all([ours.stop(), stock.stop()]);
      fs.rmSync(base, { recursive: true });
    }
  },
);
