/** What a folder's runner works with, whom it tells, and its pauses. */
import { type Clock } from '../../platform/clock.js';
import { type FolderFsFactory } from '../../platform/folder-fs.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';
import { type PullerService } from '../puller/puller.service.js';
import { type ScannerService } from '../scanner/scanner.service.js';
import { type VersionsService } from '../versions/versions.service.js';
import { type FolderRoots } from './folder-roots.js';
import { type FolderWatch } from './folder-watch.js';
import { type HomeGate } from './home-room.js';
import { type LinkKeeper } from './link-keeper.js';

/** A stopped folder, or tree behind a link, is looked at again after this time. */
export const ERROR_RETRY_MS = 60_000;
/** Pause for each needed item before the next pass looks at them all: about as long as that takes. */
export const LOOK_PAUSE_MS = 0.02;
/** When a pass had to leave items to the next one, as too much was on its way. */
export const UNFINISHED_RETRY_MS = 1_000;
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
  readonly versions: VersionsService;
}

export interface FolderRunnerLog {
  info(message: string): void;
  warn(message: string): void;
}
