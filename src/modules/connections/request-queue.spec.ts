/** Requests wait in line fairly: for a full device, for other folders, for the limit of the whole node. */
import { describe, expect, it } from '@jest/globals';
import {
  blockOf,
  contentOf,
  type Device,
  FOREVER,
  KIB,
  setUp,
} from '../../../test/support/answering-devices.js';
import { turns } from '../../../test/support/hand-clock.js';

describe('requests for blocks', () => {
  it('wait in line for a full device, and the line does not hold up who wants another one', async () => {
    const size = 128 * KIB;
    const limits = {
      nodeBytesMax: 8 * size,
      deviceBytesMax: 2 * size,
      deviceBytesBusy: 2 * size,
      deviceBytesMin: 2 * size,
      deviceBytesAtFirst: size,
    };
    const { source, devices, loads } = setUp(['A', 'B'], limits);
    const [a, b] = devices as [Device, Device];
    const order: number[] = [];
    const fetches = [0, 1, 2, 3, 4].map((no) =>
      source.fetch(blockOf(no), ['A'], FOREVER).then(() => order.push(no)),
    );
    const other = source.fetch(blockOf(9), ['B'], FOREVER);
    await turns();
    expect([a.asked.length, b.asked.length]).toEqual([2, 1]);
    expect(loads.outstandingBytes('A')).toBe(2 * size);
    b.asked[0]?.answer(contentOf(blockOf(9)));
    await other;
    for (let no = 0; no < 5; no++) {
      a.asked[no]?.answer(contentOf(blockOf(no)));
      await turns();
      expect(loads.outstandingBytes('A')).toBeLessThanOrEqual(2 * size);
    }
    await Promise.all(fetches);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(loads.outstandingBytes('A')).toBe(0);
  });

  it('of one folder do not wait for all that another folder asked for before', async () => {
    const size = 128 * KIB;
    const limits = {
      nodeBytesMax: size,
      deviceBytesMax: size,
      deviceBytesBusy: size,
      deviceBytesMin: size,
    };
    const { source, devices } = setUp(['A'], { ...limits, deviceBytesAtFirst: size });
    const [a] = devices as [Device];
    const wanted = [
      ...[0, 1, 2, 3, 4].map((no) => ({ ...blockOf(no), folder: 'long' })),
      ...[8, 9].map((no) => ({ ...blockOf(no), folder: 'short' })),
    ];
    const fetches = wanted.map((block) => source.fetch(block, ['A'], FOREVER));
    for (const [no] of wanted.entries()) {
      await turns();
      a.asked[no]?.answer(contentOf(a.asked[no].block));
    }
    await Promise.all(fetches);
    expect(a.asked.map(({ block }) => block.blockNo)).toEqual([0, 1, 8, 2, 9, 3, 4]);
  });

  it('of all devices together stay below the limit of the node, one big block excepted', async () => {
    const limits = {
      nodeBytesMax: 300,
      deviceBytesMax: 200,
      deviceBytesBusy: 200,
      deviceBytesMin: 200,
      deviceBytesAtFirst: 200,
    };
    const { source, devices } = setUp(['A', 'B', 'C'], limits);
    const big = source.fetch(blockOf(0, 1000), ['A'], FOREVER);
    const small = [1, 2].map((no) => source.fetch(blockOf(no, 100), ['B', 'C'], FOREVER));
    await turns();
    expect(devices.map((device) => device.asked.length)).toEqual([1, 0, 0]);
    devices[0]?.asked[0]?.answer(contentOf(blockOf(0, 1000)));
    await big;
    await turns();
    expect(devices.map((device) => device.asked.length)).toEqual([1, 1, 1]);
    for (const { asked } of devices)
      for (const { block, answer } of asked) answer(contentOf(block));
    await Promise.all(small);
  });

  it('that wait are told when the last device that has them is gone', async () => {
    const limits = {
      nodeBytesMax: 100,
      deviceBytesMax: 100,
      deviceBytesBusy: 100,
      deviceBytesMin: 100,
      deviceBytesAtFirst: 100,
    };
    const { source, devices, connected } = setUp(['A', 'B'], limits);
    const first = source.fetch(blockOf(0, 100), ['B'], FOREVER);
    const waiting = source.fetch(blockOf(1, 100), ['A'], FOREVER);
    await turns();
    connected.remove((devices[0] as Device).connection);
    await expect(waiting).rejects.toMatchObject({ code: 'missing' });
    devices[1]?.asked[0]?.answer(contentOf(blockOf(0, 100)));
    await first;
  });

  it('leave the line when nobody wants them any more', async () => {
    const limits = {
      nodeBytesMax: 100,
      deviceBytesMax: 100,
      deviceBytesBusy: 100,
      deviceBytesMin: 100,
      deviceBytesAtFirst: 100,
    };
    const { source, devices } = setUp(['A'], limits);
    const [a] = devices as [Device];
    const first = source.fetch(blockOf(0, 100), ['A'], FOREVER);
    const scope = new AbortController();
    const givenUp = source.fetch(blockOf(1, 100), ['A'], scope.signal);
    const last = source.fetch(blockOf(2, 100), ['A'], FOREVER);
    const reason = new Error('no');
    scope.abort(reason);
    await expect(givenUp).rejects.toBe(reason);
    a.asked[0]?.answer(contentOf(blockOf(0, 100)));
    await first;
    await turns();
    expect(a.asked.map(({ block }) => block.blockNo)).toEqual([0, 2]);
    a.asked[1]?.answer(contentOf(blockOf(2, 100)));
    await last;
  });
});
