/**
 * The kinds that keep versions in a tree like the folder's own: trash can, simple and staggered. They differ in the names
 * they give and in what they let go.
 */
import { messageOf, SyncError } from '../../domain/errors.js';
import { baseOf, localTime, parentOf } from '../../domain/file-name.js';
import { type Clock } from '../../platform/clock.js';
import { type CleaningRule, cleanVersions } from './clean-versions.js';
import { keepFile, type KeepingPlace, type KeptFile, unkeepFile } from './keep-file.js';
import { LettingGo } from './letting-go.js';
import { listVersions } from './list-versions.js';
import { restoreVersion } from './restore-version.js';
import { taggedName } from './version-names.js';
import { type Archived, type KeptVersion, type Outgoing, Versioner } from './versioner.js';
import { type VersionsTree, within } from './versions-tree.js';

/** What was written so long ago is on the disk by itself. */
const UNFLUSHED_MS = 120_000;
const NS_PER_MS = 1_000_000n;
const MS_PER_S = 1_000;
const NS_PER_MS_NUMBER = 1_000_000;

export interface TreeVersionerParts {
  readonly tree: VersionsTree;
  readonly clock: Clock;
  /** A version that could not be removed, or whose time could not be set. */
  readonly onProblem: (message: string) => void;
}

export class TreeVersioner extends Versioner {
  private readonly lettingGo: LettingGo | undefined;

  constructor(
    /** In a trash can a file keeps its name, and its time is when it came there. */
    private readonly isTrash: boolean,
    /** undefined: nothing ever goes. */
    private readonly rule: CleaningRule | undefined,
    private readonly parts: TreeVersionerParts,
  ) {
    super();
    const { clock, onProblem } = parts;
    this.lettingGo =
      rule?.by === 'file'
        ? new LettingGo(rule.selection, () => clock.nowMs(), onProblem)
        : undefined;
  }

  archive(file: Outgoing, signal: AbortSignal): Promise<Archived> {
    return this.keep(file, this.isTrash ? 'own name' : 'timed', signal);
  }

  async list(below: string, signal: AbortSignal): Promise<Map<string, KeptVersion[]>> {
    await this.parts.tree.forget();
    const versions = await this.parts.tree.open();
    return versions === undefined ? new Map() : listVersions(versions, below, signal);
  }

  async restore(name: string, versionMs: number, signal: AbortSignal): Promise<void> {
    const { tree } = this.parts;
    await tree.forget();
    const versions = await tree.open();
    if (versions === undefined) throw new SyncError('missing', 'version not found');
    const taken = await restoreVersion(
      {
        versions,
        folderFs: tree.folderFs,
        // In a trash can, too, under a name with its time: its own one is that of the version to come back. And whatever
        // comes so soon after another that the rule would let it go.
        archive: (file) => this.keep(file, 'timed, all stay', signal),
      },
      name,
      versionMs,
      signal,
    );
    if (!this.isTrash || taken === undefined) return;
    const plain = within(versions, name);
    if ((await versions.fs.stat(plain)) === undefined) await versions.fs.rename(taken, plain);
  }

  async clean(signal: AbortSignal): Promise<void> {
    const { tree, clock, onProblem } = this.parts;
    await tree.forget();
    const versions = await tree.open();
    if (versions === undefined || this.rule === undefined) return;
    const nowMs = clock.nowMs();
    await cleanVersions({ versions, rule: this.rule, nowMs, onProblem }, signal);
  }

  async tidy(): Promise<void> {
    if (this.lettingGo?.isAny !== true) return;
    try {
      const versions = await this.parts.tree.open();
      if (versions !== undefined) await this.lettingGo.run(versions);
    } catch (error) {
      this.note(error);
    }
  }

  isOwn(name: string): boolean {
    return this.parts.tree.isOwn(name);
  }

  close(): Promise<void> {
    return this.parts.tree.close();
  }

  private async keep(
    file: Outgoing,
    how: 'own name' | 'timed' | 'timed, all stay',
    signal: AbortSignal,
  ): Promise<Archived & { readonly name: string }> {
    const { tree } = this.parts;
    const directory = parentOf(file.name);
    let place: KeepingPlace;
    let kept: KeptFile;
    try {
      place = await this.placeFor(file.name, how === 'own name');
      kept = await keepFile(file, place, signal);
    } catch (error) {
      // A directory that was known may be gone.
      await tree.forget();
      throw await asArchiveError(file, error, signal);
    }
    const undo = async (): Promise<void> => {
      await unkeepFile(file, place, kept).catch((error: unknown) => this.note(error));
    };
    try {
      await this.flush(file, kept);
      await tree.sync(place.fs, parentOf(kept.name));
    } catch (error) {
      await undo();
      throw error;
    }
    const settle = async (): Promise<void> => {
      try {
        if (this.isTrash) await this.setTime(place, kept);
        else if (how === 'timed') await this.letGo(directory, baseOf(file.name));
      } catch (error) {
        this.note(error);
      }
    };
    return { name: kept.name, left: kept.left, undo, settle };
  }

  private async placeFor(name: string, keepsName: boolean): Promise<KeepingPlace> {
    const versions = await this.parts.tree.make(parentOf(name));
    const nowMs = this.parts.clock.nowMs();
    const full = within(versions, name);
    const tagged = (tries: number): string => taggedName(full, localTime(nowMs + tries * MS_PER_S));
    // Where a trash can has a directory of that name, the file gets its time instead.
    const isFree = keepsName && (await versions.fs.stat(full))?.type !== 'directory';
    return {
      fs: versions.fs,
      nameAt: isFree ? () => full : tagged,
      replaces: isFree,
    };
  }

  /** A copy is flushed already. */
  private async flush({ seen, fs, name }: Outgoing, { how, left }: KeptFile): Promise<void> {
    const ageMs = this.parts.clock.nowMs() - Number(seen.changedNs / NS_PER_MS);
    if (how !== 'linked' || left === undefined || ageMs > UNFLUSHED_MS) return;
    const handle = await fs.openFile(name, 'read').catch(() => undefined);
    try {
      await handle?.sync();
    } finally {
      await handle?.close();
    }
  }

  private async setTime({ fs }: KeepingPlace, { name }: KeptFile): Promise<void> {
    const nowMs = this.parts.clock.nowMs();
    const handle = await fs.openFile(name, 'read');
    try {
      await handle.setModified(
        Math.floor(nowMs / MS_PER_S),
        Math.floor((nowMs % MS_PER_S) * NS_PER_MS_NUMBER),
      );
    } finally {
      await handle.close();
    }
  }

  /** Of one file's versions those that are too many now. */
  private async letGo(directory: string, base: string): Promise<void> {
    const versions = await this.parts.tree.open();
    if (versions === undefined) return;
    const isDue = this.lettingGo?.add(within(versions, directory), base) === true;
    if (isDue) await this.tidy();
  }

  private note(error: unknown): void {
    this.parts.onProblem(messageOf(error));
  }
}

/** What is missing may be a directory among the versions: only the file's own absence may be told as such. */
async function asArchiveError(
  { fs, name }: Outgoing,
  error: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  signal.throwIfAborted();
  if (!(error instanceof SyncError) || error.code === 'changed') return error;
  const isGone = (await fs.stat(name)) === undefined;
  const message = `no version of ${JSON.stringify(name)} can be kept: ${error.message}`;
  return new SyncError(isGone ? 'missing' : 'io', message, true, { cause: error.cause });
}
