/**
 * The network: TCP with TLS 1.3, a certificate on both sides, ALPN `bep/1.0`. Source: BEP v1, "Transport and
 * Authentication". A certificate is proven to be held, never checked against an authority: who may connect is
 * decided by its hash, elsewhere. Sessions are never resumed, so every connection proves its certificate anew.
 */
import { constants } from 'node:crypto';
import { connect as tcpConnect, createServer, type Server, type Socket } from 'node:net';
import {
  connect as tlsConnect,
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from 'node:tls';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import { isLan } from './lan.js';
import { readIntoOneBuffer } from './one-buffer-reads.js';
import { hostPort, parseTcpAddress } from './tcp-address.js';
import { type Channel, type Listener, Transport } from './transport.js';
import { WaitingRoom } from './waiting-room.js';

export const ALPN_PROTOCOL = 'bep/1.0';

export interface TcpLimits {
  /** From the first packet to an open TCP connection, name lookup included. */
  readonly connectTimeoutMs: number;
  /** From an open TCP connection to a finished TLS handshake. */
  readonly handshakeTimeoutMs: number;
  /** Incoming connections of one listener whose handshake is not finished. */
  readonly pendingHandshakesMax: number;
  /** Idle time after which the kernel asks whether the peer's machine still lives. */
  readonly keepAliveMs: number;
}

export const TCP_LIMITS: TcpLimits = {
  connectTimeoutMs: 10_000,
  handshakeTimeoutMs: 10_000,
  pendingHandshakesMax: 64,
  keepAliveMs: 60_000,
};

/** Our certificate and key, read when first needed. */
export interface TlsIdentity {
  readonly certPem: string;
  readonly keyPem: string;
}

export class TcpTransport extends Transport {
  private readonly limits: TcpLimits;
  /** Open, with a finished handshake. */
  private readonly channels = new Set<TLSSocket>();

  constructor(
    private readonly identity: TlsIdentity,
    private readonly clock: Clock,
    limits: Partial<TcpLimits> = {},
    /** Networks that the user calls local, CIDR each. */
    private readonly localNetworks: () => readonly string[] = () => [],
  ) {
    super();
    this.limits = { ...TCP_LIMITS, ...limits };
  }

  async dial(address: string, signal: AbortSignal): Promise<Channel> {
    const { host, port, family } = parseTcpAddress(address);
    signal.throwIfAborted();
    const socket = tcpConnect({ host, port, ...(family === 0 ? {} : { family }) });
    await this.settle(socket, 'connect', this.limits.connectTimeoutMs, address, signal);
    this.tune(socket);
    const secure = tlsConnect({ socket, servername: '', ...this.tlsOptions() });
    await this.settle(secure, 'secureConnect', this.limits.handshakeTimeoutMs, address, signal);
    const channel = this.channelOf(secure);
    if (channel !== undefined) return channel;
    secure.destroy();
    throw new SyncError('refused', `${address}: the peer shows no certificate`);
  }

  async listen(address: string, onChannel: (channel: Channel) => void): Promise<Listener> {
    const { host, port, family } = parseTcpAddress(address);
    const room = new WaitingRoom(this.limits.pendingHandshakesMax);
    const tls = createTlsServer({ requestCert: true, ...this.tlsOptions() });
    const server = createServer({ noDelay: true }, (socket) => this.accept(socket, tls, room));
    const leaveOf = this.leavers;
    tls.on('secureConnection', (secure) => {
      leaveOf.get(placeOf(secure))?.();
      const channel = this.channelOf(secure);
      if (channel === undefined) secure.destroy();
      else onChannel(channel);
    });
    const listenHost = host !== '' ? host : family === 4 ? '0.0.0.0' : '::';
    await listening(server, {
      host: listenHost,
      port,
      // Both families are asked for separately, except where the address names no host at all.
      ipv6Only: host !== '' || family === 6,
    }).catch((error: unknown) => {
      throw new SyncError('io', `listening on ${address}: ${messageOf(error)}`, true, {
        cause: error,
      });
    });
    // A failed accept (too many open files) costs that one connection.
    server.on('error', () => undefined);
    const bound = server.address() as { address: string; port: number };
    return {
      address: `tcp://${hostPort(bound.address, bound.port)}`,
      close: () => {
        // The callback would wait for the established channels, which have owners of their own.
        server.close();
        room.clear();
        return Promise.resolve();
      },
    };
  }

  /** By the place of a socket whose handshake is under way: the call that leaves the waiting room. */
  private readonly leavers = new Map<string, () => void>();

  private accept(socket: Socket, tls: TlsServer, room: WaitingRoom): void {
    const place = placeOf(socket);
    socket.on('error', () => undefined);
    if (socket.remoteAddress === undefined) return void socket.destroy();
    this.tune(socket);
    const timer = this.clock.setTimer(this.limits.handshakeTimeoutMs, () => socket.destroy());
    const leaveRoom = room.enter(socket.remoteAddress, () => socket.destroy());
    const leave = (): void => {
      timer.cancel();
      leaveRoom();
      this.leavers.delete(place);
    };
    this.leavers.set(place, leave);
    socket.once('close', () => {
      if (this.leavers.get(place) === leave) leave();
    });
    tls.emit('connection', socket);
  }

  override networkChanged(addresses: readonly string[]): void {
    const present = new Set(addresses.map(plainAddress));
    for (const socket of this.channels) {
      const local = plainAddress(socket.localAddress ?? '');
      const isLoopback = local.startsWith('127.') || local === '::1';
      if (!isLoopback && !present.has(local)) socket.destroy();
    }
  }

  /** Undefined when the peer has shown no certificate. */
  private channelOf(secure: TLSSocket): Channel | undefined {
    // A socket may be reset before its owner listens; its 'close' is what the owner hears.
    secure.on('error', () => undefined);
    const certificate = secure.getPeerX509Certificate();
    if (certificate === undefined || secure.remoteAddress === undefined) return undefined;
    this.channels.add(secure);
    secure.once('close', () => this.channels.delete(secure));
    readIntoOneBuffer(secure);
    const protocol = (secure.getProtocol() ?? '').replace('TLSv', 'TLS');
    return {
      stream: secure,
      peerCertificate: new Uint8Array(certificate.raw),
      remoteAddress: hostPort(secure.remoteAddress, secure.remotePort ?? 0),
      isLan: isLan(secure.remoteAddress, undefined, this.localNetworks()),
      crypto: `${protocol}-${secure.getCipher().name}`,
    };
  }

  private tune(socket: Socket): void {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, this.limits.keepAliveMs);
  }

  private tlsOptions() {
    return {
      cert: this.identity.certPem,
      key: this.identity.keyPem,
      minVersion: 'TLSv1.3' as const,
      rejectUnauthorized: false,
      // No authority counts, and to read those that Node knows takes a while.
      ca: [],
      ALPNProtocols: [ALPN_PROTOCOL],
      // Without tickets, and with no session store behind the server, nothing can be resumed.
      secureOptions: constants.SSL_OP_NO_TICKET,
    };
  }

  /** Waits for the event that says the step is done; the socket is destroyed when it is not reached in time. */
  private settle(
    socket: Socket,
    done: 'connect' | 'secureConnect',
    timeoutMs: number,
    address: string,
    signal: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
        socket.destroy();
        reject(error);
      };
      const step = done === 'connect' ? 'connecting' : 'TLS handshake';
      const onAbort = (): void => fail(signal.reason as Error);
      const timer = this.clock.setTimer(timeoutMs, () =>
        fail(new SyncError('timeout', `${address}: ${step}: no answer in ${timeoutMs} ms`, true)),
      );
      // The listener stays: a socket may fail between this step and the next one that listens.
      socket.on('error', (error) => fail(dialError(address, step, error)));
      socket.once('close', () => fail(new SyncError('io', `${address}: ${step}: closed`, true)));
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once(done, () => {
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }
}

function dialError(address: string, step: string, error: NodeJS.ErrnoException): SyncError {
  const code =
    error.code === 'ECONNREFUSED' ? 'refused' : error.code === 'ETIMEDOUT' ? 'timeout' : 'io';
  const text = error.message === '' ? (error.code ?? 'failed') : error.message;
  return new SyncError(code, `${address}: ${step}: ${text}`, true, { cause: error });
}

/** Without its zone, and an IPv4 address as such. */
function plainAddress(address: string): string {
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/, '');
}

function placeOf(socket: Socket): string {
  return [socket.remoteAddress, socket.remotePort, socket.localPort].join(' ');
}

function listening(
  server: Server,
  options: { host: string; port: number; ipv6Only: boolean },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
