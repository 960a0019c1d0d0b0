/**
 * The signals of this process, heard from the first moment on: whoever imports this imports it before all else. A signal that
 * comes while the node starts stops it in order, too. Where a terminal is ours, SIGHUP says that it was closed; elsewhere it
 * asks for a new start, and must not be what ends the process.
 */
import { isatty } from 'node:tty';
import { SystemClock } from '../platform/clock.js';
import { EXIT_FAILED } from './exit-status.js';
import { stopRequested } from './stop-signal.js';

const hasTerminal = isatty(0) || isatty(1);
let isHungUp = false;
let answer: (() => void) | undefined;

export const stop = stopRequested(process, new SystemClock(), () => process.exit(EXIT_FAILED), [
  'SIGINT',
  'SIGTERM',
  ...(hasTerminal ? (['SIGHUP'] as const) : []),
]);

if (!hasTerminal) {
  process.on('SIGHUP', () => {
    if (answer === undefined) isHungUp = true;
    else answer();
  });
}

/** At once where it was asked before; with undefined it is remembered for the next. */
export function onHangUp(callback: (() => void) | undefined): void {
  answer = callback;
  if (callback === undefined || !isHungUp) return;
  isHungUp = false;
  callback();
}
