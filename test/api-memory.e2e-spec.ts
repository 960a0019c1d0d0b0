/** Nothing is left in memory by requests, however many come in a row. */
import * as fs from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { jest } from '@jest/globals';
import { API_KEY, TestNode } from './support/test-node.js';

jest.setTimeout(60_000);

const REQUESTS = 10_000;
const AT_ONCE = 4;
const GROWTH_BYTES_MAX = 3 * 1024 * 1024;
const STRANGER = 'MFZWI3D-BONSGYC-YLTMRWG-C43ENR5-QXGZDMM-FZWI3DP-BONSGYY-LTMRWAD';
const PATHS = [
  'noauth/health',
  'system/ping',
  'system/status',
  'system/connections',
  'system/nonsense',
  'db/status?folder=default',
  `db/completion?folder=default&device=${STRANGER}`,
  'db/need?folder=none',
  'events?since=99999&timeout=0',
  'events?since=99999&timeout=0&events=ItemFinished',
  'config/folders',
];

it('10,000 requests in a row do not grow memory', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-api-memory-'));
  const node = await TestNode.create(base, 'a');
  await node.start({ http: true, devices: [{ id: STRANGER }] });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const get = (path: string, key: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const url = `http://${node.httpAddress}/rest/${path}`;
      const sent = request(url, { agent, headers: { 'X-API-Key': key } }, (response) => {
        response.resume().on('end', resolve);
      });
      sent.on('error', reject).end();
    });
  const ask = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += AT_ONCE) {
      const places = Array.from({ length: AT_ONCE }, (_, at) => sent + at);
      await Promise.all(
        // Some of them from somebody who does not know the key.
        places.map((at) => get(PATHS[at % PATHS.length]!, at % 7 === 0 ? `no ${at}` : API_KEY)),
      );
    }
  };
  const heap = async (): Promise<number> => {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  try {
    await ask(REQUESTS / 10);
    const before = await heap();
    await ask(REQUESTS);
    expect((await heap()) - before).toBeLessThan(GROWTH_BYTES_MAX);
  } finally {
    agent.destroy();
    await node.stop();
    fs.rmSync(base, { recursive: true });
  }
});
