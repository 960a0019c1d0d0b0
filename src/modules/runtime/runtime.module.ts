/** The node's clock, randomness and file systems, for every module; override these to drive a node deterministically. */
import { Global, Module } from '@nestjs/common';
import { Clock, SystemClock } from '../../platform/clock.js';
import { FolderFsFactory } from '../../platform/folder-fs.js';
import { RealFolderFsFactory } from '../../platform/real-folder-fs-factory.js';
import { Randomness, SystemRandomness } from '../../platform/randomness.js';

@Global()
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: Randomness, useClass: SystemRandomness },
    { provide: FolderFsFactory, useClass: RealFolderFsFactory },
  ],
  exports: [Clock, Randomness, FolderFsFactory],
})
export class RuntimeModule {}
