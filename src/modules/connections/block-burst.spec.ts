/** Small blocks that are asked for together. */
import {
  blockOf,
  contentOf,
  type Device,
  FOREVER,
  KIB,
  setUp,
} from '../../../test/support/answering-devices.js';
import { turns } from '../../../test/support/hand-clock.js';
import { SyncError } from '../../domain/errors.js';
import { BURST_BYTES_MAX } from './block-source.js';
import { SLOW_AFTER_MS, STALLED_AFTER_MS } from './remote-block-source.js';

const SMALL = 4 * KIB;
const small = (count: number) => Array.from({ length: count }, (_, no) => blockOf(no, SMALL));

describe('small blocks asked for together', () => {
  it('come from one device, in the order asked for, whatever the order of the answers', async () => {
    const { source, devices, loads, clock } = setUp(['A', 'B']);
    const fetching = source.fetchAll(small(5), ['A', 'B'], FOREVER);
    await turns();
    expect(devices.map(({ asked }) => asked.length)).toEqual([5, 0]);
    const [a] = devices as [Device];
    for (const { block, answer } of [...a.asked].reverse()) answer(contentOf(block));
    const got = await fetching;
    expect(got.map((data) => Buffer.from(data!))).toEqual(small(5).map(contentOf));
    expect(loads.outstandingBytes('A')).toBe(0);
    expect(clock.timerCount).toBe(0);
  });

  it('are missing one by one where the device does not have them', async () => {
    const { source, devices } = setUp(['A']);
    const fetching = source.fetchAll(small(3), ['A'], FOREVER);
    await turns();
    const [first, second, third] = (devices[0] as Device).asked;
    first?.answer(contentOf(blockOf(0, SMALL)));
    second?.fail(new SyncError('missing', 'the peer lacks the file'));
    third?.answer(contentOf(blockOf(2, SMALL)));
    expect((await fetching).map((data) => data?.length)).toEqual([SMALL, undefined, SMALL]);
  });

  it('do not wait for the last of them when that takes too long', async () => {
    const { source, devices, clock } = setUp(['A']);
    const fetching = source.fetchAll(small(2), ['A'], FOREVER);
    await turns();
    const [first, second] = (devices[0] as Device).asked;
    first?.answer(contentOf(blockOf(0, SMALL)));
    await clock.pass(SLOW_AFTER_MS);
    expect((await fetching).map((data) => data?.length)).toEqual([SMALL, undefined]);
    expect(second?.gone).toBe(true);
  });

  it('end with the signal, and bring nothing where no device is connected', async () => {
    const { source, loads } = setUp(['A']);
    const stop = new AbortController();
    const fetching = source.fetchAll(small(2), ['A'], stop.signal);
    await turns();
    stop.abort(new Error('not wanted'));
    await expect(fetching).rejects.toThrow('not wanted');
    expect(loads.outstandingBytes('A')).toBe(0);
    expect(await source.fetchAll(small(2), ['Z'], FOREVER)).toEqual([undefined, undefined]);
  });

  it('are as many as a device delivers at once: few at first, none of a slow or silent one', async () => {
    const { source, devices, clock, loads } = setUp(['A']);
    expect(source.burstBytes(['Z'])).toBe(0);
    const atFirst = source.burstBytes(['A']);
    expect(atFirst).toBeGreaterThan(0);
    expect(atFirst).toBeLessThan(BURST_BYTES_MAX);
    loads.answered('A', [64 * 1024 * KIB, 1], 1000, 0);
    expect(source.burstBytes(['A'])).toBe(BURST_BYTES_MAX);
    const slow = setUp(['S']);
    slow.loads.answered('S', [KIB, KIB], 1000, 0);
    expect(slow.source.burstBytes(['S'])).toBe(0);
    const fetching = source.fetch(blockOf(0), ['A'], FOREVER).catch(() => undefined);
    await turns();
    await clock.pass(SLOW_AFTER_MS + STALLED_AFTER_MS);
    await fetching;
    expect((devices[0] as Device).asked).toHaveLength(1);
    expect(source.burstBytes(['A'])).toBe(0);
  });
});
