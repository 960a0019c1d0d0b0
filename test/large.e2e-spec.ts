/**
 * A folder of many small files: the memory of both processes stays bounded.
 * SYNCNEST_LARGE_FILES=100000 is the full measure; the ordinary run takes fewer, to stay short, and the long one more.
 */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { effort } from './support/effort.js';
import { FakeFolder, sha256 } from './support/fake-folder.js';
import { type FakePeer } from './support/fake-peer.js';
import { peerIdentity, PeerNetwork } from './support/fake-peer-tls.js';
import { freePort } from './support/free-port.js';
import { NodeProcess } from './support/node-process.js';
import { until } from './support/wait.js';

jest.setTimeout(600_000);

/** Fewer would be scanned before anything is asked. */
const FILES_MIN = 3_000;
const FILES = Number(
  process.env.SYNCNEST_LARGE_FILES ?? Math.max(FILES_MIN, effort(3_000, 20_000)),
);
const RESCAN_EVERY_S = effort(3, 20);
/** Two rescans at least fall into this. */
const RESCANNED_MS = effort(9_000, 30_000);
const FILES_PER_DIRECTORY = 100;
/** Where nothing is answered before the scan ends there is one. */
const ANSWERED_MIN = 2;
const RESIDENT_MIB_MAX = 400;
const API_KEY = 'large';

/** The most memory the process ever had resident. */
function peakResidentMiB(node: NodeProcess): number {
  const status = fs.readFileSync(`/proc/${node.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024;
}

function makeFiles(root: string): void {
  for (let i = 0; i < FILES; i += 1) {
    const directory = join(root, `d${Math.floor(i / FILES_PER_DIRECTORY)}`);
    if (i % FILES_PER_DIRECTORY === 0) fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(join(directory, `f${i}`), `${i} `.repeat(20 + (i % 200)));
  }
}

function countFiles(root: string): number {
  let count = 0;
  for (const directory of fs.readdirSync(root)) {
    if (!/^d\d+$/.test(directory)) continue;
    count += fs.readdirSync(join(root, directory)).filter((name) => /^f\d+$/.test(name)).length;
  }
  return count;
}

describe('a folder of many small files', () => {
  let base: string;
  let a: NodeProcess;
  let b: NodeProcess;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-large-'));
    a = await NodeProcess.create(base, 'a');
    b = await NodeProcess.create(base, 'b');
  });

  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  it('is scanned, synced and scanned again within 400 MiB on both sides', async () => {
    makeFiles(a.root);
    const options = ['--scan-intv', `${RESCAN_EVERY_S}s`];
    a.start([{ id: b.id, address: 'dynamic' }], options);
    b.start([{ id: a.id, address: a.address }], options);
    const startMs = performance.now();
    await a.says('Completed initial scan of folder', 120_000);
    const scannedMs = performance.now() - startMs;
    await until('all files have arrived', () => countFiles(b.root) === FILES, 500_000, 500);
    const syncedMs = performance.now() - startMs;
    await new Promise((resolve) => setTimeout(resolve, RESCANNED_MS));
    const peaks = [a, b].map(peakResidentMiB);
    process.stdout.write(
      `${FILES} files: scan ${(scannedMs / 1000).toFixed(1)} s, sync ${(syncedMs / 1000).toFixed(1)} s, ` +
        `peak resident ${peaks.map((mib) => mib.toFixed(0)).join(' and ')} MiB\n`,
    );
    expect(Math.max(...peaks)).toBeLessThan(RESIDENT_MIB_MAX);
  });

  it('answers requests all the time while it is scanned', async () => {
    const content = Buffer.alloc(100_000, 'content');
    fs.writeFileSync(join(a.root, 'asked'), content);
    const apart = join(base, 'apart');
    makeFiles(apart);
    const identity = await peerIdentity();
    const http = `127.0.0.1:${await freePort()}`;
    const options = ['--scan-intv', '0', '--gui-address', http, '--gui-apikey', API_KEY];
    a.start([{ id: identity.id, address: 'dynamic' }], options);
    await a.says('Completed initial scan of folder');
    const network = new PeerNetwork();
    try {
      const peer = await network.dial(a.address, identity);
      await new FakeFolder(identity, a.id, 11n).join(peer);
      fs.renameSync(apart, join(a.root, 'tree'));
      const scan = fetch(`http://${http}/rest/db/scan?folder=default`, {
        method: 'POST',
        headers: { 'X-API-Key': API_KEY },
      });
      const { duringScan, worstMs } = await askUntil(scan, peer, content);
      expect((await scan).status).toBe(200);
      process.stdout.write(
        `${duringScan} requests answered during the scan, the slowest in ${worstMs.toFixed(0)} ms\n`,
      );
      expect(duringScan).toBeGreaterThan(ANSWERED_MIN);
    } finally {
      await network.close();
    }
  });
});

/** Asks for the file again and again until the scan is over. */
async function askUntil(
  scan: Promise<unknown>,
  peer: FakePeer,
  content: Buffer,
): Promise<{ duringScan: number; worstMs: number }> {
  let isOver = false;
  const end = (): void => void (isOver = true);
  void scan.then(end, end);
  let worstMs = 0;
  for (let id = 1; ; id += 1) {
    const startMs = performance.now();
    const hash = sha256(content);
    peer.send('request', { id, folder: 'default', name: 'asked', size: content.length, hash });
    const { code, data } = await peer.next('response');
    expect([code, data.length]).toEqual([0, content.length]);
    if (isOver) return { duringScan: id - 1, worstMs };
    worstMs = Math.max(worstMs, performance.now() - startMs);
  }
}
