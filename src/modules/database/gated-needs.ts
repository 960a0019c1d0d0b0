/** Names of needs that a gate lets through (domain/guard-threat.ts). */
import { type NeedGate, Threat } from '../../domain/guard-threat.js';
import { type SqliteConnection, type SqlRow, type SqlValue } from './sqlite-connection.js';
import { UnthreatenedContent } from './unthreatened-content.js';

/** Moves are looked at one by one then. */
const MAY_PASS = `(threat IS NULL OR threat = ${Threat.moved} OR
  (threat_no <= ? AND
    threat_no <= coalesce((SELECT value FROM json_each(?) WHERE key = threat_by), threat_no)))`;

/** For one uninterrupted look at the database. */
export class GatedNeeds {
  private readonly content: UnthreatenedContent;
  private readonly values: readonly SqlValue[];

  constructor(
    private readonly db: SqliteConnection,
    private readonly folder: number,
    private readonly gate: NeedGate,
  ) {
    this.content = new UnthreatenedContent(db, folder);
    this.values = [gate.upTo, JSON.stringify(gate.held)];
  }

  /** In tree order. */
  *after(key: Uint8Array, limit: number): Generator<Uint8Array> {
    const statement = this.db.statement(
      `SELECT name, threat, content FROM needs WHERE folder = ? AND name > ? AND ${MAY_PASS}
       ORDER BY name LIMIT ?`,
    );
    let last = key;
    for (let left = limit; left > 0;) {
      const rows = statement.all(this.folder, last, ...this.values, limit);
      for (const row of rows) {
        if (left === 0) return;
        last = row[0] as Uint8Array;
        if (!this.passes(row)) continue;
        left -= 1;
        yield last;
      }
      if (rows.length < limit) return;
    }
  }

  mayPass(key: Uint8Array): boolean {
    const row = this.db
      .statement(
        `SELECT name, threat, content FROM needs WHERE folder = ? AND name = ? AND ${MAY_PASS}`,
      )
      .get(this.folder, key, ...this.values);
    return row !== undefined && this.passes(row);
  }

  /** What was moved goes once its content is here under a name that is not threatened itself. */
  private passes([, threat, content]: SqlRow): boolean {
    if (threat !== Threat.moved || this.gate.isMoving === true) return true;
    return this.content.filesWith(content as Uint8Array).length > 0;
  }
}
