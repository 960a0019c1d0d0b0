/**
 * A network inside the process, for nodes that are driven deterministically. Bytes take the network's delay by the
 * given clock and arrive in order; a partition holds them back, as a broken path does; a broken channel fails both
 * ends. No encryption: a certificate is what its owner says.
 */
import { Duplex } from 'node:stream';
import { SyncError } from '../../domain/errors.js';
import { isInBlockBuffer } from '../../platform/block-buffers.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { hostPort, parseTcpAddress } from './tcp-address.js';
import { type Channel, type Listener, Transport } from './transport.js';

/** How long a dial into a partition waits, as TcpTransport's does. */
export const MEMORY_DIAL_TIMEOUT_MS = 10_000;
/** Bytes under way in one direction before the writer has to wait. */
export const UNDER_WAY_BYTES_MAX = 1024 * 1024;
const FIRST_EPHEMERAL_PORT = 40_000;

export class MemoryNetwork {
  private readonly listeners = new Map<string, Endpoint>();
  private readonly partitions = new Set<string>();
  private readonly channels = new Set<MemoryChannelPair>();
  private portsUsed = 0;
  /** What the next bytes from one to the other take, one way; later ones never overtake them on their channel. */
  delayBetween: (from: string, to: string) => number = () => this.delayMs;
  /** Told of what arrives. */
  onArrived: (from: string, to: string, content: Uint8Array | 'end' | 'gone') => void = () =>
    undefined;

  /** `delayMs`: one way. */
  constructor(
    readonly clock: Clock,
    public delayMs = 0,
  ) {}

  /** The transport of one machine of the network. `certificate`: DER. */
  transport(name: string, certificate: Uint8Array): MemoryTransport {
    return new MemoryTransport(this, name, certificate);
  }

  /** Nothing passes between the two any more; nobody is told. */
  partition(a: string, b: string): void {
    this.partitions.add(pairKey(a, b));
  }

  /** What was held back by the partition arrives now. */
  heal(a: string, b: string): void {
    this.partitions.delete(pairKey(a, b));
    for (const pair of this.channels) if (pair.joins(a, b)) pair.resume();
  }

  /** Resets every channel between the two. */
  break(a: string, b: string): void {
    for (const pair of [...this.channels]) if (pair.joins(a, b)) pair.reset();
  }

  /** The machine is gone: its ends are closed, and nobody listens there. The others see a reset. */
  silence(name: string): void {
    for (const [address, { name: owner }] of this.listeners) {
      if (owner === name) this.listeners.delete(address);
    }
    for (const pair of [...this.channels]) if (pair.isOf(name)) pair.reset();
  }

  isCut(a: string, b: string): boolean {
    return this.partitions.has(pairKey(a, b));
  }

  /** Used by MemoryTransport. */
  bind(address: string, endpoint: Endpoint): Listener {
    const { host, port } = parseTcpAddress(address);
    const bound = `tcp://${hostPort(host, port === 0 ? this.nextPort() : port)}`;
    if (this.listeners.has(bound)) {
      throw new SyncError('io', `listening on ${address}: address in use`, true);
    }
    this.listeners.set(bound, endpoint);
    return {
      address: bound,
      close: () => {
        if (this.listeners.get(bound) === endpoint) this.listeners.delete(bound);
        return Promise.resolve();
      },
    };
  }

  /** Used by MemoryTransport. */
  async connect(address: string, from: Endpoint, signal: AbortSignal): Promise<Channel> {
    signal.throwIfAborted();
    const target = `tcp://${hostPort(parseTcpAddress(address).host, parseTcpAddress(address).port)}`;
    const listener = this.listeners.get(target);
    if (listener !== undefined && this.isCut(from.name, listener.name)) {
      await this.clock.sleep(MEMORY_DIAL_TIMEOUT_MS, signal);
      throw new SyncError('timeout', `${address}: connecting: no answer`, true);
    }
    // There and back, as a handshake takes; never at once, because no network answers at once.
    const delayMs =
      listener === undefined ? this.delayMs : this.delayBetween(from.name, listener.name);
    if (delayMs > 0) await this.clock.sleep(delayMs * 2, signal);
    else await Promise.resolve();
    signal.throwIfAborted();
    if (from.isOver()) throw new SyncError('closed', 'the machine is off');
    if (listener === undefined || this.listeners.get(target) !== listener) {
      throw new SyncError('refused', `${address}: connecting: nobody listens`, true);
    }
    const pair = new MemoryChannelPair(this, from.name, listener.name, () =>
      this.channels.delete(pair),
    );
    this.channels.add(pair);
    const port = this.nextPort();
    listener.onChannel(channel(pair.accepting, from, hostPort(from.name, port)));
    return channel(pair.dialing, listener, target.slice('tcp://'.length));
  }

  private nextPort(): number {
    return FIRST_EPHEMERAL_PORT + this.portsUsed++;
  }
}

interface Endpoint {
  readonly name: string;
  readonly certificate: Uint8Array;
  readonly onChannel: (channel: Channel) => void;
  /** Its process is no more. */
  readonly isOver: () => boolean;
}

export class MemoryTransport extends Transport {
  private isOver = false;

  constructor(
    private readonly network: MemoryNetwork,
    private readonly name: string,
    private readonly certificate: Uint8Array,
  ) {
    super();
  }

  /** Its process is no more: it neither dials nor listens. */
  end(): void {
    this.isOver = true;
  }

  dial(address: string, signal: AbortSignal): Promise<Channel> {
    if (this.isOver) return Promise.reject(new SyncError('closed', 'the machine is off'));
    return this.network.connect(
      address,
      this.endpoint(() => undefined),
      signal,
    );
  }

  listen(address: string, onChannel: (channel: Channel) => void): Promise<Listener> {
    if (this.isOver) return Promise.reject(new SyncError('closed', 'the machine is off'));
    return new Promise((resolve) => resolve(this.network.bind(address, this.endpoint(onChannel))));
  }

  private endpoint(onChannel: (channel: Channel) => void): Endpoint {
    const { name, certificate } = this;
    return { name, certificate, onChannel, isOver: () => this.isOver };
  }
}

class MemoryChannelPair {
  readonly dialing: MemoryEnd;
  readonly accepting: MemoryEnd;

  constructor(
    network: MemoryNetwork,
    private readonly from: string,
    private readonly to: string,
    onClosed: () => void,
  ) {
    const isCut = (): boolean => network.isCut(from, to);
    this.dialing = new MemoryEnd(network, isCut, from, to);
    this.accepting = new MemoryEnd(network, isCut, to, from);
    this.dialing.peer = this.accepting;
    this.accepting.peer = this.dialing;
    for (const end of [this.dialing, this.accepting]) {
      // As with sockets: an end may be reset before its owner listens.
      end.on('error', () => undefined);
      end.once('close', () => {
        if (this.dialing.destroyed && this.accepting.destroyed) onClosed();
      });
    }
  }

  joins(a: string, b: string): boolean {
    return pairKey(a, b) === pairKey(this.from, this.to);
  }

  isOf(name: string): boolean {
    return name === this.from || name === this.to;
  }

  resume(): void {
    this.dialing.deliver();
    this.accepting.deliver();
  }

  reset(): void {
    for (const end of [this.dialing, this.accepting]) end.destroy(new Error('connection reset'));
  }
}

/** What is under way to the peer: bytes, the end of the stream, or the news that this end is gone. */
interface Parcel {
  readonly dueMs: number;
  readonly content: Uint8Array | 'end' | 'gone';
  readonly taken: () => void;
}

class MemoryEnd extends Duplex {
  peer!: MemoryEnd;
  private readonly parcels: Parcel[] = [];
  private underWayBytes = 0;
  private timer: Timer | undefined;
  private peerWants = true;
  private hasEnded = false;

  constructor(
    private readonly network: MemoryNetwork,
    private readonly isCut: () => boolean,
    private readonly from: string,
    private readonly to: string,
  ) {
    super({ allowHalfOpen: false });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.underWayBytes += chunk.length;
    const isFull = this.underWayBytes > UNDER_WAY_BYTES_MAX;
    // The writer may use its memory again as soon as it is told, before the peer has taken this.
    this.send(isInBlockBuffer(chunk) ? Buffer.from(chunk) : chunk, () => {
      this.underWayBytes -= chunk.length;
      if (isFull) done();
    });
    if (!isFull) done();
  }

  override _final(done: () => void): void {
    this.hasEnded = true;
    this.send('end', () => undefined);
    done();
  }

  override _read(): void {
    this.peer.peerWants = true;
    this.peer.deliver();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // An end said properly lets the peer read what is there; an end without words is a reset.
    if (!this.hasEnded) this.send('gone', () => undefined);
    done(error);
  }

  /** Hands the peer what is due. */
  deliver(): void {
    this.timer?.cancel();
    this.timer = undefined;
    while (this.parcels[0] !== undefined && !this.isCut()) {
      const waitMs = this.parcels[0].dueMs - this.network.clock.monotonicMs();
      if (waitMs > 0) {
        this.timer = this.network.clock.setTimer(waitMs, () => this.deliver());
        return;
      }
      const { content } = this.parcels[0];
      if (content !== 'gone' && !this.peerWants && !this.peer.destroyed) return;
      this.parcels.shift()?.taken();
      if (this.peer.destroyed) continue;
      this.network.onArrived(this.from, this.to, content);
      if (content === 'gone') this.peer.destroy(new Error('connection reset'));
      else this.peerWants = this.peer.push(content === 'end' ? null : content);
    }
  }

  private send(content: Parcel['content'], taken: () => void): void {
    const delayMs = this.network.delayBetween(this.from, this.to);
    const dueMs = this.network.clock.monotonicMs() + delayMs;
    this.parcels.push({ dueMs, content, taken });
    if (this.timer === undefined) queueMicrotask(() => this.deliver());
  }
}

function channel(stream: Duplex, far: Endpoint, remoteAddress: string): Channel {
  return { stream, peerCertificate: far.certificate, remoteAddress, isLan: true, crypto: 'none' };
}

function pairKey(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
