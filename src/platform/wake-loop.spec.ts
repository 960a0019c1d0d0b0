/** No wake is lost, no two runs overlap, and stop leaves nothing running. */
import { WakeLoop } from './wake-loop.js';

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

function failOnError(error: unknown): void {
  throw error;
}

describe('a wake loop', () => {
  it('runs once for many wakes, and once more for many during a run', async () => {
    const started = gate();
    const finish = gate();
    let runs = 0;
    const loop = new WakeLoop(async () => {
      runs += 1;
      started.open();
      if (runs === 1) await finish.opened;
    }, failOnError);
    for (let i = 0; i < 10; i += 1) loop.wake();
    await started.opened;
    for (let i = 0; i < 10; i += 1) loop.wake();
    expect(runs).toBe(1);
    finish.open();
    await loop.idle();
    expect(runs).toBe(2);
  });

  it('runs again for a wake by the job itself or right after it was idle', async () => {
    let runs = 0;
    const loop = new WakeLoop(async () => {
      runs += 1;
      if (runs < 3) loop.wake();
      return Promise.resolve();
    }, failOnError);
    loop.wake();
    await loop.idle();
    expect(runs).toBe(3);
    loop.wake();
    await loop.idle();
    expect(runs).toBe(4);
  });

  it('does not run within the call that wakes it', async () => {
    let runs = 0;
    const loop = new WakeLoop(() => {
      runs += 1;
      return Promise.resolve();
    }, failOnError);
    loop.wake();
    expect(runs).toBe(0);
    await loop.idle();
    expect(runs).toBe(1);
  });

  it('reports a failing run and goes on with the next wake', async () => {
    const errors: unknown[] = [];
    let runs = 0;
    const loop = new WakeLoop(
      () => {
        runs += 1;
        throw new Error(`run ${runs}`);
      },
      (error) => errors.push(error),
    );
    loop.wake();
    await loop.idle();
    loop.wake();
    await loop.idle();
    expect(errors).toEqual([new Error('run 1'), new Error('run 2')]);
  });

  it('aborts the run on stop, waits for its end, and then stays still', async () => {
    const started = gate();
    const errors: unknown[] = [];
    let ended = 0;
    const loop = new WakeLoop(
      async (signal) => {
        started.open();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        ended += 1;
        signal.throwIfAborted();
      },
      (error) => errors.push(error),
    );
    loop.wake();
    await started.opened;
    loop.wake();
    await Promise.all([loop.stop(), loop.stop()]);
    expect(ended).toBe(1);
    loop.wake();
    await loop.idle();
    expect(ended).toBe(1);
    expect(errors).toEqual([]);
  });

  it('does not start a run that was only pending when it was stopped', async () => {
    let runs = 0;
    const loop = new WakeLoop(() => {
      runs += 1;
      return Promise.resolve();
    }, failOnError);
    loop.wake();
    await loop.stop();
    expect(runs).toBe(0);
  });
});
