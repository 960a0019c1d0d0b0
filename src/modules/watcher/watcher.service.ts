/** Watches folders for those who scan them. Keeps nothing of a folder itself: its watch belongs to whoever opened it. */
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { WATCH_DELAY_S } from '../config/folder-options.js';
import { type FolderSettings } from '../config/settings.js';
import { WatchedFolder, type WatchUser } from './watched-folder.js';
import { WatcherFactory } from './watcher.js';

const MS_PER_S = 1_000;

@Injectable()
export class WatcherService {
  constructor(
    private readonly factory: WatcherFactory,
    private readonly clock: Clock,
  ) {}

  /** undefined where the settings say that the folder is not watched. Nothing is watched before the first follow. */
  open(folder: FolderSettings, user: WatchUser): WatchedFolder | undefined {
    const { watch, watchDelayS, watchTimeoutS, ignorePerms } = folder;
    if (watch === false) return undefined;
    this.factory.prepare();
    const options = {
      delayMs: (watchDelayS ?? WATCH_DELAY_S) * MS_PER_S,
      ...(watchTimeoutS ? { pauseMaxMs: watchTimeoutS * MS_PER_S } : {}),
      ignorePerms,
    };
    return new WatchedFolder(this.factory, this.clock, options, user);
  }

  close(): Promise<void> {
    return this.factory.close();
  }
}
