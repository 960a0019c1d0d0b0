/** The running node asked from outside: a stock node answers where there is one, a small server where words matter. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../test/support/free-port.js';
import { hasStock, StockNode } from '../../test/support/stock-node.js';
import { until } from '../../test/support/wait.js';
import { type ProgramIo } from './program-io.js';
import { run } from './run.js';

const STRANGER = 'MFZWI3D-BONSGYC-YLTMRWG-C43ENR5-QXGZDMM-FZWI3DP-BONSGYY-LTMRWAD';

let base: string;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'control-'));
});

afterAll(() => rmSync(base, { recursive: true }));

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

async function program(line: string, environment: ProgramIo['environment'] = {}): Promise<Outcome> {
  let [out, error] = ['', ''];
  const io: ProgramIo = {
    environment,
    userHome: base,
    workingDirectory: base,
    hostName: 'vm',
    isTerminal: true,
    out: (text) => (out += text),
    error: (text) => (error += text),
  };
  const status = await run(line.split(' '), io, () => Promise.resolve(0));
  return { status, out, error };
}

describe('a node that a small server stands for', () => {
  let server: Server;
  let where: string;
  let asked: string[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['x-api-key'] ?? ''}`);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    where = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  function says(status: number, text: string): void {
    answer = (_, response) => response.writeHead(status).end(text);
  }

  it('is well when it says so, and the probe needs no key', async () => {
    says(200, '{"status": "OK"}');
    const expected = { status: 0, out: 'OK\n', error: '' };
    expect(await program(`health --gui-address ${where}`)).toEqual(expected);
    expect(asked).toEqual(['GET /rest/noauth/health ']);
    const environment = { SYNCNEST_GUI_ADDRESS: where.replace('127.0.0.1', '0.0.0.0') };
    expect(await program('health', environment)).toEqual(expected);
  });

  it.each([
    [200, '{"status": "starting"}', 'does not say that it is well'],
    [200, '<html>', 'is not a sync node'],
    [404, 'no such thing', 'answers 404 to GET /rest/noauth/health: no such thing'],
    [500, '', 'without a word'],
  ])('is not well when it answers %d %s', async (code, text, words) => {
    says(code, text);
    const outcome = await program(`health --gui-address ${where}`);
    expect(outcome).toMatchObject({ status: 1, out: '', error: expect.stringContaining(words) });
  });

  it('is not well when it is not there, or breaks off', async () => {
    answer = (request) => request.socket.destroy();
    const broken = await program(`health --gui-address ${where}`);
    expect(broken).toMatchObject({ status: 1, error: expect.stringContaining('cannot be asked') });
    const gone = await program(`health --gui-address 127.0.0.1:${await freePort()}`);
    expect(gone).toMatchObject({ status: 1, error: expect.stringContaining('No node answers at') });
  });

  it('is asked with the key of its home, unless another one is given', async () => {
    says(200, '{}');
    const home = join(base, 'home');
    mkdirSync(home, { recursive: true });
    const gui = `<gui enabled="true"><address>${where}</address><apikey>of-home</apikey></gui>`;
    writeFileSync(join(home, 'config.xml'), `<configuration version="37">${gui}</configuration>`);
    await program(`cli pending --home ${home}`);
    await program(`cli pending --home ${home} --gui-apikey mine`);
    await program('cli pending', { SYNCNEST_HOME: home, SYNCNEST_GUI_APIKEY: 'of-env' });
    expect(new Set(asked.map((each) => each.split(' ')[2]))).toEqual(
      new Set(['of-home', 'mine', 'of-env']),
    );
  });

  it('is not asked when its HTTP side is off', async () => {
    const outcome = await program('health', { SYNCNEST_NO_GUI: 'true' });
    expect(outcome).toMatchObject({ status: 1, error: expect.stringContaining('turned off') });
  });

  it('lists versions, and brings back the newest one unless a time is given', async () => {
    const kept = [
      { versionTime: '2024-01-02T03:04:05Z', modTime: '2023-01-01T00:00:00Z', size: 7 },
    ];
    const bodies: string[] = [];
    answer = (request, response) => {
      let body = '';
      request.on('data', (data: Buffer) => (body += data.toString()));
      request.on('end', () => {
        if (request.method === 'POST') bodies.push(body);
        const problems = body.includes('gone') ? { gone: 'version not found' } : {};
        response.end(JSON.stringify(request.method === 'POST' ? problems : { 'd/f': kept }));
      });
    };
    const at = `--gui-address ${where} --gui-apikey k`;
    const listed = await program(`cli versions photos d ${at}`);
    expect(listed.out).toMatch(/d\/f +2024-01-02T03:04:05Z +2023-01-01 00:00:00Z +7 B/);
    expect(asked[0]).toBe('GET /rest/folder/versions?folder=photos&below=d k');
    expect(await program(`cli restore photos d/f ${at}`)).toMatchObject({ status: 0, error: '' });
    const failed = await program(`cli restore photos gone 2024-01-01T00:00:00Z ${at}`);
    expect(failed).toMatchObject({ status: 1, error: expect.stringContaining('not found') });
    expect(bodies).toEqual(['{"d/f":"2024-01-02T03:04:05Z"}', '{"gone":"2024-01-01T00:00:00Z"}']);
  });

  it('cannot move the cursor of a terminal by names', async () => {
    answer = (_, response) => {
      const device = { name: 'evil\u001b[2J\u202e', address: '192.0.2.1:1', time: '' };
      response.end(JSON.stringify({ 'AAAAAAA-1': device }));
    };
    const { out } = await program(`cli pending --gui-address ${where} --gui-apikey k`);
    expect(out).toContain('evil\\u{1b}[2J\\u{202e}');
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it('cannot do so in the JSON for programs either, nor forge a line where names are listed', async () => {
    const name = 'c1\u009b2J\u202e';
    const device = { deviceID: STRANGER, name: `${name}\nsyncnest: all is well`, addresses: [] };
    says(200, JSON.stringify([device]));
    const { out } = await program(`cli devices --json --gui-address ${where} --gui-apikey k`);
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(JSON.parse(out)).toEqual([device]);
    const unknown = await program(`cli pause --device x --gui-address ${where} --gui-apikey k`);
    expect(unknown.status).toBe(1);
    expect(unknown.error.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is told to revert a folder only if the folder has changes to give up', async () => {
    says(200, '{"type": "receiveonly"}');
    const node = `--gui-address ${where} --gui-apikey k`;
    const done = await program(`cli revert a&b ${node}`);
    expect(done).toMatchObject({ status: 0, out: 'The revert of the folder a&b has begun.\n' });
    expect(asked.at(-1)).toContain('POST /rest/db/revert?folder=a%26b ');
    const wrong = await program(`cli override a&b ${node}`);
    expect(wrong).toMatchObject({ status: 1, out: '' });
    expect(wrong.error).toContain('is receiveonly; override is for sendonly folders');
    expect(asked.at(-1)).toContain('GET /rest/config/folders/a%26b ');
  });

  it('is told the paths to scan, whatever characters they have', async () => {
    says(200, '');
    await program(`cli scan photos&x a/ü b?c --gui-address ${where} --gui-apikey k`);
    const url = new URL(asked[0].split(' ')[1], 'http://localhost');
    expect(url.searchParams.getAll('folder')).toEqual(['photos&x']);
    expect(url.searchParams.getAll('sub')).toEqual(['a/ü', 'b?c']);
  });
});

(hasStock() ? describe : describe.skip)('a stock node', () => {
  let stock: StockNode;
  let node: string;

  beforeAll(async () => {
    stock = await StockNode.create(join(base, 'stock'));
    const folderPath = join(base, 'photos');
    mkdirSync(folderPath);
    writeFileSync(join(folderPath, 'one'), 'x'.repeat(2048));
    const peers = [{ id: STRANGER, address: 'tcp://127.0.0.1:9' }];
    stock.configure({ folderPath, folderId: 'photos', peers });
    await stock.start();
    node = `--home ${stock.home}`;
  }, 60_000);

  afterAll(() => stock.stop());

  it('shows itself in tables', async () => {
    await until('scanned', async () => {
      const { localFiles } = await stock.rest<{ localFiles: number }>(
        'GET',
        'db/status?folder=photos',
      );
      return localFiles === 1;
    });
    const status = await program(`cli status ${node}`);
    expect(status).toMatchObject({ status: 0, error: '' });
    expect(status.out).toMatch(new RegExp(`^Device ID +${stock.id}\n`));
    expect(status.out).toMatch(/Connected to +0 of 1 devices\n/);
    const connections = await program(`cli connections ${node}`);
    expect(connections.out.trim().split('\n')).toHaveLength(2);
    expect(connections.out).toMatch(/stock +MFZWI3D +away/);
    const folders = await program(`cli folders ${node}`);
    expect(folders.out).toMatch(
      /photos .*sendreceive +idle +1 +2\.0 KiB +0 +0 B +0 +0 +1 +\/.*\/photos\n$/,
    );
    expect((await program(`cli devices ${node}`)).out).toContain('tcp://127.0.0.1:9');
    expect((await program(`cli pending ${node}`)).out).toContain('No device asks.');
  });

  it('gives programs its own answers', async () => {
    const connections = JSON.parse((await program(`cli connections --json ${node}`)).out) as {
      connections: Record<string, { connected: boolean }>;
    };
    expect(connections.connections[STRANGER]).toMatchObject({ connected: false });
    const folders = JSON.parse((await program(`cli folders --json ${node}`)).out) as object[];
    expect(folders).toMatchObject([{ id: 'photos', status: { localFiles: 1 } }]);
    for (const report of ['status', 'devices', 'pending', 'errors']) {
      const { out } = await program(`cli ${report} --json ${node}`);
      expect(typeof JSON.parse(out)).toBe('object');
    }
  });

  it('scans what it is told to, and says so when it is done', async () => {
    writeFileSync(join(base, 'photos/two'), 'y');
    const { status, out } = await program(`cli scan photos two ${node}`);
    expect({ status, out }).toEqual({ status: 0, out: 'The folder photos is scanned.\n' });
    expect((await program(`cli folders ${node}`)).out).toMatch(/idle +2 /);
    const wrong = await program(`cli scan nope ${node}`);
    expect(wrong).toMatchObject({ status: 1, error: expect.stringContaining('no such folder') });
  });

  it('pauses and resumes folders and devices', async () => {
    expect((await program(`cli pause --folder photos ${node}`)).out).toContain('is paused');
    expect((await program(`cli folders ${node}`)).out).toContain('paused');
    expect((await program(`cli resume --folder photos ${node}`)).status).toBe(0);
    expect((await program(`cli folders ${node}`)).out).not.toContain('paused');
    expect((await program(`cli pause --device mfzwi3d ${node}`)).out).toContain(STRANGER);
    expect((await program(`cli connections ${node}`)).out).toContain('paused');
    expect((await program(`cli resume --all ${node}`)).status).toBe(0);
    expect((await program(`cli connections ${node}`)).out).not.toContain('paused');
    const unknown = await program(`cli pause --device nobody ${node}`);
    expect(unknown).toMatchObject({ status: 1, error: expect.stringContaining('MFZWI3D stock') });
  });

  it('refuses a wrong key, in words that say what to do', async () => {
    const { status, error } = await program(`cli status ${node} --gui-apikey wrong`);
    expect(status).toBe(1);
    expect(error).toContain('refuses the API key');
    expect(error).toContain('--gui-apikey');
  });
});
