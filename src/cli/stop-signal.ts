/** SIGINT, SIGTERM and a closed terminal: the first asks the node to stop, a later one does not wait for it. */
import { MessageChannel } from 'node:worker_threads';
import { type Clock } from '../platform/clock.js';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A terminal and a program in between, such as npm or timeout, deliver one request twice: within this time it is one. */
const SAME_REQUEST_MS = 1000;

/** What emits the signals: the process. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
}

/** Resolves at the first signal; the process stays alive until then. `force` is called at the next request. */
export function stopRequested(
  source: SignalSource,
  clock: Clock,
  force: () => void,
  signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM'],
): Promise<void> {
  // The node's own timers keep no process alive: an open port does.
  const { port1 } = new MessageChannel();
  port1.ref();
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const onSignal = (): void => {
      if (firstMs !== undefined) {
        if (clock.monotonicMs() - firstMs > SAME_REQUEST_MS) force();
        return;
      }
      firstMs = clock.monotonicMs();
      port1.close();
      resolve();
    };
    for (const signal of signals) source.on(signal, onSignal);
  });
}
