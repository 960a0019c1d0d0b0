/**
 * What waits to be written to the stream: whole frames, in lanes.
 * Rules: frames are never mixed; a lane keeps its order; small messages go before big ones but cannot starve them; no frame
 * but Close goes before the first cluster config; the stream's buffer is kept short, so that what is written next is
 * decided late. The lanes are bounded by those who fill them: each waits for its frame to be written.
 */
import { type Duplex } from 'node:stream';
import { type Clock, type Timer } from '../../platform/clock.js';
import { PIECE_BYTES, type Throttle } from './throttle.js';

/** `config`: cluster configs; `small`: requests, pings, progress; then block data; then indexes. */
export type Lane = 'config' | 'small' | 'response' | 'index';
/** Small frames in a row while a big one waits. */
const SMALL_IN_ROW_MAX = 32;
/** Responses in a row while an index waits. */
const RESPONSES_IN_ROW_MAX = 2;
/** No further frame is handed to a stream that has this much waiting. */
export const WRITE_AHEAD_BYTES = 512 * 1024;
/** Of a frame that a limit holds up in the middle, as much goes out at once so that Close can follow. */
const LAST_REST_BYTES_MAX = 1024 * 1024;

interface WaitingFrame {
  readonly parts: readonly Uint8Array[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly sent: (() => void) | undefined;
}

export class Outbox {
  readonly #lanes: Record<Lane, WaitingFrame[]> = {
    config: [],
    small: [],
    response: [],
    index: [],
  };
  #isConfigSent = false;
  #smallInRow = 0;
  #responsesInRow = 0;
  #isWaitingForDrain = false;
  #isFlushDue = false;
  #closedBy: Error | undefined;
  /** Of the frame under way: what the limit has not let through yet, and who waits for it. */
  #rest: Uint8Array[] = [];
  #restOf: WaitingFrame | undefined;
  /** Set while the limit lets nothing through. */
  #pause: Timer | undefined;

  constructor(
    private readonly stream: Duplex,
    /** Called with the bytes of each frame, or piece of one, handed to the stream. */
    private readonly onWritten: (byteLength: number) => void,
    /** Absent: as fast as the stream takes it. */
    private readonly limit?: { readonly throttle: Throttle; readonly clock: Clock },
  ) {}

  /** The stream has enough waiting already, and nothing is handed to it. */
  get isBlocked(): boolean {
    return this.#isWaitingForDrain;
  }

  /**
   * Resolves when the frame was handed to the stream; rejects with what closed the outbox. `sent` is called when the
   * stream needs its bytes no more, if it comes to that.
   */
  add(lane: Lane, parts: readonly Uint8Array[], sent?: () => void): Promise<void> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    return new Promise((resolve, reject) => {
      this.#lanes[lane].push({ parts, resolve, reject, sent });
      this.#flushSoon();
    });
  }

  /**
   * Drops what waits, rejecting it with the error, and writes one last frame if there is one and it is possible. The
   * result resolves when that frame has left, or cannot.
   */
  close(error: Error, last: readonly Uint8Array[] | undefined): Promise<void> | undefined {
    if (this.#closedBy !== undefined) return undefined;
    this.#closedBy = error;
    for (const lane of Object.values(this.#lanes)) {
      for (const frame of lane.splice(0)) frame.reject(error);
    }
    this.#pause?.cancel();
    const rest = Buffer.concat(this.#rest.splice(0));
    this.#restOf?.reject(error);
    if (last === undefined || !this.stream.writable) return undefined;
    // In the middle of a frame nobody would understand it.
    if (rest.length > LAST_REST_BYTES_MAX) return undefined;
    const bytes = Buffer.concat([rest, ...last]);
    this.onWritten(bytes.length);
    return new Promise((resolve) => this.stream.write(bytes, () => resolve()));
  }

  /** Frames of one turn leave in one write: on a socket a write costs far more than a small frame. */
  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    queueMicrotask(() => {
      this.#isFlushDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#isWaitingForDrain || this.#pause !== undefined) return;
    if (this.#closedBy !== undefined) return;
    this.stream.cork();
    try {
      while (this.#writeRest() && this.#writeNext()) {
        // One frame after the other until nothing waits or the stream has enough.
      }
    } finally {
      this.stream.uncork();
    }
  }

  /** True when a frame was handed over, or its first piece may be. */
  #writeNext(): boolean {
    if (this.#hasEnough()) {
      this.#waitForDrain();
      return false;
    }
    const frame = this.#takeNext();
    if (frame === undefined) return false;
    if (this.limit?.throttle.limitsSending() === true) {
      this.#restOf = frame;
      const pieceBytes = this.limit.throttle.pieceBytes?.() ?? PIECE_BYTES;
      this.#rest = frame.parts.flatMap((part) => piecesOf(part, pieceBytes));
    } else {
      this.#write(frame.parts, frame.sent);
      frame.resolve();
    }
    return true;
  }

  /** What was sent last decides too: whatever interrupts the stream, no lane waits for ever. */
  #takeNext(): WaitingFrame | undefined {
    const { config, small, response, index } = this.#lanes;
    if (config.length > 0) {
      this.#isConfigSent = true;
      return config.shift();
    }
    if (!this.#isConfigSent) return undefined;
    const isBigWaiting = response.length > 0 || index.length > 0;
    if (small.length > 0 && (!isBigWaiting || this.#smallInRow < SMALL_IN_ROW_MAX)) {
      this.#smallInRow++;
      return small.shift();
    }
    this.#smallInRow = 0;
    if (
      index.length === 0 ||
      (response.length > 0 && this.#responsesInRow < RESPONSES_IN_ROW_MAX)
    ) {
      this.#responsesInRow++;
      return response.shift();
    }
    this.#responsesInRow = 0;
    return index.shift();
  }

  /** The pieces of the frame under way, as far as limit and stream allow; true when none is left. */
  #writeRest(): boolean {
    for (let piece = this.#rest[0]; piece !== undefined; piece = this.#rest[0]) {
      if (this.#pause !== undefined) return false;
      if (this.#hasEnough()) {
        this.#waitForDrain();
        return false;
      }
      this.#rest.shift();
      this.#write([piece], this.#rest.length === 0 ? this.#restOf?.sent : undefined);
      this.#pauseFor(this.limit?.throttle.sent(piece.length) ?? 0);
    }
    this.#restOf?.resolve();
    this.#restOf = undefined;
    return this.#pause === undefined;
  }

  #pauseFor(delayMs: number): void {
    if (delayMs === 0) return;
    this.#pause = this.limit?.clock.setTimer(delayMs, () => {
      this.#pause = undefined;
      this.#flush();
    });
  }

  #hasEnough(): boolean {
    return this.stream.writableLength >= WRITE_AHEAD_BYTES && this.stream.writableNeedDrain;
  }

  #waitForDrain(): void {
    this.#isWaitingForDrain = true;
    this.stream.once('drain', () => {
      this.#isWaitingForDrain = false;
      this.#flush();
    });
  }

  #write(parts: readonly Uint8Array[], sent: (() => void) | undefined): void {
    let byteLength = 0;
    const last = parts.at(-1);
    for (const part of parts) {
      byteLength += part.length;
      if (part !== last || sent === undefined) this.stream.write(part);
      else this.stream.write(part, (error) => (error ? undefined : sent()));
    }
    this.onWritten(byteLength);
  }
}

function piecesOf(part: Uint8Array, pieceBytes: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < part.length; from += pieceBytes) {
    pieces.push(part.subarray(from, from + pieceBytes));
  }
  return pieces;
}
