/**
 * What others chose to be called, wherever it is shown: names of files, folders, devices and programs, and the reasons
 * that they give, all of them markup, control characters and commands to terminals. To programs they come as data, and to
 * people as text that does nothing.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HttpAdapterHost } from '@nestjs/core';
import * as fs from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProgramIo } from '../src/cli/program-io.js';
import { run } from '../src/cli/run.js';
import { BesiegedNode } from './support/besieged-node.js';
import { FakeFolder } from './support/fake-folder.js';
import { type FakePeer } from './support/fake-peer.js';
import { peerIdentity, type PeerIdentity, PeerNetwork } from './support/fake-peer-tls.js';
import { NodeProcess } from './support/node-process.js';
import { API_KEY, change } from './support/test-node.js';
import { until } from './support/wait.js';

jest.setTimeout(60_000);

/** A mark for pages, orders for terminals, the end of a line and what would be taken for the next, and turned text. */
const MARK =
  '<img src=x onerror=alert(1)>"\'&{{7*7}}\u001b[2J\u001b]0;owned\u0007\u009b31m' +
  '\r\n2024-01-01 00:00:00.000 INFO  FORGED\u2028\u202egnp\u202c\u2066\ufeff\0\u007f\u0085';
/** As a name on disk: without the NUL, which no file system takes. */
const FILE = MARK.replace('\0', '').replaceAll('/', '');
/** As the ID of a folder, of which the rest is not kept. */
const OFFERED = MARK.replace('\0', '');
/** As a user may have taken it over into the settings, which take no control characters. */
const LABEL = `${MARK.replace(/\p{Cc}/gu, '')}.`;
/** What a terminal or a reader of lines takes for more than text. */
const MORE_THAN_TEXT =
  /(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** Says the mark in every way that a configured device can, and a stranger too. */
async function saysEverywhere(
  network: PeerNetwork,
  address: string,
  known: PeerIdentity,
  nodeId: string,
): Promise<{ peer: FakePeer; folder: FakeFolder; stranger: PeerIdentity }> {
  const hello = { deviceName: MARK, clientName: MARK, clientVersion: MARK };
  const stranger = await peerIdentity();
  const uninvited = await network.dial(address, stranger);
  uninvited.sendHello(hello);
  await uninvited.ended();

  const folder = new FakeFolder(known, nodeId, 5n);
  const first = await network.dial(address, known);
  first.sendHello(hello);
  await first.greeted();
  first.send('clusterConfig', folder.clusterConfig());
  await first.next('clusterConfig');
  folder.index(first, [folder.file(`../${MARK}`, 'x')]);
  await first.ended();

  const peer = await network.dial(address, known, { files: folder.files });
  peer.sendHello(hello);
  await peer.greeted();
  const own = folder.clusterConfig().folders![0]!;
  const devices = own.devices!.map((device) => ({ ...device, name: MARK, addresses: [MARK] }));
  peer.send('clusterConfig', {
    folders: [
      { ...own, label: MARK, devices },
      { id: OFFERED, label: MARK, devices },
      { id: MARK, label: MARK, devices },
    ],
  });
  await peer.next('clusterConfig');
  const denied = folder.file(`denied ${FILE}`, 'x');
  folder.files.delete(denied.name!);
  folder.index(peer, [
    folder.file(FILE, 'content'),
    folder.directory(`directory ${FILE}`),
    folder.symlink(`link ${FILE}`, MARK.replace('\0', '')),
    folder.file(`.stversions/${FILE}`, 'x'),
    folder.file(`nul ${MARK}`, 'x'),
    folder.directory('file in the way/below'),
    denied,
  ]);
  const { id } = await peer.next('request');
  peer.send('response', { id, code: 3 });
  folder.update(peer, folder.deleted(denied.name!));
  peer.send('request', { id: 8, folder: MARK, name: FILE, size: 1 });
  peer.send('request', { id: 9, folder: 'default', name: `${FILE} that nobody has`, size: 1 });
  return { peer, folder, stranger };
}

describe('on the side for programs', () => {
  let besieged: BesiegedNode;
  let stranger: PeerIdentity;
  let peer: FakePeer;

  beforeAll(async () => {
    besieged = await BesiegedNode.start({
      http: true,
      folder: {
        versioning: { type: 'trashcan', params: {}, path: '', cleanupIntervalS: 0 },
      },
    });
    const { network, node, evilIdentity } = besieged;
    const said = await saysEverywhere(network, node.address, evilIdentity, node.id);
    ({ peer, stranger } = said);
    await until('the file is there', () => besieged.has(FILE));
    said.folder.update(peer, said.folder.deleted(FILE));
    await until('the file is gone', () => !besieged.has(FILE));
    await until('the failures are told', () => besieged.problemsOf(`nul ${MARK}`).length > 0);
    await change(node, (config) => {
      const { devices, folders } = config as { devices: object[]; folders: object[] };
      devices.forEach((each) => Object.assign(each, { name: LABEL }));
      folders.forEach((each) => Object.assign(each, { label: LABEL }));
    });
  });

  afterAll(async () => {
    await besieged.isServed();
    expect(besieged.sentinels.changes()).toEqual([]);
    await besieged.stop();
  });

  interface Got {
    readonly status: number;
    readonly type: string;
    readonly sniffing: string;
    readonly text: string;
  }

  function get(path: string, method = 'GET'): Promise<Got> {
    const [host, port] = besieged.node.httpAddress.split(':');
    return new Promise((resolve, reject) => {
      const headers = { 'X-API-Key': API_KEY, Accept: 'text/html' };
      request({ host, port, path, method, headers, agent: false }, (response) => {
        let text = '';
        const { 'content-type': type = '', 'x-content-type-options': sniffing = '' } =
          response.headers;
        response.setEncoding('utf8').on('data', (data: string) => (text += data));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, type, sniffing: String(sniffing), text }),
        );
      })
        .on('error', reject)
        .end();
    });
  }

  function paths(): string[] {
    const { router } = besieged.node.get(HttpAdapterHost).httpAdapter.getInstance<{
      router: {
        stack: readonly { route?: { path: string; methods: Record<string, boolean> } }[];
      };
    }>();
    const routes = router.stack.filter(({ route }) => route?.methods['get'] === true);
    return routes.map(({ route }) => route!.path);
  }

  it('CVE-2022-46165: no answer is a page, whatever names are in it', async () => {
    const all = paths();
    expect(all.length).toBeGreaterThan(40);
    const mark = encodeURIComponent(MARK);
    const queries = [
      '?folder=default&timeout=1',
      `?folder=${mark}&device=${mark}&file=${mark}&timeout=1`,
    ];
    const asked = [
      ...all.flatMap((path) => queries.map((query) => path.replace(':id', mark) + query)),
      ...all.filter((path) => path.includes(':id')).map((path) => path.replace(':id', 'default')),
      ...['/', `/${mark}`, `/rest/${mark}`, `/rest/db/status?folder=<img>`, '/<img>', '/%zz'],
      `/rest/db/file?folder=default&file=${encodeURIComponent(FILE)}`,
      `/rest/svc/deviceid?id=${mark}`,
    ];
    const pages: string[] = [];
    for (const path of asked) {
      const { status, type, sniffing, text } = await get(path);
      const isData = /^(?:application\/json|text\/plain; charset=utf-8)/.test(type) || text === '';
      if (!isData || sniffing !== 'nosniff') pages.push(`${path} ${status} ${type} ${sniffing}`);
      if (type.startsWith('application/json') && text !== '') JSON.parse(text);
    }
    expect(pages).toEqual([]);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'HEAD']) {
      const { type, text } = await get(`/rest/config/folders/${mark}`, method);
      expect(`${method} ${type} ${text}`).not.toMatch(/html/);
    }
  });

  it('CVE-2022-46165: a name comes out as it came in, as data', async () => {
    const { node } = besieged;
    const devices = await node.rest<Record<string, { name: string }>>('cluster/pending/devices');
    // Of a stranger's name no more than a line's length is kept.
    const name = devices[stranger.id]!.name;
    expect([name.length > 80, MARK.startsWith(name)]).toEqual([true, true]);
    const folders =
      await node.rest<Record<string, { offeredBy: object }>>('cluster/pending/folders');
    expect(Object.keys(folders)).toEqual([OFFERED]);
    expect(folders[OFFERED]?.offeredBy).toEqual({
      [besieged.evilIdentity.id]: expect.objectContaining({
        label: MARK.replace('\0', '\ufffd'),
      }),
    });
    const versions = await node.rest<object>('folder/versions?folder=default');
    expect(Object.keys(versions)).toContain(FILE);
    const { errors } = await node.rest<{ errors: { path: string }[] }>(
      'folder/errors?folder=default',
    );
    expect(errors.map(({ path }) => path)).toContain(`nul ${MARK}`);
  });

  async function cli(line: readonly string[]): Promise<{ status: number; shown: string }> {
    let shown = '';
    const base = besieged.node.home;
    const io: ProgramIo = {
      ...{ environment: {}, userHome: base, workingDirectory: base, hostName: 'vm' },
      isTerminal: true,
      out: (text) => (shown += text),
      error: (text) => (shown += text),
    };
    const where = ['--gui-address', besieged.node.httpAddress, '--gui-apikey', API_KEY];
    const status = await run(['cli', ...line, ...where], io, () => Promise.resolve(0));
    return { status, shown };
  }

  it.each([
    ...['status', 'connections', 'devices', 'folders', 'pending', 'errors'].map((one) => [one]),
    ['versions', 'default'],
    ['versions', 'default', FILE],
    ['restore', 'default', FILE],
    ['restore', 'default', `${FILE} that nobody has`],
    ['pause', '--device', 'no such device'],
    ['pause', '--folder', FILE],
    ['scan', FILE],
    ['override', FILE],
    [FILE],
    [`--${FILE}`],
  ])('CVE-2023-30844: syncnest cli %j shows nothing but text', async (...line) => {
    for (const more of line.length > 1 ? [[]] : [[], ['--json']]) {
      const { shown } = await cli([...line, ...more]);
      expect(shown.length).toBeGreaterThan(0);
      expect(shown).not.toMatch(MORE_THAN_TEXT);
      expect(shown).not.toMatch(/^2024-01-01/m);
    }
  });
});

describe('CVE-2023-30844: in the log of the program', () => {
  it.each(['pretty', 'json'])('(%s) every name is text in one line', async (format) => {
    const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-shown-'));
    const network = new PeerNetwork();
    const node = await NodeProcess.create(base, 'node');
    try {
      const known = await peerIdentity();
      const facilities = ['--trace-net', '--trace-file', '--trace-idx', '--log-level', 'debug'];
      node.start([{ id: known.id, address: 'dynamic' }], [...facilities, '--log-format', format]);
      await node.says('Listening for incoming');
      const { peer } = await saysEverywhere(network, node.address, known, node.id);
      await until('the file is there', () => fs.existsSync(join(node.root, FILE)));
      peer.send('close', { reason: MARK });
      await node.says('closed by the peer');
      await node.stop();
      const lines = node.log.split('\n').slice(0, -1);
      expect(lines.length).toBeGreaterThan(30);
      expect(lines.filter((line) => line.includes('FORGED')).length).toBeGreaterThan(5);
      for (const line of lines) {
        expect(line).not.toMatch(MORE_THAN_TEXT);
        expect(line).not.toMatch(/^2024-01-01/);
        if (format === 'json') expect(Object.keys(JSON.parse(line) as object)).toContain('message');
      }
    } finally {
      await node.stop();
      await network.close();
      fs.rmSync(base, { recursive: true });
    }
  });
});
