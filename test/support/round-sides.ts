/** Nodes as the rounds of changes need them: ours in this process, and a stock Syncthing. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { shortIdText } from '../../src/domain/device-id.js';
import { type FileInfo } from '../../src/domain/file-info.js';
import { IndexDatabase } from '../../src/modules/database/index-database.js';
import { ModelService } from '../../src/modules/model/model.service.js';
import { type RoundSide } from './change-rounds.js';
import { type StockNode } from './stock-node.js';
import { type TestNode } from './test-node.js';

const LOG_LINES = 25;
const NS_PER_S = 1_000_000_000n;

/** In the errors of a stock folder. */
export const REFUSED_DIRECTORY = 'encountered directory when trying to remove file/symlink';

export interface FolderErrors {
  readonly errors: readonly { readonly path: string; readonly error: string }[] | null;
}

export function ourSide(node: TestNode): RoundSide {
  return {
    root: node.root,
    scan: () => node.scan(),
    isInSync: () => node.isInSync(),
    sequence: async () => (await node.get(IndexDatabase).summary('default')).local.sequence,
    announcedTimes: async (names) => {
      const files = await node.get(IndexDatabase).locals('default', names);
      return files.map((file) =>
        file === undefined ? -1n : BigInt(file.modifiedS) * NS_PER_S + BigInt(file.modifiedNs),
      );
    },
    hurry: () => node.get(ModelService).runner('default')?.deviceConnected(),
    describe: async (name) => {
      const database = node.get(IndexDatabase);
      const known = await database.local('default', name);
      const needed = await database.needed('default', name);
      const show = (file: FileInfo | undefined): string =>
        file === undefined
          ? 'none'
          : `${file.type}${file.deleted ? ' deleted' : ''} ${file.localFlags} ` +
            file.version.map(({ id, value }) => `${shortIdText(id)}:${value}`).join(' ');
      return `has ${show(known)}; needs ${show(needed?.global)} of ${needed?.devices.join()}`;
    },
    status: async () => {
      const { need } = await node.get(IndexDatabase).summary('default');
      return JSON.stringify({ need, isInSync: await node.isInSync() }, textOf);
    },
    log: () => {
      const problems = node.get(ModelService).runner('default')?.problems ?? [];
      const lines = problems.map(({ name, message }) => `${name}: ${message}`);
      return [...node.log.lines.slice(-LOG_LINES), ...lines].join('\n');
    },
  };
}

function textOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** A stock node announces the times on its disk, to the nanosecond. */
export function stockSide(node: StockNode, root: string): RoundSide {
  return {
    root,
    repeatsCounts: true,
    keepsTempFiles: true,
    hidesEdits: true,
    namesCopiesByWinner: true,
    scan: () => node.scan(),
    isInSync: () => node.isInSync(),
    sequence: () => node.sequence(),
    announcedTimes: (names) =>
      Promise.resolve(
        names.map((name) => fs.lstatSync(join(root, name), { bigint: true }).mtimeNs),
      ),
    describe: async (name) => {
      const path = `db/file?folder=default&file=${encodeURIComponent(name)}`;
      const file = await node.rest(`GET`, path).catch((error: unknown) => String(error));
      return JSON.stringify(file);
    },
    hurry: () => removeRefusedDirectories(node, root),
    status: async () => JSON.stringify(await node.rest('GET', 'db/status?folder=default')),
    log: () => node.log.split('\n').slice(-LOG_LINES).join('\n'),
  };
}

/**
 * Where a user put a file in the place of a directory and deleted that before Syncthing saw it, Syncthing is asked to
 * delete a file, has a directory, and refuses for ever. Its users take the empty directory away by hand, as here.
 */
export async function removeRefusedDirectories(node: StockNode, root: string): Promise<void> {
  const { errors } = await node.rest<FolderErrors>('GET', 'folder/errors?folder=default');
  const refused = (errors ?? []).filter(({ error }) => error.includes(REFUSED_DIRECTORY));
  for (const { path } of refused) {
    try {
      fs.rmdirSync(join(root, path));
    } catch (error) {
      // It has content still, or is gone.
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['ENOTEMPTY', 'ENOENT', 'ENOTDIR'].includes(code)) throw error;
    }
  }
  if (refused.length > 0) await node.scan();
}
