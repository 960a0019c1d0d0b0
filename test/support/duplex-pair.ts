/**
 * Two connected streams in memory, like the two ends of a socket: what is written to one is read from the other, a
 * full reader holds the writer back, an end is seen as an end, and a destroyed end resets the other.
 */
import { Duplex } from 'node:stream';

export interface DuplexPairOptions {
  /** Bytes each direction holds before the writer waits. */
  readonly highWaterMark?: number;
  /** Largest piece in which data arrives; a TCP connection promises no sizes. Default: as written. */
  readonly pieceBytes?: number;
}

class PairEnd extends Duplex {
  far!: PairEnd;
  #resume: (() => void) | undefined;

  constructor(private readonly options: DuplexPairOptions) {
    super({ highWaterMark: options.highWaterMark ?? 64 * 1024, allowHalfOpen: false });
  }

  override _read(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    // Later, as on a network: what is written never arrives while the writer is still writing.
    setImmediate(() => this.far.#deliver(chunk, 0, done));
  }

  #deliver(chunk: Buffer, from: number, done: () => void): void {
    // The writer may reuse its buffer, and a piece must not show what is around it.
    const length = Math.min(chunk.length - from, this.options.pieceBytes ?? chunk.length);
    const hasRoom = this.push(Uint8Array.prototype.slice.call(chunk, from, from + length));
    const goOn = (): void => {
      if (from + length < chunk.length) this.#deliver(chunk, from + length, done);
      else done();
    };
    if (!hasRoom) this.#resume = goOn;
    else if (length < chunk.length) setImmediate(goOn);
    else goOn();
  }

  override _final(done: () => void): void {
    setImmediate(() => {
      if (!this.far.destroyed) this.far.push(null);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { far } = this;
    setImmediate(() => {
      if (far.destroyed) return;
      if (this.writableFinished) return;
      far.destroy(error === null ? undefined : new Error('the far end reset the connection'));
    });
    done(error);
  }
}

export function duplexPair(options: DuplexPairOptions = {}): [Duplex, Duplex] {
  const a = new PairEnd(options);
  const b = new PairEnd(options);
  a.far = b;
  b.far = a;
  return [a, b];
}
