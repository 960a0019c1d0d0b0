/** Provides the index database in the home. NodeService opens and closes it; making it does nothing yet. */
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { Randomness } from '../../platform/randomness.js';
import { SettingsService } from '../config/settings.service.js';
import { IndexDatabase } from './index-database.js';
import { WorkerIndexDatabase } from './worker-index-database.js';

const FILE_NAME = 'index.db';

@Module({
  providers: [
    {
      provide: IndexDatabase,
      inject: [SettingsService, Clock, Randomness],
      useFactory: (config: SettingsService, clock: Clock, randomness: Randomness) =>
        new WorkerIndexDatabase(join(config.settings.home, FILE_NAME), clock, randomness),
    },
  ],
  exports: [IndexDatabase],
})
export class DatabaseModule {}
