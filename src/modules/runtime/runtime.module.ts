/** The node's clock, randomness and file systems, for every module; override these to drive a node deterministically. */
import { Global, Module } from '@nestjs/common';
import { Clock, SystemClock } from '../../platform/clock.js';
import { Randomness, SystemRandomness } from '../../platform/randomness.js';

@Global()
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: Randomness, useClass: SystemRandomness },
  ],
  exports: [Clock, Randomness],
})
export class RuntimeModule {}
