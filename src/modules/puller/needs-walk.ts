/**
 * Walks through what a folder needs, page by page: in tree order, or files in the order that the user wants, after all
 * that is no file, so that their directories are there.
 */
import { type FolderSettings } from '../config/settings.js';
import {
  type IndexDatabase,
  type NeededItem,
  type NeedOrder,
  type NeedPlace,
} from '../database/index-database.js';

/** Needed items read at once, with their block lists. */
export const NEEDS_PAGE_ITEMS = 100;
/** Names read at once in an order that takes a look over all needs. */
export const ORDERED_NAMES_AT_ONCE = 10_000;

/** Where a walk in an order came by an item. */
export interface WalkPlace {
  readonly order: NeedOrder;
  readonly at: NeedPlace;
}

export interface WalkedNeed {
  readonly item: NeededItem;
  /** undefined in tree order. */
  readonly place: WalkPlace | undefined;
}

type Needs = Pick<IndexDatabase, 'needs' | 'needPlaces' | 'neededOf'>;

/** undefined: tree order, where a directory's content stands together. That is alphabetic. */
export function orderOf(
  { pullOrder }: Pick<FolderSettings, 'pullOrder'>,
  seed: number,
): NeedOrder | undefined {
  if (pullOrder === undefined || pullOrder === 'alphabetic') return undefined;
  return pullOrder === 'random' ? { kind: 'random', seed } : { kind: pullOrder };
}

/** `after`: the need that the walk goes on behind. `onPage` hears of the items before they are given, some at a time. */
export async function* walkNeeds(
  database: Needs,
  folder: string,
  order: NeedOrder | undefined,
  after: WalkedNeed | undefined,
  onPage: (items: readonly NeededItem[]) => void = () => undefined,
): AsyncGenerator<WalkedNeed> {
  if (order === undefined) {
    yield* inTreeOrder(database, folder, after?.item.global.name, onPage);
    return;
  }
  const place = after?.place;
  if (place === undefined || place.order.kind === 'others') {
    yield* inOrder(database, folder, { kind: 'others' }, place?.at, onPage);
    yield* inOrder(database, folder, order, undefined, onPage);
  } else {
    yield* inOrder(database, folder, order, place.at, onPage);
  }
}

async function* inTreeOrder(
  database: Needs,
  folder: string,
  from: string | undefined,
  onPage: (items: readonly NeededItem[]) => void,
): AsyncGenerator<WalkedNeed> {
  let after = from;
  for (;;) {
    const page = await database.needs(folder, after, NEEDS_PAGE_ITEMS);
    onPage(page);
    for (const item of page) yield { item, place: undefined };
    after = page.at(-1)?.global.name;
    if (after === undefined) return;
  }
}

async function* inOrder(
  database: Needs,
  folder: string,
  order: NeedOrder,
  from: NeedPlace | undefined,
  onPage: (items: readonly NeededItem[]) => void,
): AsyncGenerator<WalkedNeed> {
  let after = from;
  for (;;) {
    const places = await database.needPlaces(folder, order, after, ORDERED_NAMES_AT_ONCE);
    for (let at = 0; at < places.length; at += NEEDS_PAGE_ITEMS) {
      yield* itemsAt(database, folder, order, places.slice(at, at + NEEDS_PAGE_ITEMS), onPage);
    }
    after = places.at(-1);
    if (places.length < ORDERED_NAMES_AT_ONCE) return;
  }
}

async function* itemsAt(
  database: Needs,
  folder: string,
  order: NeedOrder,
  places: readonly NeedPlace[],
  onPage: (items: readonly NeededItem[]) => void,
): AsyncGenerator<WalkedNeed> {
  let left = places;
  while (left.length > 0) {
    const items = await database.neededOf(
      folder,
      left.map(({ name }) => name),
    );
    onPage(items);
    for (const item of items) {
      const index = left.findIndex(({ name }) => name === item.global.name);
      yield { item, place: { order, at: left[index] } };
      left = left.slice(index + 1);
    }
    // None of them is needed any more.
    if (items.length === 0) return;
  }
}
