import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { HandClock } from '../../../test/support/hand-clock.js';
import { type AddressSource } from './address-source.js';
import { ADDRESSES_PER_SOURCE_MAX, DiscoveryService, PATIENCE_MS } from './discovery.service.js';

const clock = new HandClock();
const FIXED = 'tcp://192.0.2.1:22000';

function source(name: string, answer: () => Promise<readonly string[]>): AddressSource {
  return { name, addresses: answer };
}

const lan = source('lan', () => Promise.resolve(['tcp://10.0.0.5:22000', FIXED]));
const broken = source('broken', () => Promise.reject(new Error('no route')));

describe('the addresses of a device', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('are the configured ones when none is dynamic, and nobody is asked', async () => {
    const asked: string[] = [];
    const spy = source('spy', () => {
      asked.push('spy');
      return Promise.resolve([]);
    });
    const service = new DiscoveryService({ sources: [spy] }, clock);
    expect(await service.addresses({ id: 'A', addresses: [FIXED] })).toEqual([FIXED]);
    expect(asked).toEqual([]);
  });

  it('are, for a dynamic device, also what every source knows, each once', async () => {
    const service = new DiscoveryService({ sources: [broken, lan] }, clock);
    expect(await service.addresses({ id: 'A', addresses: ['dynamic', FIXED] })).toEqual([
      FIXED,
      'tcp://10.0.0.5:22000',
    ]);
  });

  it('are unknown for a dynamic device of which only a fingerprint of 2013 is known', async () => {
    const service = new DiscoveryService({ sources: [lan] }, clock);
    expect(await service.addresses({ id: '', addresses: ['dynamic'] })).toEqual([]);
  });

  it('are bounded, however many a source claims', async () => {
    const many = source('many', () =>
      Promise.resolve(Array.from({ length: 10_000 }, (_, i) => `tcp://10.0.0.1:${i}`)),
    );
    const service = new DiscoveryService({ sources: [many] }, clock);
    expect(await service.addresses({ id: 'A', addresses: ['dynamic'] })).toHaveLength(
      ADDRESSES_PER_SOURCE_MAX,
    );
  });

  it('are those found on the LAN at once, though a server is silent for long', async () => {
    const silent = source('silent', () => new Promise(() => undefined));
    const service = new DiscoveryService({ sources: [silent, lan] }, clock);
    const found = service.addresses({ id: 'A', addresses: ['dynamic'] });
    await clock.pass(PATIENCE_MS);
    expect(await found).toEqual(['tcp://10.0.0.5:22000', FIXED]);
    const alone = new DiscoveryService({ sources: [silent] }, clock);
    const known = alone.addresses({ id: 'A', addresses: ['dynamic', FIXED] });
    await clock.pass(PATIENCE_MS);
    expect(await known).toEqual([FIXED]);
  });

  it('are not waited for by one who has stopped', async () => {
    const service = new DiscoveryService({ sources: [lan] }, clock);
    const reason = new Error('stopping');
    const addresses = service.addresses(
      { id: 'A', addresses: ['dynamic'] },
      AbortSignal.abort(reason),
    );
    await expect(addresses).rejects.toBe(reason);
  });

  it('are shown per device as all sources know them, and so is why one does not work', () => {
    const known = (...addresses: string[]) => new Map([['A', addresses]]);
    const first = { ...lan, known: () => known('tcp://10.0.0.5:1', 'quic://10.0.0.5:1') };
    const second = { ...broken, known: () => known('tcp://10.0.0.5:1'), problem: 'no route' };
    const service = new DiscoveryService(
      {
        sources: [first, second, source('bare', () => Promise.resolve([]))],
      },
      clock,
    );
    expect(service.cache()).toEqual(new Map([['A', ['quic://10.0.0.5:1', 'tcp://10.0.0.5:1']]]));
    expect(service.status()).toEqual([
      { name: 'lan', problem: '' },
      { name: 'broken', problem: 'no route' },
      { name: 'bare', problem: '' },
    ]);
  });
});
