/** Levels of the log: one for the node, and others for single parts of it, as in `info,net=debug`. Pure. */
import { Refusal } from './setting-problem.js';
import { type LogLevel } from './settings.js';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const LEVEL_OF_NODE: LogLevel = 'info';
const ENTRIES_MAX = 32;
/** The part of the node that a line names: net, file, idx, model, connections … */
const FACILITY = /^[A-Za-z][\w-]{0,63}$/;

export interface LogLevels {
  readonly logLevel: LogLevel;
  /** Absent where no part has a level of its own. */
  readonly facilityLevels?: Readonly<Record<string, LogLevel>>;
}

function isLevel(text: string | undefined): text is LogLevel {
  return LEVELS.some((level) => level === text);
}

function entriesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '');
}

/** The text as it came, once it is known that `logLevels` understands it. */
export function parseLogLevels(text: string): string | Refusal {
  const entries = entriesOf(text);
  const isKnown = entries.every((entry) => {
    if (isLevel(entry)) return true;
    const [facility, level, ...more] = entry.split('=');
    return FACILITY.test(facility) && isLevel(level) && more.length === 0;
  });
  const plain = entries.filter(isLevel).length;
  if (isKnown && plain <= 1 && entries.length > 0 && entries.length <= ENTRIES_MAX) return text;
  return new Refusal(`one of ${LEVELS.join(', ')}; for single parts also such as info,net=debug`);
}

/** Takes what `parseLogLevels` let pass. */
export function logLevels(text: string): LogLevels {
  const entries = entriesOf(text);
  const logLevel = entries.find(isLevel) ?? LEVEL_OF_NODE;
  const own = entries.filter((entry) => entry.includes('=')).map((entry) => entry.split('='));
  if (own.length === 0) return { logLevel };
  return { logLevel, facilityLevels: Object.fromEntries(own) as Record<string, LogLevel> };
}
