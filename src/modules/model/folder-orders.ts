/**
 * What a user orders a folder to do beside scans: override and revert. Owns who waits for it; the folder's runner says
 * when it is the order's turn.
 */
import { type Clock } from '../../platform/clock.js';
import { topOf } from '../../platform/folder-fs.js';
import { type FolderSettings } from '../config/settings.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';
import { type PullerService, type PullFolder } from '../puller/puller.service.js';
import { type LocalIdentity } from './identity.js';
import { overrideNeeds } from './override.js';

/**
 * override: announces what this device has above what others have. revert: gives up what a receive-only folder has
 * changed.
 */
export type FolderOrder = 'override' | 'revert';

/** Has the folder anything of the kind? `isSendOnly`: nothing from the cluster changes its disk. */
export function mayOrder(
  order: FolderOrder,
  { type }: Pick<FolderSettings, 'type'>,
  isSendOnly: boolean,
): boolean {
  const isReceiveOnly = type === 'receiveonly';
  return order === 'override' ? isSendOnly && !isReceiveOnly : isReceiveOnly && !isSendOnly;
}

interface Waiting {
  readonly order: FolderOrder;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class FolderOrders {
  private waiting: Waiting[] = [];

  /** The order to carry out next. */
  get next(): FolderOrder | undefined {
    return this.waiting[0]?.order;
  }

  /** Settles when it is carried out, or cannot be. */
  add(order: FolderOrder): Promise<void> {
    return new Promise<void>((resolve, reject) => this.waiting.push({ order, resolve, reject }));
  }

  /** Settles all that asked for it before; when the act rejects, they go on waiting. */
  async carryOut<T>(order: FolderOrder, act: () => Promise<T>): Promise<T> {
    const asked = this.waiting.filter((each) => each.order === order);
    const result = await act();
    this.waiting = this.waiting.filter((each) => !asked.includes(each));
    for (const { resolve } of asked) resolve();
    return result;
  }

  refuseAll(error: unknown): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}

export interface OrderParts {
  readonly database: IndexDatabase;
  readonly puller: PullerService;
  readonly events: EventsService;
  readonly clock: Clock;
}

export interface OrderOutcome {
  /** Names to be scanned then. */
  readonly rescan: readonly string[];
  /** Lines about items that it could not be done to, the first ones. */
  readonly failures: readonly string[];
}

export async function carryOut(
  order: FolderOrder,
  folder: PullFolder,
  identity: LocalIdentity,
  { database, puller, events, clock }: OrderParts,
  signal: AbortSignal,
  /** The scans could not tell what is there. */
  isUnclear: (name: string) => boolean = () => false,
): Promise<OrderOutcome> {
  if (order === 'revert') return puller.revert(folder, signal);
  const { id, ignorePerms } = folder.settings;
  const context = { identity, ignorePerms, nowS: Math.floor(clock.nowMs() / 1000) };
  const { stopped } = folder.fs.links;
  const isLeftAlone = (name: string, isLacking: boolean): boolean =>
    stopped.has(topOf(name)) ||
    (isLacking && (isUnclear(name) || folder.ignores.match(name).isIgnored));
  const sequence = await overrideNeeds(id, context, database, signal, isLeftAlone);
  if (sequence !== undefined) {
    events.emit('LocalIndexUpdated', { folder: id, items: 0, sequence });
  }
  return { rescan: [], failures: [] };
}
