/**
 * One log entry as a line of text. Pure. Names come from disks and peers: whatever a terminal or a log reader would
 * take for more than text is written as an escape, so that no name can forge a line or move the cursor.
 */
import { type LogFormat, type LogLevel } from '../config/settings.js';

export interface LogEntry {
  readonly timeMs: number;
  readonly level: LogLevel;
  /** Which part of the node speaks; '' = the node as a whole. */
  readonly context: string;
  readonly message: string;
  /** Stack or cause, may have several lines. */
  readonly details?: string;
}

/** Control characters, lone surrogates, line and paragraph separators, and the marks that turn the direction of text. */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** The text with everything unprintable as an escape of the form \u{…}. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Without the line feed at the end. */
export function formatEntry(entry: LogEntry, format: LogFormat): string {
  return format === 'json' ? formatJson(entry) : formatPretty(entry);
}

function formatPretty({ timeMs, level, context, message, details }: LogEntry): string {
  const time = new Date(timeMs).toISOString().replace('T', ' ').replace('Z', '');
  const from = context === '' ? '' : `[${printable(context)}] `;
  const rest =
    details === undefined ? [] : details.split('\n').map((line) => `    ${printable(line)}`);
  return [`${time} ${level.toUpperCase().padEnd(5)} ${from}${printable(message)}`, ...rest].join(
    '\n',
  );
}

function formatJson({ timeMs, level, context, message, details }: LogEntry): string {
  const line = JSON.stringify({
    time: new Date(timeMs).toISOString(),
    level,
    ...(context === '' ? {} : { context }),
    message,
    ...(details === undefined ? {} : { details }),
  });
  // JSON itself escapes only the first 32.
  return line.replace(UNPRINTABLE, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
