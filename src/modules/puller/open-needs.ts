/** What a folder needs, without what its guard holds back. The rule: whatever acts on a need reads it from here. */
import { type NeedGate } from '../../domain/guard-threat.js';
import {
  type IndexDatabase,
  type NeededItem,
  type NeedOrder,
  type NeedPlace,
} from '../database/index-database.js';

export class OpenNeeds {
  constructor(
    private readonly database: Pick<IndexDatabase, 'needs' | 'needPlaces' | 'neededOf'>,
    private readonly gate: NeedGate | undefined,
  ) {}

  needs(folder: string, after: string | undefined, limit: number): Promise<NeededItem[]> {
    return this.database.needs(folder, after, limit, this.gate);
  }

  neededOf(folder: string, names: readonly string[]): Promise<NeededItem[]> {
    return this.database.neededOf(folder, names, this.gate);
  }

  async needed(folder: string, name: string): Promise<NeededItem | undefined> {
    return (await this.neededOf(folder, [name]))[0];
  }

  /** As above; for whoever puts the content under another name in the same step. */
  async neededForMove(folder: string, name: string): Promise<NeededItem | undefined> {
    const gate = this.gate && { ...this.gate, isMoving: true };
    return (await this.database.neededOf(folder, [name], gate))[0];
  }

  /** Places of held needs too: nothing but their names is told. */
  needPlaces(
    folder: string,
    order: NeedOrder,
    after: NeedPlace | undefined,
    limit: number,
  ): Promise<NeedPlace[]> {
    return this.database.needPlaces(folder, order, after, limit);
  }
}
