/**
 * Answers of one discovery server, good and bad, for as long as they hold. A device that the server does not know is
 * not asked for again before the server's own time is over. Owns the answers and nothing else; time is passed in.
 */
import { type DeviceId } from '../../domain/wire-terms.js';

export const FOUND_LIFE_MS = 5 * 60_000;
export const NOT_FOUND_LIFE_MS = 60_000;
/** A server cannot keep us from asking for longer. */
export const NOT_FOUND_LIFE_MAX_MS = 60 * 60_000;
/** Only configured devices are asked for, so this is a backstop. */
export const ANSWERS_MAX = 10_000;

interface Answer {
  /** Empty: not found. */
  readonly addresses: readonly string[];
  readonly untilMs: number;
}

export class LookUpCache {
  private readonly answers = new Map<DeviceId, Answer>();

  /** Undefined when the server has to be asked. */
  get(device: DeviceId, nowMs: number): readonly string[] | undefined {
    const answer = this.answers.get(device);
    if (answer !== undefined && nowMs < answer.untilMs) return answer.addresses;
    this.answers.delete(device);
    return undefined;
  }

  /** `retryAfterS`: the server's own time for an answer without addresses. */
  set(
    device: DeviceId,
    addresses: readonly string[],
    nowMs: number,
    retryAfterS: number | undefined,
  ): void {
    const notFoundMs = retryAfterS === undefined ? NOT_FOUND_LIFE_MS : retryAfterS * 1000;
    const lifeMs =
      addresses.length > 0 ? FOUND_LIFE_MS : Math.min(notFoundMs, NOT_FOUND_LIFE_MAX_MS);
    this.answers.delete(device);
    this.answers.set(device, { addresses, untilMs: nowMs + lifeMs });
    if (this.answers.size > ANSWERS_MAX) {
      const [oldest] = this.answers.keys();
      this.answers.delete(oldest);
    }
  }

  found(nowMs: number): ReadonlyMap<DeviceId, readonly string[]> {
    const found = [...this.answers].filter(
      ([, { addresses, untilMs }]) => addresses.length > 0 && nowMs < untilMs,
    );
    return new Map(found.map(([device, { addresses }]) => [device, addresses]));
  }

  clear(): void {
    this.answers.clear();
  }
}
