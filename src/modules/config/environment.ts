/** The environment as a source of settings: the SYNCNEST_* variables. Pure, except for the reader it is given. */
import { messageOf } from '../../domain/errors.js';
import { readDeviceEntries, readFolderEntries } from './entry-lists.js';
import { type NodeValues, type PathBase, type SourceSettings } from './partial-settings.js';
import { addValues, SETTING_OPTIONS, setValue, type SettingOption } from './setting-options.js';
import { Refusal, type SettingProblem } from './setting-problem.js';
import { parseBoolean, splitEntries } from './setting-values.js';

const PREFIX = 'SYNCNEST_';
/** For the tests of the project; no setting. */
const NOT_SETTINGS = new Set(['SYNCNEST_VECTORS', 'SYNCNEST_STOCK_REPO']);

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentReader extends PathBase {
  /** Text of the file that a …_FILE variable names. Throws when it cannot be read. */
  readSecret(path: string): string;
}

/** Empty variables count as absent: that is how compose files pass what is not set. */
export function readEnvironment(
  environment: Environment,
  reader: EnvironmentReader,
): SourceSettings {
  const problems: SettingProblem[] = [];
  const given = withSecretsFromFiles(environment, reader, problems);
  const values: NodeValues = {};
  for (const option of SETTING_OPTIONS) {
    const text = option.variable === undefined ? undefined : given.get(option.variable);
    if (text !== undefined) readVariable(option, text, values, problems);
  }
  const warnings = unknownVariables(environment);
  const devices = readDeviceEntries(given.get('SYNCNEST_DEVICES') ?? '', problems, warnings);
  const folders = readFolderEntries(
    given.get('SYNCNEST_FOLDERS') ?? '',
    devices.map((device) => device.id),
    reader,
    problems,
    warnings,
  );
  return {
    source: 'environment',
    values,
    folders,
    devices,
    problems,
    warnings,
  };
}

function readVariable(
  option: SettingOption,
  text: string,
  values: NodeValues,
  problems: SettingProblem[],
): void {
  const refuse = (value: string, refusal: Refusal): void => {
    const shown = option.kind === 'value' && option.isSecret ? '' : value;
    const item = option.variable ?? '';
    problems.push({ source: 'environment', item, value: shown, expected: refusal.expected });
  };
  if (option.kind === 'flag') {
    const isGiven = parseBoolean(text.trim());
    if (isGiven instanceof Refusal) refuse(text, isGiven);
    else setValue(values, option.key, isGiven ? option.sets : !option.sets);
  } else if (option.kind === 'value') {
    const parsed = option.parse(text.trim());
    if (parsed instanceof Refusal) refuse(text, parsed);
    else setValue(values, option.key, parsed);
  } else if (option.kind === 'list') {
    for (const entry of splitEntries(text)) {
      const parsed = option.parse(entry);
      if (parsed instanceof Refusal) refuse(entry, parsed);
      else addValues(values, option.key, parsed);
    }
  }
}

function secretVariables(): string[] {
  return SETTING_OPTIONS.flatMap((option) =>
    option.kind === 'value' && option.isSecret && option.variable !== undefined
      ? [option.variable]
      : [],
  );
}

/** The variables that are set, a …_FILE variable replaced by the one whose value its file holds. */
function withSecretsFromFiles(
  environment: Environment,
  reader: EnvironmentReader,
  problems: SettingProblem[],
): Map<string, string> {
  const given = new Map<string, string>();
  for (const [name, text] of Object.entries(environment)) {
    if (name.startsWith(PREFIX) && text !== undefined && text.trim() !== '') given.set(name, text);
  }
  for (const variable of secretVariables()) {
    const item = `${variable}_FILE`;
    const path = given.get(item);
    if (path === undefined) continue;
    const refuse = (expected: string): void => {
      problems.push({ source: 'environment', item, value: path, expected });
    };
    if (given.has(variable)) {
      refuse(`only one of ${variable} and ${item}`);
      continue;
    }
    try {
      const secret = reader.readSecret(path).trim();
      if (secret === '') refuse('a file that holds the value');
      else given.set(variable, secret);
    } catch (error) {
      refuse(`a readable file (${messageOf(error)})`);
    }
  }
  return given;
}

function unknownVariables(environment: Environment): string[] {
  const known = new Set([
    ...SETTING_OPTIONS.map((option) => option.variable),
    ...secretVariables().map((variable) => `${variable}_FILE`),
    'SYNCNEST_FOLDERS',
    'SYNCNEST_DEVICES',
    ...NOT_SETTINGS,
  ]);
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name))
    .map((name) => `The environment variable ${name} is unknown and has no effect.`);
}
