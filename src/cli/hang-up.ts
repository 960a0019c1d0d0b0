/** SIGHUP where no terminal hangs up: as with Syncthing, the node starts anew with the configuration as it is now. */
import { messageOf } from '../domain/errors.js';
import { type StartInput } from './start-node.js';

/** A configuration that cannot be used is named, and the node goes on with the one it has. */
export function startAnew({ origin, logger, program }: StartInput): void {
  try {
    const text = origin.read();
    if (text !== undefined) origin.settingsWith(text);
  } catch (error) {
    const message = 'The node does not start anew: its configuration cannot be used now';
    logger.error(message, messageOf(error), 'node');
    return;
  }
  program.end('restart');
}
