/**
 * Scripted peers over real TLS sockets, each with a certificate of its own: they dial the node, or the node dials
 * them. One PeerNetwork per test owns what was opened and closes all of it.
 */
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import {
  connect,
  type ConnectionOptions,
  createServer,
  type Server,
  type TLSSocket,
} from 'node:tls';
import { deviceIdFromCertificate, fingerprint2013, shortId } from '../../src/domain/device-id.js';
import { type TestCertificate, testCertificate } from '../contracts/test-certificate.js';
import { FakePeer, type FakePeerOptions } from './fake-peer.js';

const BEP = ['bep/1.0'];

export interface PeerIdentity extends TestCertificate {
  readonly id: string;
  readonly shortId: bigint;
  readonly fingerprint: string;
}

export async function peerIdentity(certificateName?: string): Promise<PeerIdentity> {
  const certificate = await testCertificate(certificateName);
  const id = deviceIdFromCertificate(certificate.der);
  const fingerprint = fingerprint2013(certificate.der);
  return { ...certificate, id, fingerprint, shortId: shortId(id) };
}

export interface PeerListener {
  /** `tcp://host:port`. */
  readonly address: string;
  /** All that finished their handshake. */
  readonly peers: readonly FakePeer[];
  /** The next connection the node has dialed. */
  accept(): Promise<FakePeer>;
}

export class PeerNetwork {
  private readonly sockets = new Set<Socket>();
  private readonly servers = new Set<Server>();

  /** Resolves when our side of the handshake is done; the node may still refuse us. */
  async tls(
    address: string,
    identity: PeerIdentity | undefined,
    options: ConnectionOptions = {},
  ): Promise<TLSSocket> {
    const { host, port } = placeOf(address);
    const identified =
      identity === undefined ? {} : { cert: identity.certPem, key: identity.keyPem };
    const socket = connect({
      ...{ host, port, rejectUnauthorized: false, ALPNProtocols: BEP },
      ...identified,
      ...options,
    });
    this.keep(socket);
    await once(socket, 'secureConnect');
    return socket;
  }

  /** A bare TCP connection. */
  async tcp(address: string): Promise<Socket> {
    const { host, port } = placeOf(address);
    const socket = connectTcp(port, host);
    this.keep(socket);
    await once(socket, 'connect');
    return socket;
  }

  /** A peer that has said nothing yet. */
  async dial(
    address: string,
    identity: PeerIdentity,
    options: FakePeerOptions = {},
  ): Promise<FakePeer> {
    return new FakePeer(await this.tls(address, identity), options);
  }

  async listen(identity: PeerIdentity, options: FakePeerOptions = {}): Promise<PeerListener> {
    const server = createServer({
      ...{ cert: identity.certPem, key: identity.keyPem, ALPNProtocols: BEP },
      ...{ requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3' as const },
    });
    this.servers.add(server);
    const peers: FakePeer[] = [];
    const arrived: FakePeer[] = [];
    const waiting: ((peer: FakePeer) => void)[] = [];
    server.on('secureConnection', (socket) => {
      this.keep(socket);
      const peer = new FakePeer(socket, options);
      peers.push(peer);
      const taker = waiting.shift();
      if (taker === undefined) arrived.push(peer);
      else taker(peer);
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      peers,
      address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
      accept: () => {
        const peer = arrived.shift();
        if (peer !== undefined) return Promise.resolve(peer);
        return new Promise((resolve) => waiting.push(resolve));
      },
    };
  }

  /** Ends everything without a word. */
  async close(): Promise<void> {
    const ends = [...this.sockets].map(async (socket) => {
      if (socket.closed) return;
      socket.destroy();
      await once(socket, 'close');
    });
    for (const server of this.servers) server.close();
    this.sockets.clear();
    this.servers.clear();
    await Promise.all(ends);
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }
}

function placeOf(address: string): { host: string; port: number } {
  const { hostname, port } = new URL(address);
  return { host: hostname, port: Number(port) };
}
