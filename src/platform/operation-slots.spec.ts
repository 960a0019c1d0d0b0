/** Bounded operations: never more at once, none forgotten, and closing waits for all that were taken. */
import { describe, expect, it } from '@jest/globals';
import { OperationSlots } from './operation-slots.js';

/** An operation that runs until it is told to end. */
function heldOperation(): { run: () => Promise<void>; end: () => void; hasStarted: () => boolean } {
  let end!: () => void;
  let started = false;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return {
    run: () => {
      started = true;
      return ended;
    },
    end,
    hasStarted: () => started,
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('OperationSlots', () => {
  it('starts the next in line only when one has ended, also when it failed', async () => {
    const slots = new OperationSlots(2, 'folder');
    const [a, b, c, d] = [heldOperation(), heldOperation(), heldOperation(), heldOperation()];
    const failing = slots.run(async () => {
      await a.run();
      throw new Error('failed');
    });
    const others = [b, c, d].map((operation) => slots.run(operation.run));
    await settle();
    expect([a, b, c, d].map((operation) => operation.hasStarted())).toEqual([
      true,
      true,
      false,
      false,
    ]);
    a.end();
    await expect(failing).rejects.toThrow('failed');
    await settle();
    expect([c.hasStarted(), d.hasStarted()]).toEqual([true, false]);
    for (const operation of [b, c, d]) operation.end();
    await Promise.all(others);
  });

  it('takes nothing after closing, which waits for those in line too', async () => {
    const slots = new OperationSlots(1, 'folder');
    const [a, b] = [heldOperation(), heldOperation()];
    const running = [slots.run(a.run), slots.run(b.run)];
    let closed = false;
    const closing = slots.close().then(() => (closed = true));
    await expect(slots.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'closed' });
    a.end();
    await settle();
    expect([b.hasStarted(), closed]).toEqual([true, false]);
    b.end();
    await Promise.all([...running, closing]);
    await slots.close();
  });
});
