/** /rest/events: the answer waits for the next event, for a time. */
import { Controller, Get, Query, Res } from '@nestjs/common';
import { type ServerResponse } from 'node:http';
import { type ApiEvent } from './event-buffer.js';
import { EventLogService, type Selection } from './event-log.service.js';
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
  events(
    @Query() query: EventParameters,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<ApiEvent[]> {
    const selection = typeof query.events === 'string' ? query.events : '';
    return this.read(selection.slice(0, SELECTION_CHARACTERS_MAX), query, response);
  }

  @Get('disk')
  disk(
    @Query() query: EventParameters,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<ApiEvent[]> {
    return this.read('disk', query, response);
  }

  private async read(
    selection: Selection,
    query: EventParameters,
    response: ServerResponse,
  ): Promise<ApiEvent[]> {
    if (selection !== 'disk') this.summaries.watched();
    const gone = new AbortController();
    const onClose = (): void => gone.abort();
    response.once('close', onClose);
    try {
      const timeoutS = wholeNumber(query.timeout, TIMEOUT_DEFAULT_S, 0, TIMEOUT_MAX_S);
      return await this.log.read(
        selection,
        {
          since: wholeNumber(query.since, 0, 0),
          limit: wholeNumber(query.limit, 0, 0),
          timeoutMs: timeoutS * MS_PER_S,
        },
        gone.signal,
      );
    } finally {
      response.off('close', onClose);
    }
  }
}
