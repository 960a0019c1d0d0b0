/**
 * Runs a sequence of operations, and then meets a crash at each call on the disk and each commit of the index in the
 * last of them: every state that could be left is started anew, and held to what the node promises. Crashes in earlier
 * operations are those of shorter sequences.
 */
import { DatabaseMemory, type SavedRows } from '../../src/modules/database/database-memory.js';
import {
  type CrashModel,
  type CrashOptions,
  MemoryDisk,
  systemError,
  type Unsynced,
} from '../../src/platform/memory-disk.js';
import { MemoryFolderFs } from '../../src/platform/memory-folder-fs.js';
import { type ContentFate } from '../../src/platform/memory-node.js';
import { type SeededRandom } from '../../src/testing/random.js';
import {
  beginning,
  LocalUser,
  type Operation,
  OtherDevice,
  type Scene,
  Writings,
} from './crash-operations.js';
import { IS_LONG } from './effort.js';
import {
  type DiskItem,
  type FolderKind,
  FolderLife,
  type FolderParts,
  itemsOn,
} from './folder-life.js';
import {
  type Comparable,
  comparable,
  differences,
  wrongInIndex,
  wrongOnDisk,
} from './folder-laws.js';
import { FakeBlockSource, FOLDER, StillClock } from './pull-fixture.js';

const MINUTE_MS = 60_000;
/** Of so many things every subset is tried, of more only some. */
const ALL_SUBSETS_MAX = IS_LONG ? 5 : 3;

/** What a crash at one moment could leave. */
interface Moment {
  readonly what: string;
  readonly disk: MemoryDisk;
  readonly rows: SavedRows;
  readonly nowMs: number;
}

export interface CrashCount {
  sequences: number;
  /** Calls and commits. */
  moments: number;
  /** That were started anew. */
  states: number;
  readonly violations: string[];
}

/** A folder in sync, flushed: where all sequences of one kind of folder begin. */
export class CrashScene {
  private constructor(
    private readonly kind: FolderKind,
    private readonly source: FakeBlockSource,
    private readonly disk: MemoryDisk,
    private readonly rows: SavedRows,
    private readonly other: OtherDevice,
    private readonly writings: Writings,
    private readonly nowMs: number,
    private readonly memory: DatabaseMemory,
    private readonly spare: DatabaseMemory,
  ) {}

  static async of(kind: FolderKind): Promise<CrashScene> {
    const clock = new StillClock();
    const source = new FakeBlockSource();
    const disk = new MemoryDisk(clock, {
      beforeOperation: (operation) => {
        if (operation === 'link' && kind.hasNoSecondNames === true) throw systemError('EPERM');
      },
    });
    const [memory, spare] = [new DatabaseMemory(), new DatabaseMemory()];
    spare.open();
    const life = await FolderLife.begin({ kind, clock, source, disk, memory });
    const writings = new Writings();
    const other = new OtherDevice(source, clock, writings, () => life.database);
    const user = new LocalUser(() => life.fs, writings, source);
    await beginning({ other, user, fresh: (what) => what });
    await other.announce();
    await life.work(true);
    await life.end();
    disk.crash({ keepUnsynced: true });
    const rows = memory.save();
    return new CrashScene(kind, source, disk, rows, other, writings, clock.now, memory, spare);
  }

  /** `together`: what the other device does is announced at once, and pulled in one pass. */
  async enumerate(
    operations: readonly Operation[],
    together: boolean,
    count: CrashCount,
    random: SeededRandom,
    samples: number,
  ): Promise<void> {
    const title = operations.map(({ name }) => name).join(together ? ' + ' : ', ');
    const run = await this.run(operations, together);
    count.sequences += 1;
    count.moments += run.calls;
    for (const wrong of run.wrong) count.violations.push(`${title}, without a crash: ${wrong}`);
    const seen = new Set<string>();
    for (const moment of run.moments) {
      for (const model of this.models) {
        for (const fates of outcomesOf(moment.disk.unsynced(model), model, random, samples)) {
          const clock = new StillClock();
          clock.now = moment.nowMs + MINUTE_MS;
          const disk = moment.disk.copy(clock);
          disk.crash(optionsOf(model, fates));
          const left = itemsOn(disk);
          const key = `${run.moments.findIndex(({ rows }) => rows === moment.rows)} ${keyOf(left)}`;
          if (seen.has(key)) continue;
          seen.add(key);
          count.states += 1;
          const wrong = await this.recover(moment, disk, clock, left, run);
          const how = `${model} ${fates.join(' ')}`;
          for (const each of wrong) {
            count.violations.push(`${title}, crash after ${moment.what} (${how}): ${each}`);
          }
        }
      }
      // Rows read all at once are freed when the loop turns.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /**
   * Where an item has one name only, nothing but the order of changes keeps that. And a disk without order may forget that
   * a file went to the trash can, but not the time that it got there: then it looks as if a user had changed it.
   */
  private get models(): readonly CrashModel[] {
    const { hasNoSecondNames, versioning } = this.kind;
    const needsOrder = hasNoSecondNames === true || versioning === 'trashcan';
    return needsOrder ? ['journaling'] : ['journaling', 'harsh'];
  }

  /** The folder as it is at the beginning, with a node that has it open. */
  async start(clock = new StillClock(), isInPlace = (): boolean => true): Promise<StartedScene> {
    clock.now = this.nowMs;
    const { kind, source, memory } = this;
    const disk = this.disk.copy(clock);
    memory.load(this.rows);
    const parts = { kind, clock, source, disk, memory, isInPlace };
    const life = await FolderLife.begin(parts);
    const writings = this.writings.copy();
    const other = this.other.continued(clock, writings, () => life.database);
    const user = new LocalUser(() => new MemoryFolderFs('/folder', disk), writings, source);
    let texts = 0;
    const fresh = (what: string): string => `${what} ${++texts}`;
    return { parts, life, writings, scene: { other, user, fresh } };
  }

  private async run(operations: readonly Operation[], together: boolean): Promise<SequenceRun> {
    const { parts, life, writings, scene } = await this.start();
    const { disk, clock, memory } = parts;
    const recorder = new Recorder(disk, memory, clock);
    for (const [index, operation] of operations.entries()) {
      const isLast = index === operations.length - 1;
      clock.now += MINUTE_MS;
      await operation.run(scene);
      if (operation.by === 'other' && together && !isLast) continue;
      await scene.other.announce();
      if (operation.by === 'revert') writings.kept.clear();
      if (isLast) recorder.start();
      if (operation.by === 'revert') await life.revert();
      await life.work(operation.by === 'user');
      recorder.stop();
    }
    clock.now += MINUTE_MS;
    await life.work(true);
    const items = itemsOn(disk);
    const wrong = [...wrongOnDisk(items, writings), ...(await wrongInIndex(life, items, writings))];
    await life.end();
    const { moments, calls } = recorder;
    const isReverting = operations.at(-1)?.by === 'revert';
    return { moments, calls, writings, final: comparable(items), isReverting, wrong };
  }

  private async recover(
    moment: Moment,
    disk: MemoryDisk,
    clock: StillClock,
    left: readonly DiskItem[],
    { writings, final, isReverting }: SequenceRun,
  ): Promise<string[]> {
    const wrong = wrongOnDisk(left, writings);
    const { kind, source, spare } = this;
    spare.load(moment.rows);
    try {
      const life = await FolderLife.begin({ kind, clock, source, disk, memory: spare });
      await life.work(true);
      if (isReverting) {
        // What was not reached stays as it was, until the user asks again.
        await life.revert();
        await life.work(false);
      }
      clock.now += MINUTE_MS;
      const { local } = await life.database.summary(FOLDER);
      await life.scan();
      const more = await life.database.localsAfter(FOLDER, local.sequence, 1, Infinity);
      if (more.length > 0) wrong.push(`does not come to rest: ${more[0]?.name}`);
      const items = itemsOn(disk);
      wrong.push(...wrongOnDisk(items, writings));
      wrong.push(...(await wrongInIndex(life, items, writings)));
      wrong.push(...differences(final, comparable(items)));
      if (wrong.length > 0) wrong.push(...life.problems);
      await life.end();
    } catch (error) {
      wrong.push(`fails: ${String(error)}`);
    }
    return [...new Set(wrong)];
  }
}

export interface StartedScene {
  readonly parts: FolderParts;
  readonly life: FolderLife;
  readonly writings: Writings;
  readonly scene: Scene;
}

interface SequenceRun {
  readonly moments: readonly Moment[];
  readonly calls: number;
  readonly writings: Writings;
  readonly final: Comparable;
  readonly isReverting: boolean;
  readonly wrong: readonly string[];
}

const CHANGING: ReadonlySet<string> = new Set([
  ...['createFile', 'write', 'truncate', 'setPermissions', 'setOwner', 'setModified', 'sync'],
  ...['makeDirectory', 'removeDirectory', 'removeFile', 'rename', 'link', 'makeSymlink'],
  ...['setLinkOwner', 'syncDirectory'],
]);

/** Keeps what there is after each call that changed something, and each commit. */
class Recorder {
  readonly moments: Moment[] = [];
  calls = 0;
  private rows: SavedRows | undefined;

  constructor(
    private readonly disk: MemoryDisk,
    private readonly memory: DatabaseMemory,
    private readonly clock: StillClock,
  ) {}

  start(): void {
    this.rows = this.memory.save();
    this.keep('the beginning');
    this.disk.afterOperation = (operation, name) => {
      this.calls += 1;
      if (CHANGING.has(operation)) this.keep(`${operation} ${name}`);
    };
    this.memory.afterCommit = () => {
      this.calls += 1;
      this.rows = this.memory.save();
      this.keep('a commit');
    };
  }

  stop(): void {
    this.disk.afterOperation = undefined;
    this.memory.afterCommit = undefined;
  }

  private keep(what: string): void {
    const { rows, clock } = this;
    if (rows === undefined) return;
    this.moments.push({ what, disk: this.disk.copy(), rows, nowMs: clock.now });
  }
}

/** For each thing, in the order of the disk's questions, what becomes of it. */
function* outcomesOf(
  things: readonly Unsynced[],
  model: CrashModel,
  random: SeededRandom,
  samples: number,
): Generator<ContentFate[]> {
  const all = (fate: ContentFate): ContentFate[] => things.map(() => fate);
  yield all('kept');
  if (things.length === 0) return;
  yield all('lost');
  const isContent = ({ kind }: Unsynced): boolean => kind === 'content';
  if (things.some(isContent)) {
    for (const fate of ['zeros', 'torn'] as const) {
      yield things.map((thing) => (isContent(thing) ? fate : 'kept'));
    }
  }
  if (things.length <= ALL_SUBSETS_MAX) {
    for (let bits = 1; bits < 2 ** things.length - 1; bits += 1) {
      yield things.map((_, i) => (bits & (1 << i) ? 'kept' : 'lost'));
    }
    return;
  }
  for (let one = 0; one < things.length; one += 1) {
    yield things.map((_, i) => (i === one ? 'lost' : 'kept'));
    yield things.map((_, i) => (i === one ? 'kept' : 'lost'));
    if (model === 'journaling') yield things.map((_, i) => (i < one ? 'kept' : 'lost'));
  }
  for (let sample = 0; sample < samples; sample += 1) {
    yield things.map((thing) =>
      random.pick(isContent(thing) ? (['kept', 'lost', 'zeros', 'torn'] as const) : BOTH),
    );
  }
}

const BOTH = ['kept', 'lost'] as const;

function optionsOf(model: CrashModel, fates: readonly ContentFate[]): CrashOptions {
  let asked = 0;
  return { model, keepUnsynced: () => fates[asked++] ?? 'kept' };
}

function keyOf(items: readonly DiskItem[]): string {
  return items
    .map(
      (item) => `${item.name}\0${item.type}${item.content}\0${item.permissions} ${item.modifiedS}`,
    )
    .join('\n');
}
