/** Makes the versioner of each folder that keeps what the cluster replaces or deletes. */
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { type FolderFs, FolderFsFactory } from '../../platform/folder-fs.js';
import { type FolderSettings } from '../config/settings.js';
import { SettingsService } from '../config/settings.service.js';
import { makeVersioner } from './make-versioner.js';
import { type Versioner } from './versioner.js';

@Injectable()
export class VersionsService {
  private readonly logger = new Logger('versions');

  constructor(
    private readonly factory: FolderFsFactory,
    private readonly clock: Clock,
    private readonly settings: SettingsService,
  ) {}

  /** undefined when the folder keeps no versions. Rejects with SyncError 'config' for settings that cannot be used. */
  async open(folder: FolderSettings, fs: FolderFs): Promise<Versioner | undefined> {
    if (folder.versioning === undefined) return undefined;
    return makeVersioner(folder.versioning, {
      fs,
      factory: this.factory,
      clock: this.clock,
      environment: process.env,
      livePaths: () => [
        ...this.settings.settings.folders
          .filter(({ id }) => id !== folder.id)
          .map(({ path }) => path),
        ...[...fs.links.followed.values()].map(({ path }) => path),
      ],
      onProblem: (message) => this.logger.warn(`Folder ${folder.id}: ${message}`),
    });
  }
}
