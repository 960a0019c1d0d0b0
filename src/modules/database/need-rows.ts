/**
 * Rows of `needs`: the names that we need, with what they can be sorted by and what they threaten here. Kept right name
 * by name, in the transaction that changes a row of `items`.
 */
import { shortIdText } from '../../domain/device-id.js';
import { lastChangeS, Threat, threatOf } from '../../domain/guard-threat.js';
import { compareVectors } from '../../domain/version-vector.js';
import { type FolderTallies } from './folder-tallies.js';
import { decodeModifiedBy, type ItemFacts } from './item-encoding.js';
import { isReadable, type DeviceItem, type Standing } from './name-standing.js';
import { needColumns } from './need-order.js';
import { LOCAL, THREAT_COUNTS } from './schema.js';
import { type SqliteConnection } from './sqlite-connection.js';

/** As long as what passed counts along (modules/guard). */
const OLD_AFTER_S = 300n;

export interface NeedTarget {
  readonly folder: number;
  readonly device: number;
  readonly tallies: FolderTallies;
}

interface Need {
  readonly item: DeviceItem;
  readonly threat: Threat | undefined;
  /** As the column says. */
  readonly content: Uint8Array | null;
  readonly localBytes: number | null;
  /** Of content that was there for some minutes only: what changes all the time. */
  readonly isYoung: boolean;
}

export class NeedRows {
  constructor(private readonly db: SqliteConnection) {}

  settle(target: NeedTarget, key: Uint8Array, before: Standing, after: Standing): void {
    const { folder } = target;
    const was = needOf(before);
    const is = needOf(after);
    if (target.device === LOCAL) this.contentGoes(target, key, before.local, after.local);
    if (was !== undefined && is !== undefined && isSame(was, is)) return;
    if (was !== undefined) this.leave(target, key, was, after, is);
    if (is !== undefined) this.write(target, key, is);
    else if (was !== undefined) {
      this.db.statement('DELETE FROM needs WHERE folder = ? AND name = ?').run(folder, key);
    }
  }

  /** The row anew, from what all devices say. */
  renew(target: NeedTarget, key: Uint8Array, standing: Standing): void {
    const need = needOf(standing);
    if (need !== undefined) this.write(target, key, need);
    else {
      this.db
        .statement('UPDATE needs SET threat = NULL WHERE folder = ? AND name = ?')
        .run(target.folder, key);
    }
  }

  private write({ folder, tallies }: NeedTarget, key: Uint8Array, need: Need): void {
    let [number, by]: [number | null, string | null] = [null, null];
    if (need.threat !== undefined) {
      number = nextNumber(tallies);
      by = shortIdText(decodeModifiedBy(need.item.raw.info));
    }
    this.db
      .statement(
        `INSERT OR REPLACE INTO needs(folder, name, size, modified, chance,
           threat, threat_no, threat_by, content, local_bytes)
         VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[folder, key, ...needColumns(need.item.file, key)],
        ...[need.threat ?? null, number, by, need.content, need.localBytes],
      );
  }

  private leave(
    { folder, device, tallies }: NeedTarget,
    key: Uint8Array,
    was: Need,
    after: Standing,
    is: Need | undefined,
  ): void {
    if (was.threat === Threat.delete || was.threat === Threat.replace) {
      if (device === LOCAL && is === undefined) this.countApplied(folder, tallies, key, was);
      return;
    }
    if (was.threat !== undefined || was.content === null) return;
    const isStillComing = is?.threat === undefined && isSameBytes(is?.content, was.content);
    if (isStillComing || isHere(after.local, was.content)) return;
    this.judgeAnew(folder, tallies, was.content);
  }

  /** It may have been all there was of what was taken for moved. */
  private contentGoes(
    { folder, tallies }: NeedTarget,
    key: Uint8Array,
    before: DeviceItem | undefined,
    after: DeviceItem | undefined,
  ): void {
    if (before === undefined || !isReadable(LOCAL, before.file)) return;
    const content = hashOf(before);
    if (content === null || isHere(after, content)) return;
    if (this.threatAt(folder, key) === Threat.moved) return;
    this.judgeAnew(folder, tallies, content);
  }

  /** What was to come, or was here, is not: deletes that were taken for moves are none, and nobody has judged them. */
  private judgeAnew(folder: number, tallies: FolderTallies, content: Uint8Array): void {
    const moved = this.db
      .statement(
        `SELECT 1 FROM needs WHERE folder = ? AND threat = ${Threat.moved} AND content = ? LIMIT 1`,
      )
      .get(folder, content);
    if (moved === undefined) return;
    const number = nextNumber(tallies);
    this.db
      .statement(
        `UPDATE needs SET threat = ${Threat.delete}, threat_no = ?
         WHERE folder = ? AND threat = ${Threat.moved} AND content = ?`,
      )
      .run(number, folder, content);
  }

  private countApplied(folder: number, tallies: FolderTallies, key: Uint8Array, was: Need): void {
    if (was.isYoung || this.threatAt(folder, key) === Threat.moved) return;
    tallies.add(THREAT_COUNTS, was.item.file);
  }

  /** As the row says: that it is a move shows nowhere else. */
  private threatAt(folder: number, key: Uint8Array): Threat | undefined {
    const row = this.db
      .statement('SELECT threat FROM needs WHERE folder = ? AND name = ?')
      .get(folder, key);
    return (row?.[0] ?? undefined) as Threat | undefined;
  }
}

function nextNumber(tallies: FolderTallies): number {
  const number = tallies.sequenceOf(THREAT_COUNTS) + 1;
  tallies.setSequence(THREAT_COUNTS, number);
  return number;
}

function needOf({ needed, local }: Standing): Need | undefined {
  if (needed === undefined) return undefined;
  const isSameContent = isSameBytes(local?.raw.blocksHash, needed.raw.blocksHash);
  const threat = threatOf(local?.file, needed.file, isSameContent);
  if (threat === undefined) {
    const isFile = needed.file.type === 'file' && !needed.file.deleted;
    const content = hashOf(isFile ? needed : undefined);
    return { item: needed, threat, content, localBytes: null, isYoung: false };
  }
  const localFile = local?.file.type === 'file' ? local : undefined;
  const localBytes = localFile?.file.size ?? 0;
  const ageS =
    local === undefined ? 0n : lastChangeS(needed.file.version) - lastChangeS(local.file.version);
  const content = hashOf(localFile);
  return { item: needed, threat, content, localBytes, isYoung: ageS < OLD_AFTER_S };
}

/** Nothing has changed that needs are sorted or judged by. */
function isSame(before: Need, after: Need): boolean {
  if (before.threat !== after.threat || !isSameBytes(before.content, after.content)) return false;
  if (!isSortedAlike(before.item.file, after.item.file)) return false;
  if (after.threat === undefined) return true;
  return compareVectors(before.item.file.version, after.item.file.version) === 'equal';
}

function isSortedAlike(before: ItemFacts, after: ItemFacts): boolean {
  return (
    before.type === after.type &&
    before.deleted === after.deleted &&
    before.size === after.size &&
    before.modifiedS === after.modifiedS &&
    before.modifiedNs === after.modifiedNs
  );
}

function hashOf(item: DeviceItem | undefined): Uint8Array | null {
  return item === undefined || item.raw.blocksHash.length === 0 ? null : item.raw.blocksHash;
}

function isHere(local: DeviceItem | undefined, content: Uint8Array): boolean {
  if (local === undefined || !isReadable(LOCAL, local.file)) return false;
  return isSameBytes(local.raw.blocksHash, content);
}

function isSameBytes(a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean {
  if (!a || !b) return !a === !b;
  return Buffer.compare(a, b) === 0;
}
