/** The lines of a folder's `.stignore`, for those who show and change them; the folder need not run for that. */
import { Injectable } from '@nestjs/common';
import { messageOf, SyncError } from '../../domain/errors.js';
import { tempNameFor } from '../../domain/file-name.js';
import { patternText } from '../../domain/ignore/patterns.js';
import { type FolderFs, FolderFsFactory } from '../../platform/folder-fs.js';
import { SettingsService } from '../config/settings.service.js';
import { FolderIgnores, IGNORE_BYTES_MAX, IGNORE_NAME } from './folder-ignores.js';
import { ModelService } from './model.service.js';

export interface IgnoreLines {
  /** undefined where there is no file. */
  readonly lines: readonly string[] | undefined;
  /** What the lines come to, with those of included files. */
  readonly expanded: readonly string[];
  /** Why the lines cannot be used, or ''. */
  readonly error: string;
}

const FILE_PERMISSIONS = 0o644;

@Injectable()
export class IgnoreLinesService {
  constructor(
    private readonly settings: SettingsService,
    private readonly factory: FolderFsFactory,
    private readonly model: ModelService,
  ) {}

  /** Rejects with SyncError 'missing' where there is no such folder, or its root is not there. */
  read(folder: string): Promise<IgnoreLines> {
    return this.within(folder, readLines);
  }

  /** Replaces the file, or removes it for no lines; a running folder follows at once. */
  async write(folder: string, lines: readonly string[]): Promise<IgnoreLines> {
    const now = await this.within(folder, async (fs) => {
      await writeLines(fs, lines);
      return readLines(fs);
    });
    this.model.runner(folder)?.requestScan(['']);
    return now;
  }

  private async within<T>(folder: string, act: (fs: FolderFs) => Promise<T>): Promise<T> {
    const found = this.settings.settings.folders.find(({ id }) => id === folder);
    if (found === undefined) throw new SyncError('missing', 'no such folder');
    const fs = await this.factory.open(found.path);
    try {
      return await act(fs);
    } finally {
      await fs.close();
    }
  }
}

async function readLines(fs: FolderFs): Promise<IgnoreLines> {
  if ((await fs.stat(IGNORE_NAME)) === undefined)
    return { lines: undefined, expanded: [], error: '' };
  const ignores = new FolderIgnores();
  try {
    await ignores.refresh(fs);
    return { lines: ignores.lines, expanded: ignores.patterns.map(patternText), error: '' };
  } catch (error) {
    return { lines: await ignores.rawLines(fs), expanded: [], error: messageOf(error) };
  }
}

async function writeLines(fs: FolderFs, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) {
    if ((await fs.stat(IGNORE_NAME)) !== undefined) await fs.removeFile(IGNORE_NAME);
    return;
  }
  const data = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  if (data.length > IGNORE_BYTES_MAX) {
    throw new SyncError('config', `${IGNORE_NAME}: over ${IGNORE_BYTES_MAX} bytes`, false);
  }
  const tempName = tempNameFor(IGNORE_NAME);
  if ((await fs.stat(tempName)) !== undefined) await fs.removeFile(tempName);
  const file = await fs.createFile(tempName, FILE_PERMISSIONS);
  try {
    await file.write(0, data);
    await file.sync();
  } finally {
    await file.close();
  }
  await fs.rename(tempName, IGNORE_NAME);
  await fs.syncDirectory('');
}
