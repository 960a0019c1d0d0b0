/** /rest/folder/versions: the kept versions of a folder's files, shown and restored. */
import { Body, Controller, Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { SyncError } from '../../domain/errors.js';
import { ModelService } from '../model/model.service.js';
import { HttpError } from './http-error.js';
import { jsonObject } from './json-body.js';
import { localTimeText, text } from './query-values.js';

interface VersionAnswer {
  readonly versionTime: string;
  readonly modTime: string;
  readonly size: number;
}

/** Of one request. */
const RESTORED_MAX = 10_000;

@Controller('rest/folder/versions')
export class VersionsController {
  constructor(private readonly model: ModelService) {}

  /** `below`: only those in a directory of the folder. */
  @Get()
  async list(
    @Query('folder') folder: unknown,
    @Query('below') below: unknown,
  ): Promise<Record<string, VersionAnswer[]>> {
    const found = await answered(() => this.versionsOf(text(folder)).list(text(below)));
    const entries = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      entries.map(([name, versions]) => [
        name,
        versions.map(({ versionMs, modifiedMs, size }) => ({
          versionTime: localTimeText(versionMs),
          modTime: localTimeText(modifiedMs),
          size,
        })),
      ]),
    );
  }

  /** The body has the times of versions by the names of files; the answer what went wrong. */
  @Post()
  @HttpCode(HttpStatus.OK)
  async restore(
    @Query('folder') folder: unknown,
    @Body() body: unknown,
  ): Promise<Record<string, string>> {
    const versions = this.versionsOf(text(folder));
    const files = new Map<string, number>();
    for (const [name, time] of Object.entries(jsonObject(body))) {
      const versionMs = typeof time === 'string' ? Date.parse(time) : NaN;
      if (Number.isNaN(versionMs)) {
        throw new HttpError(400, `body: ${JSON.stringify(name)}: expected the time of a version`);
      }
      files.set(name, versionMs);
    }
    if (files.size > RESTORED_MAX) {
      throw new HttpError(400, `body: expected at most ${RESTORED_MAX} files`);
    }
    return Object.fromEntries(await answered(() => versions.restore(files)));
  }

  private versionsOf(folder: string): NonNullable<ReturnType<ModelService['runner']>>['versions'] {
    const runner = this.model.runner(folder);
    if (runner === undefined) throw new HttpError(500, `folder ${folder} is not running`);
    return runner.versions;
  }
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof SyncError ? new HttpError(500, error.message) : error;
  }
}
