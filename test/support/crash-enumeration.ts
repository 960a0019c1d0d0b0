/** All sequences of some operations, or a sample of them, each with every crash; says how many states were tried. */
import { SeededRandom } from '../../src/testing/random.js';
import { type Operation } from './crash-operations.js';
import { type CrashCount, CrashScene } from './crash-states.js';
import { effort, IS_LONG, NAMED_SEED } from './effort.js';
import { type FolderKind } from './folder-life.js';

const SHOWN_MAX = 20;
/** Mixtures tried where not all can be. */
const SAMPLES = effort(2, 12);
const DEFAULT_SEED = 5;

export interface CrashSequences {
  readonly kind: FolderKind;
  readonly operations: readonly Operation[];
  readonly length: number;
  /** As of CrashScene.enumerate. */
  readonly together?: boolean;
  /** So many of the sequences, by chance, in the ordinary run. Absent: all, and all that are shorter. */
  readonly ordinarily?: number;
}

export async function enumerateCrashes(title: string, sequences: CrashSequences): Promise<void> {
  const seed = NAMED_SEED ?? (IS_LONG ? Date.now() % 1_000_000 : DEFAULT_SEED);
  const random = new SeededRandom(seed);
  const scene = await CrashScene.of(sequences.kind);
  const count: CrashCount = { sequences: 0, moments: 0, states: 0, violations: [] };
  const { together = false } = sequences;
  for (const operations of chosen(sequences, random)) {
    await scene.enumerate(operations, together, count, random, SAMPLES);
  }
  const { violations } = count;
  process.stdout.write(
    `crash enumeration, ${title}: ${count.sequences} sequences, ${count.moments} calls and commits, ` +
      `${count.states} states tried, ${violations.length} violations (SYNCNEST_SEED=${seed})\n`,
  );
  if (violations.length > 0) throw new Error(violations.slice(0, SHOWN_MAX).join('\n'));
}

function* chosen(sequences: CrashSequences, random: SeededRandom): Generator<Operation[]> {
  const { operations, length, ordinarily } = sequences;
  if (ordinarily === undefined || IS_LONG) {
    const shortest = ordinarily === undefined && sequences.together !== true ? 1 : length;
    for (let count = shortest; count <= length; count += 1) yield* allOf(operations, count);
    return;
  }
  for (let tried = 0; tried < ordinarily; tried += 1) {
    yield Array.from({ length }, () => random.pick(operations));
  }
}

function* allOf(operations: readonly Operation[], length: number): Generator<Operation[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const first of operations) {
    for (const rest of allOf(operations, length - 1)) yield [first, ...rest];
  }
}
