/** Where the parts of this module write: the service's logger. Each line is one whole statement. */
export interface ConnectionLog {
  info(line: string): void;
  warn(line: string): void;
  debug(line: string): void;
}

/** Keys remembered by a SaidOnce. */
export const SAID_MAX = 1000;
/** Characters of a name from a peer that are shown. */
const SHOWN_NAME_MAX = 64;

/** What was said already. Forgets the oldest when full: then a thing may be said again, but memory stays bounded. */
export class SaidOnce {
  private readonly said = new Set<string>();

  /** True the first time. */
  isNew(key: string): boolean {
    if (this.said.has(key)) return false;
    const oldest = this.said.values().next().value;
    if (this.said.size >= SAID_MAX && oldest !== undefined) this.said.delete(oldest);
    this.said.add(key);
    return true;
  }

  forget(key: string): void {
    this.said.delete(key);
  }
}

/** A name as a peer gave it, quoted, short and without control characters. */
export function shownName(name: string): string {
  return JSON.stringify(name.slice(0, SHOWN_NAME_MAX));
}
