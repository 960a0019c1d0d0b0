import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import { type TestCertificate, testCertificate } from '../../../test/contracts/test-certificate.js';
import { read, transportContract } from '../../../test/contracts/transport.contract.js';
import { SystemClock } from '../../platform/clock.js';
import { type TcpLimits, TcpTransport } from './tcp-transport.js';
import { type Channel, type Listener } from './transport.js';

const FOREVER = new AbortController().signal;
const clock = new SystemClock();
let one: TestCertificate;
let two: TestCertificate;

beforeAll(async () => {
  [one, two] = await Promise.all([testCertificate(), testCertificate()]);
});

for (const address of ['tcp://127.0.0.1:0', 'tcp://[::1]:0']) {
  transportContract(`TCP on ${address}`, () =>
    Promise.resolve({
      a: new TcpTransport(one, clock),
      b: new TcpTransport(two, clock),
      certificateA: one.der,
      certificateB: two.der,
      address,
    }),
  );
}

describe('the TCP transport', () => {
  const sockets: (Socket | TLSSocket)[] = [];
  const servers: (Server | Listener)[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) await server.close();
  });

  async function listening(limits: Partial<TcpLimits> = {}, address = 'tcp://127.0.0.1:0') {
    const accepted: Channel[] = [];
    const listener = await new TcpTransport(two, clock, limits).listen(address, (channel) => {
      accepted.push(channel);
      sockets.push(channel.stream as Socket);
    });
    servers.push(listener);
    const port = Number(/:(\d+)$/.exec(listener.address)?.[1]);
    return { listener, accepted, port };
  }

  async function dial(address: string, limits: Partial<TcpLimits> = {}): Promise<Channel> {
    const channel = await new TcpTransport(one, clock, limits).dial(address, FOREVER);
    sockets.push(channel.stream as Socket);
    return channel;
  }

  /** A stranger that connects and says nothing. Resolves with a promise of its end. */
  async function silentStranger(port: number): Promise<{ closed: Promise<void> }> {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined).resume();
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await new Promise((resolve) => socket.once('connect', resolve));
    return { closed };
  }

  function tlsClient(port: number, options: object): Promise<{ error?: Error; alpn: unknown }> {
    return new Promise((resolve) => {
      const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
      sockets.push(socket);
      socket.on('error', (error) => resolve({ error, alpn: undefined }));
      socket.once('close', () => resolve({ error: new Error('closed'), alpn: undefined }));
      socket.once('secureConnect', () => {
        socket.resume();
        if ('stay' in options) resolve({ alpn: socket.alpnProtocol });
      });
    });
  }

  it('agrees on TLS 1.3 and on BEP, and says so', async () => {
    const { listener, accepted } = await listening();
    const dialed = await dial(listener.address);
    expect(dialed.crypto).toMatch(/^TLS1\.3-TLS_[A-Z0-9_]+$/);
    expect((dialed.stream as TLSSocket).alpnProtocol).toBe('bep/1.0');
    expect(dialed.isLan).toBe(true);
    expect(dialed.remoteAddress).toBe(listener.address.slice('tcp://'.length));
    dialed.stream.write('x');
    while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((accepted[0]?.stream as TLSSocket).alpnProtocol).toBe('bep/1.0');
  });

  it('serves a peer that offers no ALPN, as some do, but none that wants another protocol', async () => {
    const { port, accepted } = await listening();
    const identity = { cert: one.certPem, key: one.keyPem };
    await tlsClient(port, { ...identity, stay: true });
    const other = await tlsClient(port, { ...identity, ALPNProtocols: ['h2'], stay: true });
    expect(other.error).toBeDefined();
    while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(accepted).toHaveLength(1);
  });

  it('refuses a peer without a certificate', async () => {
    const { port, accepted } = await listening();
    const { error } = await tlsClient(port, { ALPNProtocols: ['bep/1.0'] });
    expect(error).toBeDefined();
    expect(accepted).toEqual([]);
  });

  it('refuses TLS older than 1.3', async () => {
    const { port, accepted } = await listening();
    const { error } = await tlsClient(port, {
      cert: one.certPem,
      key: one.keyPem,
      maxVersion: 'TLSv1.2',
    });
    expect(error).toBeDefined();
    expect(accepted).toEqual([]);
  });

  it('never resumes a session, so that each connection proves its certificate', async () => {
    const { port, accepted } = await listening();
    let session: Buffer | undefined;
    for (let round = 0; round < 3; round++) {
      const socket = tlsConnect({
        ...{ port, host: '127.0.0.1', rejectUnauthorized: false, session },
        ...{ cert: one.certPem, key: one.keyPem, ALPNProtocols: ['bep/1.0'] },
      });
      sockets.push(socket);
      socket.on('session', (data: Buffer) => (session = data));
      await new Promise((resolve) => socket.once('secureConnect', resolve));
      while (accepted.length <= round) await new Promise((resolve) => setImmediate(resolve));
      accepted[round]?.stream.write('x');
      await new Promise((resolve) => socket.once('data', resolve));
      expect(socket.isSessionReused()).toBe(false);
      expect(Buffer.from(accepted[round]?.peerCertificate ?? [])).toEqual(Buffer.from(one.der));
    }
  });

  it('throws out a stranger who does not finish the handshake in time', async () => {
    const { port } = await listening({ handshakeTimeoutMs: 50 });
    await (
      await silentStranger(port)
    ).closed;
  });

  it('lets a device in while strangers fill every place of the waiting room', async () => {
    const { port, listener, accepted } = await listening({ pendingHandshakesMax: 4 });
    const strangers = [];
    for (let i = 0; i < 10; i++) strangers.push(await silentStranger(port));
    await Promise.all(strangers.slice(0, 6).map((stranger) => stranger.closed));
    const dialed = await dial(listener.address);
    dialed.stream.write('hello');
    while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await read(accepted[0] as Channel, 5)).toString()).toBe('hello');
  });

  it('gives up on a server that does not shake hands', async () => {
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await expect(dial(`tcp://127.0.0.1:${port}`, { handshakeTimeoutMs: 50 })).rejects.toMatchObject(
      { code: 'timeout' },
    );
  });

  it('survives rubbish instead of a handshake', async () => {
    const { port, listener } = await listening();
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined).resume();
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await dial(listener.address)).peerCertificate).toEqual(two.der);
  });

  it('listens on one port for IPv4 and IPv6 separately', async () => {
    const { port } = await listening({}, 'tcp://0.0.0.0:0');
    const second = await listening({}, `tcp://[::]:${port}`);
    expect(second.port).toBe(port);
    expect((await dial(`tcp://127.0.0.1:${port}`)).remoteAddress).toBe(`127.0.0.1:${port}`);
    expect((await dial(`tcp://[::1]:${port}`)).remoteAddress).toBe(`[::1]:${port}`);
  });
});
