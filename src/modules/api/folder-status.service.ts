/**
 * How folders stand, here and on other devices: read from the index and the running folders when asked. What another
 * device lacks takes a walk over the folder, so the result is kept until an index changes.
 */
import { Injectable } from '@nestjs/common';
import { SyncError } from '../../domain/errors.js';
import { type FileInfo } from '../../domain/file-info.js';
import { type FolderSettings } from '../config/settings.js';
import { SettingsService } from '../config/settings.service.js';
import { CertService } from '../cert/cert.service.js';
import { type FolderCounts, IndexDatabase } from '../database/index-database.js';
import { ClusterService } from '../model/cluster.service.js';
import { ModelService } from '../model/model.service.js';
import { EventLogService } from './event-log.service.js';
import {
  type Completion,
  type CompletionAnswer,
  completionAnswer,
  completionOf,
  type SummaryAnswer,
  summaryAnswer,
  sumOf,
} from './folder-summary.js';
import { type Page } from './query-values.js';
import { walkedPage } from './walked-page.js';

/** Items of one part of a walk. */
const ITEMS_AT_ONCE = 1_000;
/** Pairs of folder and device whose result is kept. */
const KEPT_MAX = 1_000;

interface Kept {
  /** The sequences of all indexes it was made from. */
  readonly of: string;
  readonly need: Promise<FolderCounts>;
}

@Injectable()
export class FolderStatusService {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly settings: SettingsService,
    private readonly model: ModelService,
    private readonly cluster: ClusterService,
    private readonly database: IndexDatabase,
    private readonly cert: CertService,
    private readonly events: EventLogService,
  ) {}

  /** Throws SyncError 'missing' for a folder that is not configured. */
  folder(id: string): FolderSettings {
    const found = this.settings.settings.folders.find((folder) => folder.id === id);
    if (found === undefined) throw new SyncError('missing', 'no such folder');
    return found;
  }

  /** As `folder`; a paused one has nothing to show, as in Syncthing. */
  active(id: string, words = 'no such folder'): FolderSettings {
    const folder = this.folder(id);
    if (folder.paused) throw new SyncError('missing', words);
    return folder;
  }

  async summary(id: string): Promise<SummaryAnswer> {
    const settings = this.folder(id);
    const runner = this.model.runner(id);
    const counts = await this.database.summary(id);
    const remoteSequences: Record<string, number> = {};
    for (const device of settings.devices) {
      remoteSequences[device] = (await this.database.remoteIndex(id, device)).sequence;
    }
    return summaryAnswer({
      counts,
      remoteSequences,
      ignoreDelete: settings.ignoreDelete,
      isReceiveOnly: settings.type === 'receiveonly',
      hasIgnorePatterns: runner?.hasIgnorePatterns ?? false,
      problems: runner?.problems.length ?? 0,
      state: runner?.state ?? (settings.blockedBy === '' ? '' : 'error'),
      stateChangedMs: this.events.stateChangedMs(id),
      error: runner?.error ?? settings.blockedBy,
      watchError: runner?.watch.error ?? '',
      held: (await runner?.guard.sets()) ?? [],
    });
  }

  /** device: undefined or our own ID for this node. Folder '': all that are shared with the device and not paused. */
  async completion(device: string | undefined, folder: string): Promise<CompletionAnswer> {
    const isOurs = device === undefined || device === this.cert.deviceId;
    if (folder !== '') {
      const settings = this.active(folder, 'folder is paused');
      const remoteState = isOurs ? 'unknown' : this.cluster.remoteState(folder, device);
      const completion = await this.ofOne(isOurs ? undefined : device, settings);
      return completionAnswer(completion, remoteState);
    }
    const folders = this.settings.settings.folders.filter(
      (each) => !each.paused && (isOurs || each.devices.includes(device)),
    );
    const parts: Completion[] = [];
    for (const each of folders) parts.push(await this.ofOne(isOurs ? undefined : device, each));
    return completionAnswer(sumOf(parts), 'unknown');
  }

  /** Global versions that the device lacks, one page of them. */
  async remoteNeed(folder: string, device: string, page: Page): Promise<FileInfo[]> {
    this.active(folder);
    return walkedPage(page, (from) =>
      this.database.walkRemoteNeeds(folder, device, from, ITEMS_AT_ONCE),
    );
  }

  private async ofOne(device: string | undefined, folder: FolderSettings): Promise<Completion> {
    const { global, local, need } = await this.database.summary(folder.id);
    if (device === undefined) return completionOf(global, need, local.sequence);
    const { sequence } = await this.database.remoteIndex(folder.id, device);
    return completionOf(global, await this.needOf(device, folder), sequence);
  }

  private async needOf(device: string, folder: FolderSettings): Promise<FolderCounts> {
    const key = `${device} ${folder.id}`;
    const of = await this.sequencesOf(folder);
    const kept = this.kept.get(key);
    if (kept?.of === of) return kept.need;
    const need = this.countNeed(folder.id, device);
    this.kept.delete(key);
    this.kept.set(key, { of, need });
    need.catch(() => this.kept.delete(key));
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT_MAX && oldest !== undefined) this.kept.delete(oldest);
    return need;
  }

  private async sequencesOf({ id, devices }: FolderSettings): Promise<string> {
    const { local } = await this.database.summary(id);
    const remote = await Promise.all(
      devices.map(async (device) => {
        const { indexId, sequence } = await this.database.remoteIndex(id, device);
        return `${device} ${indexId} ${sequence}`;
      }),
    );
    return [local.sequence, ...remote].join('\n');
  }

  private async countNeed(folder: string, device: string): Promise<FolderCounts> {
    const counts = { files: 0, directories: 0, symlinks: 0, deleted: 0, bytes: 0, sequence: 0 };
    let position: Uint8Array | undefined;
    do {
      const part = await this.database.walkRemoteNeeds(folder, device, position, ITEMS_AT_ONCE);
      for (const item of part.items) {
        if (item.deleted) counts.deleted += 1;
        else if (item.type === 'directory') counts.directories += 1;
        else if (item.type === 'symlink') counts.symlinks += 1;
        else {
          counts.files += 1;
          counts.bytes += item.size;
        }
      }
      position = part.next;
    } while (position !== undefined);
    return counts;
  }
}
