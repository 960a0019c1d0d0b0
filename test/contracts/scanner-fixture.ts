/** Folders for the contracts of walker and hasher: on disk and in memory. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../src/platform/clock.js';
import { type FolderFs, type FolderFsFactory } from '../../src/platform/folder-fs.js';
import { MemoryFolderFsFactory } from '../../src/platform/memory-folder-fs-factory.js';
import { RealFolderFsFactory } from '../../src/platform/real-folder-fs-factory.js';

export interface ScannedFolder {
  /** On an empty root. */
  readonly fs: FolderFs;
  placeFifo(name: string): void;
  /** Makes an entry in the root that starts with "caf" and is not UTF-8. */
  placeUndecodable(): void;
  /** Takes the root away and puts an empty one in its place. */
  replaceRoot(): Promise<void>;
  /** A new directory outside the root. */
  openElsewhere(name: string): Promise<FolderFs>;
  cleanUp(): Promise<void>;
}

export async function folderOnDisk(): Promise<ScannedFolder> {
  const parent = mkdtempSync(join(tmpdir(), 'syncnest-scan-'));
  const root = join(parent, 'root');
  const factory: FolderFsFactory = new RealFolderFsFactory();
  await factory.makeRoot(root);
  const fs = await factory.open(root);
  return {
    fs,
    placeFifo: (name) => void execFileSync('mkfifo', [join(root, name)]),
    placeUndecodable: () => {
      const name = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.of(0xe9)]);
      writeFileSync(name, 'x');
    },
    replaceRoot: async () => {
      rmSync(root, { recursive: true });
      // The new directory must not get the inode of the old one.
      writeFileSync(join(parent, 'in between'), '');
      await factory.makeRoot(root);
    },
    openElsewhere: async (name) => {
      await factory.makeRoot(join(parent, name));
      return factory.open(join(parent, name));
    },
    cleanUp: async () => {
      await fs.close();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

export async function folderInMemory(): Promise<ScannedFolder> {
  const factory = new MemoryFolderFsFactory(new SystemClock());
  await factory.makeRoot('/memory');
  const fs = await factory.open('/memory');
  return {
    fs,
    placeFifo: (name) => fs.disk.placeOther(name),
    placeUndecodable: () => fs.disk.placeUndecodable('', 'caf\\xe9'),
    replaceRoot: async () => {
      factory.takeRoot('/memory');
      await factory.makeRoot('/memory');
    },
    openElsewhere: async (name) => {
      await factory.makeRoot(`/elsewhere/${name}`);
      return factory.open(`/elsewhere/${name}`);
    },
    cleanUp: () => fs.close(),
  };
}
