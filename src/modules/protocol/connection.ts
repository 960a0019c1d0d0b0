/**
 * One connection to one authenticated device, from after the Hello to the end. Source: BEP v1.
 * Rules: one reason ends it, the first one; the peer gets that reason in Close unless it was the peer who ended it; after that
 * every pending request is rejected, and the handler's `closed` is the last call it gets. A handler must not wait for a
 * message of its own to be sent: the peer may be waiting for the same.
 */
import { type Duplex } from 'node:stream';
import { SyncError, messageOf } from '../../domain/errors.js';
import { type Compression } from '../../domain/wire-terms.js';
import { giveBuffer } from '../../platform/block-buffers.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { endStream } from './closing.js';
import { compress, shouldCompress } from './compression.js';
import { type ConnectionHandler, type ConnectionStatistics } from './connection-handler.js';
import { type PeerConnection } from './connection-handler.js';
import { indexToWire } from './file-wire.js';
import { encodeFrame, MESSAGE_NAMES, MessageType } from './frame.js';
import { IncomingRequests } from './incoming-requests.js';
import { MessageFlow } from './message-flow.js';
import { type BlockRequest, type ClusterConfig, type DownloadProgress } from './messages.js';
import { type Hello, type IndexBatch, type ResponseCode } from './messages.js';
import { Outbox, type Lane } from './outbox.js';
import { OutgoingRequests } from './outgoing-requests.js';
import { Slots } from './slots.js';
import { type Throttle } from './throttle.js';
import { clusterConfigToWire, closeToWire, downloadProgressToWire } from './wire-convert.js';
import { responseToWire, type WireResponse } from './wire-convert.js';

/** Something is sent at least this often. */
export const PING_INTERVAL_MS = 90_000;
/** A peer from which nothing came for this long is taken for dead. */
export const RECEIVE_TIMEOUT_MS = 300_000;
/** A peer that takes nothing of what waits for it for this long is taken for dead, whatever it sends. */
export const SEND_TIMEOUT_MS = 600_000;
/** And a peer that lives has so much longer for what waits: users limit rates to as little as one KiB per second. */
const SLOW_BYTES_PER_MS = 1;
/** How long `closed` waits for the handler's current call to end. */
export const HANDLER_END_WAIT_MS = 10_000;

export interface ConnectionOptions {
  /** After the Hello exchange; nobody else reads or writes it. */
  readonly stream: Duplex;
  readonly deviceId: string;
  /** The peer's. */
  readonly hello: Hello;
  readonly remoteAddress: string;
  readonly isLan: boolean;
  /** Of what we send. */
  readonly compression: Compression;
  readonly handler: ConnectionHandler;
  readonly clock: Clock;
  /** Absent: no limit. */
  readonly throttle?: Throttle;
  readonly trace?: (line: string) => void;
}

export class Connection implements PeerConnection {
  readonly deviceId: string;
  readonly remoteAddress: string;
  readonly isLan: boolean;
  readonly clientName: string;
  readonly clientVersion: string;
  readonly statistics: ConnectionStatistics = {
    bytesIn: 0,
    bytesOut: 0,
    fileInfosIn: 0,
    fileInfosOut: 0,
    requestsIn: 0,
    requestsOut: 0,
  };
  readonly #abort = new AbortController();
  readonly #outbox: Outbox;
  readonly #flow: MessageFlow;
  readonly #incoming: IncomingRequests;
  readonly #requests: OutgoingRequests;
  /** Of each kind one message is encoded and waits to be written at a time; this keeps them in order. */
  readonly #configPlace = new Slots(1);
  readonly #indexPlace = new Slots(1);
  readonly #progressPlace = new Slots(1);
  readonly #timers = new Set<Timer>();
  #isStarted = false;
  #isReading = false;
  /** Nothing is read now, for the sake of the rate. */
  #isResting = false;
  #sentMs: number;
  #receivedMs: number;
  #ending: Promise<void> | undefined;
  #onPeerClose!: () => void;
  readonly #peerClosed = new Promise<void>((resolve) => (this.#onPeerClose = resolve));

  constructor(private readonly options: ConnectionOptions) {
    const { stream, clock, hello, throttle } = options;
    this.deviceId = options.deviceId;
    this.remoteAddress = options.remoteAddress;
    this.isLan = options.isLan;
    this.clientName = hello.clientName;
    this.clientVersion = hello.clientVersion;
    this.#sentMs = this.#receivedMs = clock.monotonicMs();
    const onWritten = (byteLength: number): void => {
      this.statistics.bytesOut += byteLength;
      this.#sentMs = clock.monotonicMs();
    };
    this.#outbox = new Outbox(stream, onWritten, throttle && { throttle, clock });
    this.#requests = new OutgoingRequests({
      clock,
      // While we do not read, silence is our own doing.
      receivedMs: () => (this.isReading ? this.#receivedMs : clock.monotonicMs()),
      signal: this.signal,
      write: (frames) => this.#outbox.add('small', frames),
      asked: (byteLength) => {
        this.statistics.requestsOut++;
        this.#traceOut(MessageType.request, byteLength);
      },
    });
    this.#incoming = new IncomingRequests({
      read: (request) => options.handler.request(this, request),
      respond: (id, code, data) => this.#respond(id, code, data),
      onRoom: () => this.#advance(),
    });
    this.#flow = this.#makeFlow(options.handler);
    stream.on('error', (error) => {
      void this.#end(new SyncError('io', `connection lost: ${messageOf(error)}`, true), undefined);
    });
  }

  get isClosed(): boolean {
    return this.#ending !== undefined;
  }

  get isReading(): boolean {
    return this.#isReading || !this.#isStarted;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Begins to read and to keep time. Until then nothing is received; sending works. */
  start(): void {
    if (this.#isStarted || this.isClosed) return;
    this.#isStarted = true;
    const { stream, clock } = this.options;
    this.#sentMs = this.#receivedMs = clock.monotonicMs();
    const onEnd = (): void => {
      void this.#end(new SyncError('closed', 'the peer ended the connection', true), undefined);
    };
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('end', onEnd);
    stream.on('close', onEnd);
    this.#isReading = true;
    stream.resume();
    if (stream.destroyed || stream.readableEnded) onEnd();
    this.#every(PING_INTERVAL_MS / 2, () => this.#watchSending());
    this.#watchSilence(RECEIVE_TIMEOUT_MS);
  }

  clusterConfig(message: ClusterConfig): Promise<void> {
    return this.#sendInTurn(this.#configPlace, 'config', MessageType.clusterConfig, () =>
      clusterConfigToWire(message),
    );
  }

  index(message: IndexBatch): Promise<void> {
    return this.#sendIndex(MessageType.index, message);
  }

  indexUpdate(message: IndexBatch): Promise<void> {
    return this.#sendIndex(MessageType.indexUpdate, message);
  }

  downloadProgress(message: DownloadProgress): Promise<void> {
    return this.#sendInTurn(this.#progressPlace, 'small', MessageType.downloadProgress, () =>
      downloadProgressToWire(message),
    );
  }

  async request(message: BlockRequest, signal: AbortSignal): Promise<Uint8Array> {
    const [answer] = await this.requestAll([message], signal);
    if (answer instanceof Uint8Array) return answer;
    throw answer as Error;
  }

  requestAll(
    messages: readonly BlockRequest[],
    signal: AbortSignal,
  ): Promise<(Uint8Array | Error)[]> {
    return this.#requests.ask(messages, signal);
  }

  /** Resolves when the stream has ended, within a bounded time. */
  close(reason: string): Promise<void> {
    return this.#end(new SyncError('closed', reason, true), reason);
  }

  #makeFlow(handler: ConnectionHandler): MessageFlow {
    return new MessageFlow({
      clusterConfig: (message) => handler.clusterConfig(this, message),
      index: (message, isUpdate) => {
        this.statistics.fileInfosIn += message.files.length;
        return isUpdate ? handler.indexUpdate(this, message) : handler.index(this, message);
      },
      downloadProgress: (message) => handler.downloadProgress(this, message),
      request: (request) => {
        this.statistics.requestsIn++;
        this.#incoming.add(request);
      },
      response: (response: WireResponse) => this.#requests.settle(response),
      peerClosed: (reason) => {
        void this.#end(new SyncError('closed', `closed by the peer: ${reason}`, true), undefined);
      },
      onRoom: () => this.#advance(),
      failed: (error) => void this.#end(error, error.message),
      trace: this.options.trace,
    });
  }

  #receive(chunk: Buffer): void {
    if (this.isClosed) {
      if (this.#flow.findsClose(chunk)) this.#onPeerClose();
      return;
    }
    this.statistics.bytesIn += chunk.length;
    this.#receivedMs = this.options.clock.monotonicMs();
    this.#flow.push(chunk);
    this.#rest(this.options.throttle?.received(chunk.length) ?? 0);
    this.#advance();
  }

  /** Nothing more is read for so long. */
  #rest(durationMs: number): void {
    if (durationMs === 0 || this.#isResting) return;
    this.#isResting = true;
    this.#after(durationMs, () => {
      this.#isResting = false;
      this.#advance();
    });
  }

  /** Handles what was received; reads on or stops reading as there is room. */
  #advance(): void {
    this.#flow.advance(() => this.#incoming.isFull);
    if (this.isClosed) return;
    const shouldRead = !this.#flow.isFull && !this.#incoming.isFull && !this.#isResting;
    if (shouldRead === this.#isReading) return;
    this.#isReading = shouldRead;
    // Silence that is our own doing does not count against the peer.
    this.#receivedMs = this.options.clock.monotonicMs();
    if (shouldRead) this.options.stream.resume();
    else this.options.stream.pause();
  }

  async #sendIndex(type: MessageType, message: IndexBatch): Promise<void> {
    await this.#sendInTurn(this.#indexPlace, 'index', type, () => indexToWire(message));
    this.statistics.fileInfosOut += message.files.length;
  }

  /** Encodes only when it is this message's turn. */
  async #sendInTurn(
    place: Slots,
    lane: Lane,
    type: MessageType,
    encode: () => Uint8Array,
  ): Promise<void> {
    await place.take(this.signal);
    try {
      await this.#send(lane, type, [encode()]);
    } finally {
      place.giveBack();
    }
  }

  /** Has the data from then on. */
  #respond(id: number, code: ResponseCode, data: Uint8Array): Promise<void> {
    const parts = responseToWire(id, code, data);
    return this.#send('response', MessageType.response, parts, () => giveBuffer(data.buffer));
  }

  async #send(
    lane: Lane,
    type: MessageType,
    parts: readonly Uint8Array[],
    sent?: () => void,
  ): Promise<void> {
    const byteLength = parts.reduce((sum, part) => sum + part.length, 0);
    const isResponse = type === MessageType.response;
    let packed: Uint8Array | undefined;
    if (shouldCompress(this.options.compression, isResponse, byteLength)) {
      packed = await compress(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
    }
    const frame = encodeFrame(type, packed === undefined ? parts : [packed], packed !== undefined);
    this.#traceOut(type, byteLength, packed === undefined ? '' : ' lz4');
    await this.#outbox.add(lane, frame, sent);
  }

  #traceOut(type: MessageType, byteLength: number, form = ''): void {
    this.options.trace?.(`out ${MESSAGE_NAMES[type]} ${byteLength} B${form}`);
  }

  #every(intervalMs: number, action: () => void): void {
    this.#after(intervalMs, () => {
      action();
      if (!this.isClosed) this.#every(intervalMs, action);
    });
  }

  #after(delayMs: number, action: () => void): void {
    const timer = this.options.clock.setTimer(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }

  /** Called at half the interval: a connection is quiet for at most one whole interval. */
  #watchSending(): void {
    const quietMs = this.options.clock.monotonicMs() - this.#sentMs;
    if (this.#outbox.isBlocked) return quietMs < this.#takeMaxMs() ? undefined : this.#giveUp();
    if (quietMs < PING_INTERVAL_MS / 2) return;
    // A ping that cannot be written fails with the connection.
    this.#send('small', MessageType.ping, []).catch(() => undefined);
  }

  /** How long the peer may take for what waits: long, where it lives and may be limited to very little. */
  #takeMaxMs(): number {
    const { clock, stream } = this.options;
    const isHeard = clock.monotonicMs() - this.#receivedMs < SEND_TIMEOUT_MS;
    return SEND_TIMEOUT_MS + (isHeard ? stream.writableLength / SLOW_BYTES_PER_MS : 0);
  }

  #giveUp(): void {
    const reason = `the peer took nothing for ${SEND_TIMEOUT_MS / 1000} s`;
    void this.#end(new SyncError('timeout', reason, true), reason);
  }

  #watchSilence(delayMs: number): void {
    this.#after(delayMs, () => {
      const quietMs = this.options.clock.monotonicMs() - this.#receivedMs;
      if (!this.#isReading) return this.#watchSilence(RECEIVE_TIMEOUT_MS);
      if (quietMs < RECEIVE_TIMEOUT_MS) return this.#watchSilence(RECEIVE_TIMEOUT_MS - quietMs);
      const reason = `nothing received for ${RECEIVE_TIMEOUT_MS / 1000} s`;
      void this.#end(new SyncError('timeout', reason, true), reason);
    });
  }

  /** The only way to the end; the first call counts. */
  #end(error: Error, reasonForPeer: string | undefined): Promise<void> {
    if (this.#ending !== undefined) return this.#ending;
    const { stream, clock } = this.options;
    this.options.trace?.(`closing: ${error.message}`);
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#flow.stop();
    this.#incoming.stop();
    const last =
      reasonForPeer === undefined
        ? undefined
        : encodeFrame(MessageType.close, [closeToWire(reasonForPeer)], false);
    const sent = this.#outbox.close(closedError(error), last);
    this.#ending = endStream(stream, clock, { sent, answered: this.#peerClosed });
    this.#requests.close(closedError(error));
    this.#abort.abort(closedError(error));
    void this.#report(error, this.#ending);
    return this.#ending;
  }

  async #report(error: Error, ended: Promise<void>): Promise<void> {
    await ended;
    const waiting = new AbortController();
    await Promise.race([
      this.#flow.idle,
      this.options.clock.sleep(HANDLER_END_WAIT_MS, waiting.signal).catch(() => undefined),
    ]);
    waiting.abort();
    this.options.handler.closed(this, error);
  }
}

/** What those who wait for the connection are told. */
function closedError(error: Error): SyncError {
  if (error instanceof SyncError && error.code === 'closed') return error;
  return new SyncError('closed', error.message, true, { cause: error });
}
