/** /rest/system/log and /rest/system/error: the last lines of the log, and the warnings that nobody has cleared. */
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  HttpStatus,
  Logger,
  Post,
  Query,
} from '@nestjs/common';
import { type KeptLine } from '../logging/log-history.js';
import { printable } from '../logging/log-line.js';
import { ProgramControl } from './program-control.js';
import { text } from './query-values.js';

/** Syncthing's numbers for levels. */
const LEVELS = { debug: 0, info: 2, warn: 3, error: 3 } as const;
const MESSAGE_CHARACTERS_MAX = 4_000;

interface LineAnswer {
  readonly when: string;
  readonly message: string;
  readonly level: number;
}

@Controller('rest/system')
export class LogController {
  private readonly logger = new Logger('api');

  constructor(private readonly program: ProgramControl) {}

  @Get('log')
  log(@Query('since') since: unknown): { messages: LineAnswer[] } {
    return { messages: this.lines(since).map(answer) };
  }

  /** A line for each message: what was told to us forges none. */
  @Get('log.txt')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  logText(@Query('since') since: unknown): string {
    return this.lines(since)
      .map((line) => `${answer(line).when}: ${printable(line.message)}\n`)
      .join('');
  }

  @Get('error')
  errors(): { errors: LineAnswer[] | null } {
    const warnings = this.program.history.currentWarnings.map(answer);
    return { errors: warnings.length === 0 ? null : warnings };
  }

  @Post('error')
  @HttpCode(HttpStatus.OK)
  addError(@Body() body: unknown): void {
    this.logger.warn(String(body ?? '').slice(0, MESSAGE_CHARACTERS_MAX));
  }

  @Post('error/clear')
  @HttpCode(HttpStatus.OK)
  clearErrors(): void {
    this.program.history.clearWarnings();
  }

  private lines(since: unknown): KeptLine[] {
    const sinceMs = Date.parse(text(since));
    return this.program.history.since(Number.isNaN(sinceMs) ? 0 : sinceMs);
  }
}

function answer({ timeMs, level, message }: KeptLine): LineAnswer {
  return { when: new Date(timeMs).toISOString(), message, level: LEVELS[level] };
}
