/** Validates merged settings as a whole with class-validator and says of each problem where the value came from. */
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { BYTES_PER_REQUEST } from './defaults.js';
import { type ValueSources } from './merge-settings.js';
import { type NodeValues } from './partial-settings.js';
import { SettingsDto } from './settings.dto.js';
import { SETTING_OPTIONS } from './setting-options.js';
import { type Settings, type SettingsSource } from './settings.js';
import { type SettingProblem } from './setting-problem.js';

/** Values that are named otherwise where they are given. */
const STATED_AS: Readonly<Record<string, keyof NodeValues>> = {
  requestBytesMax: 'requestsInFlight',
};

export function settingsProblems(
  settings: Settings,
  valueSources: ValueSources = new Map(),
): SettingProblem[] {
  const errors = validateSync(plainToInstance(SettingsDto, settings), {
    forbidUnknownValues: false,
  });
  return errors.flatMap((error) => {
    if (error.property !== 'folders' && error.property !== 'devices') {
      return valueProblems(error, valueSources);
    }
    return (error.children ?? []).flatMap((entry) =>
      entryProblems(error.property as 'folders' | 'devices', entry, settings),
    );
  });
}

function expectedOf(error: ValidationError): string {
  return Object.values(error.constraints ?? {}).at(0) ?? 'another value';
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function valueProblems(error: ValidationError, valueSources: ValueSources): SettingProblem[] {
  if (error.children !== undefined && error.children.length > 0) {
    return error.children.flatMap((child) => valueProblems(child, valueSources));
  }
  const key = STATED_AS[error.property] ?? (error.property as keyof NodeValues);
  const source: SettingsSource = valueSources.get(key) ?? 'default';
  const value: unknown =
    error.property === 'requestBytesMax' ? Number(error.value) / BYTES_PER_REQUEST : error.value;
  const text = error.property === 'apiKey' ? '' : shown(value);
  return [{ source, item: asWritten(key, source), value: text, expected: expectedOf(error) }];
}

/** The option or variable that gave the value; elsewhere the setting's own name. */
function asWritten(key: keyof NodeValues, source: SettingsSource): string {
  const options = SETTING_OPTIONS.filter((option) => option.key === key);
  const option = options.find(({ long }) => long !== undefined);
  if (source === 'command line' && option !== undefined) return `--${option.long}`;
  const variable = options.find((each) => each.variable !== undefined)?.variable;
  return source === 'environment' && variable !== undefined ? variable : key;
}

function entryProblems(
  list: 'folders' | 'devices',
  entry: ValidationError,
  settings: Settings,
): SettingProblem[] {
  const { id, source } = settings[list][Number(entry.property)];
  const kind = list === 'folders' ? 'folder' : 'device';
  return (entry.children ?? []).flatMap((error) =>
    partsOf(error).map(({ path, part }) => ({
      source,
      item: `${kind} ${JSON.stringify(id)} ${path}`,
      value: shown(part.value),
      expected: expectedOf(part),
    })),
  );
}

/** What is wrong within an object of its own is named one by one. */
function partsOf(error: ValidationError): { path: string; part: ValidationError }[] {
  const isObject = error.children !== undefined && error.children.length > 0;
  if (!isObject || Array.isArray(error.value)) return [{ path: error.property, part: error }];
  return error.children!.map((part) => ({ path: `${error.property}.${part.property}`, part }));
}
