/** What is wrong with settings: every bad one of every source is collected and named at once. */
import { type SettingsSource } from './settings.js';

export interface SettingProblem {
  readonly source: SettingsSource | 'request';
  /** Option, variable, key or element path, as the user wrote it. */
  readonly item: string;
  /** The value as written; '' where it is a secret or where there is none. */
  readonly value: string;
  /** What would be right, to be read after the word "expected". */
  readonly expected: string;
}

/** A value that cannot be used. Parsers return it instead of throwing, so that the next value is looked at too. */
export class Refusal {
  constructor(readonly expected: string) {}
}

/** The value that a text stands for, or why it stands for none. */
export type ValueParser<T> = (text: string) => T | Refusal;

/** A request changes what environment, syncthing.ini or command line set: only there it can be changed. */
export class PinnedSetting extends Error {
  constructor(
    readonly key: string,
    readonly source: SettingsSource,
  ) {
    super(`${key} is set by the ${source} and can only be changed there`);
    this.name = 'PinnedSetting';
  }
}

/** Settings that cannot be used: the reason for exit status 2. */
export class BadSettings extends Error {
  constructor(readonly problems: readonly SettingProblem[]) {
    super(describeProblems(problems));
    this.name = 'BadSettings';
  }
}

const SHOWN_VALUE_CHARACTERS_MAX = 120;

/** One line for each problem, below a line that counts them. */
export function describeProblems(problems: readonly SettingProblem[]): string {
  const count = problems.length === 1 ? '1 setting' : `${problems.length} settings`;
  return [`${count} cannot be used:`, ...problems.map((each) => `  ${describe(each)}`)].join('\n');
}

function describe({ source, item, value, expected }: SettingProblem): string {
  const shown =
    value.length > SHOWN_VALUE_CHARACTERS_MAX
      ? `${value.slice(0, SHOWN_VALUE_CHARACTERS_MAX)}…`
      : value;
  const found = value === '' ? '' : ` ${JSON.stringify(shown)};`;
  return `${source}: ${item}:${found} expected ${expected}`;
}
