/** /rest/folder/guard: what a folder's guard holds back, and what people decide about it. */
import { Controller, Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { SyncError } from '../../domain/errors.js';
import { type Decision, type FolderGuard } from '../model/folder-runner.js';
import { ModelService } from '../model/model.service.js';
import { HttpError } from './http-error.js';
import { localTimeText, text, wholeNumber } from './query-values.js';

const NAMES_DEFAULT = 1_000;
const NAMES_MAX = 10_000;

interface GuardAnswer {
  readonly folder: string;
  readonly mode: string;
  readonly percent: number;
  readonly filesMin: number;
  readonly sets: Record<string, unknown>[];
}

type Query = Readonly<Record<string, unknown>>;

@Controller('rest/folder/guard')
export class GuardController {
  constructor(private readonly model: ModelService) {}

  @Get()
  async list(@Query('folder') id: unknown): Promise<GuardAnswer> {
    const folder = text(id);
    const guard = this.guardOf(folder);
    const sets = await guard.sets();
    const { mode, percent, filesMin } = guard.rules;
    const shown = sets.map(({ sinceMs, ...set }) => ({ ...set, since: localTimeText(sinceMs) }));
    return { folder, mode, percent, filesMin, sets: shown };
  }

  /** Names of a device's set after `after`; no names are the end. */
  @Get('names')
  async names(@Query() query: Query): Promise<{ names: string[] }> {
    const after = text(query['after']);
    const limit = wholeNumber(query['limit'], NAMES_DEFAULT, 1, NAMES_MAX);
    const guard = this.guardOf(text(query['folder']));
    const names = await guard.names(text(query['set']), after === '' ? undefined : after, limit);
    return { names };
  }

  @Post('approve')
  @HttpCode(HttpStatus.OK)
  approve(@Query() query: Query): Promise<{ sets: string[] }> {
    return this.decide('approve', query);
  }

  @Post('reject')
  @HttpCode(HttpStatus.OK)
  reject(@Query() query: Query): Promise<{ sets: string[] }> {
    return this.decide('reject', query);
  }

  /** Without a set: all. Answers when it is recorded; what follows from it takes its time. */
  private async decide(decision: Decision, query: Query): Promise<{ sets: string[] }> {
    const set = text(query['set']);
    try {
      const guard = this.guardOf(text(query['folder']));
      return { sets: await guard.decide(decision, set === '' ? undefined : set) };
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      const status = error.code === 'missing' ? 404 : error.code === 'refused' ? 409 : 500;
      throw new HttpError(status, error.message);
    }
  }

  private guardOf(folder: string): FolderGuard {
    const runner = this.model.runner(folder);
    if (runner === undefined) throw new HttpError(404, `folder ${folder} is not running`);
    return runner.guard;
  }
}
