/** What a folder is held to, whatever happened: its disk by what people wrote, its index by its disk. */
import { type Writings } from './crash-operations.js';
import { type DiskItem, type FolderLife, isOwnName } from './folder-life.js';
import { FOLDER, OURS } from './pull-fixture.js';

const ROWS_MAX = 1_000;
/** Of conflict copies, and of versions. */
const MARKS = /\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}|~\d{8}-\d{6}/g;
const VERSIONS = '.stversions/';

function withoutMarks(name: string): string {
  return name.replace(MARKS, '').replace(VERSIONS, '');
}

/** It went along when its directory got a conflict name. */
function isAsideOf(name: string, original: string): boolean {
  return name !== original && withoutMarks(name) === original;
}

/** What is never to be, at no moment and after no crash. */
export function wrongOnDisk(items: readonly DiskItem[], writings: Writings): string[] {
  const wrong: string[] = [];
  const texts = new Set(items.map(({ content }) => content));
  for (const text of writings.kept) if (!texts.has(text)) wrong.push(`lost: ${text}`);
  for (const { name, type, content } of items) {
    if (type !== 'file' || !(isOwnName(name) || name.startsWith(VERSIONS))) continue;
    if (!isOwnName(name.replace(VERSIONS, ''))) continue;
    if (writings.byName.get(withoutMarks(name))?.has(content) !== true) {
      wrong.push(`${name} has what nobody wrote: ${JSON.stringify(content)}`);
    }
  }
  return wrong;
}

async function stillNeeded(
  database: FolderLife['database'],
  items: readonly DiskItem[],
): Promise<string[]> {
  const wrong: string[] = [];
  const needs = await database.needs(FOLDER, undefined, ROWS_MAX);
  for (const { global } of needs) {
    // A directory that others deleted stays while there is something in it, until they learn of that.
    const isHeld = items.some(({ name }) => name.startsWith(`${global.name}/`) && isOwnName(name));
    if (!global.deleted || !isHeld) wrong.push(`still needed: ${global.name}`);
  }
  return wrong;
}

/** What the index says, and so tells others, is on disk; the other way round; and it tells of nothing that nobody did. */
export async function wrongInIndex(
  { database }: FolderLife,
  items: readonly DiskItem[],
  writings: Writings,
): Promise<string[]> {
  const wrong: string[] = [];
  const own = new Map(items.filter(({ name }) => isOwnName(name)).map((item) => [item.name, item]));
  wrong.push(...(await stillNeeded(database, items)));
  const rows = await database.localsAfter(FOLDER, 0, ROWS_MAX, Infinity);
  for (const row of rows) {
    const item = own.get(row.name);
    own.delete(row.name);
    const isOurs = row.modifiedBy === OURS && row.localFlags === 0 && row.version.length > 0;
    if (row.deleted) {
      if (item !== undefined) wrong.push(`there, but told to be deleted: ${row.name}`);
      const isAside = items.some(({ name }) => isAsideOf(name, row.name));
      if (isOurs && !isAside && !writings.deleted.has(row.name))
        wrong.push(`false delete: ${row.name}`);
      continue;
    }
    if (item === undefined) {
      wrong.push(`not there, but told to be: ${row.name}`);
      continue;
    }
    const content = row.type === 'symlink' ? row.symlinkTarget : writings.textOf(row);
    const said = row.type === 'directory' ? '' : content;
    if (item.type !== row.type || item.content !== said) {
      wrong.push(`${row.name} is ${item.type} ${item.content}, told to be ${row.type} ${said}`);
    }
    // A directory that was made but not recorded is found by the scan: there is nothing in it to be wrong.
    const isFound = row.type === 'directory' || withoutMarks(row.name) !== row.name;
    if (isOurs && !isFound && !writings.changed.has(row.name)) {
      wrong.push(`false change: ${row.name}`);
    }
  }
  for (const name of own.keys()) wrong.push(`not in the index: ${name}`);
  return wrong;
}

export interface Comparable {
  readonly items: readonly string[];
  /** Contents among the versions. */
  readonly versions: readonly string[];
}

export function comparable(items: readonly DiskItem[]): Comparable {
  const own = items.filter(({ name }) => isOwnName(name));
  const told = own.map(({ name, type, content, permissions, modifiedS }) => {
    const time = type === 'file' ? modifiedS : '';
    const mark = withoutMarks(name) !== name ? 'copy of ' : '';
    const mode = type === 'symlink' ? '' : permissions.toString(8);
    return `${mark}${withoutMarks(name)}: ${type} ${content} ${mode} ${time}`;
  });
  const kept = items.filter(({ name, type }) => name.startsWith(VERSIONS) && type === 'file');
  return { items: told.sort(), versions: kept.map(({ content }) => content).sort() };
}

export function differences(expected: Comparable, found: Comparable): string[] {
  const missing = expected.items.filter((item) => !found.items.includes(item));
  const surplus = found.items.filter((item) => !expected.items.includes(item));
  const versions = expected.versions.filter((text) => !found.versions.includes(text));
  return [
    ...missing.map((item) => `missing in the end: ${item}`),
    ...surplus.map((item) => `too much in the end: ${item}`),
    ...versions.map((text) => `no version of it: ${text}`),
  ];
}
