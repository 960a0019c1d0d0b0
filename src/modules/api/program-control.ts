/** What the program that runs the node lends to the HTTP side: its log, its version, and how to end or start anew. */
import { type LogHistory } from '../logging/log-history.js';

export type EndRequest = 'shutdown' | 'restart';

export abstract class ProgramControl {
  abstract readonly history: LogHistory;
  /** Of the program, without a leading v. */
  abstract readonly version: string;
  /** Milliseconds since 1970. */
  abstract readonly startedMs: number;
  /** The API key was stated for this very start, by somebody who so lets others in. */
  abstract readonly isKeyStated: boolean;
  /** Ends the node in order after this call; the process with it, or it starts anew. */
  abstract end(request: EndRequest): void;
}
