/** Index IDs: unsigned 64-bit, stored as 8 bytes. 0 stands for unknown. */
import { type SqliteConnection } from './sqlite-connection.js';

export function indexIdOf(db: SqliteConnection, folder: number, device: number): bigint {
  const row = db
    .statement('SELECT index_id FROM indexes WHERE folder = ? AND device = ?')
    .get(folder, device);
  const bytes = row?.[0] as Uint8Array | null | undefined;
  return bytes ? Buffer.from(bytes).readBigUInt64BE() : 0n;
}

export function writeIndexId(
  db: SqliteConnection,
  folder: number,
  device: number,
  indexId: bigint,
): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(indexId);
  db.statement(
    `INSERT INTO indexes(folder, device, index_id) VALUES(?, ?, ?)
     ON CONFLICT(folder, device) DO UPDATE SET index_id = excluded.index_id`,
  ).run(folder, device, bytes);
}
