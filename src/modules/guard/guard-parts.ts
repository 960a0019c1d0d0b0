/** What the parts of a folder's guard work with. */
import { type Clock } from '../../platform/clock.js';
import { type FolderSettings } from '../config/settings.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';
import { type GuardRules } from './guard-rules.js';

export type Decision = 'approve' | 'reject';

export interface GuardParts {
  readonly settings: FolderSettings;
  readonly rules: GuardRules;
  readonly isSendOnly: boolean;
  readonly database: IndexDatabase;
  readonly events: Pick<EventsService, 'emit'>;
  readonly clock: Clock;
  readonly log: { info(message: string): void; warn(message: string): void };
}
