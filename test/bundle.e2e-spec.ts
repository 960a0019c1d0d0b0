/** The bundled program in a directory of its own, with no module of ours beside it: whole, with a spoilt cache, out of date. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { transformFileSync } from '@swc/core';
import { PROGRAM, programEnvironment } from './support/node-process.js';
import { until } from './support/wait.js';

const ROOT = join(import.meta.dirname, '..');
const OPTIONS = ['--listen', 'tcp://127.0.0.1:0', '--gui-address', '127.0.0.1:0', '-N', '-n'];
/** Of the cache, before what V8 made: two sums. There it begins with a magic number and its version. */
const SUMS_BYTES = 8;
const VERSION_AT = SUMS_BYTES + 4;

let base: string;
let dist: string;

beforeEach(() => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-bundle-'));
  dist = join(base, 'dist');
  fs.cpSync(join(PROGRAM, '../program'), join(dist, 'program'), { recursive: true });
  fs.copyFileSync(PROGRAM, join(dist, 'main.js'));
  fs.copyFileSync(join(ROOT, 'package.json'), join(base, 'package.json'));
  fs.symlinkSync(join(ROOT, 'node_modules'), join(base, 'node_modules'));
});

afterEach(() => fs.rmSync(base, { recursive: true }));

/** From a start until the first scan is over and `visit` has been at the address of the HTTP side. */
async function live(
  flags: readonly string[] = [],
  visit?: (address: string) => Promise<void>,
): Promise<{ code: unknown; log: string }> {
  const args = [...flags, join(dist, 'main.js'), '--home', join(base, 'home'), ...OPTIONS];
  const child = spawn(process.execPath, args, { env: programEnvironment(base) });
  const ended = once(child, 'close');
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => (log += data.toString()));
  }
  const isOver = (): boolean => child.exitCode !== null || log.includes('Completed initial scan');
  try {
    await until('the node has scanned', isOver);
    await visit?.(/GUI and API listening on ([\d.:]+)/.exec(log)?.[1] ?? '');
  } finally {
    child.kill();
  }
  const [code] = (await ended) as [number | null];
  return { code, log };
}

function expectWhole({ code, log }: { code: unknown; log: string }): void {
  expect(log).toMatch(/My ID: (?:[A-Z2-7]{7}-){7}[A-Z2-7]{7}"/);
  for (const line of ['Ready to synchronize', 'GUI and API listening on', 'Completed initial']) {
    expect(log).toContain(line);
  }
  expect(log).not.toMatch(/warn|error/i);
  expect(code).toBe(0);
}

describe('the bundle', () => {
  it('is a whole program: it makes a home, opens its ports, scans and ends', async () => {
    expect(fs.readdirSync(dist).sort()).toEqual(['main.js', 'program']);
    expectWhole(await live());
    fs.writeFileSync(join(base, 'Sync/file'), 'content');
    expectWhole(await live());
  });

  it('names its sources in stacks where Node is asked to', async () => {
    const program = join(dist, 'program/main.cjs');
    const text = fs.readFileSync(program, 'utf8');
    // On the same line, so that the map still fits.
    fs.writeFileSync(program, text.replace(/process\.argv\.slice\(2\)(?=,\s*io)/, 'bundle.url()'));
    const { log } = await live(['--enable-source-maps']);
    expect(log).toMatch(/\/src\/program\.ts:\d+:\d+/);
    expect((await live()).log).toMatch(/main\.cjs:\d+:\d+/);
  });

  it('reads bodies in the character sets that it read before it was bundled', async () => {
    const labels: string[] = [];
    const { log } = await live([], async (address) => {
      const xml = fs.readFileSync(join(base, 'home/config.xml'), 'utf8');
      const url = `http://${address}/rest/config/folders/default`;
      const key = { 'X-API-Key': /<apikey>(.*)<\/apikey>/.exec(xml)?.[1] ?? '' };
      const patch = async (charset: string, body: Buffer): Promise<void> => {
        const headers = { ...key, 'Content-Type': `application/json; charset=${charset}` };
        const { status } = await fetch(url, { method: 'PATCH', headers, body });
        const answer = (await (await fetch(url, { headers: key })).json()) as { label: string };
        labels.push(`${status} ${answer.label}`);
      };
      await patch('utf-8', Buffer.from('{"label":"Bücher €"}'));
      await patch('iso-8859-1', Buffer.from('{"label":"Bücher"}', 'latin1'));
      await patch('utf-16le', Buffer.from('{"label":"€"}', 'utf16le'));
      await patch('klingon', Buffer.from('{"label":"no"}'));
    });
    expect({ labels, log }).toMatchObject({
      labels: ['200 Bücher €', '200 Bücher', '200 €', '415 €'],
    });
  });

  it('starts with other flags of V8 than those that its cache was made with', async () => {
    expectWhole(await live(['--stack-size=900']));
  });

  it.each<[string, (cache: Buffer) => Buffer]>([
    ['damaged', (cache) => flipped(cache, cache.length >> 1)],
    ['of another V8', (cache) => withSum(flipped(cache, VERSION_AT))],
    ['cut short', (cache) => cache.subarray(0, cache.length >> 1)],
    ['empty', () => Buffer.alloc(0)],
  ])('starts where its cache is %s', async (_what, change) => {
    const cache = join(dist, 'program/main.cache');
    fs.writeFileSync(cache, change(fs.readFileSync(cache)));
    expectWhole(await live());
  });

  it('starts where it is newer than its cache, and as long', async () => {
    const program = join(dist, 'program/main.cjs');
    const text = fs.readFileSync(program, 'utf8');
    fs.writeFileSync(program, text.replaceAll('Ready to synchronize', 'Eager to synchronize'));
    expect((await live()).log).toContain('Eager to synchronize');
  });

  it('is passed over where the modules were compiled after it', async () => {
    fs.writeFileSync(join(dist, 'program/main.cjs'), 'no program');
    for (const name of fs.readdirSync(join(PROGRAM, '..'))) {
      if (name === 'main.js' || name === 'program') continue;
      fs.cpSync(join(PROGRAM, '..', name), join(dist, name), { recursive: true });
    }
    // As `nest build` writes it.
    const { code } = transformFileSync(join(ROOT, 'src/main.ts'), { cwd: ROOT });
    fs.writeFileSync(join(dist, 'main.js'), code);
    expectWhole(await live());
  });
});

function flipped(cache: Buffer, at: number): Buffer {
  const changed = Buffer.from(cache);
  changed[at] ^= 0xff;
  return changed;
}

function withSum(cache: Buffer): Buffer {
  cache.writeUInt32LE(crc32(cache.subarray(SUMS_BYTES)), SUMS_BYTES / 2);
  return cache;
}
