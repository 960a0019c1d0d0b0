/**
 * Files of ours that nothing threatens, by their content. Many files may have one content, as empty ones do: those are
 * walked through once for all that ask, and not once for each. Good for one uninterrupted look at the database.
 */
import { WITH_BLOCKS_1 } from './schema.js';
import { type SqliteConnection } from './sqlite-connection.js';

/** Told of one content. */
const FILES_MAX = 16;
/** Contents remembered; then all is looked for anew. */
const CONTENTS_MAX = 1_000;

export class UnthreatenedContent {
  private readonly found = new Map<string, readonly Uint8Array[]>();

  constructor(
    private readonly db: SqliteConnection,
    private readonly folder: number,
  ) {}

  /** Of some of the files what the index says about them (item-encoding.ts). */
  filesWith(content: Uint8Array): readonly Uint8Array[] {
    const key = Buffer.from(content).toString('base64');
    const known = this.found.get(key);
    if (known !== undefined) return known;
    if (this.found.size >= CONTENTS_MAX) this.found.clear();
    const infos = this.db
      .statement(
        `SELECT info FROM items here
         WHERE ${WITH_BLOCKS_1} AND folder = ?2
           AND NOT EXISTS (SELECT 1 FROM needs too
             WHERE too.folder = ?2 AND too.name = here.name AND too.threat IS NOT NULL)
         LIMIT ${FILES_MAX}`,
      )
      .all(content, this.folder)
      .map(([info]) => info as Uint8Array);
    this.found.set(key, infos);
    return infos;
  }
}
