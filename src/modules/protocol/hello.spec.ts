import { duplexPair } from '../../../test/support/duplex-pair.js';
import { HandClock } from '../../../test/support/hand-clock.js';
import { wireData } from '../../../test/support/wire-data.js';
import { encodeHello, readHello } from './hello.js';
import { type Hello } from './messages.js';
import { HELLO_TIMEOUT_MS, ProtocolService } from './protocol.service.js';

const OURS: Hello = {
  deviceName: 'ours',
  clientName: 'syncnest',
  clientVersion: 'v0.1.0',
  connections: 1,
  timestamp: 5n,
};
const never = new AbortController().signal;

describe('the Hello exchange', () => {
  it('reads the golden Hello in pieces of any size and leaves what follows in the stream', async () => {
    for (const pieceBytes of [1, 3, 7, 1000]) {
      const [near, far] = duplexPair({ pieceBytes });
      far.write(Buffer.concat([wireData('hello'), Buffer.from('next')]));
      expect(await readHello(near, never)).toEqual({
        deviceName: 'Dose',
        clientName: 'syncthing',
        clientVersion: 'v2.1.0',
        connections: 3,
        timestamp: 1_700_000_000_000_000_000n,
      });
      const rest: Buffer[] = [];
      near.on('data', (chunk: Buffer) => rest.push(chunk));
      near.resume();
      far.end();
      await new Promise((resolve) => near.once('end', resolve));
      expect(Buffer.concat(rest).toString()).toBe('next');
    }
  });

  it('works between two of ours', async () => {
    const service = new ProtocolService(new HandClock());
    const [a, b] = duplexPair();
    const [fromB, fromA] = await Promise.all([
      service.greet(a, OURS, never),
      service.greet(b, { ...OURS, deviceName: 'other' }, never),
    ]);
    expect(fromB.deviceName).toBe('other');
    expect(fromA).toEqual(OURS);
  });

  it.each([
    ['00010001', /older/],
    ['9f79bc40', /older/],
    ['12345678', /no known version .*12345678/],
    ['474554202f20', /no known version/],
    ['2ea7d90bffff', /65535 bytes, at most 32767/],
    ['2ea7d90b0002ffff', /malformed Hello/],
  ])('refuses %s', async (hex, message) => {
    const [near, far] = duplexPair();
    far.write(Buffer.from(hex, 'hex'));
    await expect(readHello(near, never)).rejects.toThrow(message);
  });

  it('refuses a name of ours that does not fit', () => {
    expect(() => encodeHello({ ...OURS, deviceName: 'x'.repeat(40_000) })).toThrow(/too long/);
  });

  it('ends when the peer goes, stays silent, or is no longer wanted', async () => {
    const clock = new HandClock();
    const service = new ProtocolService(clock);
    const [gone, farOfGone] = duplexPair();
    farOfGone.end();
    await expect(service.greet(gone, OURS, never)).rejects.toMatchObject({ code: 'closed' });

    const silent = service.greet(duplexPair()[0], OURS, never);
    const told = expect(silent).rejects.toMatchObject({ code: 'timeout' });
    await clock.pass(HELLO_TIMEOUT_MS);
    await told;

    const wanted = new AbortController();
    const unwanted = service.greet(duplexPair()[0], OURS, wanted.signal);
    wanted.abort(new Error('no longer'));
    await expect(unwanted).rejects.toThrow('no longer');
    expect(clock.timerCount).toBe(0);
  });
});
