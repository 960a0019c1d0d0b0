/** The command lines of `syncnest cli …` and `syncnest health`: what is asked of which running node. Pure. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { messageOf } from '../domain/errors.js';
import { type SettingProblem } from '../modules/config/setting-problem.js';

export const REPORTS = [
  'status',
  'connections',
  'devices',
  'folders',
  'pending',
  'errors',
] as const;
export const ACTIONS = ['scan', 'override', 'revert', 'pause', 'resume'] as const;
/** What a folder keeps of files that others replaced or deleted. */
export const KEEPING = ['versions', 'restore'] as const;
/** What a folder's guard holds back. */
export const GUARDING = ['guard'] as const;
const GUARD_ACTS = ['list', 'approve', 'reject'];
export type ReportName = (typeof REPORTS)[number];
export type ActionName = (typeof ACTIONS)[number];
export type KeepingName = (typeof KEEPING)[number];

/** Where the running node is; what is absent comes from the node's own settings. */
export interface NodeAddress {
  readonly home?: string;
  readonly guiAddress?: string;
  readonly guiApiKey?: string;
}

export interface ControlLine {
  readonly command:
    'health' | 'help' | ReportName | ActionName | KeepingName | (typeof GUARDING)[number];
  readonly node: NodeAddress;
  readonly isJson: boolean;
  /** For pause and resume; the folder to scan, override or revert. */
  readonly folder?: string;
  readonly device?: string;
  readonly isAll: boolean;
  /** What to scan, below the folder's root; empty: all of it. Of versions the directory, of restore file and time,
   * of guard what to do and the set. */
  readonly paths: readonly string[];
  readonly clears: boolean;
  readonly problems: readonly SettingProblem[];
}

const TEXT = { type: 'string' } as const;
const SWITCH = { type: 'boolean' } as const;
const NODE_OPTIONS = { home: TEXT, 'gui-address': TEXT, 'gui-apikey': TEXT };
const OPTIONS = {
  ...NODE_OPTIONS,
  json: SWITCH,
  folder: TEXT,
  device: TEXT,
  all: SWITCH,
  clear: SWITCH,
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];
/** Beyond those that every command takes. */
const OWN_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  pause: ['folder', 'device', 'all'],
  resume: ['folder', 'device', 'all'],
  errors: ['clear'],
};

export const CONTROL_HELP = `Usage: syncnest cli COMMAND [options]    ask or tell the running node
       syncnest health [options]         exit status 0 if it answers, 1 if not

Commands:
  status                     the node as a whole
  connections                who is connected, from where, and how much went in and out
  devices                    the configured devices
  folders                    the folders, their state and what they need
  pending                    devices and folders that ask to be accepted
  errors [--clear]           what went wrong, in the node and in its folders
  scan [FOLDER [PATH …]]     scan a folder, or some of it, or all folders; returns when done
  override FOLDER            in a send-only folder: bring others to what is here
  revert FOLDER              in a receive-only folder: give up what was changed here
  versions FOLDER [DIR]      what is kept of files that others replaced or deleted
  restore FOLDER PATH [TIME] bring a kept version back: the newest, or the one of that time
  guard list FOLDER          what is held back, as it would delete or replace too much
  guard approve FOLDER [SET] let it happen: one set, or all
  guard reject FOLDER [SET]  keep what is here, and bring others back to it
  pause  --device D | --folder F | --all
  resume --device D | --folder F | --all
                             D is a device ID, its first group, or a name; --all: all devices

Options:
  --json                     the node's own answer, for programs
  --home DIR                 whose config.xml names address and key (~/.syncnest)
  --gui-address ADDR         address of the node's HTTP side
  --gui-apikey KEY           its key
`;

/** undefined when the command line is for another command. */
export function parseControlLine(args: readonly string[]): ControlLine | undefined {
  const first = firstWord(args);
  if (first !== 'cli' && first !== 'health') return undefined;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
    });
    return first === 'health' ? healthLine(values, positionals) : cliLine(values, positionals);
  } catch (error) {
    // Its first sentence names the option; the rest is about the parser.
    const [message] = messageOf(error).split('. ');
    return { ...EMPTY, problems: [problem(message.trim(), 'what syncnest cli --help shows')] };
  }
}

const EMPTY: ControlLine = {
  command: 'help',
  node: {},
  isJson: false,
  isAll: false,
  paths: [],
  clears: false,
  problems: [],
};

type Values = Partial<Record<keyof typeof OPTIONS, string | boolean>>;

/** Only where everything before it is an option of ours: the value of another option is no command. */
function firstWord(args: readonly string[]): string | undefined {
  const { tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const at = tokens.findIndex(({ kind }) => kind === 'positional');
  const before = at < 0 ? [] : tokens.slice(0, at);
  if (before.some((token) => token.kind === 'option' && !(token.name in OPTIONS))) return undefined;
  const token = tokens[at];
  return token?.kind === 'positional' ? token.value : undefined;
}

function problem(item: string, expected: string, value = ''): SettingProblem {
  return { source: 'command line', item, value, expected };
}

const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

function lineOf(values: Values): ControlLine {
  const [home, guiAddress] = [text(values.home), text(values['gui-address'])];
  const [guiApiKey, folder] = [text(values['gui-apikey']), text(values.folder)];
  const device = text(values.device);
  return {
    ...EMPTY,
    node: {
      ...(home === undefined ? {} : { home }),
      ...(guiAddress === undefined ? {} : { guiAddress }),
      ...(guiApiKey === undefined ? {} : { guiApiKey }),
    },
    ...(folder === undefined ? {} : { folder }),
    ...(device === undefined ? {} : { device }),
    isJson: values.json === true,
    isAll: values.all === true,
    clears: values.clear === true,
  };
}

function healthLine(values: Values, [, ...rest]: readonly string[]): ControlLine {
  const line = lineOf(values);
  if (values.help === true) return line;
  const problems = rest.map((word) => problem('argument', 'nothing after health', word));
  return { ...line, command: 'health', problems: [...problems, ...strange('health', values)] };
}

function cliLine(values: Values, [, name, ...rest]: readonly string[]): ControlLine {
  const line = lineOf(values);
  if (values.help === true) return line;
  const commands = [...REPORTS, ...ACTIONS, ...KEEPING, ...GUARDING];
  const command = commands.find((each) => each === name);
  if (command === undefined) {
    const expected = `one of ${commands.join(', ')}`;
    return { ...line, problems: [problem('cli', expected, name ?? '')] };
  }
  const problems = strange(command, values);
  if (command === 'scan') {
    const [folder, ...paths] = rest;
    return { ...line, command, ...(folder === undefined ? {} : { folder }), paths, problems };
  }
  if (command === 'versions' || command === 'restore') {
    const [folder, ...paths] = rest;
    const [least, most] = command === 'versions' ? [0, 1] : [1, 2];
    if (folder === undefined) problems.push(problem(command, 'the ID of a folder'));
    else if (paths.length < least) problems.push(problem(command, 'the path of a file'));
    problems.push(...paths.slice(most).map((word) => problem('argument', 'nothing more', word)));
    return { ...line, command, ...(folder === undefined ? {} : { folder }), paths, problems };
  }
  if (command === 'guard') return guardLine(line, rest, problems);
  if (command === 'override' || command === 'revert') {
    const [folder, ...more] = rest;
    if (folder === undefined) problems.push(problem(command, 'the ID of a folder'));
    problems.push(...more.map((word) => problem('argument', 'nothing after the folder', word)));
    return { ...line, command, ...(folder === undefined ? {} : { folder }), problems };
  }
  problems.push(...rest.map((word) => problem('argument', `nothing after ${command}`, word)));
  if (command === 'pause' || command === 'resume') {
    const given = [values.device, values.folder, values.all].filter((each) => each !== undefined);
    if (given.length !== 1) problems.push(problem(command, 'one of --device, --folder, --all'));
  }
  return { ...line, command, problems };
}

function guardLine(
  line: ControlLine,
  [act = '', folder, set, ...more]: readonly string[],
  problems: SettingProblem[],
): ControlLine {
  const surplus = act === 'list' && set !== undefined ? [set, ...more] : more;
  if (!GUARD_ACTS.includes(act)) {
    problems.push(problem('guard', `one of ${GUARD_ACTS.join(', ')}`, act));
  } else if (folder === undefined) problems.push(problem('guard', 'the ID of a folder'));
  problems.push(...surplus.map((word) => problem('argument', 'nothing more', word)));
  const paths = [act, ...(set === undefined ? [] : [set])];
  return {
    ...line,
    command: 'guard',
    ...(folder === undefined ? {} : { folder }),
    paths,
    problems,
  };
}

/** Options that mean something to other commands only. */
function strange(command: string, values: Values): SettingProblem[] {
  const known = [...Object.keys(NODE_OPTIONS), 'json', ...(OWN_OPTIONS[command] ?? [])];
  return Object.keys(values)
    .filter((name) => !known.includes(name))
    .map((name) => problem(`--${name}`, `only ${known.map((each) => `--${each}`).join(', ')}`));
}
