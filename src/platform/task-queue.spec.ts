/** Never more at a time than the limits say, first come first served, and nobody waits for ever. */
import fc from 'fast-check';
import { forEachConcurrently, TaskQueue } from './task-queue.js';

/** A task that ends when told, and what it has seen. */
class Probe {
  readonly started: string[] = [];
  private readonly finishers = new Map<string, (error?: Error) => void>();

  task(name: string): () => Promise<string> {
    return () => {
      this.started.push(name);
      return new Promise((resolve, reject) => {
        this.finishers.set(name, (error) => (error ? reject(error) : resolve(name)));
      });
    };
  }

  finish(name: string, error?: Error): void {
    this.finishers.get(name)?.(error);
  }
}

/** Lets everything that is already possible happen. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('a task queue', () => {
  it('starts tasks in order, as many as it may', async () => {
    const queue = new TaskQueue({ tasksMax: 2 });
    const probe = new Probe();
    const results = ['a', 'b', 'c', 'd'].map((name) => queue.run(probe.task(name)));
    await settle();
    expect(probe.started).toEqual(['a', 'b']);
    probe.finish('b');
    await settle();
    expect(probe.started).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c']) probe.finish(name);
    await settle();
    probe.finish('d');
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('counts weight, and lets no light task overtake a heavy one', async () => {
    const queue = new TaskQueue({ tasksMax: 9, weightMax: 10 });
    const probe = new Probe();
    const weights = { a: 6, b: 5, c: 1 };
    const results = Object.entries(weights).map(([name, weight]) =>
      queue.run(probe.task(name), { weight }),
    );
    await settle();
    expect(probe.started).toEqual(['a']);
    probe.finish('a');
    await settle();
    expect(probe.started).toEqual(['a', 'b', 'c']);
    probe.finish('b');
    probe.finish('c');
    await Promise.all(results);
  });

  it('runs a task heavier than the limit alone', async () => {
    const queue = new TaskQueue({ tasksMax: 9, weightMax: 10 });
    const probe = new Probe();
    const results = [
      queue.run(probe.task('light'), { weight: 1 }),
      queue.run(probe.task('giant'), { weight: 1000 }),
      queue.run(probe.task('last'), { weight: 1 }),
    ];
    await settle();
    expect(probe.started).toEqual(['light']);
    probe.finish('light');
    await settle();
    expect(probe.started).toEqual(['light', 'giant']);
    probe.finish('giant');
    await settle();
    expect(probe.started).toEqual(['light', 'giant', 'last']);
    probe.finish('last');
    await Promise.all(results);
  });

  it('gives room back when a task fails or throws at once', async () => {
    const queue = new TaskQueue({ tasksMax: 1, weightMax: 5 });
    const failing = queue.run(() => Promise.reject(new Error('later')), { weight: 5 });
    const throwing = queue.run(
      () => {
        throw new Error('at once');
      },
      { weight: 5 },
    );
    await expect(failing).rejects.toThrow('later');
    await expect(throwing).rejects.toThrow('at once');
    expect(await queue.run(() => Promise.resolve(1), { weight: 5 })).toBe(1);
  });

  it('takes an aborted task out, and what waited behind it moves up', async () => {
    const queue = new TaskQueue({ tasksMax: 2, weightMax: 10 });
    const probe = new Probe();
    const controller = new AbortController();
    const first = queue.run(probe.task('first'), { weight: 6 });
    const heavy = queue.run(probe.task('heavy'), { weight: 9, signal: controller.signal });
    const light = queue.run(probe.task('light'), { weight: 1 });
    await settle();
    expect(probe.started).toEqual(['first']);
    controller.abort(new Error('not wanted'));
    await expect(heavy).rejects.toThrow('not wanted');
    await settle();
    expect(probe.started).toEqual(['first', 'light']);
    const { signal } = controller;
    await expect(queue.run(probe.task('late'), { signal })).rejects.toThrow('not wanted');
    probe.finish('first');
    probe.finish('light');
    await Promise.all([first, light, queue.onIdle()]);
  });

  it('is idle only when nothing runs or waits', async () => {
    const queue = new TaskQueue({ tasksMax: 1 });
    const probe = new Probe();
    await queue.onIdle();
    const results = [queue.run(probe.task('a')), queue.run(probe.task('b'))];
    let isIdle = false;
    const idle = queue.onIdle().then(() => (isIdle = true));
    await settle();
    probe.finish('a');
    await settle();
    expect(isIdle).toBe(false);
    probe.finish('b');
    await Promise.all([...results, idle]);
    expect(isIdle).toBe(true);
  });

  it('keeps both limits whatever is asked of it', async () => {
    const limits = fc.record({
      tasksMax: fc.integer({ min: 1, max: 4 }),
      weightMax: fc.integer({ min: 1, max: 10 }),
    });
    const weights = fc.array(fc.nat(15), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(limits, weights, fc.scheduler(), async (limit, tasks, scheduler) => {
        const queue = new TaskQueue(limit);
        const running: number[] = [];
        let done = 0;
        const all = tasks.map((weight) =>
          queue.run(
            async () => {
              running.push(weight);
              const total = running.reduce((sum, one) => sum + one, 0);
              expect(running.length).toBeLessThanOrEqual(limit.tasksMax);
              if (running.length > 1) expect(total).toBeLessThanOrEqual(limit.weightMax);
              await scheduler.schedule(Promise.resolve());
              running.splice(running.indexOf(weight), 1);
              done += 1;
            },
            { weight },
          ),
        );
        await scheduler.waitFor(Promise.all(all));
        expect(done).toBe(tasks.length);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses limits under which nothing could run', () => {
    expect(() => new TaskQueue({ tasksMax: 0 })).toThrow(RangeError);
    expect(() => new TaskQueue({ tasksMax: 1, weightMax: 0 })).toThrow(RangeError);
    expect(() => new TaskQueue({ tasksMax: Number.NaN })).toThrow(RangeError);
  });
});

describe('working through a long list', () => {
  it('takes no more from it than can be worked on', async () => {
    let taken = 0;
    function* endless(): Generator<number> {
      for (;;) yield (taken += 1);
    }
    const controller = new AbortController();
    const finished = forEachConcurrently(
      endless(),
      new TaskQueue({ tasksMax: 3 }),
      async (item) => {
        expect(taken - item).toBeLessThanOrEqual(3);
        await settle();
        if (item === 50) controller.abort(new Error('enough'));
      },
      controller.signal,
    );
    await expect(finished).rejects.toThrow('enough');
    expect(taken).toBeLessThanOrEqual(54);
  });

  it('handles every item of an asynchronous source once', async () => {
    async function* source(): AsyncGenerator<number> {
      for (let i = 0; i < 20; i += 1) {
        await settle();
        yield i;
      }
    }
    const seen: number[] = [];
    const queue = new TaskQueue({ tasksMax: 4 });
    await forEachConcurrently(source(), queue, async (item) => {
      if (item % 3 === 0) await settle();
      seen.push(item);
    });
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('stops taking after a failure and reports it once the others have ended', async () => {
    const ended: number[] = [];
    const queue = new TaskQueue({ tasksMax: 2 });
    const finished = forEachConcurrently([1, 2, 3, 4, 5], queue, async (item) => {
      if (item === 1) throw new Error('broken');
      await settle();
      await settle();
      ended.push(item);
    });
    await expect(finished).rejects.toThrow('broken');
    expect(ended).toEqual([2]);
  });
});
