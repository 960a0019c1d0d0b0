import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { PullerModule } from '../puller/puller.module.js';
import { ScannerModule } from '../scanner/scanner.module.js';
import { VersionsModule } from '../versions/versions.module.js';
import { WatcherModule } from '../watcher/watcher.module.js';
import { ClusterService } from './cluster.service.js';
import { IgnoreLinesService } from './ignore-lines.service.js';
import { ModelService } from './model.service.js';

@Module({
  imports: [
    DatabaseModule,
    ConnectionsModule,
    ScannerModule,
    WatcherModule,
    PullerModule,
    VersionsModule,
  ],
  providers: [ModelService, ClusterService, IgnoreLinesService],
  exports: [ModelService, ClusterService, IgnoreLinesService],
})
export class ModelModule {}
