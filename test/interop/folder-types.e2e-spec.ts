/**
 * Every pair of folder types opposite a stock Syncthing, all at once: each side gets what it may and nothing else, and
 * shows of its folders what the stock node shows in our place.
 */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { hasStock, StockNode } from '../support/stock-node.js';
import { TestNode } from '../support/test-node.js';
import {
  type Figures,
  type FolderSide,
  otherSide,
  type Side,
  SIDES,
  type Tree,
  type TypedFolder,
  TypedFolders,
} from '../support/typed-folders.js';
import { until } from '../support/wait.js';

const describeWithStock = hasStock() ? describe : describe.skip;
jest.setTimeout(60_000);

const TYPES = ['sendreceive', 'sendonly', 'receiveonly'] as const;
const BOTH_WAYS = { type: 'sendreceive' } as const;
const IGNORING = { ...BOTH_WAYS, ignoreDelete: true };
const AGREEMENT_LIMIT_MS = 15_000;
const FOLDERS: readonly TypedFolder[] = [
  ...TYPES.flatMap((ours) =>
    TYPES.map((stock) => ({
      id: `${ours}-${stock}`,
      ours: { type: ours },
      stock: { type: stock },
    })),
  ),
  { id: 'ignoring-sendreceive', ours: IGNORING, stock: BOTH_WAYS },
  { id: 'sendreceive-ignoring', ours: BOTH_WAYS, stock: IGNORING },
];
const sidesOfType = (type: FolderSide['type']): [TypedFolder, Side][] =>
  FOLDERS.flatMap((folder) =>
    SIDES.filter((side) => folder[side].type === type).map((side): [TypedFolder, Side] => [
      folder,
      side,
    ]),
  );
const sends = ({ type }: FolderSide): boolean => type !== 'receiveonly';
const receives = ({ type }: FolderSide): boolean => type !== 'sendonly';

/** Files, directories and links that both have at first. */
const COMMON_ITEMS = 20;
const BASE_S = 1_700_000_000;
/** Of the same length on both sides, as sizes are compared. */
const TEXTS = { ours: 'OURS_', stock: 'STOCK' } as const;
const text = (side: Side): string => TEXTS[side];
const MIRRORED: Record<string, string> = {
  ...{ OURS_: 'STOCK', STOCK: 'OURS_', ours: 'stock', stock: 'ours' },
};

/** With the sides exchanged in names and contents. */
function mirrored<T>(value: T): T {
  const words = JSON.stringify(value).replace(
    /OURS_|STOCK|ours|stock/g,
    (word) => MIRRORED[word] as string,
  );
  const sorted = (_: string, each: unknown): unknown =>
    Array.isArray(each) ? (each as string[]).toSorted() : each;
  return JSON.parse(words, sorted) as T;
}

describeWithStock('folders of each type opposite a stock Syncthing', () => {
  let base: string;
  let node: TestNode;
  let stock: StockNode;
  let folders: TypedFolders;

  beforeAll(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-types-'));
    node = await TestNode.create(base, 'ours');
    stock = await StockNode.create(join(base, 'stock-home'));
    fs.mkdirSync(join(base, 'stock'));
    await node.start({ http: true, devices: [{ id: stock.id, addresses: [stock.address] }] });
    const peers = [{ id: node.id, address: node.address }];
    stock.configure({ folderPath: join(base, 'stock'), peers });
    await stock.start();
    folders = new TypedFolders(base, node, stock);
    await until('they are connected', () => node.isConnectedTo(stock.id));
    await makeCommonTree();
  });
  afterAll(async () => {
    await stock.stop();
    await node.stop();
    fs.rmSync(base, { recursive: true });
  });

  const pathOf = (side: Side, { id }: TypedFolder, name: string): string =>
    join(folders.root(side, id), name);

  function write(side: Side, folder: TypedFolder, name: string, content: string, age = 0): void {
    const path = pathOf(side, folder, name);
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(path, content);
    fs.utimesSync(path, BASE_S + age, BASE_S + age);
  }

  function remove(side: Side, folder: TypedFolder, name: string): void {
    fs.rmSync(pathOf(side, folder, name), { recursive: true });
  }

  function link(side: Side, folder: TypedFolder, name: string, target: string): void {
    fs.rmSync(pathOf(side, folder, name), { force: true });
    fs.symlinkSync(target, pathOf(side, folder, name));
  }

  async function scanAll(): Promise<void> {
    for (const { id } of FOLDERS) await Promise.all(SIDES.map((side) => folders.scan(side, id)));
  }

  /** What both have at first, and then give their types. */
  async function makeCommonTree(): Promise<void> {
    for (const folder of FOLDERS) {
      for (const side of SIDES) {
        const maker = otherSide(side);
        for (const what of [
          'edited by',
          'deleted by',
          'first',
          'mode of',
          'deleted and edited by',
        ]) {
          write(maker, folder, `${what} ${side}`, 'as it was');
        }
        write(maker, folder, `tree deleted by ${side}/file`, 'as it was');
        write(maker, folder, `tree of ${side}/file`, 'as it was');
        link(maker, folder, `link of ${side}`, 'as it was');
      }
      for (const side of SIDES) await folders.put(side, folder.id, BOTH_WAYS);
    }
    for (const folder of FOLDERS) {
      await until('both have the common tree', async () => {
        const [ours, theirs] = SIDES.map((side) => folders.tree(side, folder.id));
        const isSame = Object.keys(ours).length === COMMON_ITEMS && isDeepStrictEqual(ours, theirs);
        return isSame && (await folders.isExchanged(folder.id));
      });
      for (const side of SIDES) await folders.put(side, folder.id, folder[side]);
    }
  }

  interface Shown {
    readonly figures: Figures;
    readonly tree: Tree;
  }

  const shown = async (side: Side, { id }: TypedFolder): Promise<Shown> => ({
    figures: await folders.figures(side, id),
    tree: folders.tree(side, id),
  });

  /** What we show, and what the stock node shows in our place. */
  async function bothShow(folder: TypedFolder): Promise<[Shown, Shown]> {
    const ofMirror = `${folder.id.split('-')[1]}-${folder.id.split('-')[0]}`;
    const mirror = FOLDERS.find(({ id }) => id === ofMirror)!;
    return [await shown('ours', folder), mirrored(await shown('stock', mirror))];
  }

  /** All has been exchanged and taken in, and both show the same in the same place; also after one more scan. */
  async function expectAgreement(): Promise<void> {
    await scanAll();
    const isSo = async (folder: TypedFolder): Promise<boolean> => {
      if (!(await folders.isExchanged(folder.id))) return false;
      const [ours, theirs] = await bothShow(folder);
      return isDeepStrictEqual(ours, theirs);
    };
    const endMs = performance.now() + AGREEMENT_LIMIT_MS;
    for (const folder of FOLDERS) {
      const leftMs = endMs - performance.now();
      await until('they agree', () => isSo(folder), leftMs).catch(() => undefined);
    }
    await scanAll();
    for (const folder of FOLDERS) {
      const [ours, theirs] = await bothShow(folder);
      expect({ folder: folder.id, ...ours }).toEqual({ folder: folder.id, ...theirs });
    }
  }

  it('what a side may send arrives where it may be received, and nowhere else', async () => {
    for (const folder of FOLDERS) {
      for (const side of SIDES) {
        const other = otherSide(side);
        write(side, folder, `edited by ${side}`, text(side), 100);
        write(side, folder, `new of ${side}`, text(side), 100);
        write(side, folder, `new tree of ${side}/file`, text(side), 100);
        link(side, folder, `link of ${side}`, side);
        fs.chmodSync(pathOf(side, folder, `mode of ${side}`), 0o600);
        write(side, folder, 'same on both', 'same', 100);
        write(side, folder, `same but for the time of ${side}`, 'same', 100);
        write(side, folder, `same but for the time of ${other}`, 'same', 200);
        remove(side, folder, `deleted by ${side}`);
        remove(side, folder, `tree deleted by ${side}`);
        if (folder.id === 'receiveonly-receiveonly') continue;
        write(side, folder, `first ${side}`, text(side), 100);
        write(side, folder, `first ${other}`, text(side), 200);
        write(side, folder, `deleted and edited by ${side}`, text(side), 100);
        remove(side, folder, `deleted and edited by ${other}`);
      }
    }
    await expectAgreement();
    for (const folder of FOLDERS) {
      for (const side of SIDES) {
        const other = otherSide(side);
        const isReached = sends(folder[side]) && receives(folder[other]);
        const isDeleted = isReached && folder[other].ignoreDelete !== true;
        const there = folders.tree(other, folder.id);
        const here = folders.tree(side, folder.id);
        const place = { folder: folder.id, side };
        const changed = { [`edited by ${side}`]: text(side), [`new of ${side}`]: text(side) };
        expect({ ...place, ...here }).toMatchObject({ ...place, ...changed });
        expect(`deleted by ${side}` in here).toBe(false);
        expect({
          ...place,
          edited: there[`edited by ${side}`],
          added: there[`new tree of ${side}/file`],
          link: there[`link of ${side}`],
          deleted: there[`deleted by ${side}`],
          treeDeleted: there[`tree deleted by ${side}/file`],
        }).toEqual({
          ...place,
          edited: isReached ? text(side) : 'as it was',
          added: isReached ? text(side) : undefined,
          link: isReached ? `-> ${side}` : '-> as it was',
          deleted: isDeleted ? undefined : 'as it was',
          treeDeleted: isDeleted ? undefined : 'as it was',
        });
      }
    }
  });

  it('a revert gives up what a receive-only folder has changed, and nothing else', async () => {
    for (const [{ id }, side] of sidesOfType('receiveonly'))
      await folders.order(side, id, 'revert');
    await expectAgreement();
    for (const [folder, side] of sidesOfType('receiveonly')) {
      const tree = folders.tree(side, folder.id);
      expect(tree).toMatchObject({
        [`edited by ${side}`]: 'as it was',
        [`deleted by ${side}`]: 'as it was',
        [`tree deleted by ${side}/file`]: 'as it was',
        [`link of ${side}`]: '-> as it was',
      });
      expect(
        Object.keys(tree).filter((name) => name.startsWith('new') && name.includes(side)),
      ).toEqual([]);
      const figures = await folders.figures(side, folder.id);
      expect(figures).toMatchObject({ receiveOnlyTotalItems: 0, needTotalItems: 0, changed: [] });
    }
  });

  it('an override brings others to what a send-only folder has', async () => {
    const overriding = sidesOfType('sendonly').filter(
      ([folder, side]) => folder[otherSide(side)].type !== 'sendonly',
    );
    const before = overriding.map(([{ id }, side]) => folders.tree(side, id));
    for (const [{ id }, side] of overriding) await folders.order(side, id, 'override');
    await expectAgreement();
    for (const [at, [folder, side]] of overriding.entries()) {
      expect(folders.tree(side, folder.id)).toEqual(before[at]);
      expect(folders.tree(otherSide(side), folder.id)).toEqual(before[at]);
    }
  });

  it('changes kept so far are announced once the folder sends, and kept again when it does not', async () => {
    const switched = sidesOfType('receiveonly').filter(([folder, side]) =>
      receives(folder[otherSide(side)]),
    );
    for (const [folder, side] of switched) {
      write(side, folder, `edited by ${side}`, text(side), 400);
      write(side, folder, `added by ${side}/file`, text(side), 400);
      remove(side, folder, `deleted by ${side}`);
      await folders.scan(side, folder.id);
    }
    await expectAgreement();
    for (const [{ id }, side] of switched) await folders.put(side, id, BOTH_WAYS);
    await expectAgreement();
    for (const [folder, side] of switched) {
      if (folder[otherSide(side)].type === 'receiveonly') continue;
      const there = folders.tree(otherSide(side), folder.id);
      expect(there).toMatchObject({
        [`edited by ${side}`]: text(side),
        [`added by ${side}/file`]: text(side),
      });
      expect(there).not.toHaveProperty([`deleted by ${side}`]);
      expect(there).toHaveProperty([`edited by ${otherSide(side)}`]);
    }
    for (const [folder, side] of switched) await folders.put(side, folder.id, folder[side]);
    for (const [folder, side] of switched) write(side, folder, 'kept', text(side), 500);
    await expectAgreement();
    for (const [folder, side] of switched) {
      expect(await folders.figures(side, folder.id)).toMatchObject({ changed: ['kept'] });
    }
  });

  it('what is added to a receive-only folder outlives the directory that others delete', async () => {
    for (const [folder, side] of sidesOfType('receiveonly')) {
      write(side, folder, `tree of ${side}/added`, text(side), 300);
    }
    await scanAll();
    for (const [folder, side] of sidesOfType('receiveonly')) {
      if (sends(folder[otherSide(side)])) remove(otherSide(side), folder, `tree of ${side}`);
    }
    await scanAll();
    for (const [folder, side] of sidesOfType('receiveonly')) {
      if (!sends(folder[otherSide(side)])) continue;
      const has = (name: string): boolean => fs.existsSync(pathOf(side, folder, name));
      await until('the rest is deleted', () => !has(`tree of ${side}/file`));
      expect(folders.tree(side, folder.id)[`tree of ${side}/added`]).toBe(text(side));
      // The stock node goes on needing the delete, and tells of an error for ever.
      if (side === 'stock') continue;
      await until('nothing is needed', () => node.isInSync(folder.id));
      expect(await folders.figures(side, folder.id)).toMatchObject({
        errors: 0,
        needTotalItems: 0,
        receiveOnlyChangedDirectories: 1,
      });
      await folders.order(side, folder.id, 'revert');
      await until('the directory goes', () => !has(`tree of ${side}`));
    }
  });
});
