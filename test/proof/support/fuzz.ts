/**
 * Drives one fuzzer: makes inputs from a seed, hands each to what is to be tried, and holds it to the rules for whatever
 * comes from outside: it is taken, or refused with the declared error in words for people; in bounded time; with
 * bounded memory. A failing input is printed, shrunk, with the command that begins with it again.
 */
import { expect, it } from '@jest/globals';
import { relative } from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { messageOf, SyncError } from '../../../src/domain/errors.js';
import { AGAIN, effort, IS_LONG, NAMED_SEED } from '../../support/effort.js';
import { SeededRandom } from '../../support/random.js';
import { Watchdog } from './watchdog.js';

/** Inputs of each fuzzer. */
export const FUZZ_INPUTS = effort(20_000, 1_000_000);
/** One input, the fastest of some tries: the machine may be busy, the program may not. */
export const INPUT_MS_MAX = 500;
const TRIES_OF_A_SLOW_INPUT = 5;
/** A process that looks at one input for so long is ended: nothing else ends a loop. */
export const HANG_MS = 30_000;
const WARM_UP_INPUTS = 2_000;
/** What one input may take of memory while it is looked at: this, and so many times its own length. */
export const INPUT_MEMORY_BYTES_MAX = 32 * 1024 * 1024;
export const MEMORY_PER_INPUT_BYTE_MAX = 300;
/** What a whole run of one fuzzer may leave behind. */
export const RETAINED_BYTES_MAX = 48 * 1024 * 1024;
/** One fuzzer in all: an hour for a million inputs, half a minute for the ordinary amount and what is slow to start. */
export const RUN_MS_MAX = 30_000 + FUZZ_INPUTS * 3.6;
const SHRINK_TRIES_MAX = 1_000;
const SHRINK_MS_MAX = 20_000;
const SHOWN_INPUT_CHARACTERS_MAX = 20_000;
/** The test runner's hundred lines take longer than the work itself. */
const STACK_LINES_MAX = 10;
const DEFAULT_SEED = 20_260_101;

export type FuzzInput = Uint8Array | string;
/** Refused: looked at and found to be nothing that is wanted, without an error. */
export type Outcome = 'taken' | 'refused';

export interface Fuzzer<I extends FuzzInput> {
  readonly name: string;
  readonly make: (random: SeededRandom) => I;
  /** Throws the declared error for an input that is refused. `random` depends on the input alone. */
  readonly take: (input: I, random: SeededRandom) => Outcome | void | Promise<Outcome | void>;
  /** The declared error, if it is not a SyncError. */
  readonly isRefusal?: (error: unknown) => boolean;
  /** Parts of the inputs that have to be taken, and refused: or else the inputs are no good. */
  readonly least?: { readonly taken?: number; readonly refused?: number };
}

interface Tally {
  taken: number;
  refused: number;
  slowestMs: number;
  largestBytes: number;
}

/** Registers the test. */
export function fuzz<I extends FuzzInput>(fuzzer: Fuzzer<I>): void {
  it(fuzzer.name, () => new FuzzRun(fuzzer).run(), IS_LONG ? 24 * 3_600_000 : RUN_MS_MAX + 60_000);
}

class FuzzRun<I extends FuzzInput> {
  private readonly seed: number;
  private readonly tally: Tally = { taken: 0, refused: 0, slowestMs: 0, largestBytes: 0 };
  private at = 0;
  private input!: I;
  private pending: Promise<void> | undefined;
  private watchdog: Watchdog | undefined;

  constructor(private readonly fuzzer: Fuzzer<I>) {
    this.seed = NAMED_SEED ?? (IS_LONG ? Date.now() & 0x3fffffff : DEFAULT_SEED);
  }

  async run(): Promise<void> {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = STACK_LINES_MAX;
    try {
      await this.runAll();
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  private async runAll(): Promise<void> {
    this.watchdog = new Watchdog(
      HANG_MS,
      `it did not end in ${HANG_MS} ms: ${this.again('<seed>')}`,
    );
    const startMs = performance.now();
    let before = 0;
    try {
      for (; this.at < FUZZ_INPUTS; this.at += 1) {
        // What is loaded and compiled once does not count.
        if (this.at === WARM_UP_INPUTS) before = heldBytes();
        this.input = this.fuzzer.make(randomOf(this.seed + this.at));
        this.tryInput();
        if (this.pending !== undefined) await this.pending;
        if (performance.now() - startMs > RUN_MS_MAX) {
          throw new Error(`${this.at} of ${FUZZ_INPUTS} inputs in ${RUN_MS_MAX} ms`);
        }
      }
      this.finish(before, performance.now() - startMs);
    } catch (error) {
      throw await this.failure(error);
    } finally {
      await this.watchdog.stop();
      this.watchdog = undefined;
    }
  }

  private tryInput(): void {
    const { input } = this;
    const beforeBytes = usedBytes();
    const startMs = performance.now();
    const settle = (outcome: Outcome): Promise<void> | undefined => {
      const ms = performance.now() - startMs;
      const bytes = usedBytes() - beforeBytes;
      this.tally[outcome] += 1;
      this.tally.slowestMs = max(this.tally.slowestMs, ms);
      this.tally.largestBytes = max(this.tally.largestBytes, bytes);
      if (bytes > memoryMax(input)) throw new Error(`it took ${bytes} bytes of memory`);
      return ms > INPUT_MS_MAX ? this.requireFast(input, ms) : undefined;
    };
    const outcome = this.outcomeOf(input);
    this.pending = isPromise(outcome) ? outcome.then(settle) : settle(outcome);
  }

  /** By the processor's time: the machine may be busy with others. */
  private async requireFast(input: I, firstMs: number): Promise<void> {
    let fastestMs = firstMs;
    for (let i = 0; i < TRIES_OF_A_SLOW_INPUT && fastestMs > INPUT_MS_MAX; i += 1) {
      const start = process.cpuUsage();
      await this.outcomeOf(input);
      const { user, system } = process.cpuUsage(start);
      fastestMs = min(fastestMs, (user + system) / 1000);
    }
    if (fastestMs > INPUT_MS_MAX) {
      throw new Error(`it took ${Math.round(fastestMs)} ms, more than ${INPUT_MS_MAX}`);
    }
  }

  private outcomeOf(input: I): Outcome | Promise<Outcome> {
    const judge = (error: unknown): Outcome => {
      if ((this.fuzzer.isRefusal ?? isWellSaid)(error)) return 'refused';
      throw error;
    };
    this.watchdog?.seesSeed(this.seed + this.at);
    try {
      const outcome = this.fuzzer.take(input, randomOf(hashOf(input)));
      if (!isPromise(outcome)) return outcome ?? 'taken';
      return Promise.resolve(outcome).then((found) => found ?? 'taken', judge);
    } catch (error) {
      return judge(error);
    }
  }

  private finish(before: number, ms: number): void {
    const { taken, refused, slowestMs, largestBytes } = this.tally;
    const retained = before === 0 ? 0 : heldBytes() - before;
    if (IS_LONG) {
      process.stderr.write(
        `${this.fuzzer.name}: ${FUZZ_INPUTS} inputs from seed ${this.seed} in ${Math.round(ms / 1000)} s; ` +
          `${taken} taken, ${refused} refused; slowest ${Math.round(slowestMs)} ms, ` +
          `largest ${Math.round(largestBytes / 1024)} KiB, retained ${Math.round(retained / 1024)} KiB\n`,
      );
    }
    expect(retained).toBeLessThan(RETAINED_BYTES_MAX);
    const { least } = this.fuzzer;
    expect(taken / FUZZ_INPUTS).toBeGreaterThanOrEqual(least?.taken ?? 0.02);
    expect(refused / FUZZ_INPUTS).toBeGreaterThanOrEqual(least?.refused ?? 0.02);
  }

  private async failure(error: unknown): Promise<Error> {
    const { input } = this;
    if (this.at >= FUZZ_INPUTS) return error as Error;
    const small = await this.shrunk(input, kindOf(error));
    return new Error(
      [
        stackOf(error),
        this.again(String(this.seed + this.at)),
        `Input, base64: ${shown(input)}`,
        `Shrunk, base64: ${shown(small)}`,
        `Shrunk, as text: ${JSON.stringify(
          Buffer.from(small as string)
            .toString()
            .slice(0, 500),
        )}`,
      ].join('\n'),
      { cause: error },
    );
  }

  private again(seed: string): string {
    const path = relative(process.cwd(), expect.getState().testPath ?? '');
    return `again: SYNCNEST_SEED=${seed} ${AGAIN} ${path} -t '${this.fuzzer.name}'`;
  }

  /** As short as some tries make it, failing in the same way. */
  private async shrunk(input: I, kind: string): Promise<I> {
    const endMs = performance.now() + SHRINK_MS_MAX;
    let best = input;
    let tries = 0;
    for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at < best.length;) {
        if ((tries += 1) > SHRINK_TRIES_MAX || performance.now() > endMs) return best;
        const candidate = without(best, at, size);
        if ((await this.kindOfFailure(candidate)) === kind) best = candidate;
        else at += size;
      }
    }
    return best;
  }

  private async kindOfFailure(input: I): Promise<string> {
    try {
      const startMs = performance.now();
      await this.outcomeOf(input);
      return performance.now() - startMs > INPUT_MS_MAX ? 'it took  ms, more than ' : '';
    } catch (error) {
      return kindOf(error);
    }
  }
}

/** The tests' runner makes each use of a global slow. */
const { imul, max, min } = Math;

/** Words that come from inside the language: nobody can do anything about them. */
const INTERNAL_WORDS =
  /is not a function|is not iterable|Cannot (?:read|set|convert|mix|destructure)|undefined|\[object|NaN|call stack|Invalid (?:array|string) length|before initialization|Invalid time value|Invalid regular expression/;
const MESSAGE_CHARACTERS_MIN = 12;

/** A SyncError that says in words for people what was found, or expected. */
export function isWellSaid(error: unknown): boolean {
  return error instanceof SyncError && isSaid(error.message);
}

export function isSaid(message: string): boolean {
  return message.length >= MESSAGE_CHARACTERS_MIN && !INTERNAL_WORDS.test(withoutQuotes(message));
}

/** What a message quotes from the input is not its own. */
function withoutQuotes(message: string): string {
  return message.replace(/"(?:[^"\\]|\\.)*"/g, '""');
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is still needed after the rest was collected. */
function heldBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function usedBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}

function memoryMax(input: FuzzInput): number {
  return INPUT_MEMORY_BYTES_MAX + input.length * MEMORY_PER_INPUT_BYTE_MAX;
}

function randomOf(seed: number): SeededRandom {
  return new SeededRandom(imul(seed, 0x9e3779b1));
}

function hashOf(input: FuzzInput): number {
  let hash = 0x811c9dc5 ^ input.length;
  const end = min(input.length, 1024);
  for (let i = 0; i < end; i += 1) {
    hash ^= typeof input === 'string' ? input.charCodeAt(i) : input[i]!;
    hash = imul(hash, 0x01000193);
  }
  return hash;
}

function without<I extends FuzzInput>(input: I, at: number, size: number): I {
  if (typeof input === 'string') return (input.slice(0, at) + input.slice(at + size)) as I;
  return Buffer.concat([input.subarray(0, at), input.subarray(at + size)]) as Uint8Array as I;
}

function shown(input: FuzzInput): string {
  const text = Buffer.from(input as string).toString('base64');
  const isLong = text.length > SHOWN_INPUT_CHARACTERS_MAX;
  return isLong ? `${text.slice(0, SHOWN_INPUT_CHARACTERS_MAX)}… (${text.length})` : text;
}

function kindOf(error: unknown): string {
  return messageOf(error)
    .replace(/"(?:[^"\\]|\\.)*"|\d+/g, '')
    .slice(0, 40);
}

function stackOf(error: unknown): string {
  return (error as Error | null)?.stack ?? String(error);
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
