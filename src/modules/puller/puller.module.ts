import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { PullerService } from './puller.service.js';

@Module({
  imports: [DatabaseModule, ConnectionsModule],
  providers: [PullerService],
  exports: [PullerService],
})
export class PullerModule {}
