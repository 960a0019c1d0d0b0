/**
 * A scripted peer: speaks BEP over any Duplex (in memory, or a TLS socket), records what it receives, refuses what
 * Syncthing 2.1 refuses, notes what it only logs, and can send anything, rubbish included. It decodes with the whole
 * FileInfo of bep.proto and shares none of the code under test but the generated one and LZ4.
 */
import { once } from 'node:events';
import { type Duplex } from 'node:stream';
import lz4 from 'lz4-napi';
import { bep } from '../../src/modules/protocol/gen/bep.js';
import { checkFile, checkRequest, sequenceAnomalies } from './fake-peer-checks.js';

export const PEER_TYPES = {
  clusterConfig: 0,
  index: 1,
  indexUpdate: 2,
  request: 3,
  response: 4,
  downloadProgress: 5,
  ping: 6,
  close: 7,
} as const;
export type PeerMessageName = keyof typeof PEER_TYPES;

export interface PeerMessages {
  clusterConfig: bep.ClusterConfig;
  index: bep.Index;
  indexUpdate: bep.Index;
  request: bep.Request;
  response: bep.Response;
  downloadProgress: bep.DownloadProgress;
  ping: bep.Ping;
  close: bep.Close;
}

const CODECS = {
  clusterConfig: bep.ClusterConfig,
  index: bep.Index,
  indexUpdate: bep.Index,
  request: bep.Request,
  response: bep.Response,
  downloadProgress: bep.DownloadProgress,
  ping: bep.Ping,
  close: bep.Close,
};
const NAMES = Object.keys(PEER_TYPES) as PeerMessageName[];
const MAGIC = 0x2ea7d90b;

export interface ReceivedMessage {
  readonly name: PeerMessageName;
  readonly message: PeerMessages[PeerMessageName];
  readonly isCompressed: boolean;
}

export interface FakePeerOptions {
  /** A Hello comes before the messages in both directions. Default: true. */
  readonly hasHello?: boolean;
  /** Content by file name: requests for it are answered. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** Highest sequence known of each folder from an earlier connection. */
  readonly sequences?: ReadonlyMap<string, number>;
}

export class FakePeer {
  hello: bep.Hello | undefined;
  /** Everything received, in order. */
  readonly received: ReceivedMessage[] = [];
  /** What a 2.1 peer closes the connection for. */
  readonly refusals: string[] = [];
  /** What a 2.1 peer reports as a sequence anomaly. */
  readonly anomalies: string[] = [];
  /** The reason in the Close that was received. */
  closeReason: string | undefined;
  isEnded = false;
  #buffer = Buffer.alloc(0);
  #isGreeted: boolean;
  #isConfigured = false;
  readonly #taken = new Map<PeerMessageName, number>();
  readonly #wakes = new Set<() => void>();
  /** Highest sequence received, by folder. */
  readonly #sequences: Map<string, number>;

  constructor(
    readonly stream: Duplex,
    private readonly options: FakePeerOptions = {},
  ) {
    this.#isGreeted = options.hasHello === false;
    this.#sequences = new Map(options.sequences);
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    const onEnd = (): void => {
      this.isEnded = true;
      this.#wake();
    };
    stream.on('end', onEnd);
    stream.on('close', onEnd);
    stream.on('error', onEnd);
  }

  sendHello(hello: bep.Hello.$Properties = { deviceName: 'fake', clientName: 'fake' }): void {
    const message = bep.Hello.encode(hello).finish();
    const front = Buffer.alloc(6);
    front.writeUInt32BE(MAGIC, 0);
    front.writeUInt16BE(message.length, 4);
    this.sendBytes(Buffer.concat([front, message]));
  }

  /** Any message, well-formed or not in its content. */
  send<N extends PeerMessageName>(name: N, message: Partial<PeerMessages[N]> = {}): void {
    const codec = CODECS[name] as { encode(message: unknown): { finish(): Uint8Array } };
    this.sendFrame(PEER_TYPES[name], codec.encode(message).finish());
  }

  /** As `send`, compressed. */
  sendCompressed<N extends PeerMessageName>(name: N, message: Partial<PeerMessages[N]>): void {
    const codec = CODECS[name] as { encode(message: unknown): { finish(): Uint8Array } };
    const plain = codec.encode(message).finish();
    const packed = lz4.compressSync(Buffer.from(plain));
    packed.writeUInt32BE(plain.length, 0);
    this.sendFrame(PEER_TYPES[name], packed, 1);
  }

  sendFrame(type: number, payload: Uint8Array, compression = 0): void {
    this.sendBytes(frameOf(type, payload, payload.length, compression));
  }

  /** A frame whose length says `claimed`, whatever follows. */
  sendFrameClaiming(type: number, claimed: number, payload: Uint8Array = Buffer.alloc(0)): void {
    this.sendBytes(frameOf(type, payload, claimed, 0));
  }

  sendBytes(bytes: Uint8Array): void {
    if (this.stream.writable) this.stream.write(bytes);
  }

  /** The next message of that name that was not taken yet. Rejects when the connection ends before. */
  async next<N extends PeerMessageName>(name: N): Promise<PeerMessages[N]> {
    const skip = this.#taken.get(name) ?? 0;
    this.#taken.set(name, skip + 1);
    await this.#until(() => this.#ofName(name).length > skip, `no ${name} before the end`);
    return this.#ofName(name)[skip] as PeerMessages[N];
  }

  /** Resolves when the far end has ended the connection. */
  async ended(): Promise<void> {
    while (!this.isEnded) await this.#change();
  }

  async greeted(): Promise<bep.Hello> {
    await this.#until(() => this.hello !== undefined, 'no Hello before the end');
    return this.hello!;
  }

  /** Resets the connection without a word. */
  async drop(): Promise<void> {
    if (this.stream.destroyed) return;
    this.stream.destroy();
    await once(this.stream, 'close');
  }

  #ofName(name: PeerMessageName): unknown[] {
    return this.received.filter((got) => got.name === name).map((got) => got.message);
  }

  async #until(isSo: () => boolean, otherwise: string): Promise<void> {
    while (!isSo()) {
      if (this.isEnded) throw new Error(`${otherwise} (${this.closeReason ?? 'no reason'})`);
      await this.#change();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wakes.add(resolve));
  }

  #wake(): void {
    const wakes = [...this.#wakes];
    this.#wakes.clear();
    for (const wake of wakes) wake();
  }

  #receive(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#isGreeted ? this.#takeFrame() : this.#takeHello()) this.#wake();
  }

  #takeHello(): boolean {
    if (this.#buffer.length < 6) return false;
    const length = this.#buffer.readUInt16BE(4);
    if (this.#buffer.length < 6 + length) return false;
    if (this.#buffer.readUInt32BE(0) !== MAGIC) this.#refuse('unknown magic');
    this.hello = bep.Hello.decode(this.#buffer.subarray(6, 6 + length));
    this.#buffer = this.#buffer.subarray(6 + length);
    this.#isGreeted = true;
    return true;
  }

  #takeFrame(): boolean {
    if (this.#buffer.length < 2) return false;
    const headerEnd = 2 + this.#buffer.readUInt16BE(0);
    if (this.#buffer.length < headerEnd + 4) return false;
    const end = headerEnd + 4 + this.#buffer.readUInt32BE(headerEnd);
    if (this.#buffer.length < end) return false;
    const header = bep.Header.decode(this.#buffer.subarray(2, headerEnd));
    const payload = Buffer.from(this.#buffer.subarray(headerEnd + 4, end));
    this.#buffer = this.#buffer.subarray(end);
    this.#accept(header, payload);
    return true;
  }

  #accept(header: bep.Header, payload: Buffer): void {
    const name = NAMES[header.type];
    if (name === undefined) return this.#refuse(`message of type ${header.type}`);
    const isCompressed = header.compression === 1;
    const message = CODECS[name].decode(isCompressed ? expanded(payload) : payload);
    this.received.push({ name, message, isCompressed });
    if (name === 'clusterConfig') this.#isConfigured = true;
    else if (name === 'close') this.#closed(message as bep.Close);
    else if (!this.#isConfigured) this.#refuse(`${name} before cluster config`);
    else this.#check(name, message);
  }

  /** The answer to a Close is to end the connection. */
  #closed(message: bep.Close): void {
    this.closeReason = message.reason;
    this.stream.end();
  }

  #check(name: PeerMessageName, message: unknown): void {
    if (name === 'index' || name === 'indexUpdate') {
      const index = message as bep.Index;
      for (const file of index.files) this.#refuse(checkFile(file as bep.FileInfo));
      const known = this.#sequences.get(index.folder) ?? 0;
      const { anomalies, sequence } = sequenceAnomalies(index, name === 'index', known);
      this.anomalies.push(...anomalies);
      this.#sequences.set(index.folder, sequence);
    } else if (name === 'request') {
      this.#refuse(checkRequest(message as bep.Request));
      this.answer(message as bep.Request);
    }
  }

  /** Closes the connection as a 2.1 peer does; nothing when there is no problem. */
  #refuse(problem: string | undefined): void {
    if (problem === undefined) return;
    this.refusals.push(problem);
    this.send('close', { reason: `protocol error: ${problem}` });
    this.stream.end();
  }

  /** Says nothing where the content is not known. */
  answer(request: bep.Request): void {
    const content = this.options.files?.get(request.name);
    if (content === undefined) return;
    const from = Number(request.offset);
    this.send('response', { id: request.id, data: content.subarray(from, from + request.size) });
  }
}

export function frameOf(
  type: number,
  payload: Uint8Array,
  claimed = payload.length,
  compression = 0,
): Buffer {
  const header = bep.Header.encode({ type, compression }).finish();
  const front = Buffer.alloc(2 + header.length + 4);
  front.writeUInt16BE(header.length, 0);
  front.set(header, 2);
  front.writeUInt32BE(claimed, 2 + header.length);
  return Buffer.concat([front, payload]);
}

function expanded(packed: Buffer): Buffer {
  packed.writeUInt32LE(packed.readUInt32BE(0), 0);
  return lz4.uncompressSync(packed);
}
