/** The watcher of folders in memory: hears of each operation from the disk itself, and tells what it heard together. */
import { SyncError } from '../../domain/errors.js';
import { parentOf } from '../../domain/file-name.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { type MemoryDisk } from '../../platform/memory-disk.js';
import { type MemoryFolderFsFactory } from '../../platform/memory-folder-fs-factory.js';
import { type MemoryNode } from '../../platform/memory-node.js';
import { NameFilter } from './name-filter.js';
import { PendingPaths } from './pending-paths.js';
import {
  type SeenItem,
  Watcher,
  WatcherFactory,
  type WatchListener,
  type WatchScope,
  type WatchTarget,
} from './watcher.js';

export class MemoryWatcherFactory extends WatcherFactory {
  private readonly watchers = new Set<MemoryWatcher>();

  constructor(private readonly disks: MemoryFolderFsFactory) {
    super();
  }

  watch(target: WatchTarget, listener: WatchListener): Watcher {
    const watcher = new MemoryWatcher(this.disks, target, listener, () => {
      this.watchers.delete(watcher);
    });
    this.watchers.add(watcher);
    return watcher;
  }

  prepare(): void {
    // There is nothing to make ready.
  }

  close(): Promise<void> {
    for (const watcher of [...this.watchers]) watcher.close();
    return Promise.resolve();
  }
}

class MemoryWatcher extends Watcher {
  private readonly pending = new PendingPaths();
  private filter: NameFilter;
  private disk: MemoryDisk | undefined;
  private isTellingDue = false;
  private isClosed = false;
  private order = 0;
  private readonly heard = (name: string): void => this.hear(name);

  constructor(
    private readonly disks: MemoryFolderFsFactory,
    private readonly target: WatchTarget,
    private readonly listener: WatchListener,
    private readonly forget: () => void,
  ) {
    super();
    this.filter = new NameFilter(target);
    this.disk = this.present();
    this.disk?.observers.add(this.heard);
    this.soon(() => (this.disk === undefined ? this.fail() : this.listener.watching()));
  }

  follow(scope: WatchScope): void {
    this.filter = new NameFilter(scope);
    this.soon(() => this.listener.watching());
  }

  look(names: readonly string[]): Promise<readonly (SeenItem | undefined)[]> {
    if (this.isClosed) return Promise.reject(new SyncError('closed', 'the watcher is closed'));
    return Promise.resolve(
      names.map((name) => {
        const node = this.find(name);
        return node === undefined ? undefined : seen(node.stat(), node);
      }),
    );
  }

  close(): void {
    this.isClosed = true;
    this.disk?.observers.delete(this.heard);
    this.forget();
  }

  private present(): MemoryDisk | undefined {
    try {
      return this.disks.disk(this.target.root);
    } catch {
      return undefined;
    }
  }

  private hear(name: string): void {
    if (name === '') {
      this.soon(() => this.present() !== this.disk && this.fail());
      return;
    }
    if (this.filter.isPatternFile(name)) this.soon(() => this.listener.patternsChanged());
    for (let above = parentOf(name); above !== ''; above = parentOf(above)) {
      if (this.filter.verdict(above) === 'skip') return;
    }
    if (this.filter.verdict(name) !== 'tell') return;
    const node = this.find(name);
    const kind = node === undefined ? 'gone' : node.type === 'directory' ? 'tree' : 'item';
    this.order += 1;
    this.pending.add({ name, kind }, this.order);
    if (this.isTellingDue) return;
    this.isTellingDue = true;
    this.soon(() => {
      this.isTellingDue = false;
      this.listener.changed(this.pending.takeAll());
    });
  }

  private find(name: string): MemoryNode | undefined {
    try {
      return this.disk?.node(name);
    } catch {
      return undefined;
    }
  }

  private fail(): void {
    this.close();
    this.listener.failed(new SyncError('missing', 'the root of the folder is not there', true));
  }

  private soon(act: () => void): void {
    queueMicrotask(() => {
      if (!this.isClosed) act();
    });
  }
}

function seen(
  { type, size, permissions, modifiedS, modifiedNs }: ItemStat,
  node: MemoryNode,
): SeenItem {
  const symlinkTarget = type === 'symlink' ? node.target : '';
  return { type, size, permissions, modifiedS, modifiedNs, symlinkTarget };
}
