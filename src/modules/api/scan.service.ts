/** Scans and other work on folders that requests ask for, answered when it is done. */
import { Injectable } from '@nestjs/common';
import { messageOf, SyncError } from '../../domain/errors.js';
import { canonicalName } from '../../domain/tree-order.js';
import { type FolderOrder } from '../model/folder-orders.js';
import { type FolderRunner } from '../model/folder-runner.js';
import { ModelService } from '../model/model.service.js';
import { RescanScheduleService } from '../scanner/rescan-schedule.service.js';
import { FolderStatusService } from './folder-status.service.js';
import { HttpError } from './http-error.js';

const MS_PER_S = 1000;

@Injectable()
export class ScanService {
  constructor(
    private readonly model: ModelService,
    private readonly rescans: RescanScheduleService,
    private readonly status: FolderStatusService,
  ) {}

  /** names: none = the whole folder. Rejects when there is no such folder, it does not run, or the scan failed. */
  async scan(folder: string, names: readonly string[]): Promise<void> {
    const runner = this.running(folder);
    const scanned = names.length === 0 ? [''] : names.map(inFolder);
    await runner.scanned(scanned);
  }

  async scanAll(): Promise<void> {
    const runners = this.model.all();
    const results = await Promise.allSettled(runners.map((runner) => runner.scanned([''])));
    const lines = results.flatMap((result, at) =>
      result.status === 'fulfilled'
        ? []
        : [`${runners[at]?.settings.id}: ${messageOf(result.reason)}`],
    );
    if (lines.length > 0) throw new HttpError(500, ['Error scanning folders', ...lines].join('\n'));
  }

  /** The next scan by the schedule comes after this time. */
  delay(folder: string, seconds: number): void {
    this.rescans.delay(folder, seconds * MS_PER_S);
  }

  /** Not waited for; nothing happens to a folder that does not run or whose type has no such order, as in Syncthing. */
  order(folder: string, order: FolderOrder): void {
    this.model
      .runner(folder)
      ?.order(order)
      .catch(() => undefined);
  }

  private running(folder: string): FolderRunner {
    const { paused, blockedBy } = this.status.folder(folder);
    const runner = this.model.runner(folder);
    if (runner !== undefined) return runner;
    if (paused) throw new SyncError('missing', 'folder is paused');
    throw new SyncError('missing', blockedBy === '' ? 'folder is not running' : blockedBy);
  }
}

function inFolder(sub: string): string {
  const name = canonicalName(sub);
  if (name === undefined) throw new HttpError(500, `${sub}: not in the folder`);
  return name;
}
