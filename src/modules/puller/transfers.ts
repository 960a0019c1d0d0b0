/**
 * Content of files on its way, longer than the pass that asked for it if need be: a device that takes its time keeps
 * neither scans nor other files waiting. Owns what has arrived until a pass takes it. The rule: content is only
 * collected here, in memory or temp files; what it is for is decided by a pass, from the index as it is then.
 */
import { setMaxListeners } from 'node:events';
import { SyncError } from '../../domain/errors.js';
import { type FileInfo } from '../../domain/file-info.js';
import { type FileHandle } from '../../platform/folder-fs.js';
import { type Release, type SharedLimit } from '../../platform/shared-limit.js';
import { type Patience } from './patience.js';
import { versionKey } from './retry-book.js';

/** A temp file, complete and open. */
interface OpenFile {
  readonly handle: FileHandle;
}

type Content = OpenFile | Uint8Array;

/** Where content is collected. */
export type TransferKind = 'memory' | 'temp-file';

interface Transfer {
  readonly version: string;
  readonly release: Release;
  /** Made with the content: for thousands of files there is only room. */
  stop: AbortController | undefined;
  kind: TransferKind;
  /** undefined while there is only room for it. */
  content: Promise<Content> | undefined;
  isSettled: boolean;
  /** A pass waits for it, or has it. */
  isAwaited: boolean;
  /** The last one that came across the item. */
  pass: number;
}

export class Transfers {
  private readonly transfers = new Map<string, Transfer>();
  /** Given up and not ended yet. */
  private readonly ending = new Map<string, Promise<void>>();
  private pass = 0;

  constructor(
    /** Weights of files, by the devices that have them. */
    private readonly limit: SharedLimit,
    /** Something has arrived, or failed, that no pass was waiting for. */
    private readonly onArrived: () => void,
    /** The content of the name was taken, or given up: there is nothing on its way any more. */
    private readonly onGone: (name: string) => void = () => undefined,
  ) {}

  /** Files whose content is on its way or has arrived. */
  get count(): number {
    return this.transfers.size;
  }

  beginPass(): void {
    this.pass += 1;
  }

  /** Gives up what the pass, which went through all that is needed, did not come across. */
  endPass(): void {
    for (const [name, transfer] of this.transfers) {
      if (transfer.pass !== this.pass) this.giveUp(name, transfer);
    }
  }

  /** Room for a file's content; false when others of its group have it all. One of another version is given up. */
  reserve({ name, version }: FileInfo, group: string, weight: number): boolean {
    const known = this.transfers.get(name);
    if (known?.version === versionKey(version)) {
      known.pass = this.pass;
      return true;
    }
    if (known !== undefined) this.giveUp(name, known);
    const release = this.limit.tryHold(group, weight);
    if (release === undefined) return false;
    this.transfers.set(name, newTransfer(versionKey(version), release, this.pass));
    return true;
  }

  /** It has its room already. */
  holds({ name, version }: FileInfo): boolean {
    return this.transfers.get(name)?.version === versionKey(version);
  }

  /** The file is still needed: what of it is under way goes on. */
  touch({ name, version }: FileInfo): void {
    const transfer = this.transfers.get(name);
    if (transfer?.version === versionKey(version)) transfer.pass = this.pass;
  }

  /** There are transfers that this pass has not come across yet: it may take what has arrived. */
  get hasEarlier(): boolean {
    for (const { pass } of this.transfers.values()) if (pass !== this.pass) return true;
    return false;
  }

  isBegun({ name, version }: FileInfo, kind: TransferKind): boolean {
    const transfer = this.transfers.get(name);
    if (transfer?.content === undefined || transfer.kind !== kind) return false;
    return transfer.version === versionKey(version);
  }

  /**
   * The content, collected by `collect` unless that is under way already; the caller owns it, and calls `done` after.
   * undefined when it is not there before the patience ends, or there is no room for it: a later pass gets it.
   */
  async content<C extends Content>(
    { name, version }: FileInfo,
    kind: C extends OpenFile ? 'temp-file' : 'memory',
    patience: Patience,
    collect: (signal: AbortSignal) => Promise<C>,
  ): Promise<C | undefined> {
    let transfer = this.transfers.get(name);
    if (transfer === undefined || transfer.version !== versionKey(version)) return undefined;
    if (transfer.content !== undefined && transfer.kind !== kind) {
      transfer = this.begunAnew(name, transfer);
    }
    if (transfer.content === undefined) {
      transfer.kind = kind;
      transfer.stop = new AbortController();
      // Bounded by the blocks of one file that are asked for at once.
      setMaxListeners(0, transfer.stop.signal);
      transfer.content = this.begin(name, transfer, transfer.stop.signal, collect);
      transfer.content.catch(() => undefined);
    }
    const content = transfer.content as Promise<C>;
    const settled = content.then(
      () => true,
      () => true,
    );
    transfer.isAwaited = true;
    try {
      if (!transfer.isSettled && (await patience.wait(settled)) === undefined) {
        transfer.isAwaited = false;
        return undefined;
      }
    } catch (error) {
      transfer.isAwaited = false;
      throw error;
    }
    return content;
  }

  /** The pass has no more to do with the file: what is not on its way gives back its room. */
  done(name: string): void {
    const transfer = this.transfers.get(name);
    if (transfer === undefined) return;
    if (transfer.content !== undefined && !transfer.isAwaited) return;
    this.transfers.delete(name);
    transfer.release();
    this.onGone(name);
  }

  /** Resolves when nothing is under way any more; temp files stay, to be gone on with. */
  async close(): Promise<void> {
    for (const [name, transfer] of this.transfers) this.giveUp(name, transfer);
    await Promise.all(this.ending.values());
  }

  private async begin<C extends Content>(
    name: string,
    transfer: Transfer,
    signal: AbortSignal,
    collect: (signal: AbortSignal) => Promise<C>,
  ): Promise<C> {
    try {
      // Both would write to the same temp file.
      await this.ending.get(name);
      signal.throwIfAborted();
      return await collect(signal);
    } finally {
      transfer.isSettled = true;
      if (!transfer.isAwaited && !signal.aborted) this.onArrived();
    }
  }

  /** In the same room. */
  private begunAnew(name: string, transfer: Transfer): Transfer {
    this.giveUp(name, { ...transfer, release: () => undefined });
    const anew = newTransfer(transfer.version, transfer.release, this.pass);
    this.transfers.set(name, anew);
    return anew;
  }

  private giveUp(name: string, transfer: Transfer): void {
    this.transfers.delete(name);
    this.onGone(name);
    transfer.stop?.abort(new SyncError('closed', 'the content is not needed any more'));
    const ending = (transfer.content ?? Promise.resolve(undefined))
      .then(
        (content) =>
          content !== undefined && 'handle' in content ? content.handle.close() : undefined,
        () => undefined,
      )
      .finally(() => {
        transfer.release();
        if (this.ending.get(name) === ending) this.ending.delete(name);
      });
    this.ending.set(name, ending);
  }
}

function newTransfer(version: string, release: Release, pass: number): Transfer {
  const state = { content: undefined, isSettled: false, isAwaited: false, pass };
  return { version, release, stop: undefined, kind: 'memory', ...state };
}
