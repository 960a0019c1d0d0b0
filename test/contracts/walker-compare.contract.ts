/** How every Walker compares a folder with the index: what it tells, and that one side may be far longer than the other. */
import { type LocalSummary } from '../../src/domain/file-info.js';
import { compareTreeOrder } from '../../src/domain/tree-order.js';
import { NO_SUMMARIES } from '../../src/modules/database/summary-page.js';
import { type Difference } from '../../src/modules/scanner/difference.js';
import { type RowPage } from '../../src/modules/scanner/row-pages.js';
import { type ScanRules } from '../../src/modules/scanner/scan-finding.js';
import { type RowSource, type Walker } from '../../src/modules/scanner/walker.js';
import { patternsOf } from '../support/ignoring.js';
import { put } from './folder-fs-fixture.js';
import { pageOf } from './scan-index.js';
import { type ScannedFolder } from './scanner-fixture.js';

const never = new AbortController().signal;
const RULES: ScanRules = { ignorePerms: false, ignores: [], autoNormalize: true };
const KIB128 = 128 * 1024;
const NFD = 'cafe\u0301';
const NFC = 'caf\u00e9';

export function describeWalkerComparing(
  title: string,
  makeWalker: () => Walker,
  makeFolder: () => Promise<ScannedFolder>,
): void {
  describe(`${title} comparing`, () => {
    let walker: Walker;
    let folder: ScannedFolder;

    beforeEach(async () => {
      walker = makeWalker();
      folder = await makeFolder();
    });

    afterEach(async () => {
      await walker.close();
      await folder.cleanUp();
    });

    /** The row of a file as it lies on disk, or of one that does not. */
    async function rowOf(name: string, other: Partial<LocalSummary> = {}): Promise<LocalSummary> {
      const stat = await folder.fs.stat(name);
      return {
        name,
        type: stat?.type === 'directory' ? 'directory' : 'file',
        size: stat?.type === 'file' ? stat.size : 0,
        diskModifiedS: stat?.modifiedS ?? 0,
        diskModifiedNs: stat?.modifiedNs ?? 0,
        permissions: stat?.permissions ?? 0o644,
        noPermissions: false,
        deleted: false,
        localFlags: 0,
        blockSize: KIB128,
        symlinkTarget: '',
        ...other,
      };
    }

    async function compare(
      rows: readonly LocalSummary[],
      rules: Partial<ScanRules> = {},
      rowsAtOnce = 3,
    ): Promise<string[]> {
      const source = pagesOf(rows, rowsAtOnce);
      const found: Difference[] = [];
      const batches = walker.compare(folder.fs, [''], source, { ...RULES, ...rules }, never);
      for await (const batch of batches) found.push(...batch);
      return found.map(textOf);
    }

    async function makeFiles(...names: string[]): Promise<LocalSummary[]> {
      for (const name of names) await put(folder.fs, name, name);
      return Promise.all(names.map((name) => rowOf(name)));
    }

    it('tells nothing where nothing differs, and everything of an empty index', async () => {
      const rows = await makeFiles('a', 'b', 'c', 'd', 'e');
      expect(await compare(rows)).toEqual([]);
      expect(await compare([])).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => `hash ${name} 0`));
    });

    it('tells what is other than recorded, with its block size, and what is gone', async () => {
      const [a, b, c] = await makeFiles('a', 'b', 'c');
      const rows = [
        { ...a, size: 99, blockSize: 2 * KIB128 },
        await rowOf('az'),
        { ...b, permissions: 0o600 },
        c,
        await rowOf('z'),
      ];
      expect(await compare(rows)).toEqual([
        `hash a ${2 * KIB128}`,
        'gone az',
        `metadata b ${KIB128}`,
        'gone z',
      ]);
      expect(await compare(rows, { ignorePerms: true })).not.toContain(`metadata b ${KIB128}`);
    });

    it('knows the patterns on both sides', async () => {
      const rows = [...(await makeFiles('kept', 'x')), await rowOf('xx')];
      const ignores = await patternsOf('x*');
      expect(await compare(rows, { ignores })).toEqual(['ignored x', 'ignored xx']);
    });

    it('tells of a name in another form and leaves its entry alone; where it is not to be renamed it is a problem', async () => {
      await folder.fs.makeDirectory(NFD, 0o755);
      await put(folder.fs, `${NFD}/x`);
      const rows = [await rowOf(NFC), await rowOf(`${NFC}/y`), ...(await makeFiles('z'))];
      rows.sort((one, other) => compareTreeOrder(one.name, other.name));
      expect(await compare(rows)).toEqual([`otherForm ${NFD}`]);
      expect(await compare(rows, { autoNormalize: false })).toEqual([`problem refused ${NFD}`]);
    });

    it('goes through many rows for few files, and many files for few rows', async () => {
      const many = Array.from({ length: 300 }, (_, i) => `m${1000 + i}`);
      const gone = await Promise.all(many.map((name) => rowOf(name)));
      const last = await makeFiles('z');
      expect(await compare([...gone, ...last], {}, 7)).toEqual(many.map((name) => `gone ${name}`));
      for (const name of many) await folder.fs.makeSymlink('t', name);
      expect(await compare(last)).toEqual(many.map((name) => `metadata ${name} 0`));
    });

    it('fails when the rows do, and when the root is another', async () => {
      await makeFiles('a');
      const broken = { next: () => Promise.reject(new Error('the index is broken')) };
      const reading = walker.compare(folder.fs, [''], broken, RULES, never);
      await expect(reading[Symbol.asyncIterator]().next()).rejects.toThrow('the index is broken');
      await folder.replaceRoot();
      await expect(compare([])).rejects.toMatchObject({ code: 'missing' });
    });
  });
}

function pagesOf(rows: readonly LocalSummary[], rowsAtOnce: number): RowSource {
  let at = 0;
  return {
    next: (): Promise<RowPage> => {
      const page = pageOf(rows.slice(at), rowsAtOnce);
      at += rowsAtOnce;
      const isLast = page.lengths === '';
      return Promise.resolve({ page: isLast ? NO_SUMMARIES : page, isLast });
    },
  };
}

function textOf(difference: Difference): string {
  const { kind } = difference;
  if (kind === 'problem') return `${kind} ${difference.problem.code} ${difference.problem.name}`;
  if ('name' in difference) return `${kind} ${difference.name}`;
  return `${kind} ${difference.item.name} ${difference.blockSize}`;
}
