/** Watching of folders, with a thread of its own behind it. */
import { Module } from '@nestjs/common';
import { ThreadWatcherFactory } from './thread-watcher.js';
import { WatcherFactory } from './watcher.js';
import { WatcherService } from './watcher.service.js';

@Module({
  providers: [
    { provide: WatcherFactory, useFactory: () => new ThreadWatcherFactory() },
    WatcherService,
  ],
  exports: [WatcherFactory, WatcherService],
})
export class WatcherModule {}
