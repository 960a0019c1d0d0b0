/**
 * Names inside a folder as the file systems take them: relative, '/' between components, '' for the root.
 * A name that could mean anything but one entry below the root is refused before it reaches the system.
 */
import { SyncError } from '../domain/errors.js';

/** The components of a name; none for the root. Throws SyncError 'refused'. */
export function componentsOf(name: string): string[] {
  if (name === '') return [];
  if (!isStorable(name)) throw refused(name, 'it cannot be written in UTF-8 without NUL');
  const components = name.split('/');
  for (const component of components) {
    if (component === '' || component === '.' || component === '..') {
      throw refused(name, 'expected components other than "", "." and ".."');
    }
  }
  return components;
}

/** The directory that holds the name, and its last component. Throws SyncError 'refused' for the root. */
export function splitName(name: string): { parent: string; base: string } {
  if (name === '') throw refused(name, 'expected an item below the root');
  if (!isOrdinary(name)) componentsOf(name);
  const slash = name.lastIndexOf('/');
  return { parent: slash < 0 ? '' : name.slice(0, slash), base: name.slice(slash + 1) };
}

/** Whether componentsOf takes it, as far as that can be told at a glance: nearly always. */
function isOrdinary(name: string): boolean {
  if (name.startsWith('/') || name.startsWith('.') || name.endsWith('/')) return false;
  return !name.includes('/.') && !name.includes('//') && isStorable(name);
}

/**
 * Whether text reaches the system unchanged: a lone surrogate would become U+FFFD on its way to the disk, and so reach
 * another file.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Bytes that are not UTF-8, in a form that can be printed and told apart. */
export function printableName(bytes: Uint8Array): string {
  let printed = '';
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
    printed += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return printed;
}

function refused(name: string, reason: string): SyncError {
  return new SyncError('refused', `${JSON.stringify(name)} is not a usable name: ${reason}`);
}
