/** `serve`: settings, home, lock, identity, first config.xml; then the node. Nothing is written before all is valid. */
import { join } from 'node:path';
import { messageOf } from '../domain/errors.js';
import { certificateIn, loadOrCreateIdentity, makeHome } from '../modules/cert/identity-files.js';
import { ProgramOrigin } from '../modules/config/config-origin.js';
import { homeOf } from '../modules/config/home-path.js';
import {
  type LoadContext,
  type LoadedSettings,
  loadSettings,
} from '../modules/config/load-settings.js';
import { type SourceSettings } from '../modules/config/partial-settings.js';
import { LogHistory } from '../modules/logging/log-history.js';
import { NodeLogger } from '../modules/logging/node-logger.service.js';
import { SystemClock } from '../platform/clock.js';
import { HomeLock } from '../platform/home-lock.js';
import { packageVersion } from '../platform/package-version.js';
import { EXIT_RESTART } from './exit-status.js';
import { ensureConfigXml } from './first-config.js';
import { type ProgramIo } from './program-io.js';
import { NodeEnd } from './node-end.js';
import { type StartNode } from './start-node.js';

export async function serve(
  commandLine: SourceSettings,
  io: ProgramIo,
  startNode: StartNode,
): Promise<number> {
  const home = homeOf(commandLine, io.environment, io);
  const context = { ...io, home, commandLine, certificateOf: certificateIn };
  const first = loadSettings(context);
  makeHome(home);
  const lock = await HomeLock.acquire(home);
  try {
    let status = await serveOnce(context, first, io, startNode);
    while (status === EXIT_RESTART) {
      status = await serveOnce(context, loadSettings(context), io, startNode);
    }
    return status;
  } finally {
    lock.release();
  }
}

/** From the settings as they are now until the node ends. */
async function serveOnce(
  context: LoadContext,
  loaded: LoadedSettings,
  io: ProgramIo,
  startNode: StartNode,
): Promise<number> {
  const { home } = context;
  const clock = new SystemClock();
  const history = new LogHistory();
  const logger = new NodeLogger(loaded.settings, clock, (text) => io.out(text), history);
  const identity = await loadOrCreateIdentity(home, clock);
  logger.log(`My ID: ${identity.deviceId}`);
  for (const warning of loaded.warnings) logger.warn(warning);
  let { settings } = loaded;
  try {
    settings = await ensureConfigXml(loaded, identity.deviceId);
  } catch (error) {
    logger.warn(`The config.xml in ${home} cannot be written: ${messageOf(error)}`);
  }
  if (loaded.isUnconfigured) {
    const [folder] = settings.folders;
    logger.log(
      `There is no configuration yet: ${folder.path} is the one folder, shared with nobody. ` +
        `Devices and folders go into ${join(home, 'config.xml')}, or into a syncthing.ini ` +
        'beside it.',
    );
  }
  const keySource = loaded.valueSources.get('guiApiKey');
  const isKeyStated = keySource === 'environment' || keySource === 'command line';
  const program = new NodeEnd({ history, isKeyStated, version: packageVersion(), clock });
  return startNode({ settings, logger, origin: new ProgramOrigin(context), program });
}
