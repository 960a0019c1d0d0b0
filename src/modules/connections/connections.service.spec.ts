import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { connect as tcpConnect } from 'node:net';
import { connect as tlsConnect, type TLSSocket } from 'node:tls';
import { ConnectedNode } from '../../../test/contracts/connected-node.js';
import { type TestCertificate, testCertificate } from '../../../test/contracts/test-certificate.js';
import { SystemClock } from '../../platform/clock.js';
import { MemoryNetwork } from './memory-transport.js';
import { TcpTransport } from './tcp-transport.js';
import { type Transport } from './transport.js';

const LOOPBACK = ['tcp://127.0.0.1:0'];
const clock = new SystemClock();
let certificates: TestCertificate[];
let strange: TestCertificate;

beforeAll(async () => {
  certificates = await Promise.all([testCertificate(), testCertificate(), testCertificate()]);
  strange = await testCertificate('another name');
});

const nodes: ConnectedNode[] = [];
const sockets: { destroy(): void }[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});

function certificate(index: number): TestCertificate {
  return certificates[index] as TestCertificate;
}

function node(certificateOf: TestCertificate, transport?: Transport): ConnectedNode {
  const made = new ConnectedNode(
    certificateOf,
    transport ?? new TcpTransport(certificateOf, clock),
  );
  nodes.push(made);
  return made;
}

async function areJoined(a: ConnectedNode, b: ConnectedNode): Promise<void> {
  await a.until(() => a.devices.get(b.id) !== undefined && a.calls.includes(`config ${b.id}`));
  await b.until(() => b.devices.get(a.id) !== undefined && b.calls.includes(`config ${a.id}`));
}

describe('the connections of a node, over real sockets', () => {
  it('are made by whoever can dial, and told to the handler in order', async () => {
    const [a, b] = [node(certificate(0)), node(certificate(1))];
    await b.start({ devices: [{ id: a.id }], listenAddresses: LOOPBACK });
    await a.start({ devices: [{ id: b.id, addresses: ['dynamic', b.address] }] });
    await areJoined(a, b);
    expect(a.calls).toEqual([`DeviceConnected ${b.id}`, `connected ${b.id}`, `config ${b.id}`]);
    expect(b.countLogged('Listening for incoming connections')).toBe(1);
    expect(a.countLogged('Attempting to connect to other nodes')).toBe(1);
    expect(a.countLogged(`Connected to node ${b.id}`)).toBe(1);
    await b.stop();
    await a.until(() => a.calls.includes(`DeviceDisconnected ${b.id}`));
    expect(a.calls.slice(3)).toEqual([`closed ${b.id}`, `DeviceDisconnected ${b.id}`]);
    expect(a.devices.all()).toEqual([]);
    expect(b.calls.slice(3)).toEqual([`closed ${a.id}`, `DeviceDisconnected ${a.id}`]);
  });

  it('are made again after they were lost', async () => {
    const [a, b] = [node(certificate(0)), node(certificate(1))];
    await b.start({ devices: [{ id: a.id }], listenAddresses: LOOPBACK });
    await a.start({ devices: [{ id: b.id, addresses: [b.address] }] });
    await areJoined(a, b);
    await b.devices.get(a.id)?.close('go away');
    await a.until(() => a.count(`config ${b.id}`) === 2);
    expect(a.calls.indexOf(`closed ${b.id}`)).toBeLessThan(
      a.calls.lastIndexOf(`connected ${b.id}`),
    );
  });

  it('are one when both dial at the same time, again and again', async () => {
    for (let round = 0; round < 5; round++) {
      const [a, b] = [node(certificate(0)), node(certificate(1))];
      // Each needs the other's address before either dials.
      await a.start({ devices: [], listenAddresses: LOOPBACK });
      await b.start({ devices: [], listenAddresses: LOOPBACK });
      const [addressA, addressB] = [a.address, b.address];
      await Promise.all([a.stop(), b.stop()]);
      await Promise.all([
        a.start({ devices: [{ id: b.id, addresses: [addressB] }], listenAddresses: [addressA] }),
        b.start({ devices: [{ id: a.id, addresses: [addressA] }], listenAddresses: [addressB] }),
      ]);
      await areJoined(a, b);
      await turns(200);
      await areJoined(a, b);
      expect([a.devices.count, b.devices.count]).toEqual([1, 1]);
      await Promise.all([a.stop(), b.stop()]);
    }
  });

  it('are made with the one address of several that leads to the device', async () => {
    const [a, b, other] = [node(certificate(0)), node(certificate(1)), node(certificate(2))];
    await other.start({ devices: [], listenAddresses: LOOPBACK });
    await b.start({ devices: [{ id: a.id }], listenAddresses: LOOPBACK });
    const addresses = ['tcp://127.0.0.1:1', other.address, b.address];
    await a.start({ devices: [{ id: b.id, addresses }] });
    await areJoined(a, b);
    expect(a.devices.count).toBe(1);
  });

  it('are not made by strangers, who are told of once, remembered, and get nothing but a Hello', async () => {
    const a = node(certificate(0));
    await a.start({ devices: [], listenAddresses: LOOPBACK });
    const stranger = node(certificate(1));
    for (let attempt = 0; attempt < 3; attempt++) {
      await stranger.start({ devices: [{ id: a.id, addresses: [a.address] }] });
      await stranger.until(() => stranger.calls.includes(`DeviceDisconnected ${a.id}`));
      expect(stranger.calls.filter((call) => call.startsWith('config'))).toEqual([]);
      stranger.calls.length = 0;
      await stranger.stop();
    }
    expect(a.pending).toMatchObject([{ device: stranger.id, name: 'test' }]);
    expect(a.countLogged(stranger.id)).toBe(1);
    expect(a.calls).toEqual([`PendingDevicesChanged ${stranger.id}`]);
    expect(a.devices.all()).toEqual([]);
  });

  it('do not tell a stranger the name of our device', async () => {
    const a = node(certificate(0));
    await a.start({ devices: [], listenAddresses: LOOPBACK });
    const received = await new Promise<Buffer>((resolve) => {
      const socket = tls(a.address, certificate(1));
      socket.once('data', resolve);
    });
    expect(received.readUInt32BE(0)).toBe(0x2ea7d90b);
    expect(received.includes('syncnest')).toBe(true);
    expect(received.includes('test')).toBe(false);
  });

  it.each([
    ['is paused', { paused: true }, 'paused'],
    ['is blocked by one of its settings', { blockedBy: 'allowedNetworks' }, 'allowed'],
    ['has a certificate with another name', {}, 'not made out to "syncthing"'],
  ])('are not made with a device that %s', async (_case, settings, reason) => {
    const [a, b] = [node(certificate(0)), node(strange)];
    await a.start({ devices: [{ id: b.id, ...settings }], listenAddresses: LOOPBACK });
    await b.start({ devices: [{ id: a.id, addresses: [a.address] }] });
    await a.until(() => a.countLogged(reason) > 0);
    expect(a.devices.all()).toEqual([]);
    expect(a.pending).toEqual([]);
  });

  it('know a device of 2013 by its fingerprint, in both dial directions, and remember its ID', async () => {
    const [a, b] = [node(certificate(0)), node(certificate(1))];
    await b.start({ devices: [{ fingerprint: a.fingerprint }], listenAddresses: LOOPBACK });
    await a.start({ devices: [{ fingerprint: b.fingerprint, addresses: [b.address] }] });
    await areJoined(a, b);
    expect(a.learned).toEqual([[b.fingerprint, b.id]]);
    expect(b.learned).toEqual([[a.fingerprint, a.id]]);
  });

  it('never lead to ourselves', async () => {
    const a = node(certificate(0));
    await a.start({ devices: [], listenAddresses: LOOPBACK });
    const socket = tls(a.address, certificate(0));
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    expect([a.pending, a.calls]).toEqual([[], []]);
  });

  it('are made while strangers hold connections that say nothing', async () => {
    const [a, b] = [node(certificate(0)), node(certificate(1))];
    await b.start({ devices: [{ id: a.id }], listenAddresses: LOOPBACK });
    const port = Number(/:(\d+)$/.exec(b.address)?.[1]);
    for (let i = 0; i < 100; i++) {
      const socket = i % 2 === 0 ? tcpConnect(port, '127.0.0.1') : tls(b.address, certificate(2));
      socket.on('error', () => undefined);
      sockets.push(socket);
    }
    await a.start({ devices: [{ id: b.id, addresses: [b.address] }] });
    await areJoined(a, b);
  });

  it('need one address at least to listen on, and name every one that fails', async () => {
    const a = node(certificate(0));
    await a.start({ devices: [], listenAddresses: LOOPBACK });
    const b = node(certificate(1));
    const start = b.start({ devices: [], listenAddresses: [a.address] });
    await expect(start).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining(a.address) as unknown as string,
    });
    await b.start({ devices: [], listenAddresses: [a.address, ...LOOPBACK] });
    expect(b.countLogged(`listening on ${a.address}`)).toBe(1);
    expect(b.address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  });
});

function tls(address: string, identity: TestCertificate): TLSSocket {
  const port = Number(/:(\d+)$/.exec(address)?.[1]);
  const socket = tlsConnect({
    ...{ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['bep/1.0'] },
    ...{ cert: identity.certPem, key: identity.keyPem },
  });
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

describe('the connections of two nodes in a network of memory', () => {
  function pair(delayMs: number) {
    const time = new HandClock();
    const network = new MemoryNetwork(time, delayMs);
    const a = node(certificate(0), network.transport('a', certificate(0).der));
    const b = node(certificate(1), network.transport('b', certificate(1).der));
    const start = (): Promise<unknown> =>
      Promise.all([
        a.start({
          ...{ clock: time, listenAddresses: ['tcp://a:1'] },
          devices: [{ id: b.id, addresses: ['tcp://b:1'] }],
        }),
        b.start({
          ...{ clock: time, listenAddresses: ['tcp://b:1'] },
          devices: [{ id: a.id, addresses: ['tcp://a:1'] }],
        }),
      ]);
    return { time, network, a, b, start };
  }

  /** Lets as much time pass as the nodes take to stop. */
  async function stopped(time: HandClock, ...running: ConnectedNode[]): Promise<void> {
    let isDone = false;
    const stopping = Promise.all(running.map((each) => each.stop())).then(() => (isDone = true));
    while (!isDone) await time.pass(100);
    await stopping;
  }

  it.each([0, 100, 700])('cross at %d ms of delay, and one stays', async (delayMs) => {
    const { time, a, b, start } = pair(delayMs);
    await start();
    await time.pass(30_000);
    expect([a.devices.count, b.devices.count]).toEqual([1, 1]);
    const connected = a.count(`connected ${b.id}`);
    expect(a.count(`closed ${b.id}`)).toBe(connected - 1);
    await time.pass(60_000);
    expect(a.count(`connected ${b.id}`)).toBe(connected);
    await stopped(time, a, b);
    expect(b.count(`closed ${a.id}`)).toBe(b.count(`connected ${a.id}`));
  });

  it('are made anew by the side that lost them, long before the other side notices', async () => {
    const { time, network, a, b, start } = pair(10);
    await start();
    await time.pass(20_000);
    network.partition('a', 'b');
    // One side gives its end up, as a machine that was restarted does; nothing of it reaches the other side.
    const half = a.devices.get(b.id);
    const closing = half?.close('gone');
    await time.pass(10_000);
    await closing;
    expect([a.devices.count, b.devices.count]).toEqual([0, 1]);
    const before = b.devices.get(a.id);
    network.heal('a', 'b');
    await time.pass(30_000);
    expect([a.devices.count, b.devices.count]).toEqual([1, 1]);
    expect(b.devices.get(a.id)).not.toBe(before);
    await stopped(time, a, b);
  });
});
