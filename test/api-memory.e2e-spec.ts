/** Nothing is left in memory by requests, however many come in a row. */
import * as fs from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { jest } from '@jest/globals';
import { effort } from './support/effort.js';
import { API_KEY, TestNode } from './support/test-node.js';

jest.setTimeout(60_000);

const REQUESTS = effort(5_000, 10_000);
const AT_ONCE = 4;
/** 200 to 400 bytes a request. What is compiled and cached meanwhile takes half of it. */
const GROWTH_BYTES_MAX = 2 * 1024 * 1024;
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
  'system/log',
];
/** Every so many requests is one with a body, of a program that sets what is set already. */
const BODY_EVERY = 16;

it(`${REQUESTS} requests in a row do not grow memory`, async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-api-memory-'));
  const node = await TestNode.create(base, 'a');
  await node.start({ http: true, devices: [{ id: STRANGER }] });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const send = (place: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const hasBody = place % BODY_EVERY === 0;
      const path = hasBody ? 'config/folders/default' : PATHS[place % PATHS.length]!;
      const url = `http://${node.httpAddress}/rest/${path}`;
      // Some of them from somebody who does not know the key.
      const headers = { 'X-API-Key': place % 7 === 0 ? `no ${place}` : API_KEY };
      const method = hasBody ? 'PATCH' : 'GET';
      const sent = request(url, { agent, headers, method }, (response) => {
        response.resume().on('end', resolve);
      });
      sent.on('error', reject).end(hasBody ? '{"paused":false}' : undefined);
    });
  const ask = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => send(sent + at)));
    }
  };
  /** What is held in objects and in buffers outside of them. */
  const held = async (): Promise<number> => {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  try {
    await ask(REQUESTS / 10);
    const before = await held();
    await ask(REQUESTS);
    expect((await held()) - before).toBeLessThan(GROWTH_BYTES_MAX);
  } finally {
    agent.destroy();
    await node.stop();
    fs.rmSync(base, { recursive: true });
  }
});
