/** The node as a Nest module: `AppModule.register({ settings })` starts one with the application it is imported in. */
import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { CertModule } from './modules/cert/cert.module.js';
import { type ConfigOrigin } from './modules/config/config-origin.js';
import { ConfigModule } from './modules/config/config.module.js';
import { type Settings } from './modules/config/settings.js';
import { ConnectionsModule } from './modules/connections/connections.module.js';
import { DatabaseModule } from './modules/database/database.module.js';
import { DiscoveryModule } from './modules/discovery/discovery.module.js';
import { EventsModule } from './modules/events/events.module.js';
import { ModelModule } from './modules/model/model.module.js';
import { ProtocolModule } from './modules/protocol/protocol.module.js';
import { PullerModule } from './modules/puller/puller.module.js';
import { RuntimeModule } from './modules/runtime/runtime.module.js';
import { ScannerModule } from './modules/scanner/scanner.module.js';
import { WatcherModule } from './modules/watcher/watcher.module.js';
import { NodeService } from './node.service.js';

@Module({})
export class AppModule {
  /** `origin`: where the settings came from, so that the configuration can be changed and saved while the node runs;
   * without it changes last until the node stops. */
  static register(start: {
    readonly settings: Settings;
    readonly origin?: ConfigOrigin;
  }): DynamicModule {
    return {
      module: AppModule,
      imports: [
        RuntimeModule,
        EventsModule,
        ScheduleModule.forRoot(),
        ConfigModule.register(start.settings, start.origin),
        CertModule,
        DatabaseModule,
        ScannerModule,
        WatcherModule,
        ProtocolModule,
        DiscoveryModule,
        ConnectionsModule,
        PullerModule,
        ModelModule,
      ],
      providers: [NodeService],
    };
  }
}
