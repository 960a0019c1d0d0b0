/** A Connection over a pair in memory, with a clock moved by hand, a handler that records, and a scripted peer. */
import assert from 'node:assert/strict';
import { type Duplex } from 'node:stream';
import { type Compression } from '../../src/domain/wire-terms.js';
import { Connection } from '../../src/modules/protocol/connection.js';
import { type ConnectionHandler } from '../../src/modules/protocol/connection-handler.js';
import {
  type BlockRequest,
  type ClusterConfig,
  type IndexBatch,
} from '../../src/modules/protocol/messages.js';
import { type Throttle } from '../../src/modules/protocol/throttle.js';
import { duplexPair, type DuplexPairOptions } from './duplex-pair.js';
import { FakePeer, type FakePeerOptions } from './fake-peer.js';
import { fileInfo } from './file-info.factory.js';
import { HandClock, turns } from './hand-clock.js';

export const NO_FOLDERS: ClusterConfig = { folders: [], secondary: false };
export const never = new AbortController().signal;
export const blockHash = new Uint8Array(32).fill(7);
export const block = (name: string, size: number, offset = 0): BlockRequest => ({
  folder: 'default',
  name,
  offset,
  size,
  hash: blockHash,
  fromTemporary: false,
  blockNo: 0,
});
export const batch = (names: readonly string[], prevSequence = 0): IndexBatch => ({
  folder: 'default',
  files: names.map((name, i) => fileInfo(name, name, { sequence: prevSequence + i + 1 })),
  lastSequence: prevSequence + names.length,
  prevSequence,
});

/** Records the calls; each can be given something to wait for or to fail with. */
export class RecordingHandler implements ConnectionHandler {
  readonly calls: string[] = [];
  readonly closings: Error[] = [];
  before: (call: string) => Promise<void> | void = () => undefined;
  answer: (request: BlockRequest) => Promise<Uint8Array> | Uint8Array = () => Buffer.from('data!');

  async clusterConfig(): Promise<void> {
    await this.#note('clusterConfig');
  }

  async index(_connection: unknown, message: IndexBatch): Promise<void> {
    await this.#note(`index ${message.files.map((file) => file.name).join()}`);
  }

  async indexUpdate(_connection: unknown, message: IndexBatch): Promise<void> {
    await this.#note(`update ${message.files.map((file) => file.name).join()}`);
  }

  async request(_connection: unknown, message: BlockRequest): Promise<Uint8Array> {
    await this.#note(`request ${message.name}`);
    return this.answer(message);
  }

  async downloadProgress(): Promise<void> {
    await this.#note('progress');
  }

  closed(_connection: unknown, reason: Error): void {
    this.calls.push('closed');
    this.closings.push(reason);
  }

  async #note(call: string): Promise<void> {
    this.calls.push(call);
    await this.before(call);
  }
}

export interface Setup {
  readonly clock: HandClock;
  readonly handler: RecordingHandler;
  readonly connection: Connection;
  readonly peer: FakePeer;
  readonly far: Duplex;
  readonly trace: string[];
}

interface SetupOptions extends DuplexPairOptions, FakePeerOptions {
  readonly compression?: Compression;
}

/** A connection to a scripted peer, which has sent its cluster config. */
export async function connected(options: SetupOptions = {}): Promise<Setup> {
  const setup = started(options);
  setup.peer.send('clusterConfig');
  await setup.connection.clusterConfig(NO_FOLDERS);
  await turns();
  return setup;
}

export function started(options: SetupOptions = {}): Setup {
  const clock = new HandClock();
  const [near, far] = duplexPair(options);
  const handler = new RecordingHandler();
  const trace: string[] = [];
  const connection = connectionOver(near, handler, clock, options.compression, trace);
  const peer = new FakePeer(far, { ...options, hasHello: false });
  connection.start();
  return { clock, handler, connection, peer, far, trace };
}

export function connectionOver(
  stream: Duplex,
  handler: ConnectionHandler,
  clock: HandClock,
  compression: Compression = 'metadata',
  trace: string[] = [],
  throttle?: Throttle,
): Connection {
  const hello = {
    deviceName: '',
    clientName: 'c',
    clientVersion: 'v',
    connections: 1,
    timestamp: 0n,
  };
  return new Connection({
    stream,
    deviceId: 'PEER',
    hello,
    remoteAddress: '192.0.2.1:22000',
    isLan: true,
    compression,
    handler,
    clock,
    ...(throttle === undefined ? {} : { throttle }),
    trace: (line) => trace.push(line),
  });
}

/** A promise to be resolved by hand. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Lets time pass until the handler was told of the end, and checks that it was told once and last. */
export async function ended({ clock, connection, handler }: Setup): Promise<Error> {
  for (let i = 0; i < 20 && handler.closings.length === 0; i++) await clock.pass(1_000);
  assert(connection.isClosed, 'the connection is not closed');
  assert.deepEqual(handler.calls.indexOf('closed'), handler.calls.length - 1);
  return handler.closings[0]!;
}
