/** The life of one worker thread: begun at its first use, ended when it idles, begun again. */
import { until } from '../../test/support/wait.js';
import { WorkerThread } from './worker-thread.js';

/** Answers with the number of messages that this life of the thread has had. */
const COUNTER = new URL(
  `data:text/javascript,${encodeURIComponent(
    "import { parentPort } from 'node:worker_threads';" +
      "let n = 0; parentPort.on('message', (asked) => asked === null ? process.exit() : parentPort.postMessage(++n));",
  )}`,
);
/** At work for a while with each message: its cell is 1 then, and 2 afterwards. */
const SLOW = new URL(
  `data:text/javascript,${encodeURIComponent(
    "import { parentPort } from 'node:worker_threads';" +
      "parentPort.on('message', (asked) => {" +
      '  if (asked === null) process.exit();' +
      '  asked.cell[0] = 1;' +
      '  for (const end = Date.now() + 300; Date.now() < end;);' +
      '  asked.cell[0] = 2;' +
      '});',
  )}`,
);
const IDLE_MS = 50;

describe('a worker thread', () => {
  let replies: number[];
  let failures: string[];
  let thread: WorkerThread<string, number>;

  beforeEach(() => {
    replies = [];
    failures = [];
    const user = {
      replied: (reply: number) => void replies.push(reply),
      failed: (error: Error) => void failures.push(error.message),
    };
    thread = new WorkerThread<string, number>('test', COUNTER, user, IDLE_MS);
  });

  afterEach(() => thread.close());

  const idleFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  async function ask(count: number): Promise<void> {
    const before = replies.length;
    for (let i = 0; i < count; i += 1) thread.post('ask');
    thread.setBusy(true);
    await until('it has answered', () => replies.length === before + count);
  }

  it('ends when it was not busy for a while, and begins anew with the next message', async () => {
    await ask(2);
    thread.setBusy(false);
    await idleFor(4 * IDLE_MS);
    await ask(1);
    expect(replies).toEqual([1, 2, 1]);
    expect(failures).toEqual([]);
  });

  it('does not end while it is busy, nor when it is asked again in time', async () => {
    await ask(1);
    await idleFor(4 * IDLE_MS);
    thread.setBusy(false);
    await ask(1);
    await idleFor(4 * IDLE_MS);
    await ask(1);
    expect(replies).toEqual([1, 2, 3]);
  });

  it('was ended in the middle of a system call, which ended the whole process: ends between requests', async () => {
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const slow = new WorkerThread<{ cell: Int32Array }, never>('test', SLOW, {
      replied: () => undefined,
      failed: (error) => void failures.push(error.message),
    });
    slow.post({ cell: shared });
    await until('it has begun', () => shared[0] === 1);
    await slow.close();
    expect(shared[0]).toBe(2);
    expect(failures).toEqual([]);
  });

  it('takes nothing once it is closed', async () => {
    await ask(1);
    await thread.close();
    expect(() => thread.post('ask')).toThrow('closed');
    expect(failures).toEqual([]);
  });
});
