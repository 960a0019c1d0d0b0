/** The command line: which command, and the settings it gives. Pure. */
import { parseArgs } from 'node:util';
import { type NodeValues, type SourceSettings } from './partial-settings.js';
import { addValues, SETTING_OPTIONS, setValue, type SettingOption } from './setting-options.js';
import { Refusal, type SettingProblem } from './setting-problem.js';

const COMMANDS = ['serve', 'id', 'generate'] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface CommandLine {
  readonly command: CommandName | 'help' | 'version';
  readonly settings: SourceSettings;
}

/** The options that mean something without a running node. */
const OPTIONS_OF_EVERY_COMMAND: readonly string[] = ['home'];

interface Given {
  readonly option: SettingOption;
  /** As the user wrote it, for messages. */
  readonly rawName: string;
  readonly text: string | undefined;
  /** Written as --name=value. */
  readonly isInline: boolean;
}

export function parseCommandLine(args: readonly string[]): CommandLine {
  const values: NodeValues = {};
  const problems: SettingProblem[] = [];
  const { given, positionals, wants, unknown } = tokenize(args);
  const settings: SourceSettings = {
    source: 'command line',
    values,
    folders: [],
    devices: [],
    problems,
    warnings: [],
  };
  if (wants !== undefined) return { command: wants, settings };
  const refuse = (item: string, value: string, expected: string): void => {
    problems.push({ source: 'command line', item, value, expected });
  };
  const [first = 'serve', ...rest] = positionals;
  const command = COMMANDS.find((name) => name === first);
  if (command === undefined)
    refuse('command', first, `one of ${[...COMMANDS, 'cli', 'health'].join(', ')}`);
  for (const extra of rest) refuse('argument', extra, 'nothing after the command but options');
  for (const item of unknown) refuse(item, '', 'a known option (see --help)');
  for (const each of given) {
    const name = each.option.long ?? '';
    if (command !== 'serve' && !OPTIONS_OF_EVERY_COMMAND.includes(name)) {
      refuse(each.rawName, '', `only ${OPTIONS_OF_EVERY_COMMAND.join(', ')} with ${first}`);
    } else {
      apply(each, values, refuse);
    }
  }
  return { command: command ?? 'serve', settings };
}

function apply(
  { option, rawName, text, isInline }: Given,
  values: NodeValues,
  refuse: (item: string, value: string, expected: string) => void,
): void {
  if (option.kind === 'flag' || option.kind === 'member') {
    if (text !== undefined) refuse(rawName, text, 'no value');
    else if (option.kind === 'flag') setValue(values, option.key, option.sets);
    else addValues(values, option.key, [option.adds]);
    return;
  }
  const isMissing = text === undefined || (!isInline && text.startsWith('--'));
  const parsed = isMissing ? new Refusal(`a value: ${option.argument}`) : option.parse(text);
  const isSecret = option.kind === 'value' && option.isSecret === true;
  if (parsed instanceof Refusal) refuse(rawName, isSecret ? '' : (text ?? ''), parsed.expected);
  else if (option.kind === 'list') addValues(values, option.key, parsed as readonly unknown[]);
  else setValue(values, option.key, parsed);
}

interface Tokens {
  readonly given: readonly Given[];
  readonly positionals: readonly string[];
  readonly wants: 'help' | 'version' | undefined;
  readonly unknown: readonly string[];
}

function tokenize(args: readonly string[]): Tokens {
  const byName = new Map(
    SETTING_OPTIONS.flatMap((option) => (option.long === undefined ? [] : [[option.long, option]])),
  );
  const options = Object.fromEntries(
    [...byName.values()].map((option) => {
      const type = option.kind === 'flag' || option.kind === 'member' ? 'boolean' : 'string';
      const short = option.short === undefined ? {} : { short: option.short };
      return [option.long, { type, multiple: true, ...short } as const];
    }),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...options,
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: Given[] = [];
  const positionals: string[] = [];
  const unknown: string[] = [];
  let wants: Tokens['wants'];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = byName.get(token.name);
    if (token.name === 'help' || token.name === 'version') wants ??= token.name;
    else if (option === undefined) unknown.push(token.rawName);
    else {
      const isInline = token.inlineValue === true;
      given.push({ option, rawName: token.rawName, text: token.value, isInline });
    }
  }
  return { given, positionals, wants, unknown };
}

/** What --help prints. */
export function helpText(): string {
  const rows = SETTING_OPTIONS.filter((option) => option.long !== undefined).map((option) => {
    const short = option.short === undefined ? '    ' : `-${option.short}, `;
    const argument = 'argument' in option ? ` ${option.argument}` : '';
    return [`  ${short}--${option.long}${argument}`, option.meaning] as const;
  });
  rows.push(['  -h, --help', 'this text'], ['      --version', 'the version']);
  const width = Math.max(...rows.map(([names]) => names.length)) + 2;
  return [
    'Usage: syncnest [serve] [options]   run the node in the foreground',
    "       syncnest id [--home DIR]     print this home's device ID, made if there is none",
    '       syncnest generate [--home DIR]',
    '                                    make the home: certificate, key, a first config.xml',
    '       syncnest cli COMMAND         ask or tell the running node (syncnest cli --help)',
    '       syncnest health              exit status 0 if the running node answers, 1 if not',
    '       syncnest --help | --version',
    '',
    'Options:',
    ...rows.map(([names, meaning]) => names.padEnd(width) + meaning),
    '',
    'Every option has a SYNCNEST_… environment variable; folders and devices come from config.xml',
    'or syncthing.ini in the home, or from SYNCNEST_FOLDERS and SYNCNEST_DEVICES.',
    '',
  ].join('\n');
}
