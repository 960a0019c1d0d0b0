/**
 * Our requests that the peer has not answered yet.
 * Rules: an id is used by one request at a time; each request ends once, by its response, its signal, its deadline or the end
 * of the connection; a response to none of them is dropped (it came too late).
 */
import { SyncError } from '../../domain/errors.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { type WireResponse } from './wire-convert.js';

/** A request fails when it is this old and nothing at all was received for as long. */
export const REQUEST_TIMEOUT_MS = 60_000;
/** A request fails at this age, and what its bytes take at the slowest rate, whatever else the peer sends. */
export const REQUEST_AGE_MAX_MS = 600_000;
/** Users limit rates to as little as one KiB per second, and several devices may share that. */
export const SLOWEST_BYTES_PER_MS = 0.25;
const ID_MAX = 2 ** 31 - 1;

interface PendingRequest {
  readonly size: number;
  readonly settle: (answer: Answer) => void;
}

/** What a request brought: the bytes, or why there are none. */
export type Answer = Uint8Array | Error;

export class PendingRequests {
  readonly #pending = new Map<number, PendingRequest>();
  #nextId = 0;

  constructor(
    private readonly clock: Clock,
    /** When bytes were received last, in monotonic milliseconds. */
    private readonly receivedMs: () => number,
  ) {}

  /**
   * Opens a request for each size, in bytes, under one deadline. The answers are in the same order, when the last of them is
   * there: bytes, or an error as PeerConnection.request rejects with.
   */
  open(
    sizes: readonly number[],
    signal: AbortSignal,
  ): { ids: readonly number[]; answers: Promise<Answer[]> } {
    const ids = sizes.map(() => this.#freeId());
    const bytes = sizes.reduce((total, size) => total + size, 0);
    const answers = new Promise<Answer[]>((resolve) => {
      const answered = new Array<Answer | undefined>(sizes.length);
      let waiting = sizes.length;
      const settle = (index: number, answer: Answer): void => {
        this.#pending.delete(ids[index]!);
        answered[index] = answer;
        waiting -= 1;
        if (waiting > 0) return;
        deadline.cancel();
        signal.removeEventListener('abort', onAbort);
        resolve(answered as Answer[]);
      };
      const endAll = (error: Error): void => {
        for (const index of ids.keys()) if (answered[index] === undefined) settle(index, error);
      };
      const ageMaxMs = REQUEST_AGE_MAX_MS + bytes / SLOWEST_BYTES_PER_MS;
      const deadline = new Deadline(this.clock, this.receivedMs, ageMaxMs, () => {
        const shown = REQUEST_TIMEOUT_MS / 1000;
        endAll(new SyncError('timeout', `no answer to a request within ${shown} s`, true));
      });
      const onAbort = (): void => endAll(signal.reason as Error);
      ids.forEach((id, index) => {
        const end = (answer: Answer): void => settle(index, answer);
        this.#pending.set(id, { size: sizes[index]!, settle: end });
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
    return { ids, answers };
  }

  settle(response: WireResponse): void {
    const request = this.#pending.get(response.id);
    if (request === undefined) return;
    request.settle(responseProblem(response, request.size) ?? response.data);
  }

  rejectAll(error: Error): void {
    for (const request of [...this.#pending.values()]) request.settle(error);
  }

  #freeId(): number {
    while (this.#pending.has(this.#nextId)) this.#nextId = (this.#nextId + 1) % (ID_MAX + 1);
    const id = this.#nextId;
    this.#nextId = (id + 1) % (ID_MAX + 1);
    return id;
  }
}

function responseProblem(response: WireResponse, size: number): SyncError | undefined {
  if (response.code === 'no-such-file') return new SyncError('missing', 'the peer lacks the file');
  if (response.code !== 'ok') {
    return new SyncError('refused', `the peer cannot give the block (${response.code})`, true);
  }
  if (response.data.length === size) return undefined;
  return new SyncError('mismatch', `asked for ${size} bytes, got ${response.data.length}`, true);
}

/** Calls back once, when the deadline of a request made now has passed. */
class Deadline {
  readonly #startMs: number;
  #timer: Timer;

  constructor(
    private readonly clock: Clock,
    private readonly receivedMs: () => number,
    private readonly ageMaxMs: number,
    private readonly onPassed: () => void,
  ) {
    this.#startMs = clock.monotonicMs();
    this.#timer = clock.setTimer(REQUEST_TIMEOUT_MS, () => this.#check());
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #check(): void {
    const nowMs = this.clock.monotonicMs();
    const quietEndMs = Math.max(this.#startMs, this.receivedMs()) + REQUEST_TIMEOUT_MS;
    const endMs = Math.min(quietEndMs, this.#startMs + this.ageMaxMs);
    if (nowMs >= endMs) this.onPassed();
    else this.#timer = this.clock.setTimer(endMs - nowMs, () => this.#check());
  }
}
