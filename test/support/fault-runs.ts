/**
 * One operation of scanner or puller with something that goes wrong at one call on the disk: the call fails, the root goes
 * away, the clock steps, or a user changes the very file. Then the trouble is over, and the folder is held to what the
 * node promises.
 */
import { SyncError } from '../../src/domain/errors.js';
import { isNativeError } from 'node:util/types';
import { type Moment } from '../../src/platform/call-faults.js';
import { type Operation } from './crash-operations.js';
import { type CrashScene, type StartedScene } from './crash-states.js';
import { FolderLife, itemsOn } from './folder-life.js';
import {
  type Comparable,
  comparable,
  differences,
  wrongInIndex,
  wrongOnDisk,
} from './folder-laws.js';
import { FOLDER, StillClock } from './pull-fixture.js';

const MINUTE_MS = 60_000;

/** Its monotonic time goes on whatever the clock does. */
export class SteppingClock extends StillClock {
  private steppedMs = 0;

  step(byMs: number): void {
    this.now += byMs;
    this.steppedMs += byMs;
  }

  override monotonicMs(): number {
    return this.now - this.steppedMs;
  }
}

/** What happens at the call of that number. */
export interface Trouble {
  readonly name: string;
  /** Right before the call, in the middle of the operation. */
  readonly before?: (run: TroubledRun) => void;
  readonly failure?: { readonly code: string; readonly when: Moment };
  /** The trouble is over; the node has stopped. */
  readonly after?: (run: TroubledRun) => Promise<void>;
  /** Meanwhile nothing of the folder can be seen. */
  readonly hidesDisk?: boolean;
  /** The end may be another one than without it. */
  readonly changesEnd?: boolean;
}

export interface TroubledRun extends StartedScene {
  readonly clock: SteppingClock;
  /** Whether the root's path leads to the folder. */
  readonly place: { isHere: boolean };
}

export interface TroubleCount {
  runs: number;
  readonly violations: string[];
}

export class TroubledScene {
  constructor(private readonly scene: CrashScene) {}

  /** Calls on the disk that the operation takes, and how it ends. */
  async untroubled(operation: Operation): Promise<{ calls: number; final: Comparable }> {
    const run = await this.begin();
    const { disk } = run.parts;
    const calls = await this.operate(run, operation, () => (disk.faults.plan = {}));
    await run.life.work(true);
    const final = comparable(itemsOn(disk));
    await run.life.end();
    return { calls, final };
  }

  async meet(
    operation: Operation,
    call: number,
    trouble: Trouble,
    final: Comparable,
    count: TroubleCount,
  ): Promise<void> {
    count.runs += 1;
    const run = await this.begin();
    const wrong: string[] = [];
    const { disk } = run.parts;
    let failure: unknown;
    await this.operate(run, operation, () => arm(run, call, trouble)).catch((error: unknown) => {
      failure = error;
    });
    disk.faults.plan = {};
    disk.beforeOperation = undefined;
    if (failure !== undefined && !isClear(failure))
      wrong.push(`no clear error: ${String(failure)}`);
    if (trouble.hidesDisk !== true) wrong.push(...wrongOnDisk(itemsOn(disk), run.writings));
    await run.life.end();
    await trouble.after?.(run);
    run.place.isHere = true;
    try {
      wrong.push(...(await this.end(run, trouble.changesEnd === true ? undefined : final)));
    } catch (error) {
      wrong.push(`fails afterwards: ${String(error)}`);
    }
    const where = `${operation.name}, ${trouble.name} at call ${call}`;
    for (const each of new Set(wrong)) count.violations.push(`${where}: ${each}`);
  }

  private async begin(): Promise<TroubledRun> {
    const clock = new SteppingClock();
    const place = { isHere: true };
    const started = await this.scene.start(clock, () => place.isHere);
    return { ...started, clock, place };
  }

  /** Returns the calls on the disk from `arm` on. */
  private async operate(
    { parts, life, scene, clock }: TroubledRun,
    operation: Operation,
    begin: () => void,
  ): Promise<number> {
    clock.now += MINUTE_MS;
    await operation.run(scene);
    await scene.other.announce();
    begin();
    await life.work(operation.by === 'user');
    return parts.disk.faults.calls;
  }

  private async end(run: TroubledRun, final: Comparable | undefined): Promise<string[]> {
    const { parts, writings, clock } = run;
    clock.now += MINUTE_MS;
    const life = await FolderLife.begin(parts);
    await life.work(true);
    clock.now += MINUTE_MS;
    await life.work(true);
    const { local } = await life.database.summary(FOLDER);
    await life.work(true);
    const more = await life.database.localsAfter(FOLDER, local.sequence, 1, Infinity);
    const items = itemsOn(parts.disk);
    const wrong = [
      ...wrongOnDisk(items, writings),
      ...(await wrongInIndex(life, items, writings)),
      ...(final === undefined ? [] : differences(final, comparable(items))),
      ...more.map(({ name }) => `does not come to rest: ${name}`),
    ];
    if (wrong.length > 0) wrong.push(...life.problems);
    await life.end();
    return wrong;
  }
}

function arm(run: TroubledRun, call: number, { before, failure }: Trouble): void {
  const { disk } = run.parts;
  disk.faults.plan = failure === undefined ? {} : { failAt: { call, ...failure } };
  if (before === undefined) return;
  disk.beforeOperation = () => {
    if (disk.faults.calls !== call) return;
    disk.beforeOperation = undefined;
    before(run);
  };
}

/** It says what went wrong with what. */
function isClear(error: unknown): boolean {
  return (
    isNativeError(error) && error instanceof SyncError && /".*"|\/folder|index/.test(error.message)
  );
}
