/** Scans of whole folders, as a running node does them and as a deterministic kit does. */
import { createHash } from 'node:crypto';
import { codeOf, put, textOf } from '../../../test/contracts/folder-fs-fixture.js';
import { ScanIndex } from '../../../test/contracts/scan-index.js';
import {
  folderInMemory,
  folderOnDisk,
  type ScannedFolder,
} from '../../../test/contracts/scanner-fixture.js';
import { LocalFlag } from '../../domain/file-info.js';
import { SystemClock } from '../../platform/clock.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { NO_SUMMARIES } from '../database/summary-page.js';
import { Hasher, type HashedFile } from './hasher.js';
import { InThreadHasher } from './in-thread-hasher.js';
import { InThreadWalker } from './in-thread-walker.js';
import { ScannerService } from './scanner.service.js';
import { ThreadHasher } from './thread-hasher.js';
import { ThreadWalker } from './thread-walker.js';
import { type Walker } from './walker.js';

const NFD = 'cafe\u0301';
const NFC = 'caf\u00e9';

/** Does something to a file before it is hashed, as a user at work. */
class MeddlingHasher extends Hasher {
  before: (name: string) => Promise<void> = () => Promise.resolve();

  constructor(private readonly inner: Hasher) {
    super();
  }

  override async hashFile(...call: Parameters<Hasher['hashFile']>): Promise<HashedFile> {
    await this.before(call[1]);
    return this.inner.hashFile(...call);
  }

  override sha256(data: Uint8Array): Promise<Uint8Array> {
    return this.inner.sha256(data);
  }

  override close(): Promise<void> {
    return this.inner.close();
  }
}

const kits: [string, () => Walker, () => Hasher, () => Promise<ScannedFolder>][] = [
  ['threads on disk', () => new ThreadWalker(), () => new ThreadHasher(), folderOnDisk],
  ['in memory', () => new InThreadWalker(), () => new InThreadHasher(), folderInMemory],
];

describe.each(kits)('a scan (%s)', (_title, makeWalker, makeHasher, makeFolder) => {
  let walker: Walker;
  let hasher: MeddlingHasher;
  let folder: ScannedFolder;
  let fs: FolderFs;
  let scanner: ScannerService;
  let index: ScanIndex;

  beforeEach(async () => {
    walker = makeWalker();
    hasher = new MeddlingHasher(makeHasher());
    folder = await makeFolder();
    fs = folder.fs;
    scanner = new ScannerService(walker, hasher, new SystemClock());
    index = new ScanIndex(scanner, fs);
  });

  afterEach(async () => {
    await walker.close();
    await hasher.close();
    await folder.cleanUp();
  });

  async function rewrite(name: string, text: string, modifiedS?: number): Promise<void> {
    const handle = await fs.openFile(name, 'write');
    await handle.truncate(0);
    await handle.write(0, Buffer.from(text));
    if (modifiedS !== undefined) await handle.setModified(modifiedS, 0);
    await handle.close();
  }

  async function setPermissions(name: string, mode: number): Promise<void> {
    const handle = await fs.openFile(name, 'write');
    await handle.setPermissions(mode);
    await handle.close();
  }

  async function makeSmallTree(): Promise<void> {
    await fs.makeDirectory('d', 0o755);
    await put(fs, 'd/a', 'first');
    await put(fs, 'd/b', 'second');
    await put(fs, 'empty');
    await fs.makeSymlink('d/a', 'link');
  }

  it('finds everything the first time and nothing the second', async () => {
    await makeSmallTree();
    expect((await index.scan()).sort()).toEqual([
      'changed directory d',
      'changed file d/a',
      'changed file d/b',
      'changed file empty',
      'changed symlink link',
    ]);
    expect(await index.scan()).toEqual([]);
  });

  it('tells content, time, permissions and target of each item', async () => {
    await makeSmallTree();
    await rewrite('d/a', 'content', 1_234_567_890);
    await setPermissions('d/a', 0o4750);
    const items = (await index.findings())
      .map((finding) => finding.kind === 'changed' && finding.item)
      .filter((item) => item !== false);
    const byName = new Map(items.map((item) => [item.name, item]));
    expect(byName.get('d/a')).toEqual({
      name: 'd/a',
      type: 'file',
      size: 7,
      modifiedS: 1_234_567_890,
      modifiedNs: 0,
      permissions: 0o750,
      symlinkTarget: '',
      blockSize: 131072,
      blockHashes: Uint8Array.from(createHash('sha256').update('content').digest()),
    });
    const nothing = createHash('sha256').digest('hex');
    expect(Buffer.from(byName.get('empty')!.blockHashes!).toString('hex')).toBe(nothing);
    expect(byName.get('link')).toMatchObject({ symlinkTarget: 'd/a', blockSize: 0, modifiedS: 0 });
    expect(byName.get('d')).toMatchObject({ size: 0, blockSize: 0, permissions: 0o755 });
  });

  it('finds an edit, a new time and new permissions, the last without reading the file', async () => {
    await makeSmallTree();
    await index.scan();
    await rewrite('d/a', 'another size');
    await rewrite('d/b', 'second', 1_000_000_000);
    await setPermissions('empty', 0o600);
    const hashed: string[] = [];
    hasher.before = (name) => Promise.resolve(void hashed.push(name));
    expect((await index.scan()).sort()).toEqual([
      'changed file d/a',
      'changed file d/b',
      'changed file permissions empty',
    ]);
    expect(hashed.sort()).toEqual(['d/a', 'd/b']);
    expect(await index.scan()).toEqual([]);
  });

  it('does not see permissions where they are ignored', async () => {
    await makeSmallTree();
    await index.scan();
    index.ignorePerms = true;
    await setPermissions('d/a', 0o600);
    expect(await index.scan()).toEqual([]);
  });

  it('takes a pulled file for unchanged by the time found on disk, and hashes what must be rescanned', async () => {
    await makeSmallTree();
    await index.scan();
    // The announced time is another part of the index entry, which a scan does not see.
    const stat = await fs.stat('d/a');
    index.amend('d/a', { diskModifiedS: stat!.modifiedS, diskModifiedNs: stat!.modifiedNs });
    expect(await index.scan()).toEqual([]);
    index.amend('d/a', { localFlags: LocalFlag.mustRescan });
    expect(await index.scan()).toEqual(['changed file d/a']);
  });

  it('finds every change of type', async () => {
    await makeSmallTree();
    await index.scan();
    await fs.removeFile('d/a');
    await fs.removeFile('d/b');
    await fs.removeDirectory('d');
    await fs.makeSymlink('elsewhere', 'd');
    await fs.removeFile('empty');
    await fs.makeDirectory('empty', 0o755);
    await fs.removeFile('link');
    await put(fs, 'link', 'a file now');
    expect((await index.scan()).sort()).toEqual([
      'changed directory empty',
      'changed file link',
      'changed symlink d',
      'gone d/a',
      'gone d/b',
    ]);
    expect(await index.scan()).toEqual([]);
  });

  it('tells a move as what is new, then what is gone, contents before their directory', async () => {
    await makeSmallTree();
    await index.scan();
    await fs.rename('d', 'z');
    const found = await index.scan();
    expect(found.slice(0, 3).sort()).toEqual([
      'changed directory z',
      'changed file z/a',
      'changed file z/b',
    ]);
    expect(found.slice(3)).toEqual(['gone d/b', 'gone d/a', 'gone d']);
    expect(await index.scan()).toEqual([]);
  });

  it('tells a file as gone when a fifo took its place', async () => {
    await makeSmallTree();
    await index.scan();
    await fs.removeFile('empty');
    folder.placeFifo('empty');
    expect(await index.scan()).toEqual(['gone empty']);
  });

  it('looks only at the names it is asked for', async () => {
    await makeSmallTree();
    await index.scan();
    await rewrite('d/a', 'changed');
    await fs.removeFile('d/b');
    await put(fs, 'new');
    expect(await index.scan(['d/a'])).toEqual(['changed file d/a']);
    expect(await index.scan(['d', 'nowhere/at/all'])).toEqual(['gone d/b']);
    expect(await index.scan(['d', 'new'])).toEqual(['changed file new']);
  });

  it('reports a name that is not UTF-8 and finds the rest', async () => {
    await put(fs, 'good', 'x');
    folder.placeUndecodable();
    const found = await index.scan();
    expect(found).toHaveLength(2);
    expect(found.find((line) => line.startsWith('problem'))).toMatch(/^problem refused caf/);
    expect(found).toContain('changed file good');
  });

  it('renames what is not in NFC, with all below it, and announces it in NFC', async () => {
    await fs.makeDirectory(NFD, 0o755);
    await put(fs, `${NFD}/${NFD}`, 'content');
    await fs.makeSymlink('target', `${NFD}.link`);
    expect((await index.scan()).sort()).toEqual(
      [
        `changed directory ${NFC}`,
        `changed symlink ${NFC}.link`,
        `changed file ${NFC}/${NFC}`,
      ].sort(),
    );
    expect(await textOf(fs, `${NFC}/${NFC}`)).toBe('content');
    expect(await fs.readSymlink(`${NFC}.link`)).toBe('target');
    expect(await fs.stat(NFD)).toBeUndefined();
    expect(await index.scan()).toEqual([]);
  });

  it('does not take a file for gone whose name was written in another form', async () => {
    await put(fs, NFC, 'content');
    await put(fs, 'other', 'x');
    await index.scan();
    await fs.rename(NFC, NFD);
    expect(await index.scan([NFD])).toEqual([]);
    await fs.rename(NFC, NFD);
    index.autoNormalize = false;
    expect(await index.scan()).toEqual([`problem refused ${NFD}`]);
    index.autoNormalize = true;
    expect(await index.scan()).toEqual([]);
    expect(await textOf(fs, NFC)).toBe('content');
  });

  it('never renames onto something that is there', async () => {
    await put(fs, NFC, 'composed');
    await put(fs, NFD, 'decomposed');
    await fs.makeDirectory(`d${NFC}`, 0o755);
    await fs.makeDirectory(`d${NFD}`, 0o755);
    await put(fs, `d${NFD}/inside`, 'x');
    const found = await index.scan();
    expect(found.sort()).toEqual(
      [
        `changed directory d${NFC}`,
        `changed file ${NFC}`,
        `problem exists ${NFD}`,
        `problem exists d${NFD}`,
      ].sort(),
    );
    expect(await textOf(fs, NFC)).toBe('composed');
    expect(await textOf(fs, NFD)).toBe('decomposed');
  });

  it('announces nothing of a file that was cut while it was being hashed; a second look finds it', async () => {
    await makeSmallTree();
    hasher.before = async (name) => {
      if (name === 'd/a') await rewrite('d/a', 'cut');
      if (name === 'd/b') await fs.removeFile('d/b');
    };
    const found = await index.scan();
    expect(found).toContain('problem changed d/a');
    expect(found).toContain('problem changed d/b');
    expect(found).not.toContain('changed file d/a');
    hasher.before = () => Promise.resolve();
    expect(await index.scan(['d/a', 'd/b'])).toEqual(['changed file d/a']);
  });

  it('takes time and content of a file from one and the same moment', async () => {
    await put(fs, 'f', 'old content');
    hasher.before = () => rewrite('f', 'new content', 1_500_000_000);
    const [finding] = await index.findings();
    expect(finding.kind === 'changed' && finding.item).toMatchObject({
      modifiedS: 1_500_000_000,
      blockHashes: Uint8Array.from(createHash('sha256').update('new content').digest()),
    });
  });

  it('does not take for gone what appears again before the end', async () => {
    await put(fs, 'a', 'saved by renaming');
    await put(fs, 'b', 'x');
    await index.scan();
    await fs.removeFile('a');
    await rewrite('b', 'xy');
    hasher.before = async (name) => {
      if (name === 'b') await put(fs, 'a', 'new version');
    };
    const found = await index.scan();
    expect(found.sort()).toEqual(['changed file b', 'problem changed a']);
  });

  it('stops with the reason of the signal while files are hashed, and before it starts', async () => {
    await makeSmallTree();
    const stop = new AbortController();
    const reason = new Error('stopped by the test');
    hasher.before = () => Promise.resolve(stop.abort(reason));
    await expect(index.scan([''], stop.signal)).rejects.toBe(reason);
    await expect(index.scan([''], stop.signal)).rejects.toBe(reason);
  });

  it('stops when its reader leaves, and can be started again', async () => {
    for (let i = 0; i < 50; i++) await put(fs, `f${i}`, 'x');
    const { signal } = new AbortController();
    const current = () => Promise.resolve(NO_SUMMARIES);
    const options = { ignorePerms: false, autoNormalize: true, ignores: [] };
    const request = { fs, names: [''], ...options, current, signal };
    for await (const batch of scanner.scan(request)) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(await index.scan()).toHaveLength(50);
  });

  it('fails as a whole, and tells nothing as gone, when the index or the root fails', async () => {
    await makeSmallTree();
    await index.scan();
    const { signal } = new AbortController();
    const broken = () => Promise.reject(new Error('the index is broken'));
    const rules = { ignorePerms: false, autoNormalize: true, ignores: [] };
    const options = { fs, names: [''], ...rules, signal };
    const reading = scanner.scan({ ...options, current: broken }).next();
    await expect(reading).rejects.toThrow('the index is broken');
    await folder.replaceRoot();
    expect(await codeOf(index.scan())).toBe('missing');
    expect([...index.rows.values()].some(({ deleted }) => deleted)).toBe(false);
  });
});
