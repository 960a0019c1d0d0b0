/** Operations with a trouble at each of their calls, all or a sample; says how many were tried. */
import { SeededRandom } from '../../src/testing/random.js';
import { type Operation } from './crash-operations.js';
import { CrashScene } from './crash-states.js';
import { IS_LONG, NAMED_SEED } from './effort.js';
import { type Trouble, type TroubleCount, TroubledScene } from './fault-runs.js';
import { folderSettings } from './pull-fixture.js';

const SHOWN_MAX = 20;
const DEFAULT_SEED = 5;

export interface Troubles {
  readonly operations: readonly Operation[];
  readonly troubles: readonly Trouble[];
  /** So many of them, by chance, in the ordinary run; else all. */
  readonly ordinarily: number;
}

export async function meetTroubles(title: string, given: Troubles): Promise<void> {
  const seed = NAMED_SEED ?? (IS_LONG ? Date.now() % 1_000_000 : DEFAULT_SEED);
  const random = new SeededRandom(seed);
  const scene = new TroubledScene(await CrashScene.of({ settings: folderSettings() }));
  const count: TroubleCount = { runs: 0, violations: [] };
  const cases: (() => Promise<void>)[] = [];
  for (const operation of given.operations) {
    const { calls, final } = await scene.untroubled(operation);
    for (let call = 1; call <= calls; call += 1) {
      for (const trouble of given.troubles) {
        cases.push(() => scene.meet(operation, call, trouble, final, count));
      }
    }
  }
  const isWhole = IS_LONG || given.ordinarily >= cases.length;
  const chosen = isWhole
    ? cases
    : Array.from({ length: given.ordinarily }, () => random.pick(cases));
  for (const each of chosen) {
    await each();
    // Rows read all at once are freed when the loop turns.
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.stdout.write(
    `faults, ${title}: ${count.runs} of ${cases.length} tried, ` +
      `${count.violations.length} violations (SYNCNEST_SEED=${seed})\n`,
  );
  if (count.violations.length > 0) throw new Error(count.violations.slice(0, SHOWN_MAX).join('\n'));
}
