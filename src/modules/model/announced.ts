/**
 * Up to which sequence our index of each folder was ever sent to anybody. Kept in the index itself and written before
 * the sending: a device that knows more has it from a life of the index that we lost.
 */
import { type IndexDatabase } from '../database/index-database.js';

const factKey = (folder: string): string => `announced ${folder}`;

export class AnnouncedSequences {
  private readonly known = new Map<string, number>();

  constructor(private readonly database: Pick<IndexDatabase, 'fact' | 'setFact'>) {}

  async of(folder: string): Promise<number> {
    const known = this.known.get(folder);
    if (known !== undefined) return known;
    const stored = Number((await this.database.fact(factKey(folder))) ?? 0);
    // Another call may have raised it meanwhile.
    const sequence = Math.max(stored, this.known.get(folder) ?? 0);
    this.known.set(folder, sequence);
    return sequence;
  }

  /** The folder's index is dropped: the next one begins anew. */
  async forget(folder: string): Promise<void> {
    this.known.set(folder, 0);
    await this.database.setFact(factKey(folder), '0');
  }

  /** Resolves when it is durable. */
  async raise(folder: string, sequence: number): Promise<void> {
    if (sequence <= (await this.of(folder))) return;
    this.known.set(folder, sequence);
    await this.database.setFact(factKey(folder), String(sequence));
  }
}
