/** Which names of a folder are asked to be scanned; many of them become one scan of the whole folder. */
import { SyncError } from '../../domain/errors.js';
import { unifySubtrees } from '../../domain/tree-order.js';

/** Names kept one by one; more are scanned as the whole folder. */
export const NAMES_MAX = 10_000;

/** Callers who wait for their scan at the same time. */
export const WAITING_MAX = 1_000;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class ScanRequests {
  private names = new Set<string>();
  /** For what is asked and not taken yet; for what is being scanned. */
  private waiting: Waiting[] = [];
  private scanning: Waiting[] = [];

  add(names: readonly string[]): void {
    for (const name of names) this.names.add(name);
    if (this.names.size > NAMES_MAX) this.names = new Set(['']);
  }

  get isAny(): boolean {
    return this.names.size > 0;
  }

  /** What to scan now, none below another, in tree order; undefined when nothing is asked. */
  take(): readonly string[] | undefined {
    if (this.names.size === 0) return undefined;
    const taken = this.names.has('') ? [''] : unifySubtrees([...this.names]);
    this.names = new Set();
    this.scanning.push(...this.waiting.splice(0));
    return taken;
  }

  /** Settles when all names asked for so far have been scanned, or cannot be. */
  done(): Promise<void> {
    if (this.waiting.length + this.scanning.length >= WAITING_MAX) {
      return Promise.reject(new SyncError('refused', 'too many callers wait for scans', true));
    }
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** What was taken has been scanned. */
  scanned(): void {
    for (const { resolve } of this.scanning.splice(0)) resolve();
  }

  /** Nothing of what was asked will be scanned soon. */
  failed(error: unknown): void {
    const all = [...this.scanning.splice(0), ...this.waiting.splice(0)];
    for (const { reject } of all) reject(error);
  }
}
