/**
 * What was agreed on one connection, folder by folder. Owns the senders of our index and remembers what the peer said
 * last. What a peer has on its way when a folder is paused or given up here is no fault of the peer.
 */
import { SyncError } from '../../domain/errors.js';
import { type PeerConnection } from '../protocol/connection-handler.js';
import { type ClusterConfig, type ClusterFolder, type IndexBatch } from '../protocol/messages.js';
import { type IndexSender } from './index-sender.js';

/** Items of indexes that came before the Cluster Config that announces them. */
export const EARLY_ITEMS_MAX = 50_000;

export type FolderStanding =
  /** Exchanged: both sides share it, neither has paused it. */
  | 'exchanged'
  /** Paused here a moment ago: what is on its way is still taken, or there would be a gap. */
  | 'draining'
  /** No longer shared here: what is on its way is dropped. */
  | 'given up'
  /** Shared again: what comes is kept until it is agreed upon. */
  | 'expected'
  | 'unknown';

export interface EarlyBatch {
  readonly isFull: boolean;
  readonly message: IndexBatch;
}

export class PeerSession {
  /** What the peer said last; undefined before its first Cluster Config. */
  message: ClusterConfig | undefined;
  private readonly senders = new Map<string, IndexSender>();
  /** Paused folders, and how much of our index was sent on this connection. */
  private readonly draining = new Map<string, number>();
  private readonly givenUp = new Set<string>();
  private readonly expected = new Set<string>();
  /** Folders of whose index we have nothing: the peer sends all of it, and what comes before is of an earlier turn. */
  private readonly awaited = new Set<string>();
  /** Folders whose whole index the peer began to send on this connection. */
  private readonly begun = new Set<string>();
  private stopping: Promise<void> = Promise.resolve();
  private early: EarlyBatch[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  constructor(readonly connection: PeerConnection) {}

  /** The folders exchanged. */
  keys(): IterableIterator<string> {
    return this.senders.keys();
  }

  /** Those exchanged, expected, or paused here. */
  folders(): string[] {
    return [...this.senders.keys(), ...this.draining.keys(), ...this.expected];
  }

  standing(folder: string): FolderStanding {
    if (this.senders.has(folder)) return 'exchanged';
    if (this.draining.has(folder)) return 'draining';
    if (this.expected.has(folder)) return 'expected';
    return this.givenUp.has(folder) ? 'given up' : 'unknown';
  }

  sender(folder: string): IndexSender | undefined {
    return this.senders.get(folder);
  }

  /** What the peer said last about the folder. */
  said(folder: string): ClusterFolder | undefined {
    return this.message?.folders.find(({ id }) => id === folder);
  }

  /** The calls follow each other. */
  run<T>(action: () => Promise<T>): Promise<T> {
    const done = this.turn.then(action);
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** Up to where our index was sent before the folder was paused here. */
  sentBefore(folder: string): number | undefined {
    return this.draining.get(folder);
  }

  /** Exchanged from now on. */
  exchange(
    folder: string,
    sender: IndexSender,
    { hasNothing, resetTo }: { hasNothing: boolean; resetTo: bigint | undefined },
  ): void {
    this.stopSender(folder);
    if (resetTo !== undefined) this.begun.delete(folder);
    if (hasNothing && !this.begun.has(folder)) this.awaited.add(folder);
    this.draining.delete(folder);
    this.expected.delete(folder);
    this.givenUp.delete(folder);
    this.senders.set(folder, sender);
  }

  /** Shared again. Before the peer is told, because its index may come before we are done. */
  expect(folder: string): void {
    if (this.givenUp.delete(folder)) this.expected.add(folder);
  }

  /** Paused here. */
  pause(folder: string): void {
    const sender = this.senders.get(folder);
    if (sender === undefined) return;
    this.stopSender(folder);
    this.draining.set(folder, sender.position);
  }

  /** No longer shared here. */
  giveUp(folder: string): void {
    if (this.standing(folder) === 'unknown') return;
    this.end(folder);
    this.takeEarly(folder);
    this.givenUp.add(folder);
  }

  /** The peer no longer exchanges it. */
  end(folder: string): void {
    this.stopSender(folder);
    this.draining.delete(folder);
    this.expected.delete(folder);
    this.awaited.delete(folder);
    this.begun.delete(folder);
  }

  /** Notes what comes of the peer's index; false for a part of it that has no beginning here, which would leave a gap. */
  isInOrder(folder: string, isFull: boolean): boolean {
    if (isFull) {
      this.awaited.delete(folder);
      this.begun.add(folder);
    }
    return !this.awaited.has(folder);
  }

  /** Resolves when senders that were stopped have nothing more on its way. Never to be awaited in a turn. */
  stopped(): Promise<void> {
    return this.stopping;
  }

  /** Keeps an index that came before the Cluster Config that belongs to it. Throws SyncError 'protocol' when it is too much. */
  hold(batch: EarlyBatch): void {
    this.early.push(batch);
    const items = this.early.reduce((sum, { message }) => sum + message.files.length, 0);
    if (items <= EARLY_ITEMS_MAX && this.early.length <= EARLY_ITEMS_MAX) return;
    throw new SyncError('protocol', 'too much index of folders that are not exchanged here', true);
  }

  /** What was kept of the folder, in order. */
  takeEarly(folder: string): EarlyBatch[] {
    const taken = this.early.filter(({ message }) => message.folder === folder);
    this.early = this.early.filter(({ message }) => message.folder !== folder);
    return taken;
  }

  close(): void {
    for (const folder of [...this.senders.keys()]) this.stopSender(folder);
    this.early = [];
  }

  /** Not awaited: a send under way waits for the peer, which may be waiting for us. */
  private stopSender(folder: string): void {
    const sender = this.senders.get(folder);
    if (sender === undefined) return;
    this.senders.delete(folder);
    const before = this.stopping;
    this.stopping = sender.stop().then(() => before);
  }
}
