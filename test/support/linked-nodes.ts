/**
 * Several nodes that share one folder, ours in this process and at most one stock Syncthing, connected as a list of
 * links says. They can be linked anew: then all of them start again with what they have.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type RoundSide } from './change-rounds.js';
import { ourSide, stockSide } from './round-sides.js';
import { StockNode } from './stock-node.js';
import { TestNode } from './test-node.js';
import { until } from './wait.js';

/** Two nodes by their places; the one with the larger place dials. */
export type Link = readonly [number, number];

/** Each is connected to the next, and the last one to the first. */
export function ring(count: number): Link[] {
  return [...chain(count), [0, count - 1]];
}

export function chain(count: number): Link[] {
  return Array.from({ length: count - 1 }, (_, i) => [i, i + 1] as const);
}

/** All are connected to the one at the place, and to nobody else. */
export function star(count: number, middle: number): Link[] {
  const others = Array.from({ length: count }, (_, i) => i).filter((i) => i !== middle);
  return others.map((i) => [Math.min(i, middle), Math.max(i, middle)] as const);
}

export function mesh(count: number): Link[] {
  return Array.from({ length: count }, (_, i) => i).flatMap((i) =>
    Array.from({ length: i }, (__, j) => [j, i] as const),
  );
}

export class LinkedNodes {
  private links: readonly Link[] = [];

  private constructor(
    private readonly ours: readonly TestNode[],
    /** At place 0, where there is one. */
    private readonly stock: StockNode | undefined,
    private readonly stockRoot: string,
  ) {}

  /** Makes homes and roots below `base`; nothing runs yet. */
  static async create(base: string, oursCount: number, withStock: boolean): Promise<LinkedNodes> {
    const ours = await Promise.all(
      Array.from({ length: oursCount }, (_, i) => TestNode.create(base, `ours-${i}`)),
    );
    const stockRoot = join(base, 'stock');
    const stock = withStock ? await StockNode.create(join(base, 'stock-home')) : undefined;
    if (withStock) fs.mkdirSync(join(stockRoot, '.stfolder'), { recursive: true });
    return new LinkedNodes(ours, stock, stockRoot);
  }

  get count(): number {
    return this.ids.length;
  }

  get sides(): RoundSide[] {
    const ours = this.ours.map((node) => ourSide(node));
    return this.stock === undefined ? ours : [stockSide(this.stock, this.stockRoot), ...ours];
  }

  /** Starts all nodes with these links alone; resolves when they are connected. */
  async link(links: readonly Link[]): Promise<void> {
    await this.stop();
    this.links = links;
    const { stock } = this;
    if (stock !== undefined) {
      const peers = this.peersOf(0).map((peer) => ({ id: this.ids[peer]!, address: 'dynamic' }));
      const folderExtra = '<pullerPauseS>1</pullerPauseS>';
      stock.configure({ folderPath: this.stockRoot, peers, folderExtra });
      await stock.start();
    }
    for (const [i, node] of this.ours.entries()) {
      const place = i + this.firstOurs;
      const devices = this.peersOf(place).map((peer) => ({
        id: this.ids[peer]!,
        addresses: [peer < place ? this.addressOf(peer) : 'dynamic'],
      }));
      await node.start({ devices });
    }
    await until('all are connected', () => links.every((each) => this.areConnected(each)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.ours.map((node) => node.stop()));
    await this.stock?.stop();
  }

  private get firstOurs(): number {
    return this.stock === undefined ? 0 : 1;
  }

  private get ids(): string[] {
    return [...(this.stock === undefined ? [] : [this.stock.id]), ...this.ours.map(({ id }) => id)];
  }

  private peersOf(place: number): number[] {
    return this.links.flatMap(([a, b]) => (a === place ? [b] : b === place ? [a] : []));
  }

  private addressOf(place: number): string {
    return place < this.firstOurs
      ? this.stock!.address
      : this.ours[place - this.firstOurs]!.address;
  }

  private areConnected([a, b]: Link): boolean {
    const dialer = this.ours[b - this.firstOurs]!;
    const other = this.ours[a - this.firstOurs];
    return dialer.isConnectedTo(this.ids[a]!) && other?.isConnectedTo(dialer.id) !== false;
  }
}
