/**
 * Who is dialed, and when next. Pure: time and chance are passed in.
 * The rule: every device that is configured, not paused, not connected and not being dialed is tried at once; after
 * each failure the pause doubles, with jitter, up to the reconnect interval, so that nodes which fail together do
 * not return together. A connection that held is followed by a dial at once; one that broke soon counts as a
 * failure, or a peer that drops us after Hello would be dialed without end.
 */
export interface DialState {
  /** Failures in a row. */
  readonly failures: number;
  /** Monotonic time of the next attempt, ms. */
  readonly nextMs: number;
}

export interface DialTarget {
  /** Device ID, or the 2013 fingerprint while that is all we know. */
  readonly key: string;
  readonly paused: boolean;
  readonly blocked: boolean;
}

export interface DialPlan {
  /** Keys to dial now, the longest due first. */
  readonly dial: string[];
  /**
   * How long until something becomes due, at least 1 ms; never above the reconnect interval. Absent: every device is busy
   * or not wanted, and what changes that wakes the dialer.
   */
  readonly wakeInMs?: number;
}

export const FIRST_PAUSE_MS = 1000;
/** A connection that lived as long as this was a good one. */
export const GOOD_CONNECTION_MS = 10_000;
/** The pause is shortened by up to this share. */
export const JITTER_SHARE = 0.25;
/** Devices dialed at once. */
export const DIALS_MAX = 64;
/** Addresses of one device dialed side by side. */
export const ADDRESSES_AT_ONCE_MAX = 8;
/** How long one of them is tried before the next joins in, unless it fails sooner. */
export const ADDRESS_HEAD_START_MS = 100;
/** A dial that has not reached the device by then gives way to an address found meanwhile. */
export const HANGING_AFTER_MS = 1000;

export const NEVER_DIALED: DialState = { failures: 0, nextMs: 0 };

/** `busy`: keys that are connected or being dialed; `dialing`: how many are being dialed. */
export function planDials(
  targets: readonly DialTarget[],
  states: ReadonlyMap<string, DialState>,
  busy: ReadonlySet<string>,
  dialing: number,
  nowMs: number,
  intervalMs: number,
): DialPlan {
  const waiting = targets
    .filter((target) => !target.paused && !target.blocked && !busy.has(target.key))
    .map((target) => ({ key: target.key, ...(states.get(target.key) ?? NEVER_DIALED) }))
    .sort((a, b) => a.nextMs - b.nextMs);
  const dial = waiting
    .filter((target) => target.nextMs <= nowMs)
    .slice(0, Math.max(0, DIALS_MAX - dialing))
    .map((target) => target.key);
  if (waiting.length === 0) return { dial };
  const next = waiting.find((target) => target.nextMs > nowMs)?.nextMs ?? Infinity;
  // In whole milliseconds, or rounding could wake us just too early again and again.
  return { dial, wakeInMs: Math.min(intervalMs, Math.ceil(next - nowMs)) };
}

/** `fraction`: chance, 0 ≤ x < 1. */
export function afterFailure(
  state: DialState,
  nowMs: number,
  intervalMs: number,
  fraction: number,
): DialState {
  const full = Math.min(intervalMs, FIRST_PAUSE_MS * 2 ** Math.min(state.failures, 30));
  return {
    failures: state.failures + 1,
    nextMs: nowMs + full * (1 - JITTER_SHARE * fraction),
  };
}

/** After an established connection ended. `livedMs`: how long it was up. */
export function afterConnection(
  state: DialState,
  livedMs: number,
  nowMs: number,
  intervalMs: number,
  fraction: number,
): DialState {
  return livedMs >= GOOD_CONNECTION_MS
    ? NEVER_DIALED
    : afterFailure(state, nowMs, intervalMs, fraction);
}
