/** Starts the program: the process's arguments, environment and signals on one side, the application on the other. */
// First of all.
import { onHangUp, stop } from './cli/process-signals.js';
import { homedir, hostname } from 'node:os';
import { startAnew } from './cli/hang-up.js';
import { type ProgramIo } from './cli/program-io.js';
import { EXIT_FAILED, EXIT_OK, EXIT_RESTART } from './cli/exit-status.js';
import { run } from './cli/run.js';
import { type ServiceState, tellServiceManager } from './cli/service-manager.js';
import { type StartInput } from './cli/start-node.js';

function fail(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`syncnest: ${text}\n`);
  process.exit(EXIT_FAILED);
}

async function startNode(start: StartInput): Promise<number> {
  const { logger, program } = start;
  // Also while it starts: whoever hangs up may have changed the configuration after it was read.
  onHangUp(() => startAnew(start));
  // Loaded only here: the commands do without Nest.
  const { createApplication } = await import('./application.js');
  const app = await createApplication(start);
  const tell = async (state: ServiceState): Promise<void> => {
    const problem = await tellServiceManager(state, process.env);
    if (problem !== undefined) logger.warn(problem);
  };
  await tell('READY=1');
  const request = await Promise.race([stop.then(() => 'shutdown' as const), program.asked]);
  onHangUp(undefined);
  await Promise.all([tell(request === 'restart' ? 'RELOADING=1' : 'STOPPING=1'), app.close()]);
  return request === 'restart' ? EXIT_RESTART : EXIT_OK;
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
