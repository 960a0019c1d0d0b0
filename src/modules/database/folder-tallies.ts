/**
 * The counts of one folder: of every device's items, of the global versions, of what we need. Changed item by item
 * within the transaction that changes the items, and written once at its end.
 */
import { isInvalid, isReceiveOnlyChange } from '../../domain/file-info-rules.js';
import { type FolderCounts } from './index-database.js';
import { type ItemFacts } from './item-encoding.js';
import { LOCAL, RECEIVE_ONLY_COUNTS, THREAT_COUNTS } from './schema.js';
import { type SqliteConnection, type SqlRow } from './sqlite-connection.js';

interface Tally {
  sequence: number;
  /** Rows of the device, invalid ones too. */
  items: number;
  files: number;
  directories: number;
  symlinks: number;
  deleted: number;
  bytes: number;
}

const COLUMNS = 'sequence, items, files, directories, symlinks, deleted, bytes';

export class FolderTallies {
  private readonly tallies = new Map<number, Tally>();
  private readonly changed = new Set<number>();

  constructor(
    private readonly db: SqliteConnection,
    private readonly folder: number,
  ) {
    const rows = db
      .statement(`SELECT device, ${COLUMNS} FROM indexes WHERE folder = ?`)
      .all(folder);
    for (const [device, ...columns] of rows) {
      this.tallies.set(device as number, tallyFrom(columns));
    }
  }

  countsOf(device: number): FolderCounts {
    const { items: _items, ...counts } = this.of(device);
    return counts;
  }

  itemsOf(device: number): number {
    return this.of(device).items;
  }

  sequenceOf(device: number): number {
    return this.of(device).sequence;
  }

  /** No device above it has rows. */
  get deviceMax(): number {
    let highest = -1;
    for (const [device, tally] of this.tallies) {
      if (tally.items > 0 && device > highest) highest = device;
    }
    return highest;
  }

  /** The highest of any device. */
  get sequenceMax(): number {
    const ofDevices = [...this.tallies].filter(([device]) => device !== THREAT_COUNTS);
    return Math.max(0, ...ofDevices.map(([, tally]) => tally.sequence));
  }

  setSequence(device: number, sequence: number): void {
    this.touch(device).sequence = sequence;
  }

  /** Invalid items are rows that count as nothing, but for what a receive-only folder keeps to itself. */
  add(device: number, file: ItemFacts): void {
    this.count(device, file, 1);
  }

  subtract(device: number, file: ItemFacts): void {
    this.count(device, file, -1);
  }

  save(): void {
    const statement = this.db.statement(
      `INSERT INTO indexes(folder, device, ${COLUMNS}) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT(folder, device) DO UPDATE SET sequence = excluded.sequence,
         items = excluded.items, files = excluded.files, directories = excluded.directories,
         symlinks = excluded.symlinks, deleted = excluded.deleted, bytes = excluded.bytes`,
    );
    for (const device of this.changed) {
      const t = this.of(device);
      statement.run(
        ...[this.folder, device, t.sequence, t.items],
        ...[t.files, t.directories, t.symlinks, t.deleted, t.bytes],
      );
    }
    this.changed.clear();
  }

  private count(device: number, file: ItemFacts, by: 1 | -1): void {
    this.touch(device).items += by;
    const isKept = device === LOCAL && isReceiveOnlyChange(file);
    if (isInvalid(file) && !isKept) return;
    const tally = this.touch(isKept ? RECEIVE_ONLY_COUNTS : device);
    if (file.deleted) tally.deleted += by;
    else if (file.type === 'directory') tally.directories += by;
    else if (file.type === 'symlink') tally.symlinks += by;
    else {
      tally.files += by;
      tally.bytes += by * file.size;
    }
  }

  private touch(device: number): Tally {
    const tally = this.of(device);
    this.tallies.set(device, tally);
    this.changed.add(device);
    return tally;
  }

  private of(device: number): Tally {
    return this.tallies.get(device) ?? tallyFrom([]);
  }
}

function tallyFrom(columns: SqlRow): Tally {
  const numbers = columns as number[];
  return {
    sequence: numbers[0] ?? 0,
    items: numbers[1] ?? 0,
    files: numbers[2] ?? 0,
    directories: numbers[3] ?? 0,
    symlinks: numbers[4] ?? 0,
    deleted: numbers[5] ?? 0,
    bytes: numbers[6] ?? 0,
  };
}
