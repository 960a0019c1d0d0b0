/**
 * What needs threaten here, read together: which deletes are moves, how much each device would delete or replace, and
 * what of it may pass. Only rows of `needs` that threaten something are read, whatever else is needed.
 */
import { lastChangeS, Threat } from '../../domain/guard-threat.js';
import { type ThreatGroup, type ThreatTally } from '../../domain/guard-threat.js';
import { treeKey } from '../../domain/tree-order.js';
import { FolderTallies } from './folder-tallies.js';
import { type Steps } from './index-removal.js';
import { type IndexRows } from './index-rows.js';
import { decodeModifiedBy, decodeFacts, nameOfKey } from './item-encoding.js';
import { isReadable, standingOf } from './name-standing.js';
import { type NeedRows } from './need-rows.js';
import { LOCAL, THREAT_COUNTS } from './schema.js';
import { type SqliteConnection } from './sqlite-connection.js';
import { UnthreatenedContent } from './unthreatened-content.js';

/** Rows in one transaction. */
const ROWS_PER_STEP = 1_000;
/**
 * A delete belongs to the same move as a file that was made so much earlier or later, on the device that did both. Devices
 * read all that has a new name before they tell of what is gone: that takes hours where a large tree was moved.
 */
const MOVE_WITHIN_S = 86_400n;

export class ThreatRows {
  constructor(
    private readonly db: SqliteConnection,
    private readonly rows: IndexRows,
    private readonly needs: NeedRows,
  ) {}

  *judge(
    folder: number,
    after: number,
    approved: Readonly<Record<string, number>>,
  ): Steps<ThreatTally> {
    while (this.lookAtUnknown(folder)) yield;
    const isAny = this.db
      .statement(
        `SELECT 1 FROM needs
         WHERE folder = ? AND threat_no > ? AND threat = ${Threat.delete} AND content IS NOT NULL
         LIMIT 1`,
      )
      .get(folder, after);
    if (isAny !== undefined) {
      this.markArriving(folder, after);
      for (let from = after; ;) {
        const last = this.markMovedHere(folder, from);
        if (last === undefined) break;
        from = last;
        yield;
      }
    }
    return this.tally(folder, approved);
  }

  names(
    folder: number,
    by: string,
    after: string | undefined,
    limit: number,
    [above, upTo]: readonly [number, number],
  ): string[] {
    return this.db
      .statement(
        `SELECT name FROM needs WHERE folder = ? AND threat_by = ? AND name > ?
           AND threat IS NOT NULL AND threat <> ${Threat.moved}
           AND threat_no > ? AND threat_no <= ?
         ORDER BY name LIMIT ?`,
      )
      .all(folder, by, treeKey(after ?? ''), above, upTo, limit)
      .map(([name]) => nameOfKey(name as Uint8Array));
  }

  /** What was needed before threats were kept. */
  private lookAtUnknown(folder: number): boolean {
    const rows = this.db
      .statement(
        `SELECT name FROM needs WHERE folder = ? AND threat_by = '' AND threat IS NOT NULL LIMIT ?`,
      )
      .all(folder, ROWS_PER_STEP);
    if (rows.length === 0) return false;
    this.db.transaction(() => {
      const tallies = new FolderTallies(this.db, folder);
      const target = { folder, device: LOCAL, tallies };
      for (const [name] of rows) {
        const key = name as Uint8Array;
        this.needs.renew(target, key, standingOf(this.rows.ofName(folder, key)));
      }
      tallies.save();
    });
    return true;
  }

  /**
   * The content is to come under another name, where it replaces nothing. Of all that is to come only that is kept in mind
   * which is deleted, too: there may be very much more of it.
   */
  private markArriving(folder: number, after: number): void {
    this.db
      .statement(
        `UPDATE needs SET threat = ${Threat.moved}
         WHERE folder = ?1 AND threat = ${Threat.delete} AND threat_no > ?2 AND content IN (
           SELECT content FROM needs
           WHERE folder = ?1 AND threat IS NULL AND content IN (
             SELECT content FROM needs
             WHERE folder = ?1 AND threat = ${Threat.delete} AND threat_no > ?2))`,
      )
      .run(folder, after);
  }

  /** The content is here under another name that the same device made by the same change. The last number looked at. */
  private markMovedHere(folder: number, after: number): number | undefined {
    const rows = this.db
      .statement(
        `SELECT name, threat_no, content FROM needs
         WHERE folder = ? AND threat_no > ? AND threat = ${Threat.delete} AND content IS NOT NULL
         ORDER BY threat_no LIMIT ?`,
      )
      .all(folder, after, ROWS_PER_STEP);
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    this.db.transaction(() => {
      const ours = new UnthreatenedContent(this.db, folder);
      for (const [name, , content] of rows) {
        const infos = ours.filesWith(content as Uint8Array);
        if (!this.isNewNameIn(infos, folder, name as Uint8Array)) continue;
        this.db
          .statement(`UPDATE needs SET threat = ${Threat.moved} WHERE folder = ? AND name = ?`)
          .run(folder, name as Uint8Array);
      }
    });
    return last[1] as number;
  }

  private isNewNameIn(infos: readonly Uint8Array[], folder: number, name: Uint8Array): boolean {
    if (infos.length === 0) return false;
    const { needed } = standingOf(this.rows.ofName(folder, name));
    if (needed === undefined) return false;
    const by = decodeModifiedBy(needed.raw.info);
    const deletedS = lastChangeS(needed.file.version);
    return infos.some((info) => {
      if (!isReadable(LOCAL, decodeFacts(info)) || decodeModifiedBy(info) !== by) return false;
      const apartS = lastChangeS(decodeFacts(info).version) - deletedS;
      return apartS <= MOVE_WITHIN_S && -apartS <= MOVE_WITHIN_S;
    });
  }

  private tally(folder: number, approved: Readonly<Record<string, number>>): ThreatTally {
    const tallies = new FolderTallies(this.db, folder);
    const groups = new Map<string, OpenGroup>();
    const rows = this.db
      .statement(
        `SELECT threat_by, threat, max(threat_no), count(*), sum(local_bytes),
           threat_no <= coalesce((SELECT value FROM json_each(?) WHERE key = threat_by), 0) AS ok
         FROM needs WHERE folder = ? AND threat IS NOT NULL GROUP BY threat_by, threat, ok
         ORDER BY threat_by`,
      )
      .all(JSON.stringify(approved), folder);
    for (const [by, threat, latest, count, bytes, isApproved] of rows) {
      const group = groups.get(by as string) ?? emptyGroup(by as string);
      groups.set(group.by, group);
      group.latest = Math.max(group.latest, latest as number);
      const number = count as number;
      if (threat === Threat.moved) group.moves += number;
      else if (isApproved === 1) group.approved += number;
      else if (threat === Threat.other) group.others += number;
      else {
        if (threat === Threat.delete) group.deletes += number;
        else group.replaces += number;
        group.bytes += bytes as number;
      }
    }
    const { deleted, files } = tallies.countsOf(THREAT_COUNTS);
    const latest = tallies.sequenceOf(THREAT_COUNTS);
    return { groups: [...groups.values()], latest, applied: deleted + files };
  }
}

type OpenGroup = { -readonly [K in keyof ThreatGroup]: ThreatGroup[K] };

function emptyGroup(by: string): OpenGroup {
  return { by, deletes: 0, replaces: 0, others: 0, moves: 0, bytes: 0, latest: 0, approved: 0 };
}
