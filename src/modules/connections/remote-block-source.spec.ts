import { describe, expect, it } from '@jest/globals';
import {
  blockOf,
  connection,
  contentOf,
  Device,
  FOREVER,
  KIB,
  setUp,
} from '../../../test/support/answering-devices.js';
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { type Answer, blockSourceContract } from '../../../test/contracts/block-source.contract.js';
import { SyncError } from '../../domain/errors.js';
import { ConnectedDevices } from './connected-devices.js';
import {
  RemoteBlockSource,
  SILENT_MS,
  SLOW_AFTER_MS,
  STALLED_AFTER_MS,
} from './remote-block-source.js';

blockSourceContract('RemoteBlockSource', (answers) => {
  const devices = new ConnectedDevices();
  for (const [id, answer] of answers) devices.add(connection(id, answer));
  return new RemoteBlockSource(devices, new HandClock());
});

describe('the blocks of connected devices', () => {
  it('are asked of the least busy device', async () => {
    const { source, devices } = setUp(['A', 'B', 'C']);
    const fetches = [0, 1, 2, 3, 4, 5].map((no) =>
      source.fetch(blockOf(no), ['A', 'B', 'C'], FOREVER),
    );
    await turns();
    expect(devices.map((device) => device.asked.length)).toEqual([2, 2, 2]);
    for (const device of devices) {
      for (const { block, answer } of device.asked) answer(contentOf(block));
    }
    await Promise.all(fetches);
  });

  it('go past a device that is busy for somebody else', async () => {
    const { source, devices } = setUp(['A', 'B']);
    const others = [0, 1].map((no) => source.fetch(blockOf(no), ['A'], FOREVER));
    const mine = [2, 3].map((no) => source.fetch(blockOf(no), ['A', 'B'], FOREVER));
    await turns();
    expect(devices.map((device) => device.asked.length)).toEqual([2, 2]);
    for (const { asked } of devices)
      for (const { block, answer } of asked) answer(contentOf(block));
    await Promise.all([...others, ...mine]);
  });

  it('are asked for a second time elsewhere when a device is slow, and the first answer counts', async () => {
    const { source, devices, clock } = setUp(['A', 'B']);
    const [a, b] = devices as [Device, Device];
    const fetching = source.fetch(blockOf(0), ['A', 'B'], FOREVER);
    await turns();
    await clock.pass(SLOW_AFTER_MS - 1);
    expect(b.asked).toHaveLength(0);
    await clock.pass(1);
    expect(b.asked).toHaveLength(1);
    b.asked[0]?.answer(contentOf(blockOf(0)));
    expect(Buffer.from(await fetching)).toEqual(contentOf(blockOf(0)));
    await turns();
    expect(a.asked[0]?.gone).toBe(true);
    expect(clock.timerCount).toBe(0);
  });

  it('are not asked twice of a device that is only as slow as ever', async () => {
    const { source, devices, clock } = setUp(['A', 'B']);
    const [a, b] = devices as [Device, Device];
    const first = source.fetch(blockOf(0), ['A'], FOREVER);
    await turns();
    await clock.pass(SLOW_AFTER_MS * 2);
    a.asked[0]?.answer(contentOf(blockOf(0)));
    await first;
    const second = source.fetch(blockOf(1), ['A', 'B'], FOREVER);
    await turns();
    const asked = [a.asked.length - 1, b.asked.length];
    expect(asked).toEqual([1, 0]);
    await clock.pass(SLOW_AFTER_MS * 2);
    expect(b.asked).toHaveLength(0);
    a.asked[1]?.answer(contentOf(blockOf(1)));
    await second;
  });

  it('are taken elsewhere when a device stops answering', async () => {
    const { source, devices, clock } = setUp(['A']);
    const [a] = devices as [Device];
    const fetching = source.fetch(blockOf(0), ['A'], FOREVER);
    const outcome = expect(fetching).rejects.toMatchObject({ code: 'missing', retryable: true });
    await turns();
    await clock.pass(SLOW_AFTER_MS);
    await clock.pass(STALLED_AFTER_MS);
    await outcome;
    expect(a.asked[0]?.gone).toBe(true);
  });

  it('are not asked again of a device that stopped answering, so that it holds up nobody twice', async () => {
    const { source, devices, clock } = setUp(['A']);
    const [a] = devices as [Device];
    const first = source.fetch(blockOf(0), ['A'], FOREVER);
    const given = expect(first).rejects.toMatchObject({ code: 'missing' });
    await turns();
    await clock.pass(SLOW_AFTER_MS + STALLED_AFTER_MS);
    await given;
    await expect(source.fetch(blockOf(1), ['A'], FOREVER)).rejects.toMatchObject({
      code: 'missing',
    });
    expect(a.asked).toHaveLength(1);
    await clock.pass(SILENT_MS);
    const later = source.fetch(blockOf(2), ['A'], FOREVER);
    await turns();
    a.asked[1]?.answer(contentOf(blockOf(2)));
    expect(Buffer.from(await later)).toEqual(contentOf(blockOf(2)));
  });

  it('are waited for while our own limit keeps us from reading, and however large they are', async () => {
    const { source, devices, clock } = setUp(['A']);
    const [a] = devices as [Device];
    Object.assign(a.connection, { isReading: false });
    const wanted = blockOf(1, 1024 * KIB);
    const fetched = source.fetch(wanted, ['A'], FOREVER);
    await clock.pass(1_024_000);
    a.asked[0]!.answer(contentOf(wanted));
    expect((await fetched).length).toBe(wanted.size);
    expect(a.asked).toHaveLength(1);
  });

  it('are waited for as long as the device keeps answering others', async () => {
    const { source, devices, clock } = setUp(['A']);
    const [a] = devices as [Device];
    const late = source.fetch(blockOf(0), ['A'], FOREVER);
    for (let no = 1; no <= 6; no++) {
      const other = source.fetch(blockOf(no), ['A'], FOREVER);
      await turns();
      await clock.pass(STALLED_AFTER_MS / 2);
      a.asked[no]?.answer(contentOf(blockOf(no)));
      await other;
    }
    a.asked[0]?.answer(contentOf(blockOf(0)));
    expect(Buffer.from(await late)).toEqual(contentOf(blockOf(0)));
  });

  it('come from a device that sent wrong bytes only when nobody else has them', async () => {
    const { source, devices } = setUp(['A', 'B']);
    const [a, b] = devices as [Device, Device];
    const poisoned = source.fetch(blockOf(0), ['A'], FOREVER);
    await turns();
    a.asked[0]?.answer(Buffer.alloc(128 * KIB));
    await expect(poisoned).rejects.toMatchObject({ code: 'missing' });
    const fetches = [1, 2, 3].map((no) => source.fetch(blockOf(no), ['A', 'B'], FOREVER));
    const onlyThere = source.fetch(blockOf(4), ['A'], FOREVER);
    await turns();
    expect([a.asked.length - 1, b.asked.length]).toEqual([1, 3]);
    for (const { asked } of devices)
      for (const { block, answer } of asked) answer(contentOf(block));
    await Promise.all([...fetches, onlyThere]);
  });

  it('are brought by two devices about as fast as both can, though one is ten times slower', async () => {
    const clock = new HandClock();
    const connected = new ConnectedDevices();
    const source = new RemoteBlockSource(connected, clock);
    const speeds = { fast: 30, slow: 3 };
    const served = { fast: 0, slow: 0 };
    for (const device of ['fast', 'slow'] as const) {
      // Answers one after the other, as a link does.
      let freeMs = clock.monotonicMs();
      const answer: Answer = (block, signal) => {
        freeMs = Math.max(freeMs, clock.monotonicMs()) + block.size / (speeds[device] * KIB);
        return clock.sleep(Math.ceil(freeMs - clock.monotonicMs()), signal).then(() => {
          served[device] += 1;
          return contentOf(block);
        });
      };
      connected.add(connection(device, answer));
    }
    const count = 300;
    const startedMs = clock.monotonicMs();
    let endedMs = 0;
    const blocks = Array.from({ length: count }, (_, no) => blockOf(no % 200));
    const all = Promise.all(
      blocks.map((block) => source.fetch(block, ['fast', 'slow'], FOREVER)),
    ).then(() => (endedMs = clock.monotonicMs()));
    while (endedMs === 0) await clock.pass(10);
    await all;
    const idealMs = (count * 128) / (speeds.fast + speeds.slow);
    expect(endedMs - startedMs).toBeLessThan(idealMs * 1.6);
    expect(served.fast).toBeGreaterThan(served.slow * 5);
  });

  it('are asked again of a device whose connection was replaced by another one', async () => {
    const { source, devices, connected } = setUp(['A']);
    const [old] = devices as [Device];
    const fetching = source.fetch(blockOf(0), ['A'], FOREVER);
    await turns();
    const better = new Device('A');
    connected.replace(better.connection);
    Object.assign(old.connection, { isClosed: true });
    old.asked[0]?.fail(new SyncError('closed', 'replaced', true));
    await turns();
    better.asked[0]?.answer(contentOf(blockOf(0)));
    expect(Buffer.from(await fetching)).toEqual(contentOf(blockOf(0)));
  });

  it('come from a device that is receiving the same version itself, and is no source otherwise', async () => {
    const { source, devices, offers } = setUp(['A', 'B']);
    const [a, b] = devices as [Device, Device];
    const version = [{ id: 1n, value: 1n }];
    const wanted = { ...blockOf(0), version };
    const { folder, name } = wanted;
    expect(source.isOffered(wanted)).toBe(false);
    const waiting = source.fetch(wanted, ['A'], FOREVER);
    await turns();
    a.asked[0]?.fail(new SyncError('missing', 'no such file', true));
    await expect(waiting).rejects.toMatchObject({ code: 'missing' });
    const update = { type: 'append' as const, name, version, blockIndexes: [0], blockSize: 0 };
    offers.update(b.connection, { folder, updates: [update] });
    expect(source.isOffered(wanted)).toBe(true);
    const fetching = source.fetch(wanted, [], FOREVER);
    await turns();
    expect(b.asked[0]?.block.fromTemporary).toBe(true);
    b.asked[0]?.answer(contentOf(wanted));
    expect(Buffer.from(await fetching)).toEqual(contentOf(wanted));
    const again = source.fetch(wanted, [], FOREVER);
    await turns();
    b.asked[1]?.fail(new SyncError('missing', 'no such temporary block', true));
    await expect(again).rejects.toMatchObject({ code: 'missing' });
    expect(source.isOffered(wanted)).toBe(false);
  });
});
