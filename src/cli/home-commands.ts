/** `id` and `generate`: what can be done with a home without running a node in it. */
import { messageOf, SyncError } from '../domain/errors.js';
import { type Identity } from '../modules/cert/identity.js';
import {
  certificateIn,
  loadIdentity,
  loadOrCreateIdentity,
  makeHome,
} from '../modules/cert/identity-files.js';
import { homeOf } from '../modules/config/home-path.js';
import { type SourceSettings } from '../modules/config/partial-settings.js';
import { SystemClock } from '../platform/clock.js';
import { type ProgramIo } from './program-io.js';

/** Prints the device ID and nothing else; makes the certificate where there is none. */
export async function printId(commandLine: SourceSettings, io: ProgramIo): Promise<void> {
  const home = homeOf(commandLine, io.environment, io);
  const identity = loadIdentity(home) ?? (await createHeld(home));
  io.out(`${identity.deviceId}\n`);
}

/** Makes what the home lacks and leaves the rest as it is. */
export async function generate(commandLine: SourceSettings, io: ProgramIo): Promise<void> {
  const home = homeOf(commandLine, io.environment, io);
  const identity = loadIdentity(home) ?? (await createHeld(home));
  const { loadSettings } = await import('../modules/config/load-settings.js');
  const { ensureConfigXml } = await import('./first-config.js');
  const loaded = loadSettings({
    ...io,
    commandLine,
    environment: {},
    certificateOf: certificateIn,
    home,
  });
  try {
    await ensureConfigXml(loaded, identity.deviceId);
  } catch (error) {
    throw new SyncError('io', `${home}/config.xml: ${messageOf(error)}`, false, { cause: error });
  }
  io.out(`${identity.deviceId}\nThe home is ${home}; its configuration is config.xml there.\n`);
}

/** A certificate is made only by the one process that holds the home. */
async function createHeld(home: string): Promise<Identity> {
  const { HomeLock } = await import('../platform/home-lock.js');
  makeHome(home);
  const lock = await HomeLock.acquire(home);
  try {
    return await loadOrCreateIdentity(home, new SystemClock());
  } finally {
    lock.release();
  }
}
