/** A folder's versioner as its settings say. Numbers are read as stock reads them, but a wrong one is an error. */
import { SyncError } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import { type FolderFs, type FolderFsFactory } from '../../platform/folder-fs.js';
import { type VersioningSettings } from '../config/settings.js';
import { commandWords, ExternalVersioner } from './external.js';
import { simpleSelection } from './simple.js';
import { staggeredSelection } from './staggered.js';
import { isTrashOld } from './trashcan.js';
import { TreeVersioner } from './tree-versioner.js';
import { type Versioner } from './versioner.js';
import { VersionsTree } from './versions-tree.js';

const KEEP_DEFAULT = 5;
const MAX_AGE_S_DEFAULT = 365 * 24 * 3_600;

export interface VersionerParts {
  readonly fs: FolderFs;
  readonly factory: FolderFsFactory;
  readonly clock: Clock;
  readonly onProblem: (message: string) => void;
  /** Absolute paths besides the folder's own at which there are files in use. Absent: none. */
  readonly livePaths?: () => readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Rejects with SyncError 'config', which names the param. */
export async function makeVersioner(
  settings: VersioningSettings,
  { fs, factory, clock, onProblem, environment, livePaths }: VersionerParts,
): Promise<Versioner> {
  const { type, params } = settings;
  if (type === 'external') {
    return new ExternalVersioner(commandWords(params['command'] ?? ''), clock, environment);
  }
  const cleanoutDays = number(params, 'cleanoutDays', 0);
  const keep = number(params, 'keep', KEEP_DEFAULT, 0);
  const maxAgeS = number(params, 'maxAge', MAX_AGE_S_DEFAULT);
  // Before configuration version 35 the path was a param.
  const path = settings.path || params['fsPath'] || params['versionsPath'] || '';
  const tree = await VersionsTree.of(fs, factory, path, livePaths);
  const parts = { tree, clock, onProblem };
  switch (type) {
    case 'trashcan': {
      const isOld = (modifiedMs: number, nowMs: number): boolean =>
        isTrashOld(modifiedMs, nowMs, cleanoutDays);
      return new TreeVersioner(true, cleanoutDays > 0 ? { by: 'age', isOld } : undefined, parts);
    }
    case 'simple': {
      const selection = simpleSelection(keep, cleanoutDays);
      return new TreeVersioner(false, { by: 'file', selection }, parts);
    }
    case 'staggered':
      return new TreeVersioner(
        false,
        { by: 'file', selection: staggeredSelection(maxAgeS) },
        parts,
      );
  }
}

function number(
  params: Readonly<Record<string, string>>,
  key: string,
  fallback: number,
  least = -Infinity,
): number {
  const text = params[key]?.trim() ?? '';
  if (text === '') return fallback;
  const value = Number(text);
  if (/^[+-]?\d{1,15}$/.test(text) && value >= least) return value;
  const expected = least === 0 ? 'a whole number of 0 or more' : 'a whole number';
  throw new SyncError(
    'config',
    `versioning: param ${key}: expected ${expected}, got ${JSON.stringify(text)}`,
  );
}
