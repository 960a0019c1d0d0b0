/** The HTTP side, for the program only: a node that is embedded has no routes of ours. */
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CertModule } from '../cert/cert.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { DiscoveryModule } from '../discovery/discovery.module.js';
import { ModelModule } from '../model/model.module.js';
import { ScannerModule } from '../scanner/scanner.module.js';
import { ApiAccess } from './api-access.service.js';
import { ApiGuard } from './api.guard.js';
import { ClusterController } from './cluster.controller.js';
import { ConfigController } from './config.controller.js';
import { ConfigEditor } from './config-editor.service.js';
import { ConfigListsController } from './config-lists.controller.js';
import { DbController } from './db.controller.js';
import { ErrorAnswers } from './error-answers.service.js';
import { EventLogService } from './event-log.service.js';
import { EventsController } from './events.controller.js';
import { FolderController } from './folder.controller.js';
import { FolderItemsService } from './folder-items.service.js';
import { FolderStatusService } from './folder-status.service.js';
import { GuardController } from './guard.controller.js';
import { HealthController } from './health.controller.js';
import { IgnoresController } from './ignores.controller.js';
import { LogController } from './log.controller.js';
import { ProgramControl } from './program-control.js';
import { ScanService } from './scan.service.js';
import { StatisticsService } from './statistics.service.js';
import { SummaryEventsService } from './summary-events.service.js';
import { SvcController } from './svc.controller.js';
import { SystemController } from './system.controller.js';
import { SystemStatusService } from './system-status.service.js';
import { VersionsController } from './versions.controller.js';

@Module({})
export class ApiModule {
  static register(program: ProgramControl): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        CertModule,
        DatabaseModule,
        ScannerModule,
        DiscoveryModule,
        ConnectionsModule,
        ModelModule,
      ],
      controllers: [
        HealthController,
        LogController,
        SystemController,
        ConfigController,
        ConfigListsController,
        ClusterController,
        DbController,
        FolderController,
        IgnoresController,
        VersionsController,
        GuardController,
        SvcController,
        EventsController,
      ],
      providers: [
        { provide: ProgramControl, useValue: program },
        { provide: APP_GUARD, useClass: ApiGuard },
        { provide: APP_FILTER, useClass: ErrorAnswers },
        ApiAccess,
        ConfigEditor,
        EventLogService,
        FolderItemsService,
        FolderStatusService,
        ScanService,
        StatisticsService,
        SummaryEventsService,
        SystemStatusService,
      ],
      exports: [ApiAccess, EventLogService, StatisticsService, SummaryEventsService],
    };
  }
}
