/**
 * The kind "external": a program of the user's takes the file away. It is run with an argument vector; a name from
 * another device only ever fills a place in one argument.
 */
import { SyncError } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import { changedItem, isSameState } from '../../platform/item-state.js';
import { runCommand } from '../../platform/run-command.js';
import { shellWords } from './shell-words.js';
import { type Archived, type KeptVersion, type Outgoing, Versioner } from './versioner.js';

/** As long as it takes to bring a large file to a slow place. */
export const EXTERNAL_LIMIT_MS = 3_600_000;

/** With these beside a placeholder, an argument looks like a piece of script that a name would become part of. */
const UNSAFE = /[`"'<>;!#$&*? ]/;
const PLACEHOLDERS = ['%FOLDER_FILESYSTEM%', '%FOLDER_PATH%', '%FILE_PATH%'] as const;
/** Secrets of the node, which the program has no use for. */
const KEPT_BACK = /^(?:STGUIAUTH|STGUIAPIKEY|SYNCNEST_GUI_APIKEY(?:_FILE)?)$/;

/** The words of the command, with their placeholders. Throws SyncError 'config'. */
export function commandWords(command: string): string[] {
  const refuse = (fault: string): SyncError =>
    new SyncError('config', `versioning: param command: ${JSON.stringify(command)}: ${fault}`);
  let words: string[];
  try {
    words = shellWords(command);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  if (words.length === 0 || words[0] === '') throw refuse('expected a program and its arguments');
  const unsafe = words.find(
    (word) => UNSAFE.test(word) && PLACEHOLDERS.some((each) => word.includes(each)),
  );
  if (unsafe === undefined) return words;
  throw refuse(
    `expected no blanks, quotes or other special characters beside a placeholder, as in ${JSON.stringify(unsafe)}`,
  );
}

/** Program and arguments for one file. */
export function filledWords(words: readonly string[], folderPath: string, file: string): string[] {
  const values = valuesFor(folderPath, file);
  // Each place is filled once: a name that looks like a placeholder stays as it is.
  return words.map((word) => {
    const filled = word.replace(/%[A-Z_]+%/g, (each) => values[each.slice(1, -1)] ?? each);
    // A name never becomes an option: as a path from the directory that it is in, it is the same file.
    return filled.startsWith('-') && !word.startsWith('-') ? `./${filled}` : filled;
  });
}

function valuesFor(folderPath: string, file: string): Record<string, string> {
  return { FOLDER_FILESYSTEM: 'basic', FOLDER_PATH: folderPath, FILE_PATH: file };
}

export class ExternalVersioner extends Versioner {
  constructor(
    private readonly words: readonly string[],
    private readonly clock: Clock,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {
    super();
  }

  async archive({ fs, name, seen }: Outgoing, signal: AbortSignal): Promise<Archived> {
    const now = await fs.stat(name);
    if (now === undefined || !isSameState(seen, now)) throw changedItem(name);
    const [program, ...args] = filledWords(this.words, fs.root, name);
    const kept = Object.entries(this.environment).filter(([key]) => !KEPT_BACK.test(key));
    const environment = { ...Object.fromEntries(kept), ...valuesFor(fs.root, name) };
    const limitMs = EXTERNAL_LIMIT_MS;
    await runCommand({ program, args, environment, limitMs }, this.clock, signal);
    if ((await fs.stat(name)) !== undefined) {
      const message = `${program} ended well but has not removed ${JSON.stringify(name)}`;
      throw new SyncError('io', message, true);
    }
    const nothing = (): Promise<void> => Promise.resolve();
    return { left: undefined, settle: nothing, undo: nothing };
  }

  list(): Promise<Map<string, KeptVersion[]>> {
    return Promise.reject(notHere());
  }

  restore(): Promise<void> {
    return Promise.reject(notHere());
  }

  clean(): Promise<void> {
    return Promise.resolve();
  }

  tidy(): Promise<void> {
    return Promise.resolve();
  }

  isOwn(): boolean {
    return false;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function notHere(): SyncError {
  return new SyncError(
    'refused',
    'version restoration not supported with the current versioner: an external command keeps them',
  );
}
