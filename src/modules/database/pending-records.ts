/** Devices and folders that asked to be let in, and small facts by key. Bounded: strangers choose what stands here. */
import { type PendingDevice, type PendingFolder } from './index-database.js';
import { type SqliteConnection } from './sqlite-connection.js';

/** The ones seen longest ago go first. */
const PENDING_DEVICES_MAX = 1_000;
const PENDING_FOLDERS_MAX = 1_000;

export class PendingRecords {
  constructor(private readonly db: SqliteConnection) {}

  devices(): PendingDevice[] {
    return this.db
      .statement('SELECT device, name, address, seen_ms FROM pending_devices ORDER BY device')
      .all()
      .map((row) => {
        const [device, name, address, seenMs] = row as [string, string, string, number];
        return { device, name, address, seenMs };
      });
  }

  addDevice({ device, name, address, seenMs }: PendingDevice): boolean {
    return this.db.transaction(() => {
      const known = this.db.statement('SELECT 1 FROM pending_devices WHERE device = ?').get(device);
      this.db
        .statement('INSERT OR REPLACE INTO pending_devices VALUES(?, ?, ?, ?)')
        .run(device, name, address, seenMs);
      this.db
        .statement(
          `DELETE FROM pending_devices WHERE device IN (SELECT device FROM pending_devices
           ORDER BY seen_ms DESC LIMIT -1 OFFSET ${PENDING_DEVICES_MAX})`,
        )
        .run();
      return known === undefined;
    });
  }

  removeDevice(device: string): void {
    this.db.statement('DELETE FROM pending_devices WHERE device = ?').run(device);
  }

  folders(): PendingFolder[] {
    return this.db
      .statement(
        'SELECT folder, device, label, seen_ms FROM pending_folders ORDER BY folder, device',
      )
      .all()
      .map((row) => {
        const [folder, device, label, seenMs] = row as [string, string, string, number];
        return { folder, device, label, seenMs };
      });
  }

  addFolder({ folder, device, label, seenMs }: PendingFolder): boolean {
    return this.db.transaction(() => {
      const known = this.db
        .statement('SELECT 1 FROM pending_folders WHERE folder = ? AND device = ?')
        .get(folder, device);
      this.db
        .statement('INSERT OR REPLACE INTO pending_folders VALUES(?, ?, ?, ?)')
        .run(folder, device, label, seenMs);
      this.db
        .statement(
          `DELETE FROM pending_folders WHERE (folder, device) IN (SELECT folder, device
           FROM pending_folders ORDER BY seen_ms DESC LIMIT -1 OFFSET ${PENDING_FOLDERS_MAX})`,
        )
        .run();
      return known === undefined;
    });
  }

  removeFolder(folder: string, device: string): void {
    this.db
      .statement('DELETE FROM pending_folders WHERE folder = ? AND device = ?')
      .run(folder, device);
  }

  fact(key: string): string | undefined {
    return this.db.statement('SELECT value FROM facts WHERE key = ?').get(key)?.[0] as
      string | undefined;
  }

  /** All or none. */
  setFacts(facts: Readonly<Record<string, string>>): void {
    const statement = this.db.statement('INSERT OR REPLACE INTO facts VALUES(?, ?)');
    this.db.transaction(() => {
      for (const [key, value] of Object.entries(facts)) statement.run(key, value);
    });
  }
}
