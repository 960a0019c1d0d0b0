/** The scanner and its ports, with worker threads behind them. The scheduler's registry is provided globally by the root. */
import { Module } from '@nestjs/common';
import { Hasher } from './hasher.js';
import { RescanScheduleService } from './rescan-schedule.service.js';
import { ScannerService } from './scanner.service.js';
import { ThreadHasher } from './thread-hasher.js';
import { ThreadWalker } from './thread-walker.js';
import { Walker } from './walker.js';

@Module({
  providers: [
    { provide: Hasher, useClass: ThreadHasher },
    { provide: Walker, useClass: ThreadWalker },
    ScannerService,
    RescanScheduleService,
  ],
  exports: [Hasher, Walker, ScannerService, RescanScheduleService],
})
export class ScannerModule {}
