/** /rest/db/ignores: the patterns of a folder, shown and replaced. */
import { Body, Controller, Get, HttpCode, HttpStatus, Post, Query } from '@nestjs/common';
import { SyncError } from '../../domain/errors.js';
import { type IgnoreLines, IgnoreLinesService } from '../model/ignore-lines.service.js';
import { HttpError } from './http-error.js';
import { jsonObject } from './json-body.js';
import { text } from './query-values.js';

interface IgnoresAnswer {
  readonly ignore: readonly string[] | null;
  readonly expanded: readonly string[] | null;
  readonly error: string | null;
}

@Controller('rest/db/ignores')
export class IgnoresController {
  constructor(private readonly ignores: IgnoreLinesService) {}

  @Get()
  show(@Query('folder') folder: unknown): Promise<IgnoresAnswer> {
    return answered(this.ignores.read(text(folder)));
  }

  @Post()
  @HttpCode(HttpStatus.OK)
  replace(@Query('folder') folder: unknown, @Body() body: unknown): Promise<IgnoresAnswer> {
    const lines = jsonObject(body)['ignore'] ?? [];
    const isList = Array.isArray(lines) && lines.every((line) => typeof line === 'string');
    if (!isList) throw new HttpError(400, 'body: ignore: expected a list of lines');
    const withEnd = lines.findIndex((line) => /[\r\n]/.test(line));
    if (withEnd >= 0) throw new HttpError(400, `body: ignore: item ${withEnd + 1} is not one line`);
    return answered(this.ignores.write(text(folder), lines));
  }
}

async function answered(found: Promise<IgnoreLines>): Promise<IgnoresAnswer> {
  try {
    const { lines, expanded, error } = await found;
    return {
      ignore: lines ?? null,
      expanded: expanded.length === 0 ? null : expanded,
      error: error === '' ? null : error,
    };
  } catch (error) {
    throw error instanceof SyncError ? new HttpError(500, error.message) : error;
  }
}
