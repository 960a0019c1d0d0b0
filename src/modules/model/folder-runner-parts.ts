/** What a folder's runner works with: the services of the node, and what is made for this one folder. */
import { type Clock } from '../../platform/clock.js';
import { type FolderFsFactory } from '../../platform/folder-fs.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';
import { type PullerService } from '../puller/puller.service.js';
import { type ScannerService } from '../scanner/scanner.service.js';
import { type FolderRoots } from './folder-roots.js';
import { type FolderWatch } from './folder-watch.js';
import { type HomeGate } from './home-room.js';
import { type LinkKeeper } from './link-keeper.js';

export interface FolderRunnerParts {
  readonly database: IndexDatabase;
  readonly scanner: ScannerService;
  readonly puller: PullerService;
  readonly factory: FolderFsFactory;
  readonly events: EventsService;
  readonly clock: Clock;
  readonly roots: FolderRoots;
  readonly links: LinkKeeper;
  readonly watch: FolderWatch;
  readonly home: HomeGate;
}

export interface FolderRunnerLog {
  info(message: string): void;
  warn(message: string): void;
}
