/**
 * The beacon over real sockets. One socket receives at the well-known port, which programs on this machine may share;
 * another one sends. The interfaces are looked at anew at every send, so that one that comes later is used.
 */
import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { messageOf } from '../../domain/errors.js';
import { Beacon, type BeaconPlace, type OnPacket, type OpenBeacon } from './beacon.js';
import {
  broadcastAddresses,
  externalAddresses,
  type Interfaces,
  multicastZones,
} from './network-interfaces.js';

export class UdpBeacon extends Beacon {
  async open(place: BeaconPlace, onPacket: OnPacket): Promise<OpenBeacon> {
    const beacon = new OpenUdpBeacon(place, onPacket, () => this.interfaces());
    await beacon.receive();
    return beacon;
  }

  localAddresses(): readonly string[] {
    return externalAddresses(this.interfaces());
  }

  protected interfaces(): Interfaces {
    return networkInterfaces();
  }
}

class OpenUdpBeacon implements OpenBeacon {
  private receiver: Socket | undefined;
  private sender: Socket | undefined;
  private isClosed = false;
  private readonly type: 'udp4' | 'udp6';

  constructor(
    private readonly place: BeaconPlace,
    private readonly onPacket: OnPacket,
    private readonly interfaces: () => Interfaces,
  ) {
    this.type = place.kind === 'broadcast' ? 'udp4' : 'udp6';
  }

  /** Binds the well-known port unless it is; resolves with what went wrong. */
  async receive(): Promise<readonly string[]> {
    if (this.receiver === undefined) {
      const { port, kind } = this.place;
      const receiver = this.socket((socket) => {
        if (this.receiver === socket) this.receiver = undefined;
      });
      receiver.on('message', (packet, { address }) => {
        if (!this.isClosed) this.onPacket(packet, address);
      });
      const problem = await bound(receiver, port);
      if (problem !== undefined) return [`${kind}: port ${port}: ${problem}`];
      if (this.isClosed) receiver.close();
      else this.receiver = receiver;
    }
    if (this.place.kind === 'multicast') this.join();
    return [];
  }

  async send(packet: Uint8Array): Promise<readonly string[]> {
    if (this.isClosed) return [];
    const problems = [...(await this.receive())];
    const sender = await this.sending();
    if (typeof sender === 'string') return [...problems, sender];
    const targets = this.targets();
    const failures = (
      await Promise.all(targets.map((target) => this.sendTo(sender, target, packet)))
    ).filter((failure) => failure !== '');
    // One interface that is coming up, or is no use, is nothing to tell anybody of.
    return failures.length === targets.length ? [...problems, ...failures] : problems;
  }

  /** Resolves with what went wrong, or ''. */
  private sendTo(sender: Socket, target: string, packet: Uint8Array): Promise<string> {
    return new Promise((resolve) => {
      if (this.isClosed) return resolve('');
      sender.send(packet, this.place.port, target, (error) =>
        resolve(error === null ? '' : messageOf(error)),
      );
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const sockets = [this.receiver, this.sender];
    this.receiver = this.sender = undefined;
    await Promise.all(
      sockets.map((socket) => new Promise<void>((done) => (socket ? socket.close(done) : done()))),
    );
  }

  private async sending(): Promise<Socket | string> {
    if (this.sender !== undefined) return this.sender;
    const sender = this.socket((socket) => {
      if (this.sender === socket) this.sender = undefined;
    });
    const problem = await bound(sender, 0);
    if (problem !== undefined) return `${this.place.kind}: ${problem}`;
    if (this.isClosed) {
      sender.close();
      return 'closed';
    }
    if (this.place.kind === 'broadcast') sender.setBroadcast(true);
    this.sender = sender;
    return sender;
  }

  private targets(): string[] {
    const interfaces = this.interfaces();
    return this.place.kind === 'broadcast'
      ? broadcastAddresses(interfaces)
      : multicastZones(interfaces, process.platform).map((zone) => `${this.place.group}%${zone}`);
  }

  /** Listens to the group on every interface. Where it does already, the system says so, and all is well. */
  private join(): void {
    for (const zone of multicastZones(this.interfaces(), process.platform)) {
      try {
        this.receiver?.addMembership(this.place.group, `::%${zone}`);
      } catch {
        continue;
      }
    }
  }

  private socket(onFailed: (socket: Socket) => void): Socket {
    const isV6 = this.type === 'udp6';
    const socket = createSocket({
      ...{ type: this.type, reuseAddr: true },
      // IPv4 does not know the option.
      ...(isV6 ? { ipv6Only: true } : {}),
    });
    // A socket that fails is made anew at the next send.
    socket.on('error', () => {
      onFailed(socket);
      closeQuietly(socket);
    });
    return socket;
  }
}

/** Resolves with the reason when the port cannot be had. */
function bound(socket: Socket, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.once('error', (error) => resolve(messageOf(error)));
    socket.once('listening', () => resolve(undefined));
    socket.bind(port);
  });
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It never ran, or is closed: both are what is wanted.
  }
}
