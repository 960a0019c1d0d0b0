/** When a global server is told of us next, after what it said last. Pure. */
import { type ServerAnswer } from './discovery-http.js';

export const REANNOUNCE_MS = 30 * 60_000;
export const RETRY_MS = 5 * 60_000;
/** After a first failure that is the network's, which at a start may not be up yet; it doubles. */
export const FIRST_RETRY_MS = 5000;
/** Whatever a server says, it is neither pressed nor forgotten. */
const PAUSE_MIN_MS = 1000;
const PAUSE_MAX_MS = 24 * 60 * 60_000;
/** With nothing to announce, we look again after this. */
export const NOTHING_MS = 60_000;

export interface AnnouncePause {
  readonly pauseMs: number;
  /** The server asked for the pause: not even a new address shortens it. */
  readonly isBinding: boolean;
}

/** After an answer. */
export function pauseAfter({
  status,
  reannounceAfterS,
  retryAfterS,
}: Pick<ServerAnswer, 'status' | 'reannounceAfterS' | 'retryAfterS'>): AnnouncePause {
  const isGood = status >= 200 && status < 300;
  const saidS = isGood ? reannounceAfterS : retryAfterS;
  const pauseMs = saidS === undefined ? (isGood ? REANNOUNCE_MS : RETRY_MS) : saidS * 1000;
  return {
    pauseMs: Math.min(PAUSE_MAX_MS, Math.max(PAUSE_MIN_MS, pauseMs)),
    isBinding: !isGood && saidS !== undefined,
  };
}

/** Without an answer; `failures` in a row, this one included. */
export function pauseAfterFailure(failures: number): AnnouncePause {
  const pauseMs = Math.min(RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 16));
  return { pauseMs, isBinding: false };
}
