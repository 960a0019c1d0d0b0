/** /rest/events: the answer waits for the next event, for a time. */
import { Controller, Get, Query, Res } from '@nestjs/common';
import { type ServerResponse } from 'node:http';
import { DISK, EventLogService, type Selection } from './event-log.service.js';
import { wholeNumber } from './query-values.js';
import { SummaryEventsService } from './summary-events.service.js';

const TIMEOUT_DEFAULT_S = 60;
const TIMEOUT_MAX_S = 3_600;
const SELECTION_CHARACTERS_MAX = 1_000;
const MS_PER_S = 1000;

interface EventParameters {
  readonly since?: unknown;
  readonly limit?: unknown;
  readonly timeout?: unknown;
  readonly events?: unknown;
}

@Controller('rest/events')
export class EventsController {
  constructor(
    private readonly log: EventLogService,
    private readonly summaries: SummaryEventsService,
  ) {}

  @Get()
  events(@Query() query: EventParameters, @Res() response: ServerResponse): Promise<void> {
    const selection = typeof query.events === 'string' ? query.events : '';
    return this.answer(selection.slice(0, SELECTION_CHARACTERS_MAX), query, response);
  }

  @Get('disk')
  disk(@Query() query: EventParameters, @Res() response: ServerResponse): Promise<void> {
    return this.answer(DISK, query, response);
  }

  /** The headers go at once, so that no client and nothing in between takes the wait for silence. */
  private async answer(
    selection: Selection,
    query: EventParameters,
    response: ServerResponse,
  ): Promise<void> {
    this.log.requireRoom();
    const unwatch = hasSummaries(selection) ? this.summaries.watch() : undefined;
    const gone = new AbortController();
    const onClose = (): void => gone.abort();
    response.once('close', onClose);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.flushHeaders();
    try {
      const timeoutS = wholeNumber(query.timeout, TIMEOUT_DEFAULT_S, 0, TIMEOUT_MAX_S);
      const wanted = {
        since: wholeNumber(query.since, 0, 0),
        limit: wholeNumber(query.limit, 0, 0),
        timeoutMs: timeoutS * MS_PER_S,
      };
      const events = await this.log.read(selection, wanted, gone.signal);
      response.end(`${JSON.stringify(events, undefined, 2)}\n`);
    } finally {
      response.off('close', onClose);
      unwatch?.();
    }
  }
}

function hasSummaries(selection: Selection): boolean {
  return selection === '' || /\bFolder(Summary|Completion)\b/.test(selection);
}
