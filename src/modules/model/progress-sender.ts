/**
 * Tells connected devices which blocks we have of files that we are still receiving, so that they may ask us for them.
 * Source: BEP v1, "Download Progress". What changed is gathered and told every few seconds; a device that takes its
 * time gets nothing more until it has taken what was sent. While nothing is on its way nobody looks.
 */
import { type Clock, type Timer } from '../../platform/clock.js';
import { type PeerConnection } from '../protocol/connection-handler.js';
import { type ProgressUpdate } from '../protocol/messages.js';
import { type PartialFile } from '../puller/partial-files.js';

/** Stock peers take 5 s; a file that is complete before is never told of. */
export const PROGRESS_INTERVAL_MS = 3000;

/** What was told of a file: the first `count` of its blocks. */
interface Told {
  readonly file: PartialFile;
  readonly count: number;
}

export type ToldFiles = ReadonlyMap<string, Told>;

/** What is to be told so that a device which knows `told` knows `files`; `next` is what it knows then. Pure. */
export function planProgress(
  told: ToldFiles,
  files: readonly PartialFile[],
): { readonly updates: ProgressUpdate[]; readonly next: ToldFiles } {
  const updates: ProgressUpdate[] = [];
  const next = new Map<string, Told>();
  const names = new Set(files.map(({ name }) => name));
  for (const [name, { file }] of told) if (!names.has(name)) updates.push(forgetting(file));
  for (const file of files) {
    const before = told.get(file.name);
    if (before !== undefined && before.file !== file) updates.push(forgetting(before.file));
    const from = before?.file === file ? before.count : 0;
    const count = file.blockIndexes.length;
    if (count > from) updates.push(appending(file, from));
    if (count > 0) next.set(file.name, { file, count });
  }
  return { updates, next };
}

function forgetting({ name, version }: PartialFile): ProgressUpdate {
  return { type: 'forget', name, version, blockIndexes: [], blockSize: 0 };
}

function appending({ name, version, blockSize, blockIndexes }: PartialFile, from: number) {
  return {
    type: 'append' as const,
    name,
    version,
    blockSize,
    blockIndexes: blockIndexes.slice(from),
  };
}

/** By folder. */
type ToldFolders = Map<string, ToldFiles>;

export interface ProgressParts {
  readonly clock: Clock;
  readonly partialFiles: (folder: string) => readonly PartialFile[];
  /** Each connection, and the folders that are exchanged on it. */
  readonly exchanged: () => Iterable<readonly [PeerConnection, Iterable<string>]>;
  /** Files may be on their way, or about to be, in some folder. */
  readonly isFetching: () => boolean;
}

export class ProgressSender {
  private readonly told = new WeakMap<PeerConnection, ToldFolders>();
  private readonly sending = new WeakSet<PeerConnection>();
  private timer: Timer | undefined;

  constructor(private readonly parts: ProgressParts) {}

  /** To be called when a device connects, and when a folder begins to fetch. It rests by itself. */
  start(): void {
    this.timer ??= this.parts.clock.setTimer(PROGRESS_INTERVAL_MS, () => {
      this.timer = undefined;
      if (this.tell()) this.start();
    });
  }

  /** False when nobody is connected, or there is nothing to tell nor to take back. */
  private tell(): boolean {
    let isAnybody = false;
    let isOpen = this.parts.isFetching();
    for (const [connection, folders] of this.parts.exchanged()) {
      isAnybody = true;
      isOpen ||= this.sending.has(connection);
      if (connection.isClosed || this.sending.has(connection)) continue;
      const messages = this.messages(connection, folders);
      if (messages.length > 0) void this.send(connection, messages);
      isOpen ||= (this.told.get(connection)?.size ?? 0) > 0;
    }
    return isAnybody && isOpen;
  }

  private messages(connection: PeerConnection, folders: Iterable<string>): Message[] {
    const told = this.told.get(connection) ?? new Map<string, ToldFiles>();
    this.told.set(connection, told);
    const messages: Message[] = [];
    for (const folder of folders) {
      const files = this.parts.partialFiles(folder);
      const before = told.get(folder);
      if (before === undefined && files.length === 0) continue;
      const { updates, next } = planProgress(before ?? new Map(), files);
      if (next.size > 0) told.set(folder, next);
      else told.delete(folder);
      if (updates.length > 0) messages.push({ folder, updates });
    }
    return messages;
  }

  private async send(connection: PeerConnection, messages: readonly Message[]): Promise<void> {
    this.sending.add(connection);
    try {
      for (const message of messages) await connection.downloadProgress(message);
    } catch {
      // The connection is closed, and what was told goes with it.
    } finally {
      this.sending.delete(connection);
    }
  }
}

interface Message {
  readonly folder: string;
  readonly updates: ProgressUpdate[];
}
