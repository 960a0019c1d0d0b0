/** Exchanges with real servers on loopback: who proves what to whom, and what an answer may cost. */
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { type TLSSocket } from 'node:tls';
import { testCertificate, type TestCertificate } from '../../../test/contracts/test-certificate.js';
import { deviceIdFromCertificate } from '../../domain/device-id.js';
import { SystemClock } from '../../platform/clock.js';
import { type ServerRequest } from './discovery-http.js';
import { ANSWER_BYTES_MAX, HttpsExchange } from './https-exchange.js';

interface Seen {
  readonly method: string;
  readonly url: string;
  /** Device ID of the client, '' when it showed no certificate. */
  readonly client: string;
  readonly body: string;
}

describe('an exchange with a discovery server', () => {
  let ours: TestCertificate;
  let theirs: TestCertificate;
  let server: Server | TcpServer | undefined;
  let seen: Seen[];
  const { signal } = new AbortController();

  beforeAll(async () => {
    [ours, theirs] = await Promise.all([testCertificate(), testCertificate('discovery.example')]);
  });

  afterEach(async () => {
    if (server !== undefined && 'closeAllConnections' in server) server.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    server = undefined;
  });

  async function serve(answer: (response: ServerResponse, url: string) => void): Promise<number> {
    seen = [];
    const options = { cert: theirs.certPem, key: theirs.keyPem, requestCert: true };
    const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const certificate = (request.socket as TLSSocket).getPeerX509Certificate();
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      seen.push({
        ...{ method: request.method!, url: request.url! },
        client: certificate ? deviceIdFromCertificate(new Uint8Array(certificate.raw)) : '',
        body: Buffer.concat(pieces).toString(),
      });
      answer(response, request.url!);
    };
    return listen(
      createServer({ ...options, rejectUnauthorized: false }, (request, response) => {
        void handle(request, response);
      }),
    );
  }

  async function listen(started: Server | TcpServer): Promise<number> {
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    return (started.address() as { port: number }).port;
  }

  const exchange = (port: number, request: Partial<ServerRequest>, timeoutMs = 10_000) =>
    new HttpsExchange(ours, new SystemClock(), timeoutMs).exchange(
      {
        ...{ url: `https://127.0.0.1:${port}/v2/?device=X`, insecure: true },
        serverId: deviceIdFromCertificate(theirs.der),
        ...request,
      },
      signal,
    );

  it('shows our certificate when it announces, and none when it asks', async () => {
    const port = await serve((response) => {
      response.setHeader('Reannounce-After', '3300').setHeader('Retry-After', 'soon');
      response.writeHead(204).end();
    });
    const url = `https://127.0.0.1:${port}/v2/`;
    expect(await exchange(port, { url, body: '{"addresses":[]}' })).toEqual({
      ...{ status: 204, reannounceAfterS: 3300, retryAfterS: undefined, body: '' },
    });
    await exchange(port, {});
    expect(seen).toEqual([
      {
        ...{ method: 'POST', url: '/v2/', body: '{"addresses":[]}' },
        client: deviceIdFromCertificate(ours.der),
      },
      { method: 'GET', url: '/v2/?device=X', client: '', body: '' },
    ]);
  });

  it('tells a server with another certificate than the pinned one nothing', async () => {
    const port = await serve((response) => response.end());
    const wrong = deviceIdFromCertificate(ours.der);
    await expect(exchange(port, { serverId: wrong, body: 'secret' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(deviceIdFromCertificate(theirs.der)) as unknown,
    });
    expect(seen).toEqual([]);
  });

  it('trusts nobody whom no authority vouches for, unless it is told to', async () => {
    const port = await serve((response) => response.end('{}'));
    const unknown = { serverId: '', insecure: false };
    await expect(exchange(port, unknown)).rejects.toMatchObject({ code: 'io' });
    expect(seen).toEqual([]);
    expect(await exchange(port, { ...unknown, insecure: true })).toMatchObject({ body: '{}' });
  });

  it('follows no redirect', async () => {
    const port = await serve((response) =>
      response.writeHead(302, { location: `https://127.0.0.1:${port}/elsewhere` }).end(),
    );
    expect(await exchange(port, {})).toMatchObject({ status: 302 });
    expect(seen).toHaveLength(1);
  });

  it('takes no answer without end', async () => {
    const port = await serve((response) => response.end(Buffer.alloc(ANSWER_BYTES_MAX + 1)));
    await expect(exchange(port, {})).rejects.toMatchObject({ code: 'protocol' });
    await new Promise((resolve) => server!.close(resolve));
    const endless = await serve((response) => response.write(' '));
    await expect(exchange(endless, {}, 300)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('does not wait for a server that is silent, nor for one that is gone', async () => {
    const port = await listen(
      createTcpServer((socket) => socket.on('error', () => undefined).resume()),
    );
    await expect(exchange(port, {}, 200)).rejects.toMatchObject({ code: 'timeout' });
    await expect(exchange(1, {})).rejects.toMatchObject({ code: 'io', retryable: true });
    const reason = new Error('stopping');
    const http = new HttpsExchange(ours, new SystemClock());
    const request = { url: `https://127.0.0.1:${port}/`, serverId: '', insecure: true };
    const leaving = new AbortController();
    const exchanged = http.exchange(request, leaving.signal);
    setImmediate(() => leaving.abort(reason));
    await expect(exchanged).rejects.toBe(reason);
  });
});
