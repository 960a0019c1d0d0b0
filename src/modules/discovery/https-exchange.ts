/**
 * Exchanges with a discovery server over HTTPS, a connection each. A pinned certificate is checked before the first
 * byte of the request is sent. Time and size of an answer are bounded, and no redirect is followed.
 */
import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { deviceIdFromCertificate } from '../../domain/device-id.js';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import { DiscoveryHttp, type ServerAnswer, type ServerRequest } from './discovery-http.js';

/** From the name's look-up to the answer's last byte. */
export const EXCHANGE_TIMEOUT_MS = 10_000;
export const ANSWER_BYTES_MAX = 64 * 1024;
const HEADER_BYTES_MAX = 16 * 1024;
const HTTPS_PORT = 443;

/** Our certificate and key, read when first needed. */
export interface ClientIdentity {
  readonly certPem: string;
  readonly keyPem: string;
}

export class HttpsExchange extends DiscoveryHttp {
  constructor(
    private readonly identity: ClientIdentity,
    private readonly clock: Clock,
    private readonly timeoutMs = EXCHANGE_TIMEOUT_MS,
  ) {
    super();
  }

  async exchange(request: ServerRequest, signal: AbortSignal): Promise<ServerAnswer> {
    signal.throwIfAborted();
    const scope = new AbortController();
    const stop = (): void => scope.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const timer = this.clock.setTimer(this.timeoutMs, () => {
      const text = `${request.url}: no answer in ${this.timeoutMs} ms`;
      scope.abort(new SyncError('timeout', text, true));
    });
    try {
      return await this.run(request, scope.signal);
    } catch (error) {
      if (scope.signal.aborted) throw scope.signal.reason;
      if (error instanceof SyncError) throw error;
      const text = `${request.url}: ${messageOf(error)}`;
      throw new SyncError('io', text, true, { cause: error });
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', stop);
      // Whatever of the exchange is still under way ends with it.
      scope.abort(new SyncError('closed', 'the exchange is over'));
    }
  }

  private async run(request: ServerRequest, signal: AbortSignal): Promise<ServerAnswer> {
    const url = new URL(request.url);
    const isTls = url.protocol === 'https:';
    const socket = isTls ? await this.connect(url, request, signal) : undefined;
    const options = {
      method: request.body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : bodyHeaders(request.body)),
      },
      maxHeaderSize: HEADER_BYTES_MAX,
      signal,
      // With a socket of its own the request needs no agent.
      ...(socket === undefined ? { agent: false as const } : { createConnection: () => socket }),
    };
    try {
      const sent = isTls ? tlsRequest(url, options) : plainRequest(url, options);
      sent.end(request.body);
      const response = await responseTo(sent);
      return {
        status: response.statusCode ?? 0,
        retryAfterS: seconds(response.headers['retry-after']),
        reannounceAfterS: seconds(response.headers['reannounce-after']),
        body: await bodyOf(response, request.url),
      };
    } finally {
      socket?.destroy();
    }
  }

  /** A finished handshake with the right server. */
  private connect(url: URL, request: ServerRequest, signal: AbortSignal): Promise<Socket> {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: url.port === '' ? HTTPS_PORT : Number(url.port),
      servername: isIP(host) === 0 ? host : '',
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: !request.insecure,
      ...(request.body === undefined
        ? {}
        : { cert: this.identity.certPem, key: this.identity.keyPem }),
    });
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        signal.removeEventListener('abort', onAbort);
        socket.destroy();
        reject(error as Error);
      };
      const onAbort = (): void => fail(signal.reason);
      socket.on('error', fail);
      socket.once('close', () => fail(new Error('closed during the TLS handshake')));
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once('secureConnect', () => {
        const problem = pinProblem(socket, request);
        if (problem !== undefined) return fail(new SyncError('refused', problem));
        signal.removeEventListener('abort', onAbort);
        resolve(socket);
      });
    });
  }
}

function pinProblem(socket: TLSSocket, { serverId, url }: ServerRequest): string | undefined {
  if (serverId === '') return undefined;
  const certificate = socket.getPeerX509Certificate();
  const id =
    certificate === undefined ? 'none' : deviceIdFromCertificate(new Uint8Array(certificate.raw));
  return id === serverId ? undefined : `${url}: the certificate is ${id}, expected ${serverId}`;
}

function bodyHeaders(body: string): Record<string, string | number> {
  return { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
}

function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve);
    // It stays: a request may fail again while its answer is read.
    sent.on('error', reject);
  });
}

async function bodyOf(response: IncomingMessage, url: string): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > ANSWER_BYTES_MAX) {
      response.destroy();
      throw new SyncError('protocol', `${url}: the answer has more than ${ANSWER_BYTES_MAX} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function seconds(header: string | string[] | undefined): number | undefined {
  const value = typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : 0;
  return value > 0 ? value : undefined;
}
