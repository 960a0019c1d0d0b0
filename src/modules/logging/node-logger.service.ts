/**
 * The node's log: what Nest and every module write through Nest's Logger, one line each. The context of a Logger names
 * the part that speaks, and each part can have a level of its own. The debug lines of net, file and idx are the trace
 * facilities: they show when traced or when their own level says so, and not because the node's level is debug.
 */
import { inspect } from 'node:util';
import { Injectable, type LoggerService } from '@nestjs/common';
import { type Clock } from '../../platform/clock.js';
import { type Settings, type TraceFacility } from '../config/settings.js';
import { type LogHistory } from './log-history.js';
import { formatEntry } from './log-line.js';
import { type LogLevel } from '../config/settings.js';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const FACILITIES: readonly TraceFacility[] = ['net', 'file', 'idx'];
/** What the framework says while it starts is of interest to its developers only. */
const FRAMEWORK = /^(?:Nest|Instance|Routes?|Router|Module)/;

export type LogOptions = Pick<Settings, 'logFormat' | 'logLevel' | 'facilityLevels' | 'trace'>;

@Injectable()
export class NodeLogger implements LoggerService {
  /** `write` takes whole lines. */
  constructor(
    private readonly options: LogOptions,
    private readonly clock: Clock,
    private readonly write: (text: string) => void,
    /** Keeps what is shown for those who ask later. */
    private readonly history?: LogHistory,
  ) {}

  log(message: unknown, ...rest: unknown[]): void {
    const context = contextOf(rest);
    this.add(FRAMEWORK.test(context) ? 'debug' : 'info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.add('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.add('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.add('error', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.add('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.add('debug', message, rest);
  }

  private add(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    const context = contextOf(rest);
    if (!this.isShown(level, context)) return;
    const more = rest.slice(0, -1).filter((each) => each !== undefined);
    if (message instanceof Error && message.stack !== undefined) more.unshift(message.stack);
    const details = more.length === 0 ? {} : { details: more.map(textOf).join('\n') };
    const text = message instanceof Error ? message.message : textOf(message);
    const entry = { timeMs: this.clock.nowMs(), level, context, message: text, ...details };
    this.history?.add(entry);
    this.write(`${formatEntry(entry, this.options.logFormat)}\n`);
  }

  private isShown(level: LogLevel, context: string): boolean {
    const { facilityLevels = {}, trace, logLevel } = this.options;
    const own = Object.hasOwn(facilityLevels, context) ? facilityLevels[context] : undefined;
    const facility = FACILITIES.find((each) => each === context);
    if (level === 'debug' && facility !== undefined) {
      return trace.includes(facility) || own === 'debug';
    }
    return LEVELS.indexOf(level) >= LEVELS.indexOf(own ?? logLevel);
  }
}

/** Nest's Logger passes its context as the last argument. */
function contextOf(rest: readonly unknown[]): string {
  const last = rest.at(-1);
  return typeof last === 'string' ? last : '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { breakLength: Infinity });
}
