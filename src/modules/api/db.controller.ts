/** /rest/db: how folders stand, what is in them, and scans. */
import { Controller, Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { SyncError } from '../../domain/errors.js';
import { IndexDatabase } from '../database/index-database.js';
import { type TreeEntry } from './browse-tree.js';
import { type FileAnswer, fileAnswer } from './file-answer.js';
import { FolderItemsService } from './folder-items.service.js';
import { FolderStatusService } from './folder-status.service.js';
import { type CompletionAnswer, NEVER, type SummaryAnswer } from './folder-summary.js';
import { HttpError } from './http-error.js';
import { knownDevice } from './known-device.js';
import { type Page, pageOf, text, texts, wholeNumber } from './query-values.js';
import { ScanService } from './scan.service.js';

type Query = Readonly<Record<string, unknown>>;

interface NeedAnswer extends Page {
  readonly progress: FileAnswer[];
  readonly queued: FileAnswer[];
  readonly rest: FileAnswer[];
}

@Controller('rest/db')
export class DbController {
  constructor(
    private readonly status: FolderStatusService,
    private readonly items: FolderItemsService,
    private readonly scans: ScanService,
    private readonly database: IndexDatabase,
  ) {}

  @Get('status')
  getStatus(@Query('folder') folder: unknown): Promise<SummaryAnswer> {
    return known(this.status.summary(text(folder)));
  }

  @Get('completion')
  async completion(@Query() query: Query): Promise<CompletionAnswer> {
    const device = text(query['device']);
    const id = device === '' ? undefined : knownDevice(device, 400);
    return known(this.status.completion(id, text(query['folder'])));
  }

  @Get('browse')
  browse(@Query() query: Query): Promise<TreeEntry[]> {
    const levels = wholeNumber(query['levels'], -1, 0);
    const dirsOnly = text(query['dirsonly']) !== '';
    const { folder, prefix } = query;
    return known(this.items.browse(text(folder), text(prefix), levels, dirsOnly), 500);
  }

  @Get('file')
  async file(@Query() query: Query): Promise<Record<string, unknown>> {
    const folder = text(query['folder']);
    const name = text(query['file']);
    await known(Promise.resolve().then(() => this.status.active(folder)));
    const global = await this.database.global(folder, name);
    const local = await this.database.local(folder, name);
    if (global === undefined && local === undefined) {
      throw new HttpError(404, 'No such object in the index');
    }
    return {
      global: global === undefined ? {} : fileAnswer(global, true),
      local: local === undefined ? {} : fileAnswer(local, true),
      availability: global === undefined ? null : await this.items.availability(folder, global),
      mtime: { err: null, value: { real: NEVER, virtual: NEVER } },
    };
  }

  @Get('need')
  async need(@Query() query: Query): Promise<NeedAnswer> {
    const page = pageOf(query);
    const files = await known(this.items.need(text(query['folder']), page));
    return { progress: [], queued: [], rest: files.map((file) => fileAnswer(file)), ...page };
  }

  @Get('remoteneed')
  async remoteNeed(@Query() query: Query): Promise<{ files: FileAnswer[] } & Page> {
    const page = pageOf(query);
    const device = knownDevice(text(query['device']), 500);
    const files = await known(this.status.remoteNeed(text(query['folder']), device, page));
    return { files: files.map((file) => fileAnswer(file)), ...page };
  }

  /** What a receive-only folder keeps to itself. */
  @Get('localchanged')
  async localChanged(@Query() query: Query): Promise<{ files: FileAnswer[] } & Page> {
    const page = pageOf(query);
    const files = await known(this.items.localChanged(text(query['folder']), page));
    return { files: files.map((file) => fileAnswer(file)), ...page };
  }

  /** Answers when the scan is done. */
  @Post('scan')
  @HttpCode(HttpStatus.OK)
  async scan(@Query() query: Query): Promise<void> {
    const folder = text(query['folder']);
    if (folder === '') return this.scans.scanAll();
    await known(this.scans.scan(folder, texts(query['sub'])), 500);
    const nextS = wholeNumber(query['next'], -1, 0);
    if (nextS >= 0) this.scans.delay(folder, nextS);
  }

  @Post('override')
  @HttpCode(HttpStatus.OK)
  override(@Query('folder') folder: unknown): void {
    this.scans.order(text(folder), 'override');
  }

  @Post('revert')
  @HttpCode(HttpStatus.OK)
  revert(@Query('folder') folder: unknown): void {
    this.scans.order(text(folder), 'revert');
  }

  /** The order of transfers cannot be changed: the answer is what is needed, in the order it has. */
  @Post('prio')
  @HttpCode(HttpStatus.OK)
  prio(@Query() query: Query): Promise<NeedAnswer> {
    return this.need(query);
  }
}

/** What is not there gets the status. */
async function known<T>(answer: Promise<T>, status = 404): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const isMissing = error instanceof SyncError && error.code === 'missing';
    throw isMissing ? new HttpError(status, error.message) : error;
  }
}
