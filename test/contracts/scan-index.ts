/** Scans a folder and keeps what it found as an index does, so that the next scan has something to compare with. */
import { LocalFlag, type LocalSummary } from '../../src/domain/file-info.js';
import { type IgnorePattern } from '../../src/domain/ignore/patterns.js';
import { compareTreeOrder, isBelow } from '../../src/domain/tree-order.js';
import {
  type ScanFinding,
  type ScannedItem,
  type ScannerService,
} from '../../src/modules/scanner/scanner.service.js';
import { type FolderFs } from '../../src/platform/folder-fs.js';

const ROWS_AT_ONCE = 3;

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

  private readonly page = (tree: string, after: string | undefined): Promise<LocalSummary[]> => {
    const rows = [...this.rows.values()]
      .filter(({ name }) => isBelow(name, tree))
      .filter(({ name }) => after === undefined || compareTreeOrder(name, after) > 0)
      .sort((a, b) => compareTreeOrder(a.name, b.name));
    return Promise.resolve(rows.slice(0, ROWS_AT_ONCE));
  };

  private record(finding: ScanFinding): void {
    if (finding.kind === 'changed') this.rows.set(finding.item.name, rowOf(finding.item));
    if (finding.kind === 'gone') this.amend(finding.name, { deleted: true, localFlags: 0 });
    if (finding.kind === 'ignored') this.amend(finding.name, { localFlags: LocalFlag.ignored });
  }
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
