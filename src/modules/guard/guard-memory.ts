/** What the guard of a folder remembers over restarts: one fact in the index database. */
import { type IndexDatabase } from '../database/index-database.js';
import { EMPTY_PEER_MEMORY, type PeerMemory } from './peer-judgement.js';
import { NO_SCAN_MEMORY, type ScanMemory } from './scan-judgement.js';

export interface Memory {
  readonly peers: PeerMemory;
  readonly scan: ScanMemory;
}

const NOTHING: Memory = { peers: EMPTY_PEER_MEMORY, scan: NO_SCAN_MEMORY };

const factKey = (folder: string): string => `guard ${folder}`;

type Facts = Pick<IndexDatabase, 'fact' | 'setFact'>;

export class GuardMemory {
  private known: Memory | undefined;
  private saved = '';

  constructor(
    private readonly folder: string,
    private readonly database: Facts,
  ) {}

  async get(): Promise<Memory> {
    if (this.known === undefined) {
      this.saved = (await this.database.fact(factKey(this.folder))) ?? '';
      this.known =
        this.saved === '' ? NOTHING : { ...NOTHING, ...(JSON.parse(this.saved) as Memory) };
    }
    return this.known;
  }

  /** Resolves when it is durable; nothing has changed before. */
  async change(changed: Partial<Memory>): Promise<void> {
    const next = { ...(await this.get()), ...changed };
    const text = JSON.stringify(next);
    if (text !== this.saved) await this.database.setFact(factKey(this.folder), text);
    this.saved = text;
    this.known = next;
  }
}

/** The folder's index is dropped. */
export async function forgetGuard(folder: string, database: Facts): Promise<void> {
  if ((await database.fact(factKey(folder))) !== undefined) {
    await database.setFact(factKey(folder), '');
  }
}
