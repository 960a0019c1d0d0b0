/** The program: what a command line does and with which exit status. Parts that only `serve` needs load when it runs. */
import { messageOf } from '../domain/errors.js';
import { type CommandLine, helpText, parseCommandLine } from '../modules/config/command-line.js';
import { BadSettings } from '../modules/config/setting-problem.js';
import { printable } from '../modules/logging/log-line.js';
import { packageVersion } from '../platform/package-version.js';
import { parseControlLine } from './control-line.js';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-status.js';
import { type ProgramIo } from './program-io.js';
import { type StartNode } from './start-node.js';

/** Resolves with the exit status; never rejects. */
export async function run(
  args: readonly string[],
  io: ProgramIo,
  startNode: StartNode,
): Promise<number> {
  try {
    const controlLine = parseControlLine(args);
    if (controlLine === undefined) return await runCommand(parseCommandLine(args), io, startNode);
    const { control } = await import('./control-command.js');
    await control(controlLine, io);
    return EXIT_OK;
  } catch (error) {
    // What follows the first line is set off, so that no name in it can pass for a message of its own.
    const lines = messageOf(error).split('\n').map(printable);
    io.error(`syncnest: ${lines.join('\n').replace(/\n(?! )/g, '\n  ')}\n`);
    return error instanceof BadSettings ? EXIT_USAGE : EXIT_FAILED;
  }
}

async function runCommand(
  commandLine: CommandLine,
  io: ProgramIo,
  startNode: StartNode,
): Promise<number> {
  const { command, settings } = commandLine;
  if (command === 'help') io.out(helpText());
  else if (command === 'version') io.out(`syncnest ${packageVersion()}\n`);
  else if (command === 'serve') {
    const { serve } = await import('./serve-command.js');
    return serve(settings, io, startNode);
  } else {
    if (settings.problems.length > 0) throw new BadSettings(settings.problems);
    const { printId, generate } = await import('./home-commands.js');
    await (command === 'id' ? printId : generate)(settings, io);
  }
  return EXIT_OK;
}
