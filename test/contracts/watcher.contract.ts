/** What every watcher does, for whatever it watches. */
import { SyncError } from '../../src/domain/errors.js';
import { isBelow } from '../../src/domain/tree-order.js';
import { type FolderFs } from '../../src/platform/folder-fs.js';
import {
  type PathChange,
  type Watcher,
  type WatcherFactory,
  type WatchScope,
} from '../../src/modules/watcher/watcher.js';
import { patternsOf } from '../support/ignoring.js';
import { until } from '../support/wait.js';
import { put } from './folder-fs-fixture.js';

export interface WatchedFixture {
  readonly factory: WatcherFactory;
  /** On an empty root. */
  readonly fs: FolderFs;
  /** Takes the root away and puts an empty one in its place. */
  replaceRoot(): Promise<void>;
  cleanUp(): Promise<void>;
}

const SCOPE: WatchScope = { patterns: [], patternFiles: ['.stignore'], mounts: [] };

/** Keeps what a watcher tells. */
export class Told {
  readonly changes: PathChange[] = [];
  watchings = 0;
  patterns = 0;
  failure: SyncError | undefined;

  watching(): void {
    this.watchings += 1;
  }
  changed(changes: readonly PathChange[]): void {
    this.changes.push(...changes);
  }
  patternsChanged(): void {
    this.patterns += 1;
  }
  failed(error: SyncError): void {
    this.failure = error;
  }

  /** A scan of what was told looks at the name. */
  covers(name: string): boolean {
    return this.changes.some((each) => isBelow(name, each.name));
  }

  /** Told since the last call. */
  take(): PathChange[] {
    return this.changes.splice(0);
  }
}

export function describeWatcher(title: string, make: () => Promise<WatchedFixture>): void {
  describe(`${title} as a watcher`, () => {
    let fixture: WatchedFixture;
    let told: Told;
    let watcher: Watcher;

    beforeEach(async () => {
      fixture = await make();
      told = new Told();
    });

    afterEach(async () => {
      await fixture.factory.close();
      await fixture.cleanUp();
    });

    async function watch(scope: Partial<WatchScope> = {}): Promise<void> {
      const target = { root: fixture.fs.root, ...SCOPE, ...scope };
      watcher = fixture.factory.watch(target, told);
      expect(told.watchings).toBe(0);
      await until('the tree is watched', () => told.watchings === 1);
    }

    /** What comes before a change is told before it. */
    async function settled(): Promise<void> {
      const mark = `mark-${told.changes.length}-${performance.now()}`;
      await put(fixture.fs, mark);
      await until('the mark is told', () => told.covers(mark));
    }

    const isTold = (...names: string[]): Promise<void> =>
      until(`told: ${names.join(' ')}`, () => names.every((name) => told.covers(name)));

    it('tells of what is made, changed and removed, and of nothing that was there', async () => {
      await fixture.fs.makeDirectory('d', 0o755);
      await put(fixture.fs, 'd/before');
      await put(fixture.fs, 'before');
      await watch();
      await put(fixture.fs, 'd/file', 'text');
      await isTold('d/file');
      const file = await fixture.fs.openFile('before', 'write');
      await file.write(0, Buffer.from('more'));
      await file.close();
      await isTold('before');
      await fixture.fs.removeFile('d/before');
      await until('the removal is told', () =>
        told.changes.some(({ name, kind }) => name === 'd/before' && kind === 'gone'),
      );
      expect(told.changes.filter(({ kind }) => kind === 'tree')).toEqual([]);
    });

    it('covers all of a directory that is made, filled, moved and removed, at any depth', async () => {
      await watch();
      await fixture.fs.makeDirectory('a', 0o755);
      await fixture.fs.makeDirectory('a/b', 0o755);
      await fixture.fs.makeDirectory('a/b/c', 0o755);
      await put(fixture.fs, 'a/b/c/file');
      await isTold('a', 'a/b', 'a/b/c/file');
      await fixture.fs.rename('a/b', 'moved');
      await isTold('moved');
      await settled();
      told.take();
      await put(fixture.fs, 'moved/c/later');
      await isTold('moved/c/later');
      expect(told.covers('a/b/c/later')).toBe(false);
      await fixture.fs.removeFile('moved/c/later');
      await fixture.fs.removeFile('moved/c/file');
      await fixture.fs.removeDirectory('moved/c');
      await fixture.fs.removeDirectory('moved');
      await until('the removal is told', () =>
        told.changes.some(({ name, kind }) => name === 'moved' && kind === 'gone'),
      );
    });

    it('has all of a directory looked at that takes the place of another', async () => {
      await fixture.fs.makeDirectory('d', 0o755);
      await put(fixture.fs, 'd/lost');
      await fixture.fs.makeDirectory('other', 0o755);
      await watch();
      await fixture.fs.rename('d', 'away');
      await fixture.fs.rename('other', 'd');
      const isToldAs = (kind: string): boolean =>
        told.changes.some((change) => change.name === 'd' && change.kind === kind);
      // In two parts where its end was told before the other came.
      await until(
        'the tree is told',
        () => isToldAs('tree') || (isToldAs('gone') && isToldAs('item')),
      );
      await settled();
      told.take();
      await put(fixture.fs, 'd/new');
      await put(fixture.fs, 'away/new');
      await isTold('d/new', 'away/new');
    });

    it('tells nothing of what is ignored, temporary or internal', async () => {
      await fixture.fs.makeDirectory('ignored', 0o755);
      await watch({ patterns: await patternsOf('ignored', '*.bak') });
      await put(fixture.fs, 'ignored/file');
      await put(fixture.fs, 'x.bak');
      await put(fixture.fs, '.syncthing.x.tmp');
      await fixture.fs.makeDirectory('.stfolder', 0o755);
      await put(fixture.fs, '.stfolder/x');
      await fixture.fs.makeDirectory('.stversions', 0o755);
      await put(fixture.fs, '.stversions/x');
      await settled();
      expect(new Set(told.changes.map(({ name }) => name.split('-')[0]))).toEqual(
        new Set(['mark']),
      );
    });

    it('tells of what an ignored directory holds that is kept, and follows other patterns', async () => {
      await fixture.fs.makeDirectory('d', 0o755);
      await watch({ patterns: await patternsOf('!keep', 'd') });
      await put(fixture.fs, 'd/keep');
      await put(fixture.fs, 'd/not');
      await isTold('d/keep');
      await settled();
      expect(told.covers('d/not')).toBe(false);
      watcher.follow(SCOPE);
      await until('other patterns are followed', () => told.watchings === 2);
      await put(fixture.fs, 'd/now');
      await isTold('d/now');
    });

    it('tells when a file with patterns may be another, wherever it is', async () => {
      await fixture.fs.makeDirectory('ignored', 0o755);
      const patterns = await patternsOf('ignored');
      await watch({ patterns, patternFiles: ['.stignore', 'ignored/more'] });
      await put(fixture.fs, '.stignore', 'x');
      await until('the patterns are told', () => told.patterns > 0);
      await settled();
      const before = told.patterns;
      await put(fixture.fs, 'ignored/more', 'y');
      await until('the included patterns are told', () => told.patterns > before);
      expect(told.covers('ignored')).toBe(false);
    });

    it('looks at names', async () => {
      await put(fixture.fs, 'file', 'text');
      await fixture.fs.makeDirectory('d', 0o755);
      await fixture.fs.makeSymlink('file', 'd/link');
      await watch();
      const [file, link, absent] = await watcher.look(['file', 'd/link', 'd/absent']);
      const { type, size, permissions, modifiedS, modifiedNs } = (await fixture.fs.stat('file'))!;
      const stat = { type, size, permissions, modifiedS, modifiedNs };
      expect(file).toEqual({ ...stat, symlinkTarget: '' });
      expect(link).toMatchObject({ type: 'symlink', symlinkTarget: 'file' });
      expect(absent).toBeUndefined();
    });

    it('ends when its root is another directory', async () => {
      await watch();
      await fixture.replaceRoot();
      await until('the watch failed', () => told.failure !== undefined);
      expect(told.failure).toBeInstanceOf(SyncError);
      expect(told.failure?.code).toBe('missing');
      await expect(watcher.look(['x'])).rejects.toThrow(SyncError);
    });

    it('says so when there is no root', async () => {
      fixture.factory.watch({ ...SCOPE, root: `${fixture.fs.root}/absent` }, told);
      await until('the watch failed', () => told.failure !== undefined);
      expect(told.failure?.code).toBe('missing');
      expect(told.watchings).toBe(0);
    });

    it('tells nothing after it was closed', async () => {
      await watch();
      watcher.close();
      const other = new Told();
      fixture.factory.watch({ root: fixture.fs.root, ...SCOPE }, other);
      await until('the tree is watched', () => other.watchings === 1);
      await put(fixture.fs, 'late');
      await until('the other one tells', () => other.covers('late'));
      expect(told.changes).toEqual([]);
    });
  });
}
