/** Starts the program: the process's arguments, environment and signals on one side, the application on the other. */
import { homedir, hostname } from 'node:os';
import { isatty } from 'node:tty';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { startAnew } from './cli/hang-up.js';
import { type ProgramIo } from './cli/program-io.js';
import { EXIT_FAILED, EXIT_OK, run } from './cli/run.js';
import { type ServiceState, tellServiceManager } from './cli/service-manager.js';
import { EXIT_RESTART, type StartInput } from './cli/start-node.js';
import { stopRequested } from './cli/stop-signal.js';
import { messageOf } from './domain/errors.js';
import { SystemClock } from './platform/clock.js';

function fail(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`syncnest: ${text}\n`);
  process.exit(EXIT_FAILED);
}

// From the first moment on: a signal that comes while the node starts stops it in order, too. Where a terminal is ours,
// SIGHUP says that it was closed; elsewhere it asks for a new start, and must not be what ends the process.
const hasTerminal = isatty(0) || isatty(1);
const stop = stopRequested(process, new SystemClock(), () => process.exit(EXIT_FAILED), [
  'SIGINT',
  'SIGTERM',
  ...(hasTerminal ? (['SIGHUP'] as const) : []),
]);
let isHungUp = false;
const remember = (): void => void (isHungUp = true);
let onHangUp = remember;
if (!hasTerminal) process.on('SIGHUP', () => onHangUp());

async function startNode(start: StartInput): Promise<number> {
  const { logger, program } = start;
  // Also while it starts: whoever hangs up may have changed the configuration after it was read.
  onHangUp = () => startAnew(start);
  if (isHungUp) onHangUp();
  isHungUp = false;
  const app = await createNode(start);
  const tell = async (state: ServiceState): Promise<void> => {
    const problem = await tellServiceManager(state, process.env);
    if (problem !== undefined) logger.warn(problem);
  };
  await tell('READY=1');
  const request = await Promise.race([stop.then(() => 'shutdown' as const), program.asked]);
  onHangUp = remember;
  await Promise.all([tell(request === 'restart' ? 'RELOADING=1' : 'STOPPING=1'), app.close()]);
  return request === 'restart' ? EXIT_RESTART : EXIT_OK;
}

/** Resolves with the running node. */
async function createNode(start: StartInput): Promise<{ close(): Promise<void> }> {
  const { settings, logger, origin, program } = start;
  const { NestFactory } = await import('@nestjs/core');
  const { gui } = settings;
  if (gui?.enabled === true && gui.blockedBy !== '') {
    logger.error(`The HTTP side is not opened: ${gui.blockedBy}`);
  }
  if (gui?.enabled !== true || gui.blockedBy !== '') {
    const { AppModule } = await import('./app.module.js');
    const options = { logger, abortOnError: false };
    return NestFactory.createApplicationContext(AppModule.register({ settings, origin }), options);
  }
  const [{ ProgramModule }, http] = await Promise.all([
    import('./program.module.js'),
    import('./modules/api/http-side.service.js'),
  ]);
  const app = await NestFactory.create<NestExpressApplication>(
    ProgramModule.register({ settings, origin, program }),
    { logger, abortOnError: false, ...http.HTTP_OPTIONS },
  );
  const close = async (): Promise<void> => {
    await http.closeHttp(app);
    await app.close();
  };
  try {
    http.prepareHttp(app);
    await app.init();
  } catch (error) {
    await close();
    throw error;
  }
  // Another program may have the address: files are kept in sync all the same.
  await http.openHttp(app).catch((error: unknown) => {
    logger.error(`The HTTP side is not opened: ${messageOf(error)} (--gui-address, --no-gui)`);
  });
  return { close };
}

process.on('uncaughtException', fail);
// A reader of the log that goes away must not take the node with it; EIO: its terminal was closed.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') fail(error);
  });
}

const io: ProgramIo = {
  environment: process.env,
  userHome: process.env['HOME'] || homedir(),
  workingDirectory: process.cwd(),
  hostName: hostname(),
  isTerminal: process.stdout.isTTY,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
};

void run(process.argv.slice(2), io, startNode).then((status) => process.exit(status));
