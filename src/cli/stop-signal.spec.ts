import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { Clock, type Timer } from '../platform/clock.js';
import { stopRequested } from './stop-signal.js';

class SetClock extends Clock {
  timeMs = 0;

  nowMs(): number {
    return this.timeMs;
  }

  monotonicMs(): number {
    return this.timeMs;
  }

  setTimer(): Timer {
    return { cancel: () => undefined };
  }
}

it('takes a signal that is delivered twice for one request, and a later one for impatience', async () => {
  const process = new EventEmitter();
  const clock = new SetClock();
  let forced = 0;
  const stop = stopRequested(process, clock, () => forced++);
  process.emit('SIGINT');
  await stop;
  clock.timeMs = 900;
  process.emit('SIGTERM');
  expect(forced).toBe(0);
  clock.timeMs = 1100;
  process.emit('SIGINT');
  expect(forced).toBe(1);
});
