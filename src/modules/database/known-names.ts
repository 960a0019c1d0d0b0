/** The small integers that stand for folders and devices in rows, kept in memory once looked up. */
import { type SqliteConnection } from './sqlite-connection.js';

export class KnownNames {
  private readonly folders = new Map<string, number>();
  private readonly devices = new Map<string, number>();
  private readonly deviceNames = new Map<number, string>();

  constructor(private readonly db: SqliteConnection) {}

  folder(name: string): number | undefined {
    let id = this.folders.get(name);
    if (id === undefined) {
      const row = this.db.statement('SELECT id FROM folders WHERE name = ?').get(name);
      id = row?.[0] as number | undefined;
      if (id !== undefined) this.folders.set(name, id);
    }
    return id;
  }

  forgetFolder(name: string): void {
    this.folders.delete(name);
  }

  device(name: string): number | undefined {
    let id = this.devices.get(name);
    if (id === undefined) {
      const row = this.db.statement('SELECT id FROM devices WHERE name = ?').get(name);
      id = row?.[0] as number | undefined;
      if (id !== undefined) this.remember(id, name);
    }
    return id;
  }

  /** Not within a transaction: a number taken back would stay known. */
  addDevice(name: string): number {
    const known = this.device(name);
    if (known !== undefined) return known;
    this.db.statement('INSERT INTO devices(name) VALUES(?)').run(name);
    return this.device(name) as number;
  }

  /** '' for our own number. */
  deviceName(id: number): string {
    if (id <= 0) return '';
    let name = this.deviceNames.get(id);
    if (name === undefined) {
      const row = this.db.statement('SELECT name FROM devices WHERE id = ?').get(id);
      name = (row?.[0] ?? '') as string;
      this.remember(id, name);
    }
    return name;
  }

  private remember(id: number, name: string): void {
    this.devices.set(name, id);
    this.deviceNames.set(id, name);
  }
}
