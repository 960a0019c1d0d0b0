/** Ports for processes of tests that have to know theirs before they listen. */
import { createServer } from 'node:net';

/** Below what systems give to whoever asks for any port: between our look and their use nobody else is given it. */
const FIRST_PORT = 10_000;
const PORTS_PER_WORKER = 1_000;
const WORKERS_MAX = 20;

const { JEST_WORKER_ID: worker = '1' } = process.env;
const base = FIRST_PORT + (Number(worker) % WORKERS_MAX) * PORTS_PER_WORKER;
/** Another run of the tests may be under way. */
let next = process.pid * 7;

/** On 127.0.0.1; never the same twice in a row of a thousand. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS_PER_WORKER; tries += 1) {
    next += 1;
    const port = base + (next % PORTS_PER_WORKER);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${base} to ${base + PORTS_PER_WORKER - 1} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
