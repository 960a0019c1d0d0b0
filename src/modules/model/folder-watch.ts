/** What a running folder has to do with its watch: what is watched follows the folder, and what is told goes to its scans. */
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { RESCAN_INTERVAL_S, RESCAN_INTERVAL_WATCHED_S } from '../config/defaults.js';
import { type FolderSettings } from '../config/settings.js';
import { type EventsService } from '../events/events.service.js';
import { type WatchedFolder, type WatchUser } from '../watcher/watched-folder.js';
import { type WatcherService } from '../watcher/watcher.service.js';
import { type FolderIgnores } from './folder-ignores.js';

export interface FolderWatchUser {
  requestScan(names: readonly string[]): void;
  /** The interval of rescans depends on whether the folder is watched. */
  reschedule(): void;
  warn(message: string): void;
  info(message: string): void;
}

export class FolderWatch {
  private readonly watched: WatchedFolder | undefined;
  private isStopped = false;
  private readonly hearing: readonly (() => void)[] = [];

  constructor(
    settings: FolderSettings,
    watchers: WatcherService,
    events: EventsService,
    user: FolderWatchUser,
  ) {
    const { id: folder } = settings;
    const watchUser: WatchUser = {
      scan: (names) => user.requestScan(names),
      // A look at the patterns comes before each scan, of no names too.
      wake: () => user.requestScan([]),
      stateChanged: (from, to) => {
        if (this.isStopped) return;
        if (to === '') user.info(`Folder ${folder} is watched again`);
        else user.warn(`Folder ${folder} is not watched, only rescanned: ${to}`);
        events.emit('FolderWatchStateChanged', { folder, from, to });
        user.reschedule();
      },
    };
    this.watched = watchers.open(settings, watchUser);
    const { watched } = this;
    if (watched === undefined) return;
    this.hearing = [
      events.on('ItemStarted', (event) => event.folder === folder && watched.started(event.item)),
      events.on('ItemFinished', (event) => event.folder === folder && watched.finished(event.item)),
    ];
  }

  /** Why changes are not told, though they should be; or ''. */
  get error(): string {
    return this.watched?.error ?? '';
  }

  /** As stated; where nothing is stated it depends on whether changes are told. */
  rescanIntervalS({ rescanIntervalS, isRescanIntervalStated }: FolderSettings): number {
    if (isRescanIntervalStated === true) return rescanIntervalS;
    const isWatched = this.watched !== undefined && this.watched.error === '';
    return isWatched ? RESCAN_INTERVAL_WATCHED_S : RESCAN_INTERVAL_S;
  }

  /** Before each scan and pull: resolves when what the folder is now is watched, soon in any case. */
  async follow(fs: FolderFs, ignores: FolderIgnores, signal: AbortSignal): Promise<void> {
    const mounts = [...fs.links.followed].map(([name, { path }]) => ({ name, path }));
    const scope = { patterns: ignores.patterns, patternFiles: ignores.files, mounts };
    await this.watched?.follow(fs, fs.root, scope, signal);
  }

  /** These are in place on disk as their entries say, put there by the node itself. */
  readonly expect = (files: readonly LocalFileInfo[]): void => {
    this.watched?.expect(files);
  };

  retryNow(): void {
    this.watched?.retryNow();
  }

  stop(): void {
    this.isStopped = true;
    for (const stop of this.hearing) stop();
    this.watched?.stop();
  }
}
