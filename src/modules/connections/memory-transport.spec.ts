import { describe, expect, it } from '@jest/globals';
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { transportContract } from '../../../test/contracts/transport.contract.js';
import { type Clock, SystemClock } from '../../platform/clock.js';
import { MEMORY_DIAL_TIMEOUT_MS, MemoryNetwork } from './memory-transport.js';
import { type Channel } from './transport.js';

const A = Uint8Array.of(1);
const B = Uint8Array.of(2);
const FOREVER = new AbortController().signal;

for (const delayMs of [0, 3]) {
  transportContract(`memory, ${delayMs} ms away,`, () => {
    const network = new MemoryNetwork(new SystemClock(), delayMs);
    return Promise.resolve({
      a: network.transport('a', A),
      b: network.transport('b', B),
      certificateA: A,
      certificateB: B,
      address: 'tcp://b:0',
    });
  });
}

describe('the memory network', () => {
  async function joined(clock: Clock) {
    const network = new MemoryNetwork(clock);
    const accepted: Channel[] = [];
    await network.transport('b', B).listen('tcp://b:1', (channel) => accepted.push(channel));
    const a = network.transport('a', A);
    const dialed = await a.dial('tcp://b:1', FOREVER);
    const received: string[] = [];
    accepted[0]?.stream.on('data', (data: Buffer) => received.push(data.toString()));
    return { network, dialed, accepted: accepted[0] as Channel, received, a };
  }

  it('delivers no byte before the delay has passed, and every byte after it', async () => {
    const clock = new HandClock();
    const { network, dialed, received } = await joined(clock);
    network.delayMs = 50;
    dialed.stream.write('late');
    await clock.pass(49);
    expect(received).toEqual([]);
    await clock.pass(1);
    expect(received).toEqual(['late']);
  });

  it('holds bytes back while the path is cut and delivers them when it is healed', async () => {
    const { network, dialed, received } = await joined(new HandClock());
    network.partition('a', 'b');
    dialed.stream.write('one');
    dialed.stream.write('two');
    await turns();
    expect(received).toEqual([]);
    expect(dialed.stream.destroyed).toBe(false);
    network.heal('b', 'a');
    await turns();
    expect(received).toEqual(['one', 'two']);
  });

  it('fails both ends of a broken channel', async () => {
    const { network, dialed, accepted } = await joined(new HandClock());
    network.break('b', 'a');
    await turns();
    expect([dialed.stream.destroyed, accepted.stream.destroyed]).toEqual([true, true]);
  });

  it('lets a dial into a partition run into its time limit', async () => {
    const clock = new HandClock();
    const { network, a } = await joined(clock);
    network.partition('a', 'b');
    const dial = a.dial('tcp://b:1', FOREVER);
    const outcome = expect(dial).rejects.toMatchObject({ code: 'timeout' });
    await clock.pass(MEMORY_DIAL_TIMEOUT_MS);
    await outcome;
  });
});
