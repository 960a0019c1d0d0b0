/** The worker's side of WorkerThread (worker-thread.ts). */
import { parentPort } from 'node:worker_threads';

/** The message that asks a thread to end. */
export const END = null;

/**
 * Hands each request to `handle`, one after the other, until the thread is to end. It ends here, between two requests: a thread that
 * is ended from outside while a library of the system's own code is at work takes the whole process with it.
 */
export function serveRequests<Request extends object>(handle: (request: Request) => void): void {
  parentPort?.on('message', (request: Request | typeof END) => {
    if (request === END) process.exit();
    handle(request);
  });
}
