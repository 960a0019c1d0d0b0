/** /rest/folder and /rest/stats: what failed in a folder, and what happened last in folders and to devices. */
import { Controller, Get, Query } from '@nestjs/common';
import { CertService } from '../cert/cert.service.js';
import { SettingsService } from '../config/settings.service.js';
import { ModelService } from '../model/model.service.js';
import { HttpError } from './http-error.js';
import { type Page, pageOf, slice, text } from './query-values.js';
import {
  type DeviceStatistics,
  type FolderStatistics,
  StatisticsService,
} from './statistics.service.js';

interface FolderErrorsAnswer extends Page {
  readonly folder: string;
  readonly errors: { readonly path: string; readonly error: string }[] | null;
}

@Controller('rest')
export class FolderController {
  constructor(
    private readonly settings: SettingsService,
    private readonly model: ModelService,
    private readonly statistics: StatisticsService,
    private readonly cert: CertService,
  ) {}

  @Get(['folder/errors', 'folder/pullerrors'])
  errors(@Query() query: Readonly<Record<string, unknown>>): FolderErrorsAnswer {
    const folder = text(query['folder']);
    const settings = this.settings.settings.folders.find(({ id }) => id === folder);
    if (settings === undefined) throw new HttpError(404, 'no such folder');
    if (settings.paused) throw new HttpError(404, 'folder is paused');
    const page = pageOf(query);
    const problems = slice(this.model.runner(folder)?.problems ?? [], page);
    const errors = problems.map(({ name, message }) => ({ path: name, error: message }));
    return { folder, errors: errors.length === 0 ? null : errors, ...page };
  }

  @Get('stats/device')
  async devices(): Promise<Record<string, DeviceStatistics>> {
    const ids = this.settings.settings.devices.map(({ id }) => id).filter((id) => id !== '');
    const all = [...new Set([this.cert.deviceId, ...ids])];
    const entries = all.map(async (id) => [id, await this.statistics.device(id)] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  @Get('stats/folder')
  async folders(): Promise<Record<string, FolderStatistics>> {
    const ids = this.model.all().map(({ settings }) => settings.id);
    const entries = ids.map(async (id) => [id, await this.statistics.folder(id)] as const);
    return Object.fromEntries(await Promise.all(entries));
  }
}
