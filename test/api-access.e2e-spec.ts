/** The HTTP side under the hands of strangers and of careless programs: one running node for all cases. */
import { HttpAdapterHost } from '@nestjs/core';
import { hashSync } from 'bcryptjs';
import * as fs from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiEvent } from '../src/modules/api/event-buffer.js';
import { ProgramControl } from '../src/modules/api/program-control.js';
import { API_KEY, type HttpAnswer, TestNode } from './support/test-node.js';

let base: string;
let node: TestNode;

beforeAll(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-access-'));
  node = await TestNode.create(base, 'a');
  await node.start({ http: true });
});

afterAll(async () => {
  await node.stop();
  fs.rmSync(base, { recursive: true });
});

interface Answer extends HttpAnswer {
  readonly allow: string | undefined;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly of?: TestNode;
}

function ask(path: string, asked: Asked = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, of = node } = asked;
  const [host, port] = of.httpAddress.split(':');
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, headers, method }, (response) => {
      let text = '';
      const { allow } = response.headers;
      response.on('data', (data: Buffer) => (text += data.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, allow }));
    });
    sent.on('error', reject).end(body);
  });
}

const KEY = { 'X-API-Key': API_KEY };

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Record<string, boolean> };
}

/** Every route that the application has. */
function routes(): { method: string; path: string }[] {
  const { router } = node.get(HttpAdapterHost).httpAdapter.getInstance<{
    router: { stack: readonly Layer[] };
  }>();
  return router.stack.flatMap(({ route }) =>
    Object.keys(route?.methods ?? {}).map((method) => ({
      method: method.toUpperCase(),
      path: route!.path.replace(':id', 'default'),
    })),
  );
}

describe('whoever has no key', () => {
  it('gets nothing from any route of the application but the one for probes', async () => {
    const all = routes();
    expect(all.length).toBeGreaterThan(60);
    const answered: string[] = [];
    const wrong: Record<string, string>[] = [
      {},
      { 'X-API-Key': `${API_KEY}x` },
      { 'X-API-Key': '' },
    ];
    for (const { method, path } of all) {
      for (const headers of wrong) {
        const { status } = await ask(path, { method, headers });
        if (status !== 403) answered.push(`${method} ${path} ${status}`);
      }
    }
    expect(new Set(answered)).toEqual(new Set(['GET /rest/noauth/health 200']));
    const { folders } = await node.rest<{ folders: unknown[] }>('config');
    expect(folders).toHaveLength(1);
  });

  it('does not learn which paths there are, whatever they look like', async () => {
    for (const path of ['/', '/rest', '/rest/nonsense', '/rest/noauth/../system/ping', '/%zz']) {
      expect({ path, ...(await ask(path)) }).toMatchObject({
        path,
        status: path.includes('noauth') ? 404 : 403,
      });
    }
    expect(await ask('/rest/noauth/health', { method: 'POST' })).toMatchObject({ status: 405 });
  });

  it('is answered before the body, which nobody keeps', async () => {
    const [host, port] = node.httpAddress.split(':');
    const socket = connect(Number(port), host);
    const answer = new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString()));
    });
    socket.write(`PUT /rest/config HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 16000000\r\n\r\n{`);
    expect(await answer).toContain('403 Forbidden');
    socket.destroy();
  });

  it('comes in by no other name where the node only fell back to loopback', async () => {
    const other = await TestNode.create(base, 'open');
    const gui = { enabled: true, address: '0.0.0.0:0', apiKey: API_KEY, blockedBy: '' };
    await other.start({ http: true, settings: { gui } });
    expect(other.httpAddress).toMatch(/^127\.0\.0\.1:/);
    const rebound = { ...KEY, Host: 'rebound.example.com' };
    expect(await ask('/rest/system/ping', { headers: rebound, of: other })).toMatchObject({
      text: 'Host check error\n',
    });
    await other.stop();
  });
});

describe('whoever has the key', () => {
  it('is told the methods of a path that takes others', async () => {
    const expected = { status: 405, text: 'Method Not Allowed\n' };
    expect(await ask('/rest/db/scan', { headers: KEY })).toEqual({ ...expected, allow: 'POST' });
    const { allow } = await ask('/rest/config/folders/x', { headers: KEY, method: 'POST' });
    expect(allow).toBe('DELETE, GET, PATCH, PUT');
    expect(await ask('/rest/nonsense', { headers: KEY })).toMatchObject({
      status: 404,
      text: '404 page not found\n',
    });
  });

  it.each([
    ['a list in a list without end', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['a value nested without end', `{"label":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_001)}`],
    ['no JSON', '{"label"'],
    ['nothing', ''],
    [
      'a key that is not of this world',
      '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}',
    ],
  ])('harms nothing by %s', async (_, body) => {
    const { status } = await ask('/rest/config/folders/default', {
      method: 'PATCH',
      headers: KEY,
      body,
    });
    expect(status).toBe(400);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(await node.rest('config/folders/default')).toMatchObject({ label: '' });
  });

  it('reads no forged line in the log', async () => {
    const message = 'one\r\n2026-01-01T00:00:00Z: forged \u001b[2J';
    node.get(ProgramControl).history.add({ timeMs: 1, level: 'warn', message });
    const { text } = await ask('/rest/system/log.txt', { headers: KEY });
    expect(text).not.toMatch(/^2026-01-01/m);
    expect(text).toContain('forged \\u{1b}[2J');
  });
});

it('guesses of a password wait for each other, are told, and do not keep out who was let in before', async () => {
  const stated = { user: 'jb', password: hashSync('secret', 4) };
  expect((await node.ask('PATCH', 'config/gui', stated)).status).toBe(200);
  const login = (words: string): Promise<Answer> => {
    const headers = { Authorization: `Basic ${Buffer.from(words).toString('base64')}` };
    return ask('/rest/system/ping', { headers });
  };
  expect((await login('jb:secret')).status).toBe(200);
  const guesses = Promise.all(Array.from({ length: 20 }, (_, at) => login(`jb:guess ${at}`)));
  expect((await login('jb:secret')).status).toBe(200);
  const statuses = (await guesses).map(({ status }) => status);
  expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(4);
  expect(new Set(statuses)).toEqual(new Set([401, 503]));
  const events = await node.rest<ApiEvent[]>('events?timeout=0');
  const attempts = events.filter(({ type }) => type === 'LoginAttempt');
  expect(attempts[0]?.data).toMatchObject({ success: false, username: 'jb' });
  expect(node.log.lines.join('\n')).not.toMatch(/guess|secret/);
  await node.ask('PATCH', 'config/gui', { user: '', password: '' });
});
