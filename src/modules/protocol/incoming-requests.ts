/**
 * The peer's requests: answered side by side, within bounds, the others waiting in the order they came.
 * Rule: what is being answered is bounded in number and in bytes; what waits is bounded in number, and the connection
 * stops reading at that bound. Our own requests on one connection are bounded lower (REQUESTS_OUT_MAX), so that two
 * nodes of ours cannot both stop reading.
 */
import { SyncError } from '../../domain/errors.js';
import { RequestRefused } from './connection-handler.js';
import { type BlockRequest, type ResponseCode } from './messages.js';
import { type WireRequest } from './wire-convert.js';

/** Requests of one peer that are answered at once. */
export const REQUESTS_AT_ONCE_MAX = 64;
/** Their bytes; one request may be larger when it is alone. */
export const REQUEST_BYTES_AT_ONCE_MAX = 32 * 1024 * 1024;
/** Requests of one peer that wait; stock peers have 64 MiB of blocks under way, of whatever size. */
export const REQUESTS_WAITING_MAX = 16_384;
/**
 * About the bytes of memory that their names take: more than REQUESTS_OUT_MAX of ours with the longest names that are
 * applied here, or else two nodes of ours could both stop reading.
 */
export const REQUESTS_WAITING_BYTES_MAX = 32 * 1024 * 1024;
/** Our requests to one peer that wait for an answer. */
export const REQUESTS_OUT_MAX = 4_096;

const NO_DATA = new Uint8Array(0);

export interface RequestAnswers {
  /** Reads the block, into memory that becomes the response's. */
  read(request: BlockRequest): Promise<Uint8Array>;
  /** Resolves when the response was handed to the stream. */
  respond(id: number, code: ResponseCode, data: Uint8Array): Promise<void>;
  /** There is room again after isFull. */
  onRoom(): void;
}

export class IncomingRequests {
  readonly #waiting = new RequestQueue();
  #running = 0;
  #runningBytes = 0;
  #isStopped = false;

  constructor(private readonly answers: RequestAnswers) {}

  get isFull(): boolean {
    const { length, byteLength } = this.#waiting;
    return length >= REQUESTS_WAITING_MAX || byteLength >= REQUESTS_WAITING_BYTES_MAX;
  }

  add(request: WireRequest): void {
    if (this.#isStopped) return;
    this.#waiting.push(request);
    this.#startNext();
  }

  /** Drops what waits; what runs ends by itself. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
  }

  #startNext(): void {
    while (this.#running < REQUESTS_AT_ONCE_MAX) {
      const next = this.#waiting.first;
      if (next === undefined) return;
      const bytes = this.#runningBytes + next.request.size;
      if (bytes > REQUEST_BYTES_AT_ONCE_MAX && this.#running > 0) return;
      this.#waiting.removeFirst();
      void this.#answer(next);
    }
  }

  async #answer({ id, request }: WireRequest): Promise<void> {
    this.#running++;
    this.#runningBytes += request.size;
    try {
      const { code, data } = await this.#result(request);
      if (!this.#isStopped) await this.answers.respond(id, code, data);
    } catch {
      // The response could not be sent: the connection is closed, and says why itself.
    }
    this.#running--;
    this.#runningBytes -= request.size;
    if (this.#isStopped) return;
    this.#startNext();
    if (!this.isFull) this.answers.onRoom();
  }

  async #result(request: BlockRequest): Promise<{ code: ResponseCode; data: Uint8Array }> {
    try {
      const data = await this.answers.read(request);
      const isFitting = data.length <= request.size;
      return isFitting ? { code: 'ok', data } : { code: 'generic', data: NO_DATA };
    } catch (error) {
      return { code: codeOf(error), data: NO_DATA };
    }
  }
}

function codeOf(error: unknown): ResponseCode {
  if (error instanceof RequestRefused) return error.code;
  if (error instanceof SyncError && error.code === 'missing') return 'no-such-file';
  return 'generic';
}

/** First in, first out; taking the first of many does not move the others. */
class RequestQueue {
  #requests: WireRequest[] = [];
  #removed = 0;
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  get length(): number {
    return this.#requests.length - this.#removed;
  }

  get first(): WireRequest | undefined {
    return this.#requests[this.#removed];
  }

  push(request: WireRequest): void {
    this.#requests.push(request);
    this.#byteLength += weightOf(request);
  }

  removeFirst(): void {
    this.#byteLength -= weightOf(this.first!);
    this.#removed++;
    if (this.#removed < REQUESTS_AT_ONCE_MAX && this.length > 0) return;
    this.#requests = this.#requests.slice(this.#removed);
    this.#removed = 0;
  }

  clear(): void {
    this.#requests = [];
    this.#removed = 0;
    this.#byteLength = 0;
  }
}

function weightOf({ request }: WireRequest): number {
  return request.name.length + request.folder.length;
}
