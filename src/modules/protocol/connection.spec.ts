import { turns } from '../../../test/support/hand-clock.js';
import { type FakePeer } from '../../../test/support/fake-peer.js';
import {
  batch,
  block,
  blockHash as hash,
  connected,
  ended,
  gate,
  never,
  NO_FOLDERS,
  started,
} from '../../../test/support/connection-setup.js';
import { SyncError } from '../../domain/errors.js';
import { PING_INTERVAL_MS, RECEIVE_TIMEOUT_MS, SEND_TIMEOUT_MS } from './connection.js';
import { RequestRefused } from './connection-handler.js';
import { REQUESTS_AT_ONCE_MAX, REQUESTS_WAITING_BYTES_MAX } from './incoming-requests.js';
import { REQUEST_TIMEOUT_MS } from './pending-requests.js';

describe('messages from the peer', () => {
  it('reach the handler one at a time and in order, in pieces of any size', async () => {
    for (const pieceBytes of [1, 5, 100_000]) {
      const { peer, handler } = await connected({ pieceBytes });
      let running = 0;
      handler.before = async () => {
        expect(++running).toBe(1);
        await turns(3);
        running--;
      };
      peer.send('index', { folder: 'default', files: [{ name: 'a', type: 1 }] });
      peer.send('ping');
      peer.sendCompressed('indexUpdate', { folder: 'default', files: [{ name: 'b', type: 1 }] });
      peer.sendFrame(55, Buffer.from('from the future'));
      peer.send('downloadProgress', { folder: 'default' });
      await turns(800);
      expect(handler.calls).toEqual(['clusterConfig', 'index a', 'update b', 'progress']);
    }
  });

  it('are not read any further while the handler is busy and enough of them wait', async () => {
    const { peer, handler, far } = await connected({ highWaterMark: 1024 });
    const { opened, open } = gate();
    handler.before = () => opened;
    for (let i = 0; i < 500; i++) {
      peer.send('index', { folder: 'default', files: [{ name: `${i}`, type: 1 }] });
    }
    await turns(300);
    expect(handler.calls).toHaveLength(2);
    expect(far.writableLength).toBeGreaterThan(0);
    open();
    await turns(3000);
    expect(handler.calls).toHaveLength(501);
    expect(handler.calls.at(-1)).toBe('index 499');
  });

  it('do not hold up responses and requests while an index is being handled', async () => {
    const { peer, handler, connection } = await connected({ files: new Map([['f', hash]]) });
    const { opened, open } = gate();
    handler.before = (call) => (call.startsWith('index') ? opened : undefined);
    peer.send('index', { folder: 'default', files: [{ name: 'slow', type: 1 }] });
    await turns();
    expect(await connection.request(block('f', 32), never)).toEqual(Buffer.from(hash));
    peer.send('request', { id: 9, folder: 'default', name: 'g', size: 5, hash });
    expect((await peer.next('response')).id).toBe(9);
    open();
  });

  it('wait, requests too, until the cluster config has been handled', async () => {
    const setup = started();
    const { opened, open } = gate();
    setup.handler.before = (call) => (call === 'clusterConfig' ? opened : undefined);
    setup.peer.send('clusterConfig');
    setup.peer.send('request', { id: 1, folder: 'default', name: 'g', size: 5, hash });
    await turns();
    expect(setup.handler.calls).toEqual(['clusterConfig']);
    open();
    await turns();
    expect(setup.handler.calls).toEqual(['clusterConfig', 'request g']);
  });
});

describe('requests of ours', () => {
  it('get the bytes asked for, many at once, answered in any order', async () => {
    const { peer, connection } = await connected();
    const asked = [0, 1, 2].map((i) => connection.request(block(`f${i}`, 3, i * 3), never));
    const requests = await Promise.all(asked.map(() => peer.next('request')));
    expect(new Set(requests.map((request) => request.id)).size).toBe(3);
    expect(requests.map((request) => Buffer.from(request.hash).equals(hash))).toEqual([
      true,
      true,
      true,
    ]);
    for (const { id, name } of requests.reverse()) {
      peer.send('response', { id, data: Buffer.from(`<${name[1]}>`) });
    }
    const answers = await Promise.all(asked);
    expect(answers.map((data) => Buffer.from(data).toString())).toEqual(['<0>', '<1>', '<2>']);
    expect(connection.statistics).toMatchObject({ requestsOut: 3 });
  });

  it.each([
    [{ code: 1 }, 'refused'],
    [{ code: 2 }, 'missing'],
    [{ code: 3 }, 'refused'],
    [{ code: 77 }, 'refused'],
    [{ data: Buffer.alloc(4) }, 'mismatch'],
    [{ data: Buffer.alloc(6) }, 'mismatch'],
  ])('fail when the answer is %j', async (response, code) => {
    const { peer, connection } = await connected();
    const asked = connection.request(block('f', 5), never);
    const { id } = await peer.next('request');
    peer.send('response', { id, ...response });
    await expect(asked).rejects.toMatchObject({ code });
  });

  it('sent together bring what each was answered, also when the rest is not waited for', async () => {
    const { peer, connection } = await connected();
    const stop = new AbortController();
    const names = ['f0', 'f1', 'f2', 'f3'];
    const asked = connection.requestAll(
      names.map((name) => block(name, 3)),
      stop.signal,
    );
    const ids = new Map<string, number>();
    for (const _ of names) {
      const { id, name } = await peer.next('request');
      ids.set(name, id);
    }
    peer.send('response', { id: ids.get('f2'), data: Buffer.from('<2>') });
    peer.send('response', { id: ids.get('f0'), code: 2 });
    peer.send('response', { id: ids.get('f3'), data: Buffer.from('too long') });
    await turns();
    stop.abort(new Error('not wanted'));
    const [f0, f1, f2, f3] = await asked;
    expect(f0).toMatchObject({ code: 'missing' });
    expect(f1).toEqual(new Error('not wanted'));
    expect(Buffer.from(f2 as Uint8Array).toString()).toBe('<2>');
    expect(f3).toMatchObject({ code: 'mismatch' });
    expect(connection.statistics).toMatchObject({ requestsOut: 4 });
  });

  it('time out when nothing at all comes, and late answers do no harm', async () => {
    const { peer, connection, clock } = await connected();
    const asked = connection.request(block('f', 5), never);
    const told = expect(asked).rejects.toMatchObject({ code: 'timeout', retryable: true });
    const { id } = await peer.next('request');
    await clock.pass(REQUEST_TIMEOUT_MS / 2);
    peer.send('ping');
    await turns();
    await clock.pass(REQUEST_TIMEOUT_MS - 1);
    const second = connection.request(block('g', 5), never);
    await clock.pass(1);
    await told;
    peer.send('response', { id, data: Buffer.from('late!') });
    peer.send('response', { id: (await nextAfter(peer)).id, data: Buffer.from('right') });
    expect(Buffer.from(await second).toString()).toBe('right');
  });

  async function nextAfter(peer: FakePeer): Promise<{ id: number }> {
    return peer.next('request');
  }

  it('end with their signal, and are refused without a hash or beyond a block', async () => {
    const { connection } = await connected();
    const stop = new AbortController();
    const asked = connection.request(block('f', 5), stop.signal);
    stop.abort(new Error('not wanted'));
    await expect(asked).rejects.toThrow('not wanted');
    const bare = { ...block('f', 5), hash: new Uint8Array(0) };
    await expect(connection.request(bare, never)).rejects.toMatchObject({ code: 'refused' });
    await expect(connection.request(block('f', 2 ** 25), never)).rejects.toThrow(/33554432 bytes/);
  });
});

describe('requests of the peer', () => {
  it('are answered with data or with the code of the failure', async () => {
    const { peer, handler } = await connected();
    const failures: Record<string, unknown> = {
      gone: new RequestRefused('no-such-file', 'gone'),
      bad: new RequestRefused('invalid-file', 'bad'),
      missing: new SyncError('missing', 'missing'),
      odd: new Error('odd'),
    };
    handler.answer = ({ name, size }) => {
      if (failures[name] !== undefined) throw failures[name] as Error;
      return Buffer.alloc(name === 'long' ? size + 1 : size, 'x');
    };
    const names = ['fine', 'gone', 'bad', 'missing', 'odd', 'long'];
    names.forEach((name, id) =>
      peer.send('request', { id, folder: 'default', name, size: 9, hash }),
    );
    const codes: number[] = [];
    for (const _name of names) {
      const { id, code, data } = await peer.next('response');
      codes[id] = code;
      expect(data).toHaveLength(code === 0 ? 9 : 0);
    }
    expect(codes).toEqual([0, 2, 3, 2, 1, 1]);
  });

  it('run side by side up to a number, and the others follow in order', async () => {
    const { peer, handler } = await connected();
    const { opened, open } = gate();
    let running = 0;
    let most = 0;
    handler.answer = async () => {
      most = Math.max(most, ++running);
      await opened;
      running--;
      return Buffer.alloc(1);
    };
    for (let id = 0; id < 300; id++) {
      peer.send('request', { id, folder: 'default', name: `${id}`, size: 1, hash });
    }
    await turns(400);
    expect(running).toBe(REQUESTS_AT_ONCE_MAX);
    open();
    for (let id = 0; id < 300; id++) expect((await peer.next('response')).id).toBe(id);
    expect(most).toBe(REQUESTS_AT_ONCE_MAX);
  });

  it('wait in a number of bytes that is bounded, however long their names are', async () => {
    const { peer, far, handler, connection } = await connected();
    const { opened, open } = gate();
    handler.answer = async () => (await opened, Buffer.alloc(1));
    const name = 'n'.repeat(60_000);
    const count = Math.ceil((2 * REQUESTS_WAITING_BYTES_MAX) / name.length);
    for (let id = 0; id < count; id++) {
      peer.send('request', { id, folder: 'default', name, size: 1, hash });
    }
    await turns(3 * count);
    const { bytesIn } = connection.statistics;
    expect(bytesIn).toBeGreaterThan(REQUESTS_WAITING_BYTES_MAX / 2);
    expect(bytesIn).toBeLessThan(1.5 * REQUESTS_WAITING_BYTES_MAX);
    expect(far.writableLength).toBeGreaterThan(0);
    open();
    for (let id = 0; id < count; id++) expect((await peer.next('response')).id).toBe(id);
  });

  it('run side by side up to a number of bytes', async () => {
    const { peer, handler } = await connected();
    const { opened, open } = gate();
    handler.answer = async () => (await opened, Buffer.alloc(1));
    for (let id = 0; id < 5; id++) {
      peer.send('request', { id, folder: 'default', name: `${id}`, size: 2 ** 24, hash });
    }
    await turns(50);
    expect(handler.calls.filter((call) => call.startsWith('request'))).toHaveLength(2);
    open();
    for (let id = 0; id < 5; id++) await peer.next('response');
  });
});

describe('messages to the peer', () => {
  it('pass the checks of 2.x: order, names, sequences, no blocks where none belong', async () => {
    const { connection, peer } = await connected();
    await connection.index(batch(['a', 'b']));
    await connection.indexUpdate(batch(['c'], 2));
    await peer.next('index');
    const update = await peer.next('indexUpdate');
    expect(Number(update.prevSequence)).toBe(2);
    expect(peer.refusals).toEqual([]);
    expect(peer.anomalies).toEqual([]);
    expect(connection.statistics.fileInfosOut).toBe(3);
  });

  it('begin with the cluster config, whatever was sent first', async () => {
    const { connection, peer } = started();
    const index = connection.index(batch(['early']));
    await turns();
    expect(peer.received).toEqual([]);
    await Promise.all([connection.clusterConfig(NO_FOLDERS), index]);
    await turns();
    expect(peer.received.map((got) => got.name)).toEqual(['clusterConfig', 'index']);
  });

  it('are compressed when that helps, block data only when set so', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `a/long/path/to/file-${i}`);
    for (const compression of ['metadata', 'always', 'never'] as const) {
      const { connection, peer, handler } = await connected({ compression });
      handler.answer = ({ size }) => Buffer.alloc(size, 'x');
      await connection.index(batch(names));
      peer.send('request', { id: 1, folder: 'default', name: 'f', size: 5000, hash });
      await peer.next('index');
      await peer.next('response');
      const compressed = peer.received.filter((got) => got.isCompressed).map((got) => got.name);
      const expected = { metadata: ['index'], always: ['index', 'response'], never: [] };
      expect(compressed).toEqual(expected[compression]);
    }
  });

  it('wait while the peer does not read, and small ones do not wait for all the big ones', async () => {
    const { connection, peer, far, handler } = await connected({ highWaterMark: 16 * 1024 });
    handler.answer = ({ size }) => Buffer.alloc(size);
    for (let id = 0; id < 40; id++) {
      peer.send('request', { id, folder: 'default', name: `${id}`, size: 2 ** 17, hash });
    }
    await turns(1);
    far.pause();
    await turns(100);
    const asked = connection.request(block('small', 5), never);
    await turns(100);
    const written = connection.statistics.bytesOut;
    expect(written).toBeLessThan(20 * 2 ** 17);
    far.resume();
    await peer.next('request');
    const before = peer.received.filter((got) => got.name === 'response').length;
    expect(before).toBeLessThan(30);
    for (let id = 0; id < 40; id++) await peer.next('response');
    const told = expect(asked).rejects.toMatchObject({ code: 'closed' });
    await connection.close('done');
    await told;
  });
});

describe('time', () => {
  it('brings a ping when nothing else was sent, and none when something was', async () => {
    const { connection, peer, clock } = await connected();
    const pings = (): number => peer.received.filter((got) => got.name === 'ping').length;
    await clock.pass(PING_INTERVAL_MS);
    expect(pings()).toBeGreaterThanOrEqual(1);
    const before = pings();
    for (let i = 0; i < 10; i++) {
      await connection.downloadProgress({ folder: 'default', updates: [] });
      await clock.pass(PING_INTERVAL_MS / 4);
    }
    expect(pings()).toBe(before);
  });

  it('ends a connection on which nothing came for five minutes, with a reason', async () => {
    const setup = await connected();
    await setup.clock.pass(RECEIVE_TIMEOUT_MS - 1000);
    setup.peer.send('ping');
    await turns();
    await setup.clock.pass(RECEIVE_TIMEOUT_MS - 1);
    expect(setup.connection.isClosed).toBe(false);
    await setup.clock.pass(2);
    expect(await ended(setup)).toMatchObject({ code: 'timeout' });
    expect(setup.peer.closeReason).toBe('nothing received for 300 s');
    expect(setup.clock.timerCount).toBe(0);
  });

  it('ends a connection whose peer takes nothing for longer than the slowest would, though it sends', async () => {
    const setup = await connected({ highWaterMark: 1024 });
    const { peer, far, clock, connection, handler } = setup;
    handler.answer = ({ size }) => Buffer.alloc(size);
    far.pause();
    for (let id = 0; id < 10; id++) {
      peer.send('request', { id, folder: 'default', name: `${id}`, size: 2 ** 18, hash });
    }
    await turns(200);
    for (let passedMs = 0; passedMs < SEND_TIMEOUT_MS; passedMs += RECEIVE_TIMEOUT_MS / 2) {
      expect(connection.isClosed).toBe(false);
      peer.send('ping');
      await turns();
      await clock.pass(RECEIVE_TIMEOUT_MS / 2);
    }
    for (let i = 0; i < 10 && !connection.isClosed; i++) {
      peer.send('ping');
      await turns();
      await clock.pass(RECEIVE_TIMEOUT_MS / 2);
    }
    expect(await ended(setup)).toMatchObject({ code: 'timeout' });
  });

  it('does not count against the peer while we are the ones who do not read', async () => {
    const { peer, handler, clock, connection } = await connected({ highWaterMark: 1024 });
    const { opened, open } = gate();
    handler.before = () => opened;
    for (let i = 0; i < 200; i++) peer.send('downloadProgress', { folder: `${i}` });
    await turns(200);
    await clock.pass(3 * RECEIVE_TIMEOUT_MS);
    expect(connection.isClosed).toBe(false);
    open();
    await turns(1000);
    expect(handler.calls).toHaveLength(201);
  });
});
