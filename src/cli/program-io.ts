/** What the program is given of the world outside, so that a test can be that world. */
import { type Environment } from '../modules/config/environment.js';
import { type PathBase } from '../modules/config/partial-settings.js';

export interface ProgramIo extends PathBase {
  readonly environment: Environment;
  readonly hostName: string;
  readonly isTerminal: boolean;
  out(text: string): void;
  error(text: string): void;
}
