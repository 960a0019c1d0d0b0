/**
 * The order of a directory's names and which of them are walked. Siblings come by the UTF-8 bytes of their NFC form,
 * so that a name on disk in another normal form stands where its index entry stands; of two names with the same NFC
 * form the one that is in NFC comes first.
 */
import { isInternalName, isTempName, toNfc } from '../../domain/file-name.js';
import { printableName } from '../../platform/folder-name.js';

/** The names of one directory in the order of the walk. */
export interface Siblings {
  readonly names: readonly string[];
  /** Those among the names that stand for entries whose bytes are not UTF-8. */
  readonly undecodable: ReadonlySet<string>;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// eslint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

/** The text of UTF-8 bytes; undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** `latin1` holds one character for each byte of the name, as readdir gives it in that encoding. */
export function decodeNames(latin1: readonly string[]): {
  decodable: string[];
  undecodable: string[];
} {
  const decodable: string[] = [];
  const undecodable: string[] = [];
  for (const bytes of latin1) {
    const name = ASCII.test(bytes) ? bytes : decodeUtf8(Buffer.from(bytes, 'latin1'));
    if (name !== undefined) decodable.push(name);
    else undecodable.push(printableName(Buffer.from(bytes, 'latin1')));
  }
  return { decodable, undecodable };
}

export function orderSiblings(decodable: string[], undecodable: readonly string[]): Siblings {
  const known = undecodable.length === 0 ? undefined : new Set(decodable);
  const strangers = undecodable.filter((name) => !known?.has(name));
  const names = strangers.length === 0 ? decodable : [...decodable, ...strangers];
  if (names.every((name) => ASCII.test(name))) {
    names.sort(byCodeUnit);
  } else {
    const keyed = names.map((name) => ({ name, key: orderKey(name) }));
    keyed.sort((a, b) => byCodeUnit(a.key, b.key));
    keyed.forEach((entry, index) => (names[index] = entry.name));
  }
  return { names, undecodable: new Set(strangers) };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compares by code unit as the bytes of the NFC form do, then NFC first, then by the bytes of the name itself. */
function orderKey(name: string): string {
  const nfc = toNfc(name);
  const key = Buffer.from(nfc).toString('latin1');
  return nfc === name ? key : `${key}\0${Buffer.from(name).toString('latin1')}`;
}

/** Names that belong to the program itself, and what lies below them. */
export function isLeftOut(name: string): boolean {
  return isInternalName(name) || name.split('/').some((component) => isTempName(component));
}

/** As isLeftOut for a name whose parent is known not to be left out. */
export function isChildLeftOut(name: string, component: string): boolean {
  return isTempName(component) || isInternalName(name);
}

export function joinName(parent: string, component: string): string {
  return parent === '' ? component : `${parent}/${component}`;
}
