/** Scans a folder and keeps what it found as an index does, so that the next scan has something to compare with. */
import { type LocalFileInfo, LocalFlag, type LocalSummary } from '../../src/domain/file-info.js';
import { type IgnorePattern } from '../../src/domain/ignore/patterns.js';
import { compareTreeOrder, isBelow } from '../../src/domain/tree-order.js';
import { ItemEncoder, nameOfKey } from '../../src/modules/database/item-encoding.js';
import { type SummaryPage } from '../../src/modules/database/summary-page.js';
import {
  type ScanFinding,
  type ScannedItem,
  type ScannerService,
} from '../../src/modules/scanner/scanner.service.js';
import { type FolderFs } from '../../src/platform/folder-fs.js';

const ROWS_AT_ONCE = 3;
const NO_BYTES = new Uint8Array(0);

export class ScanIndex {
  readonly rows = new Map<string, LocalSummary>();
  ignorePerms = false;
  autoNormalize = true;
  ignores: readonly IgnorePattern[] = [];

  constructor(
    private readonly scanner: ScannerService,
    private readonly fs: FolderFs,
  ) {}

  /** The findings in plain words: `changed file a/b`, `gone a`, `problem refused caf\xe9`. */
  async scan(
    names: readonly string[] = [''],
    signal = new AbortController().signal,
  ): Promise<string[]> {
    return (await this.findings(names, signal)).map(describeFinding);
  }

  async findings(
    names: readonly string[] = [''],
    signal = new AbortController().signal,
  ): Promise<ScanFinding[]> {
    const found: ScanFinding[] = [];
    const { fs, ignorePerms, autoNormalize, ignores } = this;
    const options = { ignorePerms, autoNormalize, ignores };
    const request = { fs, names, ...options, current: this.page, signal };
    for await (const batch of this.scanner.scan(request)) {
      found.push(...batch);
      for (const finding of batch) this.record(finding);
    }
    return found;
  }

  /** Changes what the index says of one item. */
  amend(name: string, other: Partial<LocalSummary>): void {
    const row = this.rows.get(name);
    if (row !== undefined) this.rows.set(name, { ...row, ...other });
  }

  private readonly page = (tree: string, after: Uint8Array | undefined): Promise<SummaryPage> => {
    const from = after === undefined ? undefined : nameOfKey(after);
    const rows = [...this.rows.values()]
      .filter(({ name }) => isBelow(name, tree))
      .filter(({ name }) => from === undefined || compareTreeOrder(name, from) > 0)
      .sort((a, b) => compareTreeOrder(a.name, b.name));
    return Promise.resolve(pageOf(rows, ROWS_AT_ONCE));
  };

  private record(finding: ScanFinding): void {
    if (finding.kind === 'changed') this.rows.set(finding.item.name, rowOf(finding.item));
    if (finding.kind === 'gone') this.amend(finding.name, { deleted: true, localFlags: 0 });
    if (finding.kind === 'ignored') this.amend(finding.name, { localFlags: LocalFlag.ignored });
  }
}

/** As an index database gives it. */
export function pageOf(rows: readonly LocalSummary[], limit: number): SummaryPage {
  const encoder = new ItemEncoder();
  const parts = rows.slice(0, limit).flatMap((row) => {
    const { key, info } = encoder.encode(storedOf(row));
    return [key, info];
  });
  const page = {
    bytes: new Uint8Array(Buffer.concat(parts)),
    lengths: parts.map(({ length }) => length).join(' '),
  };
  return parts.length < 2 * limit ? page : { ...page, last: parts.at(-2) };
}

function storedOf(row: LocalSummary): LocalFileInfo {
  return {
    ...row,
    modifiedS: row.diskModifiedS,
    modifiedNs: row.diskModifiedNs,
    modifiedBy: 0n,
    version: [],
    sequence: 0,
    invalid: false,
    blockHashes: NO_BYTES,
    blocksHash: NO_BYTES,
    platform: row.platform ?? null,
  };
}

function rowOf(item: ScannedItem): LocalSummary {
  return {
    name: item.name,
    type: item.type,
    size: item.size,
    diskModifiedS: item.modifiedS,
    diskModifiedNs: item.modifiedNs,
    permissions: item.permissions,
    noPermissions: item.type === 'symlink',
    deleted: false,
    localFlags: 0,
    blockSize: item.blockSize,
    symlinkTarget: item.symlinkTarget,
  };
}

function describeFinding(finding: ScanFinding): string {
  if (finding.kind === 'gone') return `gone ${finding.name}`;
  if (finding.kind === 'ignored') return `ignored ${finding.name}`;
  if (finding.kind === 'problem') return `problem ${finding.problem.code} ${finding.problem.name}`;
  const { type, name, blockHashes } = finding.item;
  const detail = blockHashes === undefined ? ' permissions' : '';
  return `changed ${type}${detail} ${name}`;
}
