/** Watches a tree by one watch, where the system can watch whole trees (macOS, Windows). Holds nothing per directory. */
import { type FSWatcher, type Stats, watch } from 'node:fs';
import { messageOf, SyncError } from '../../domain/errors.js';
import { NameFilter } from './name-filter.js';
import { statAt } from './tree-disk.js';
import { type TreeHost } from './tree-watch.js';
import { type WatchScope, type WatchTarget } from './watcher.js';

/** Names heard of in one turn; more become the whole folder. */
const HEARD_NAMES_MAX = 10_000;

export class RecursiveWatch {
  private filter: NameFilter;
  private readonly root: string;
  private readonly heard = new Set<string>();
  private isCrowded = false;
  private isFollowing = true;
  private watcher: FSWatcher | undefined;
  private identity: Pick<Stats, 'dev' | 'ino'> | undefined;

  constructor(
    target: WatchTarget,
    private readonly host: TreeHost,
  ) {
    this.root = target.root;
    this.filter = new NameFilter(target);
  }

  follow(scope: WatchScope): void {
    this.filter = new NameFilter(scope);
    this.isFollowing = true;
  }

  /** Nothing tells of lost events here: the system reports them as changes of a directory, or not at all. */
  turn(): void {
    if (this.watcher === undefined) return;
    const { heard, isCrowded } = this;
    const names = [...heard];
    heard.clear();
    this.isCrowded = false;
    const now = statAt(this.root, true);
    if (now === undefined || now.ino !== this.identity?.ino || now.dev !== this.identity.dev) {
      this.fail('missing', 'the root of the folder was moved, replaced or unmounted');
      return;
    }
    if (isCrowded) this.host.changed({ name: '', kind: 'tree' });
    for (const name of names) this.takeUp(name);
  }

  work(): boolean {
    if (!this.isFollowing) return false;
    this.isFollowing = false;
    if (this.watcher === undefined && !this.start()) return false;
    this.host.watching();
    return false;
  }

  close(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }

  private start(): boolean {
    try {
      const options = { persistent: false, recursive: true };
      this.watcher = watch(this.root, options, (_, name) => this.hear(name));
      this.watcher.on('error', (error) => this.fail('io', messageOf(error)));
    } catch (error) {
      this.fail('io', messageOf(error));
      return false;
    }
    this.identity = statAt(this.root, true);
    return true;
  }

  private hear(name: string | null): void {
    this.host.stirred();
    if (name === null || this.heard.size >= HEARD_NAMES_MAX) this.isCrowded = true;
    else this.heard.add(name.replaceAll('\\', process.platform === 'win32' ? '/' : '\\'));
  }

  private takeUp(name: string): void {
    if (this.filter.isPatternFile(name)) this.host.patternsChanged();
    if (this.isLeftOut(name)) return;
    const stats = statAt(`${this.root}/${name}`, false);
    if (stats === undefined) this.host.changed({ name, kind: 'gone' });
    // Of what a directory that came from elsewhere holds there are no events.
    else this.host.changed({ name, kind: stats.isDirectory() ? 'tree' : 'item' });
  }

  private isLeftOut(name: string): boolean {
    for (let end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
      if (this.filter.verdict(name.slice(0, end)) === 'skip') return true;
    }
    return this.filter.verdict(name) !== 'tell';
  }

  private fail(code: 'missing' | 'io', message: string): void {
    this.close();
    this.host.failed(new SyncError(code, message, true));
  }
}
