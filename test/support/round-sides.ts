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
    log: () => {
      const problems = node.get(ModelService).runner('default')?.problems ?? [];
      const lines = problems.map(({ name, message }) => `${name}: ${message}`);
      return [...node.log.lines.slice(-LOG_LINES), ...lines].join('\n');
    },
  };
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
    log: () => node.log.split('\n').slice(-LOG_LINES).join('\n'),
  };
}
