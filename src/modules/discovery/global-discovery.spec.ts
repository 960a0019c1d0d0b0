/** Global discovery opposite a server that a test plays, with time that only the test moves. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { deviceIdFromBytes } from '../../domain/device-id.js';
import { REANNOUNCE_MS, RETRY_MS } from './announce-plan.js';
import { DiscoveryHttp, type ServerAnswer, type ServerRequest } from './discovery-http.js';
import { parseServer } from './discovery-server.js';
import { CHANGE_DELAY_MS, GlobalDiscovery, LOOK_UPS_MAX } from './global-discovery.js';
import { FOUND_LIFE_MS, NOT_FOUND_LIFE_MS } from './look-up-cache.js';

const DEVICE = deviceIdFromBytes(new Uint8Array(32).fill(9));
const URL_OF_SERVER = 'https://discovery.example/v2/';

/** What the server answers next; an Error is a network that does not work. */
class PlayedServer extends DiscoveryHttp {
  readonly requests: ServerRequest[] = [];
  answer: (request: ServerRequest) => Partial<ServerAnswer> | Error | Promise<never> = () => ({});

  async exchange(request: ServerRequest, signal: AbortSignal): Promise<ServerAnswer> {
    this.requests.push(request);
    const stopped = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    const answer = await Promise.race([this.answer(request), stopped]);
    if (answer instanceof Error) throw answer;
    const { status = 204, retryAfterS, reannounceAfterS, body = '' } = answer;
    return { status, retryAfterS, reannounceAfterS, body };
  }

  get bodies(): unknown[] {
    return this.requests.map(({ body }) => JSON.parse(body ?? 'null') as unknown);
  }
}

describe('global discovery', () => {
  let clock: HandClock;
  let server: PlayedServer;
  let lines: string[];
  let listening: string[];
  const { signal } = new AbortController();

  beforeEach(() => {
    clock = new HandClock();
    server = new PlayedServer();
    lines = [];
    listening = ['tcp://0.0.0.0:22000'];
  });

  function discovery(options = ''): GlobalDiscovery {
    const say = (line: string): void => void lines.push(line);
    return new GlobalDiscovery({
      server: parseServer(`${URL_OF_SERVER}${options}`),
      ...{ http: server, clock, announced: () => listening },
      log: { info: say, warn: say, debug: () => undefined },
    });
  }

  async function start(options = ''): Promise<GlobalDiscovery> {
    const started = discovery(options);
    started.start();
    await turns();
    return started;
  }

  it('announces at the start, and again when the server asks for it', async () => {
    server.answer = () => ({ reannounceAfterS: 100 });
    const global = await start();
    expect(server.bodies).toEqual([{ addresses: ['tcp://0.0.0.0:22000'] }]);
    expect(global.problem).toBe('');
    await clock.pass(99_000);
    expect(server.requests).toHaveLength(1);
    await clock.pass(1_000);
    expect(server.requests).toHaveLength(2);
    await global.stop();
    await clock.pass(10 * REANNOUNCE_MS);
    expect(server.requests).toHaveLength(2);
    expect(clock.timerCount).toBe(0);
  });

  it.each([
    ['a server that names a time', { status: 429, retryAfterS: 1000 }, 1_000_000],
    ['a server that names none', { status: 500 }, RETRY_MS],
    ['success without a time', { status: 204 }, REANNOUNCE_MS],
    ['a server that would like us at once', { status: 503, retryAfterS: 0 }, 1000],
  ])('waits as is right after %s', async (_what, answer, pauseMs) => {
    server.answer = () => answer;
    await start();
    await clock.pass(pauseMs - 1);
    expect(server.requests).toHaveLength(1);
    await clock.pass(1);
    expect(server.requests).toHaveLength(2);
  });

  it('tries soon again where the network is not up yet, then less and less often', async () => {
    server.answer = () => new Error('no route');
    const global = await start();
    await clock.pass(60 * 60_000);
    // 5, 10, 20 … seconds, then every five minutes.
    expect(server.requests.length).toBeGreaterThan(14);
    expect(server.requests.length).toBeLessThan(22);
    expect(lines).toEqual(['Global discovery: no route']);
    expect(global.problem).toBe('no route');
    server.answer = () => ({});
    await clock.pass(RETRY_MS);
    expect(lines.at(-1)).toBe(`Announced to ${URL_OF_SERVER}`);
    expect(global.problem).toBe('');
  });

  it('announces new addresses soon, but not before a time that the server asked for', async () => {
    const global = await start();
    await clock.pass(60_000);
    listening = ['tcp://0.0.0.0:22001'];
    global.networkChanged();
    global.networkChanged();
    await clock.pass(CHANGE_DELAY_MS);
    expect(server.bodies.at(-1)).toEqual({ addresses: listening });
    expect(server.requests).toHaveLength(2);
    for (let i = 0; i < 100; i += 1) {
      global.networkChanged();
      await clock.pass(600);
    }
    expect(server.requests.length).toBeLessThan(10);

    server.answer = () => ({ status: 429, retryAfterS: 600 });
    await clock.pass(REANNOUNCE_MS);
    const count = server.requests.length;
    global.networkChanged();
    await clock.pass(300_000);
    expect(server.requests.length - count).toBeLessThanOrEqual(1);
  });

  it('does what the options of the server leave', async () => {
    await start('?noannounce');
    expect(server.requests).toEqual([]);
    expect(await (await start('?nolookup')).addresses(DEVICE, signal)).toEqual([]);
    expect(server.requests).toHaveLength(1);
    listening = [];
    await start();
    expect(server.requests).toHaveLength(1);
  });

  it('asks once for many who want to know, and keeps the answer', async () => {
    const body = JSON.stringify({
      addresses: ['tcp://192.0.2.1:22000', 'quic://192.0.2.1:22000', 'tcp://0.0.0.0:1', 7],
    });
    server.answer = () => ({ status: 200, body });
    const global = discovery();
    const answers = await Promise.all([1, 2, 3].map(() => global.addresses(DEVICE, signal)));
    expect(answers).toEqual(Array(3).fill(['tcp://192.0.2.1:22000']));
    expect(server.requests).toEqual([
      { url: `${URL_OF_SERVER}?device=${DEVICE}`, serverId: '', insecure: false },
    ]);
    expect(global.known().get(DEVICE)).toEqual(['tcp://192.0.2.1:22000', 'quic://192.0.2.1:22000']);
    await clock.pass(FOUND_LIFE_MS - 1);
    await global.addresses(DEVICE, signal);
    expect(server.requests).toHaveLength(1);
    await clock.pass(1);
    await global.addresses(DEVICE, signal);
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['nobody', { status: 404 }, NOT_FOUND_LIFE_MS],
    ['nobody, for a time', { status: 404, retryAfterS: 200 }, 200_000],
    ['too often', { status: 429, retryAfterS: 300 }, 300_000],
    ['nonsense', { status: 200, body: '{"addresses":{}' }, NOT_FOUND_LIFE_MS],
    ['a redirect', { status: 302 }, NOT_FOUND_LIFE_MS],
    ['nothing at all', new Error('reset'), NOT_FOUND_LIFE_MS],
  ])('remembers that the answer was: %s', async (_what, answer, lifeMs) => {
    server.answer = () => answer;
    const global = discovery();
    const ask = (): Promise<readonly string[]> => global.addresses(DEVICE, signal).catch(() => []);
    for (let i = 0; i < 5; i += 1) expect(await ask()).toEqual([]);
    await clock.pass(lifeMs - 1);
    expect(await ask()).toEqual([]);
    expect(server.requests).toHaveLength(1);
    expect(global.known().size).toBe(0);
    await clock.pass(1);
    await ask();
    expect(server.requests).toHaveLength(2);
  });

  it('asks a bounded number at once, and lets go of one who does not want to wait any more', async () => {
    server.answer = () => new Promise<never>(() => undefined);
    const global = discovery();
    const leaving = new AbortController();
    const asked = Array.from({ length: 100 }, (_, i) => {
      const id = deviceIdFromBytes(new Uint8Array(32).fill(i));
      return global.addresses(id, leaving.signal).catch((error: unknown) => error);
    });
    await turns();
    expect(server.requests).toHaveLength(LOOK_UPS_MAX);
    const reason = new Error('stopping');
    leaving.abort(reason);
    expect(await Promise.all(asked)).toEqual(Array(100).fill(reason));
  });

  it('asks anew when the network changes during a look-up, and holds the old one against nobody', async () => {
    server.answer = () => new Promise<never>(() => undefined);
    const global = discovery();
    const hanging = global.addresses(DEVICE, signal).catch((error: unknown) => error);
    await turns();
    server.answer = () => ({ status: 200, body: '{"addresses":["tcp://192.0.2.1:22000"]}' });
    global.networkChanged();
    expect(await global.addresses(DEVICE, signal)).toEqual(['tcp://192.0.2.1:22000']);
    expect(server.requests).toHaveLength(2);
    expect(await hanging).toMatchObject({ message: 'the network changed' });
    expect(global.known().size).toBe(1);
  });
});
