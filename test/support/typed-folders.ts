/**
 * Folders of every pair of types between a node of ours and a stock one, steered over both HTTP sides. Each pair has a
 * mirror, where the stock node is in our place: there it has to show what we show here.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type StockNode } from './stock-node.js';
import { type TestNode } from './test-node.js';
import { isInternal } from './tree.js';

export type Side = 'ours' | 'stock';
export const SIDES: readonly Side[] = ['ours', 'stock'];

export interface FolderSide {
  readonly type: 'sendreceive' | 'sendonly' | 'receiveonly';
  readonly ignoreDelete?: boolean;
}

export interface TypedFolder {
  readonly id: string;
  readonly ours: FolderSide;
  readonly stock: FolderSide;
}

export type Figures = Record<string, unknown>;
export type Tree = Record<string, string>;

/** Not the same on two nodes, or on one of 1.19 and one of 2.x. */
const OWN_FIGURES = [
  'sequence',
  'version',
  'stateChanged',
  'remoteSequence',
  'watchError',
  'remoteState',
];

export const otherSide = (side: Side): Side => (side === 'ours' ? 'stock' : 'ours');

export class TypedFolders {
  constructor(
    private readonly base: string,
    private readonly node: TestNode,
    private readonly stock: StockNode,
  ) {}

  root(side: Side, folder: string): string {
    return join(this.base, `${side}-folders`, folder);
  }

  /** Also for a folder that is there already: it then has what is given. */
  async put(side: Side, id: string, settings: FolderSide): Promise<void> {
    const path = this.root(side, id);
    fs.mkdirSync(path, { recursive: true });
    const body = {
      ...{ id, path, ...settings, rescanIntervalS: 0, fsWatcherEnabled: false, maxConflicts: 10 },
      devices: [this.node.id, this.stock.id].map((deviceID) => ({ deviceID })),
    };
    await this.ask(side, 'PUT', `config/folders/${id}`, body);
  }

  async scan(side: Side, id: string): Promise<void> {
    await this.ask(side, 'POST', `db/scan?folder=${id}`);
  }

  async order(side: Side, id: string, order: 'override' | 'revert'): Promise<void> {
    await this.ask(side, 'POST', `db/${order}?folder=${id}`);
  }

  /** What the side shows of the folder, with the names it needs and those it keeps to itself. */
  async figures(side: Side, id: string): Promise<Figures> {
    const status = await this.rest<Figures>(side, `db/status?folder=${id}`);
    const need = await this.rest<Record<string, { name: string }[] | null>>(
      side,
      `db/need?folder=${id}`,
    );
    const changed = await this.rest<{ files: { name: string }[] | null }>(
      side,
      `db/localchanged?folder=${id}`,
    );
    const needed = ['progress', 'queued', 'rest'].flatMap((list) => need[list] ?? []);
    const peer = side === 'ours' ? this.stock.id : this.node.id;
    const completion = await this.rest<Figures>(side, `db/completion?folder=${id}&device=${peer}`);
    const own = await this.rest<Figures>(side, `db/completion?folder=${id}`);
    for (const key of OWN_FIGURES) for (const each of [status, completion, own]) delete each[key];
    const namesOf = (items: readonly { name: string }[]): string[] =>
      items.map(({ name }) => plain(name)).sort();
    return {
      ...status,
      completion,
      own,
      needed: namesOf(needed),
      changed: namesOf(changed.files ?? []),
    };
  }

  /** Names and contents; link targets; conflict copies under a name without date and device. */
  tree(side: Side, id: string): Tree {
    const root = this.root(side, id);
    const tree: Tree = {};
    for (const name of fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
      if (isInternal(name)) continue;
      const stat = fs.lstatSync(join(root, name));
      tree[plain(name)] = stat.isSymbolicLink()
        ? `-> ${fs.readlinkSync(join(root, name))}`
        : stat.isDirectory()
          ? 'directory'
          : fs.readFileSync(join(root, name), 'utf8');
    }
    return tree;
  }

  /** Sequences as both announced them, and whether each knows all of the other's. */
  async isExchanged(id: string): Promise<boolean> {
    const ours = await this.rest<Figures>('ours', `db/status?folder=${id}`);
    const theirs = await this.rest<Figures>('stock', `db/status?folder=${id}`);
    if (ours['state'] !== 'idle' || theirs['state'] !== 'idle') return false;
    const known = await this.rest<Figures>(
      'stock',
      `db/completion?folder=${id}&device=${this.node.id}`,
    );
    const remote = ours['remoteSequence'] as Record<string, number>;
    return known['sequence'] === ours['sequence'] && remote[this.stock.id] === theirs['sequence'];
  }

  private async rest<T>(side: Side, path: string): Promise<T> {
    return side === 'ours' ? this.node.rest<T>(path) : this.stock.rest<T>('GET', path);
  }

  private async ask(side: Side, method: string, path: string, body?: unknown): Promise<void> {
    if (side === 'stock') return void (await this.stock.rest(method, path, body));
    const { status, text } = await this.node.ask(method, path, body);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  }
}

function plain(name: string): string {
  return name.replace(/sync-conflict-\d+-\d+-[A-Z2-7]+/, 'sync-conflict');
}
