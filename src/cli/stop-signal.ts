/** SIGINT and SIGTERM: the first asks the node to stop, a second one does not wait for it. */
import { MessageChannel } from 'node:worker_threads';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface StopSignal {
  /** Resolves at the first signal. The process stays alive until then. */
  readonly requested: Promise<void>;
  /** Whether it was given already. */
  readonly isRequested: () => boolean;
}

/** Listens from now on. `force` is called at the second signal. */
export function listenForStop(force: () => void): StopSignal {
  let isRequested = false;
  const requested = new Promise<void>((resolve) => {
    // The node's own timers keep no process alive: an open port does.
    const { port1 } = new MessageChannel();
    port1.ref();
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (isRequested) return force();
        isRequested = true;
        port1.close();
        resolve();
      });
    }
  });
  return { requested, isRequested: () => isRequested };
}
