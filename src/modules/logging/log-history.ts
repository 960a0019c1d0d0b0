/** The last lines of the log, and the last warnings apart from them, for those who ask later. Bounded. */
import { type LogLevel } from '../config/settings.js';

const LINES_MAX = 1_000;
const WARNINGS_MAX = 100;
/** A longer message is cut. */
const MESSAGE_CHARACTERS_MAX = 4_000;

export interface KeptLine {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly message: string;
}

export class LogHistory {
  private readonly lines: KeptLine[] = [];
  private warnings: KeptLine[] = [];

  add({ timeMs, level, message }: KeptLine): void {
    const line = { timeMs, level, message: message.slice(0, MESSAGE_CHARACTERS_MAX) };
    this.lines.push(line);
    if (this.lines.length > LINES_MAX) this.lines.shift();
    if (level !== 'warn' && level !== 'error') return;
    this.warnings.push(line);
    if (this.warnings.length > WARNINGS_MAX) this.warnings.shift();
  }

  /** Lines later than the time, oldest first. */
  since(timeMs: number): KeptLine[] {
    return this.lines.filter((line) => line.timeMs > timeMs);
  }

  /** Warnings and errors since the last call of clearWarnings. */
  get currentWarnings(): readonly KeptLine[] {
    return this.warnings;
  }

  clearWarnings(): void {
    this.warnings = [];
  }
}
