/** Tables and sizes for people. Names come from peers: whatever is not plain text is written as an escape. Pure. */
import { printable } from '../modules/logging/log-line.js';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const GAP = '  ';

/** Columns as wide as what they hold; numbers to the right. Nothing but `empty` where there is no row. */
export function tableText(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  empty: string,
): string {
  if (rows.length === 0) return `${empty}\n`;
  const cells = rows.map((row) => row.map((cell) => printable(String(cell) || '-')));
  const isNumeric = columns.map((_, i) => rows.every((row) => typeof row[i] === 'number'));
  const widths = columns.map((name, i) =>
    Math.max(name.length, ...cells.map((row) => (row[i] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (isNumeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join(GAP)
      .trimEnd();
  return `${[line(columns), ...cells.map(line)].join('\n')}\n`;
}

/** Two columns without a head. */
export function listText(rows: readonly (readonly [string, string | number])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const line = ([name, value]: readonly [string, string | number]): string =>
    `${name.padEnd(width)}${GAP}${printable(String(value) || '-')}`.trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}

/** For programs and terminals: JSON itself escapes only the first 32 characters. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  const escaped = text.replace(/[^\n -~]/gu, (character) =>
    printable(character) === character ? character : unicodeEscape(character),
  );
  return `${escaped}\n`;
}

function unicodeEscape(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** As `3d 4h`, `4h 5m`, `5m 6s` or `6s`. */
export function durationText(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [Math.floor(seconds) % 60, 's'],
  ];
  const from = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(from < 0 ? 3 : from, (from < 0 ? 3 : from) + 2)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}

/** A time as the API gives it, without its fractions; '' for one that never was. */
export function timeText(time: string): string {
  const isNever = time === '' || time.startsWith('0001-') || time.startsWith('1970-');
  return isNever ? '' : time.replace(/\.\d+/, '').replace('T', ' ');
}
