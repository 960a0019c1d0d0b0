import fc from 'fast-check';
import {
  batch,
  block,
  connected,
  connectionOver,
  ended,
  gate,
  never,
  NO_FOLDERS,
  RecordingHandler,
  started,
  type Setup,
} from '../../../test/support/connection-setup.js';
import { duplexPair } from '../../../test/support/duplex-pair.js';
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { CLOSE_FLUSH_MAX_MS, CLOSE_LINGER_MAX_MS } from './closing.js';
import { HANDLER_END_WAIT_MS } from './connection.js';

/** The only Close the peer got. */
function onlyClose({ peer }: Setup): string {
  const closes = peer.received.filter((got) => got.name === 'close');
  expect(closes).toHaveLength(1);
  expect(peer.received.at(-1)!.name).toBe('close');
  return peer.closeReason!;
}

describe('a peer that breaks the protocol', () => {
  const cases: [string, RegExp, (setup: Setup) => void][] = [
    [
      'an unknown compression',
      /unknown compression 9/,
      ({ peer }) => peer.sendFrame(6, Buffer.alloc(0), 9),
    ],
    [
      'a length beyond the bound',
      /ping\) of 4000000000 bytes/,
      ({ peer }) => peer.sendFrameClaiming(6, 4e9),
    ],
    ['a header too long', /header of 65535/, ({ peer }) => peer.sendBytes(Buffer.from([255, 255]))],
    [
      'a message that is no protobuf',
      /protocol error: index/,
      ({ peer }) => peer.sendFrame(1, Buffer.from([0x0a, 0x50, 1])),
    ],
    [
      'a compressed message that expands beyond the bound',
      /expands to 4294967295/,
      ({ peer }) => peer.sendFrame(2, Buffer.alloc(20, 0xff), 1),
    ],
    [
      'a name that leads out of the folder',
      /index: "\.\.\/x": .*component/,
      ({ peer }) => peer.send('index', { folder: 'f', files: [{ name: '../x', type: 1 }] }),
    ],
    [
      'a file without blocks, compressed',
      /"f{200}": a file has no blocks/,
      ({ peer }) => peer.sendCompressed('indexUpdate', { files: [{ name: 'f'.repeat(200) }] }),
    ],
    [
      'a request that leads out of the folder',
      /request for "\/etc\/passwd": the name is absolute/,
      ({ peer }) => peer.send('request', { name: '/etc/passwd', size: 1 }),
    ],
    [
      'a request beyond two blocks',
      /more than 33554432/,
      ({ peer }) => peer.send('request', { name: 'f', size: 2 ** 26 }),
    ],
    [
      'a malformed response',
      /response/,
      ({ peer }) => peer.sendFrame(4, Buffer.from([0x12, 0x7f])),
    ],
    // It was taken for the end, without being one: the connection stayed, and heard nothing any more.
    ['a malformed close', /close/, ({ peer }) => peer.sendFrame(7, Buffer.from([0x0a, 0x7f]))],
  ];

  it.each(cases)('by %s is closed with one reason', async (_what, reason, act) => {
    const setup = await connected();
    act(setup);
    setup.peer.send('index', { folder: 'late', files: [] });
    const error = await ended(setup);
    expect(error).toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(reason) as string,
    });
    expect(onlyClose(setup)).toMatch(reason);
    expect(setup.handler.calls).toEqual(['clusterConfig', 'closed']);
    expect(setup.clock.timerCount).toBe(0);
  });

  it.each(['index', 'ping', 'request', 'response'] as const)(
    'by a first message that is %s is closed with one reason',
    async (name) => {
      const setup = started();
      setup.peer.send(name);
      expect((await ended(setup)).message).toContain(`is not a cluster config but ${name}`);
      expect(onlyClose(setup)).toContain('cluster config');
    },
  );

  it('with any bytes whatever leaves the connection open or closed with one reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const setup = await connected();
        setup.peer.sendBytes(bytes);
        await turns();
        setup.far.end();
        await ended(setup);
        expect(setup.handler.closings).toHaveLength(1);
        const closes = setup.peer.received.filter((got) => got.name === 'close');
        expect(closes.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the end of a connection', () => {
  it('comes when the handler fails, with its message', async () => {
    const setup = await connected();
    setup.handler.before = (call) => {
      if (call.startsWith('index')) throw new Error('the folder is not shared');
    };
    setup.peer.send('index', { folder: 'f', files: [] });
    await ended(setup);
    expect(onlyClose(setup)).toBe('handling: the folder is not shared');
  });

  it('comes once, with the first reason, however often it is closed', async () => {
    const setup = await connected();
    const closings = ['first', 'second', 'third'].map((reason) => setup.connection.close(reason));
    setup.peer.sendBytes(Buffer.from([255, 255]));
    await Promise.all(closings);
    expect(await ended(setup)).toMatchObject({ code: 'closed', message: 'first' });
    expect(onlyClose(setup)).toBe('first');
    expect(setup.connection.signal.aborted).toBe(true);
  });

  it('rejects what is pending and all that comes later', async () => {
    const { connection, peer } = await connected();
    const asked = expect(connection.request(block('f', 5), never)).rejects.toMatchObject({
      code: 'closed',
      message: 'over',
    });
    await peer.next('request');
    await connection.close('over');
    await asked;
    const closed = { code: 'closed' };
    await expect(connection.request(block('f', 5), never)).rejects.toMatchObject(closed);
    await expect(connection.index(batch(['a']))).rejects.toMatchObject(closed);
    await expect(connection.clusterConfig(NO_FOLDERS)).rejects.toMatchObject(closed);
  });

  it('comes when the peer closes, and its reason is told', async () => {
    const setup = await connected();
    setup.peer.send('close', { reason: 'going home' });
    expect((await ended(setup)).message).toBe('closed by the peer: going home');
    expect(setup.peer.closeReason).toBeUndefined();
  });

  it('comes when the peer ends or resets the connection without a word', async () => {
    const quiet = await connected();
    quiet.far.end();
    expect((await ended(quiet)).message).toBe('the peer ended the connection');
    const reset = await connected();
    reset.far.destroy(new Error('cable cut'));
    expect(await ended(reset)).toMatchObject({ code: 'io' });
  });

  it('comes on both sides when both close at the same moment', async () => {
    const clock = new HandClock();
    const [near, far] = duplexPair();
    const handlers = [new RecordingHandler(), new RecordingHandler()];
    const sides = [near, far].map((end, i) => connectionOver(end, handlers[i]!, clock));
    for (const side of sides) side.start();
    await Promise.all(sides.map((side) => side.clusterConfig(NO_FOLDERS)));
    await turns();
    await Promise.all(sides.map((side, i) => side.close(`side ${i}`)));
    await turns();
    for (const [i, handler] of handlers.entries()) {
      expect(handler.closings.map((error) => error.message)).toEqual([`side ${i}`]);
    }
    expect(clock.timerCount).toBe(0);
  });

  it('leaves the peer time to read the reason before the stream ends', async () => {
    const clock = new HandClock();
    const [near, far] = duplexPair();
    const connection = connectionOver(near, new RecordingHandler(), clock);
    connection.start();
    const got: string[] = [];
    far.on('data', (chunk: Buffer) => got.push(chunk.toString('latin1')));
    far.on('end', () => got.push('end'));
    const closing = connection.close('the reason');
    await turns();
    expect(got).toEqual([expect.stringContaining('the reason')]);
    await clock.pass(CLOSE_LINGER_MAX_MS);
    await closing;
    await turns();
    expect(got.at(-1)).toBe('end');
  });

  it('does not wait for ever for a peer that neither reads nor ends', async () => {
    const setup = await connected({ highWaterMark: 1024 });
    setup.far.pause();
    const index = setup.connection.index(batch(Array.from({ length: 2000 }, (_, i) => `f${i}`)));
    index.catch(() => undefined);
    await turns();
    let isOver = false;
    const closing = setup.connection.close('enough').then(() => (isOver = true));
    await setup.clock.pass(CLOSE_FLUSH_MAX_MS - 1);
    expect(isOver).toBe(false);
    await setup.clock.pass(1 + 2 * CLOSE_LINGER_MAX_MS);
    await closing;
    await ended(setup);
  });

  it('is told after the call under way has ended, or without it when it takes too long', async () => {
    const setup = await connected();
    const { opened, open } = gate();
    setup.handler.before = () => opened;
    setup.peer.send('index', { folder: 'f', files: [] });
    await turns();
    await setup.connection.close('now');
    await turns();
    expect(setup.handler.closings).toEqual([]);
    open();
    await turns();
    expect(setup.handler.closings).toHaveLength(1);

    const stuck = await connected();
    stuck.handler.before = () => new Promise(() => undefined);
    stuck.peer.send('index', { folder: 'f', files: [] });
    await turns();
    await stuck.connection.close('now');
    await stuck.clock.pass(HANDLER_END_WAIT_MS);
    expect(stuck.handler.closings).toHaveLength(1);
  });

  it('may be brought about by the handler itself while it is called', async () => {
    const setup = await connected();
    setup.handler.before = () => setup.connection.close('not welcome');
    setup.peer.send('index', { folder: 'f', files: [] });
    expect((await ended(setup)).message).toBe('not welcome');
    expect(onlyClose(setup)).toBe('not welcome');
  });
});
