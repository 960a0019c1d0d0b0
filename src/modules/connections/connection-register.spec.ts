import { describe, expect, it } from '@jest/globals';
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { PassThrough } from 'node:stream';
import { type ConnectionHandler, type PeerConnection } from '../protocol/connection-handler.js';
import { ConnectedDevices } from './connected-devices.js';
import { type Candidate, ConnectionRegister } from './connection-register.js';
import { type DeviceHandler } from './device-handler.js';
import { CROSSING_MS, HOLD_MS } from './duplicate-rule.js';

/** One scripted connection of a stock peer. */
interface Scripted {
  readonly name: string;
  readonly connection: PeerConnection & { start(): void };
  readonly handler: ConnectionHandler;
  readonly end: (reason: string) => void;
}

function setUp(connected: () => Promise<void> = () => Promise.resolve()) {
  const clock = new HandClock();
  const calls: string[] = [];
  const made: Scripted[] = [];
  const devices = new ConnectedDevices();
  const nameOf = (connection: PeerConnection): string => connection.remoteAddress;
  const handler = {
    connected: (connection: PeerConnection) => {
      calls.push(`connected ${nameOf(connection)}`);
      return connected();
    },
    clusterConfig: (connection: PeerConnection) => {
      calls.push(`config ${nameOf(connection)}`);
      return Promise.resolve();
    },
    closed: (connection: PeerConnection, reason: Error) => {
      calls.push(`closed ${nameOf(connection)}: ${reason.message}`);
    },
  } as unknown as DeviceHandler;
  const register = new ConnectionRegister({
    ...{ ownId: 'OWN', devices, handler, clock },
    open: (candidate, wrapped) => {
      const scope = new AbortController();
      const end = (reason: string): void => {
        if (scope.signal.aborted) return;
        scope.abort(new Error(reason));
        wrapped.closed(connection, new Error(reason));
      };
      const connection = {
        ...{ deviceId: candidate.device.id, signal: scope.signal, statistics: {} },
        remoteAddress: candidate.channel.remoteAddress,
        get isClosed() {
          return scope.signal.aborted;
        },
        start: () => calls.push(`reads ${candidate.channel.remoteAddress}`),
        close: (reason: string) => Promise.resolve(end(reason)),
      } as unknown as Scripted['connection'];
      made.push({ name: connection.remoteAddress, connection, handler: wrapped, end });
      return connection;
    },
    events: { emit: () => undefined },
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    onEnded: (_device, livedMs) => calls.push(`lived ${livedMs} ms`),
  });
  const offer = (name: string, isOurs: boolean, clientName = 'syncthing') => {
    const stream = new PassThrough();
    const candidate = {
      ...{ isOurs, device: { id: 'PEER' } },
      channel: { stream, remoteAddress: name },
      hello: { clientName, clientVersion: 'v1' },
    } as unknown as Candidate;
    return { stream, taken: register.offer(candidate) };
  };
  return { clock, calls, made, devices, register, offer };
}

const CONFIG = { folders: [], secondary: false };

describe('the register of connections', () => {
  it('registers first, then lets the handler speak, then reads', async () => {
    const { offer, calls, devices } = setUp();
    expect(await offer('first', true).taken).toBe(true);
    expect(calls).toEqual(['connected first', 'reads first']);
    expect(devices.get('PEER')?.remoteAddress).toBe('first');
  });

  it('hands on no message before the handler has spoken', async () => {
    let speak: () => void = () => undefined;
    const { offer, calls, made } = setUp(() => new Promise((resolve) => (speak = resolve)));
    await offer('first', true).taken;
    const message = made[0]!.handler.clusterConfig(made[0]!.connection, CONFIG);
    await turns();
    expect(calls).not.toContain('config first');
    speak();
    await message;
    expect(calls).toContain('config first');
  });

  it('closes a connection on which the handler cannot speak', async () => {
    const { offer, calls, devices } = setUp(() => Promise.reject(new Error('no words')));
    await offer('first', true).taken;
    await turns();
    expect(calls.at(-2)).toBe('closed first: no words');
    expect(devices.count).toBe(0);
  });

  it('holds a second connection that crossed until the stock peer has chosen the first', async () => {
    const { offer, made, devices } = setUp();
    await offer('first', true).taken;
    const second = offer('second', false);
    expect(await second.taken).toBe(true);
    expect([second.stream.destroyed, made.length]).toEqual([false, 1]);
    await made[0]!.handler.clusterConfig(made[0]!.connection, CONFIG);
    expect(second.stream.destroyed).toBe(true);
    expect(devices.get('PEER')?.remoteAddress).toBe('first');
    const third = offer('third', false);
    expect(await third.taken).toBe(false);
    expect(third.stream.destroyed).toBe(true);
  });

  it('uses the held connection when the stock peer ends the first', async () => {
    const { offer, made, calls, devices } = setUp();
    await offer('first', true).taken;
    const second = offer('second', false);
    await second.taken;
    made[0]!.end('closed by the peer');
    await turns();
    expect(devices.get('PEER')?.remoteAddress).toBe('second');
    expect(second.stream.destroyed).toBe(false);
    expect(calls.indexOf('closed first: closed by the peer')).toBeLessThan(
      calls.indexOf('connected second'),
    );
  });

  it('drops the held connection when no choice comes in time', async () => {
    const { offer, devices, clock } = setUp();
    await offer('first', true).taken;
    const second = offer('second', false);
    await second.taken;
    await clock.pass(HOLD_MS);
    expect(second.stream.destroyed).toBe(true);
    expect(devices.get('PEER')?.remoteAddress).toBe('first');
  });

  it('replaces a connection that its dialer has lost, after the handler heard of its end', async () => {
    const { offer, calls } = setUp();
    await offer('first', false).taken;
    expect(await offer('second', false).taken).toBe(true);
    expect(calls).toEqual([
      'connected first',
      'reads first',
      'closed first: replaced by a newer connection',
      'lived 0 ms',
      'connected second',
      'reads second',
    ]);
  });

  it('replaces an old connection whoever dialed, so that a half-dead one locks nobody out', async () => {
    const { offer, clock, devices, made } = setUp();
    await offer('first', true).taken;
    await made[0]!.handler.clusterConfig(made[0]!.connection, CONFIG);
    await clock.pass(CROSSING_MS);
    expect(await offer('second', false).taken).toBe(true);
    expect(devices.get('PEER')?.remoteAddress).toBe('second');
  });

  it('keeps one of many that come at once, and none after it was stopped', async () => {
    const { offer, devices, register, calls } = setUp();
    const offers = [1, 2, 3, 4, 5].map((no) => offer(`no ${no}`, no % 2 === 0, 'syncnest'));
    await Promise.all(offers.map(({ taken }) => taken));
    expect(devices.count).toBe(1);
    expect(offers.filter(({ stream }) => !stream.destroyed).length).toBeGreaterThan(0);
    await register.stop('the node is stopping');
    expect(devices.count).toBe(0);
    const count = (word: string): number => calls.filter((call) => call.startsWith(word)).length;
    expect(count('connected')).toBe(count('closed'));
    const late = offer('late', true);
    expect(await late.taken).toBe(false);
    expect(late.stream.destroyed).toBe(true);
  });
});
