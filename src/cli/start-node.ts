/** What the program hands to the application, and what it expects of it. */
import { type ConfigOrigin } from '../modules/config/config-origin.js';
import { type Settings } from '../modules/config/settings.js';
import { type NodeLogger } from '../modules/logging/node-logger.service.js';
import { type NodeEnd } from './node-end.js';

export interface StartInput {
  readonly settings: Settings;
  readonly logger: NodeLogger;
  /** How the settings would be with another config.xml. */
  readonly origin: ConfigOrigin;
  /** What the HTTP side is lent. */
  readonly program: NodeEnd;
}

/** Runs the node until it is told to stop; resolves with the exit status once everything is flushed and closed. */
export type StartNode = (input: StartInput) => Promise<number>;
