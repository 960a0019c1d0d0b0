import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectedNode, type NodeOptions } from '../../../test/contracts/connected-node.js';
import { type TestCertificate, testCertificate } from '../../../test/contracts/test-certificate.js';
import { HandClock } from '../../../test/support/hand-clock.js';
import { SystemClock } from '../../platform/clock.js';
import { until } from '../../../test/support/wait.js';
import { type NetworkLimits } from '../config/settings.js';
import { UPGRADE_AFTER_MS } from './connection-register.js';
import { HANGING_AFTER_MS } from './dial-plan.js';
import { MemoryNetwork } from './memory-transport.js';
import { TcpTransport } from './tcp-transport.js';
import { type Channel, type Listener, Transport } from './transport.js';

const LISTENING = { listenAddresses: ['tcp://127.0.0.1:0'], reconnectIntervalS: 1 };
const NO_LIMITS: NetworkLimits = {
  maxSendKbps: 0,
  maxRecvKbps: 0,
  limitInLan: false,
  connectionsMax: 0,
  lanNetworks: [],
};
const clock = new SystemClock();
let certificates: TestCertificate[];
const nodes: ConnectedNode[] = [];

beforeAll(async () => {
  certificates = await Promise.all([testCertificate(), testCertificate(), testCertificate()]);
});

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});

function node(index: number, transport?: Transport): ConnectedNode {
  const certificate = certificates[index] as TestCertificate;
  const made = new ConnectedNode(certificate, transport ?? new TcpTransport(certificate, clock));
  nodes.push(made);
  return made;
}

async function areJoined(a: ConnectedNode, b: ConnectedNode): Promise<void> {
  await a.until(() => a.devices.get(b.id) !== undefined && a.calls.includes(`config ${b.id}`));
  await b.until(() => b.devices.get(a.id) !== undefined && b.calls.includes(`config ${a.id}`));
}

/** `a` dials, the others listen and know `a`. */
async function star(): Promise<[ConnectedNode, ConnectedNode, ConnectedNode]> {
  const [a, b, c] = [node(0), node(1), node(2)];
  for (const each of [b, c]) await each.start({ ...LISTENING, devices: [{ id: a.id }] });
  return [a, b, c];
}

describe('the settings of a node that runs', () => {
  it('connect to a device that is added, and leave the others connected', async () => {
    const [a, b, c] = await star();
    const toB = { id: b.id, addresses: [b.address] };
    await a.start({ devices: [toB] });
    await areJoined(a, b);
    const before = a.devices.get(b.id);
    await a.change({ devices: [toB, { id: c.id, addresses: [c.address] }] });
    await areJoined(a, c);
    expect(a.devices.get(b.id)).toBe(before);
  });

  it.each([
    ['removed', false, 'device removed'],
    ['paused', true, 'device is paused'],
  ])('disconnect a device that is %s, and tell it why', async (_case, isKept, reason) => {
    const [a, b, c] = await star();
    const toB = { id: b.id, addresses: [b.address] };
    const toC = { id: c.id, addresses: [c.address] };
    await a.start({ devices: [toB, toC] });
    await areJoined(a, b);
    await areJoined(a, c);
    const kept = a.devices.get(c.id);
    await a.change({ devices: [...(isKept ? [{ ...toB, paused: true }] : []), toC] });
    await b.until(() => b.calls.includes(`DeviceDisconnected ${a.id}`));
    expect(b.countLogged(`closed by the peer: ${reason}`)).toBe(1);
    expect(a.devices.get(c.id)).toBe(kept);
    await a.change({ devices: [toB, toC] });
    await a.until(() => a.count(`config ${b.id}`) === 2);
  });

  it('dial a device at its new addresses at once, however long the pause was', async () => {
    const [a, b] = await star();
    await a.start({ devices: [{ id: b.id, addresses: ['tcp://127.0.0.1:1'] }] });
    await a.until(() => a.countLogged('Connecting to') === 1);
    expect([...a.connections.dialStatus().values()]).toMatchObject([
      { error: expect.stringContaining('ECONNREFUSED') as unknown },
    ]);
    await a.change({ devices: [{ id: b.id, addresses: [b.address] }] });
    await areJoined(a, b);
    expect(a.connections.status()).toMatchObject([
      { device: b.id, type: 'tcp-client', isLocal: true, clientName: 'syncnest' },
    ]);
  });

  it('listen on a new address, and keep the connections that came in by the old one', async () => {
    const [a, b] = await star();
    await a.start({ devices: [{ id: b.id, addresses: [b.address] }] });
    await areJoined(a, b);
    const [before, old] = [b.devices.get(a.id), b.address];
    await b.change({ devices: [{ id: a.id }], listenAddresses: ['tcp://127.0.0.2:0'] });
    expect(b.address).toMatch(/^tcp:\/\/127\.0\.0\.2:\d+$/);
    expect(b.devices.get(a.id)).toBe(before);
    await expect(new TcpTransport(certificates[0]!, clock).dial(old, never())).rejects.toThrow();
  });

  it('let in no more devices than the limit says, but a connected one again', async () => {
    const [a, b, c] = [node(0), node(1), node(2)];
    const limits = { ...NO_LIMITS, connectionsMax: 1 };
    await a.start({ ...LISTENING, devices: [{ id: b.id }, { id: c.id }], limits });
    await b.start({ devices: [{ id: a.id, addresses: [a.address] }], reconnectIntervalS: 1 });
    await areJoined(a, b);
    await c.start({ devices: [{ id: a.id, addresses: [a.address] }], reconnectIntervalS: 1 });
    await a.until(() => a.countLogged(`Refused ${c.id}`) === 1);
    expect(a.calls.filter((call) => call.includes(c.id))).toEqual([]);
    await b.stop();
    await c.until(() => c.calls.includes(`config ${a.id}`));
  });

  it('dial nobody else once enough are connected, and let in who comes by itself', async () => {
    const [a, b, c] = await star();
    const limits = { ...NO_LIMITS, connectionsEnough: 1 };
    const toB = { id: b.id, addresses: [b.address] };
    await a.start({ ...LISTENING, devices: [toB], limits });
    await areJoined(a, b);
    await a.change({ ...LISTENING, devices: [toB, { id: c.id, addresses: [c.address] }], limits });
    expect(a.connections.dialStatus().has(c.address)).toBe(false);
    await c.change({ ...LISTENING, devices: [{ id: a.id, addresses: [a.address] }] });
    await areJoined(a, c);
    expect(a.connections.status().find(({ device }) => device === c.id)?.type).toBe('tcp-server');
  });

  it('say nothing to a host whose name leads to a network that is not allowed', async () => {
    const [a, b] = await star();
    const address = b.address.replace('127.0.0.1', 'localhost');
    const toB = { id: b.id, addresses: [address], allowedNetworks: ['10.0.0.0/8'] };
    await a.start({ devices: [toB] });
    await a.until(() => a.countLogged('not in the networks allowed') === 1);
    expect(b.countLogged('Refused')).toBe(0);
    expect(b.calls).toEqual([]);
  });

  it('let a device in from the networks allowed for it only', async () => {
    const [a, b] = [node(0), node(1)];
    const devices = (allowedNetworks: string[]) => ({ devices: [{ id: b.id, allowedNetworks }] });
    await a.start({ ...LISTENING, ...devices(['10.0.0.0/8']) });
    await b.start({ devices: [{ id: a.id, addresses: [a.address] }], reconnectIntervalS: 1 });
    await a.until(() => a.countLogged('not in the networks allowed') === 1);
    expect(a.calls).toEqual([]);
    await a.change({ ...LISTENING, ...devices(['127.0.0.0/8']) });
    await a.until(() => a.calls.includes(`config ${b.id}`));
  });
});

function never(): AbortSignal {
  return new AbortController().signal;
}

/** A machine in a network of memory that says of its channels what their addresses are: 10.… is near. */
class TwoNetworks extends Transport {
  constructor(private readonly inner: Transport) {
    super();
  }

  async dial(address: string, signal: AbortSignal): Promise<Channel> {
    return { ...(await this.inner.dial(address, signal)), isLan: address.includes('//10.') };
  }

  listen(address: string, onChannel: (channel: Channel) => void): Promise<Listener> {
    return this.inner.listen(address, (channel) =>
      onChannel({ ...channel, isLan: address.includes('//10.') }),
    );
  }
}

/** A network in which nobody answers at `tcp://127.9…`, and which counts what comes in. */
class Hanging extends Transport {
  readonly tried: string[] = [];
  accepted = 0;

  constructor(private readonly inner: Transport) {
    super();
  }

  dial(address: string, signal: AbortSignal): Promise<Channel> {
    this.tried.push(address);
    if (!address.startsWith('tcp://127.9')) return this.inner.dial(address, signal);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }

  listen(address: string, onChannel: (channel: Channel) => void): Promise<Listener> {
    return this.inner.listen(address, (channel) => {
      this.accepted += 1;
      onChannel(channel);
    });
  }
}

describe('a device with an address where nobody answers', () => {
  const DEAD = 'tcp://127.9.9.9:1';

  async function hanging(addresses: string[], paused = false) {
    const [dialing, listening] = [0, 1].map(
      (index) => new Hanging(new TcpTransport(certificates[index]!, clock)),
    ) as [Hanging, Hanging];
    const [a, b] = [node(0, dialing), node(1, listening)];
    await b.start({ ...LISTENING, devices: [{ id: a.id }] });
    const devices = [{ id: b.id, addresses: addresses.map((each) => each || b.address), paused }];
    await a.start({ devices });
    return { a, b, dialing, listening };
  }

  it('is dialed at once where it was found, though the dial to the old address hangs', async () => {
    const { a, b, dialing } = await hanging([DEAD]);
    a.connections.wake(b.id);
    expect(dialing.tried).toEqual([DEAD]);
    await clock.sleep(HANGING_AFTER_MS);
    a.connections.wake(b.id);
    await until('it is dialed again', () => dialing.tried.length === 2);
    a.connections.networkChanged([]);
    await until('and again', () => dialing.tried.length === 3);
  });

  it('is dialed at its addresses one shortly after the other, and sees one attempt', async () => {
    const { a, b, dialing, listening } = await hanging([DEAD, '', '']);
    await areJoined(a, b);
    const slow = await hanging(['', DEAD]);
    await areJoined(slow.a, slow.b);
    expect([dialing.tried, listening.accepted]).toEqual([[DEAD, b.address], 1]);
    expect([slow.dialing.tried, slow.listening.accepted]).toEqual([[slow.b.address], 1]);
  });

  it('is left alone when it is paused meanwhile', async () => {
    const { a, b } = await hanging([DEAD]);
    await a.change({ devices: [{ id: b.id, addresses: [DEAD], paused: true }] });
    await a.stop();
    expect(a.countLogged('Connecting to')).toBe(0);
    expect(a.connections.dialStatus().size).toBe(0);
  });
});

describe('a device that is reached over a far address', () => {
  it('is reached over a near one as soon as there is one, with no moment unconnected', async () => {
    const time = new HandClock();
    const network = new MemoryNetwork(time, 50);
    const side = (index: number, name: string): ConnectedNode =>
      node(index, new TwoNetworks(network.transport(name, certificates[index]!.der)));
    const [a, b] = [side(0, 'a'), side(1, 'b')];
    const limits = { ...NO_LIMITS, lanNetworks: ['10.0.0.0/8'] };
    const [far, near] = ['tcp://b:1', 'tcp://10.0.0.2:1'];
    const listening = { clock: time, listenAddresses: [far, near], devices: [{ id: a.id }] };
    const dialing = (addresses: string[]): NodeOptions => ({
      ...{ clock: time, limits, listenAddresses: [], devices: [{ id: b.id, addresses }] },
    });
    await b.start(listening);
    await a.start(dialing([far]));
    await time.pass(2000);
    expect(a.connections.status()).toMatchObject([{ isLocal: false }]);
    let leastConnected = 1;
    for (const each of [a, b]) {
      each.devices.onChange(() => {
        leastConnected = Math.min(leastConnected, each.devices.count);
      });
    }
    await a.change(dialing([far, near]));
    await time.pass(UPGRADE_AFTER_MS + 61_000);
    expect(a.connections.status()).toMatchObject([{ isLocal: true }]);
    expect(b.connections.status()).toMatchObject([{ isLocal: true }]);
    expect(leastConnected).toBe(1);
    expect(a.count(`connected ${b.id}`)).toBe(2);
    await time.pass(200_000);
    expect(a.count(`connected ${b.id}`)).toBe(2);
    let isDone = false;
    const stopping = Promise.all([a.stop(), b.stop()]).then(() => (isDone = true));
    while (!isDone) await time.pass(100);
    await stopping;
  });
});
