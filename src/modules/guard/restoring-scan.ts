/**
 * The scan that brings back what is gone or replaced here, after a person rejected that: the entries lose their version,
 * so that the next pass over the needs brings what the cluster has. What was put in the place of a file stays beside it
 * under a conflict name, before anything else has the name.
 */
import { shortIdText } from '../../domain/device-id.js';
import { conflictNameFor } from '../../domain/file-name.js';
import { deletedFrom, isInvalid, isSettled } from '../../domain/file-info-rules.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { EMPTY_VECTOR } from '../../domain/version-vector.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type ScanFinding } from '../scanner/scanner.service.js';

const MS_PER_S = 1_000;
const NAME_TRIES_MAX = 60;

/** Who we are in the index. */
export interface RestoreContext {
  readonly shortId: bigint;
  readonly replicaId: bigint;
}

export interface RestoreParts {
  readonly folder: string;
  readonly fs: FolderFs;
  readonly database: Pick<IndexDatabase, 'locals' | 'globals' | 'updateLocal'>;
  readonly identity: RestoreContext;
  readonly nowMs: number;
  /** What differs is not a user's: it makes way. */
  readonly isExchanged: boolean;
  readonly onRecorded: (items: number, sequence: number) => void;
}

export class RestoringScan {
  restored = 0;
  /** Files that no other device has announced: nothing brings them back. */
  nowhere = 0;

  constructor(private readonly parts: RestoreParts) {}

  /** What of the findings is recorded as always. */
  async take(batch: readonly ScanFinding[]): Promise<readonly ScanFinding[]> {
    const { folder, database, isExchanged } = this.parts;
    const names = batch.flatMap((finding) =>
      finding.kind === 'gone'
        ? [finding.name]
        : finding.kind === 'changed'
          ? [finding.item.name]
          : [],
    );
    if (names.length === 0) return batch;
    const rows = await database.locals(folder, names);
    const rowOf = new Map(names.map((name, at) => [name, rows[at]]));
    const lost: LocalFileInfo[] = [];
    const passed: ScanFinding[] = [];
    for (const finding of batch) {
      const row = rowOf.get(nameOf(finding));
      if (row === undefined || row.deleted || isInvalid(row)) passed.push(finding);
      else if (finding.kind === 'gone') lost.push(row);
      else if (isExchanged && isOther(finding, row)) {
        await this.moveAside(row.name);
        lost.push(row);
      } else passed.push(finding);
    }
    await this.giveUp(lost);
    return passed;
  }

  private async giveUp(rows: readonly LocalFileInfo[]): Promise<void> {
    if (rows.length === 0) return;
    const { folder, database, identity, nowMs, onRecorded } = this.parts;
    const nowS = Math.floor(nowMs / MS_PER_S);
    const deletion = { modifiedBy: identity.shortId, replicaId: identity.replicaId, nowS };
    const files = rows.map((row) => ({
      ...deletedFrom(row, deletion),
      ...{ version: EMPTY_VECTOR, symlinkTarget: '', diskModifiedS: nowS, diskModifiedNs: 0 },
    }));
    const { sequence } = await database.updateLocal(folder, files);
    const names = rows.map(({ name }) => name);
    const globals = await database.globals(folder, names);
    rows.forEach(({ type }, at) => {
      if (type !== 'file') return;
      const global = globals[at];
      if (isSettled(global) && !global.deleted) this.restored += 1;
      else this.nowhere += 1;
    });
    onRecorded(files.length, sequence);
  }

  /** In one step: whatever has the name at that moment goes along. */
  private async moveAside(name: string): Promise<void> {
    const { fs, identity, nowMs } = this.parts;
    for (let tries = 0; tries < NAME_TRIES_MAX; tries += 1) {
      const atMs = nowMs + tries * MS_PER_S;
      const copy = conflictNameFor(name, atMs, shortIdText(identity.shortId));
      if ((await fs.stat(copy)) !== undefined) continue;
      await fs.rename(name, copy);
      return;
    }
  }
}

function nameOf(finding: ScanFinding): string {
  if (finding.kind === 'changed') return finding.item.name;
  return finding.kind === 'problem' ? '' : finding.name;
}

/** A file with other content than the index says. */
function isOther(finding: ScanFinding, row: LocalFileInfo): boolean {
  if (finding.kind !== 'changed' || finding.item.type !== 'file' || row.type !== 'file')
    return false;
  const { blockHashes } = finding.item;
  return blockHashes !== undefined && Buffer.compare(blockHashes, row.blockHashes) !== 0;
}
