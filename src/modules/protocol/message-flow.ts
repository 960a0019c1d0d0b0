/**
 * From bytes received to messages handled, in the right order.
 * Rules: the first message is a cluster config; messages for the handler are handled one at a time, in order; responses, pings
 * and Close never wait behind them; requests do not wait behind indexes once the cluster config was handled; what waits is
 * bounded (INBOX_*), and at the bound `isFull` says to stop reading.
 */
import { SyncError, messageOf } from '../../domain/errors.js';
import { expand, expandNow } from './compression.js';
import { indexFromWire } from './file-wire.js';
import { FrameDecoder, MESSAGE_BYTES_MAX, MESSAGE_NAMES, MessageType } from './frame.js';
import { type WireFrame } from './frame.js';
import { type ClusterConfig, type DownloadProgress, type IndexBatch } from './messages.js';
import { clusterConfigFromWire, closeFromWire, downloadProgressFromWire } from './wire-convert.js';
import { requestFromWire, responseFromWire } from './wire-convert.js';
import { type WireRequest, type WireResponse } from './wire-convert.js';

/** Messages that wait for the handler. */
export const INBOX_MESSAGES_MAX = 64;
/** Their bytes, the one being handled included; one message may be larger when it is alone. */
export const INBOX_BYTES_MAX = 8 * 1024 * 1024;

/** Who takes the messages. Those that return a promise are awaited before the next of them. */
export interface MessageSink {
  clusterConfig(message: ClusterConfig): Promise<void>;
  index(message: IndexBatch, isUpdate: boolean): Promise<void>;
  downloadProgress(message: DownloadProgress): Promise<void>;
  request(request: WireRequest): void;
  response(response: WireResponse): void;
  /** The peer closes for this reason. */
  peerClosed(reason: string): void;
  /** The inbox has room again. */
  onRoom(): void;
  /** A protocol error, or what a handler rejected with. Nothing is handled after it. */
  failed(error: Error): void;
  readonly trace?: ((line: string) => void) | undefined;
}

export class MessageFlow {
  readonly #decoder = new FrameDecoder();
  readonly #inbox: WireFrame[] = [];
  #inboxBytes = 0;
  #isConfigSeen = false;
  /** Cluster configs received and not handled yet. */
  #configsWaiting = 0;
  #isStopped = false;
  /** What comes is rubbish: no message can be made out in it any more. */
  #isDeaf = false;
  #working: Promise<void> | undefined;

  constructor(private readonly sink: MessageSink) {}

  get isFull(): boolean {
    return this.#inbox.length >= INBOX_MESSAGES_MAX || this.#inboxBytes >= INBOX_BYTES_MAX;
  }

  /** Settles when the handler's current call, if any, has ended. */
  get idle(): Promise<void> {
    return this.#working ?? Promise.resolve();
  }

  /** Nothing is handled any more. */
  stop(): void {
    this.#isStopped = true;
    this.#inbox.length = 0;
    this.#decoder.passAllBut(MessageType.close);
  }

  /** The chunk is kept only until the end of the call of `advance` that follows. */
  push(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
  }

  /** Takes messages out of what was received, until there is no whole one or `isHeld`. */
  advance(isHeld: () => boolean): void {
    try {
      while (!this.#isStopped && !this.isFull && !isHeld()) {
        const frame = this.#decoder.next();
        if (frame === undefined) return;
        this.#accept(frame);
      }
    } catch (error) {
      this.#fail(error, 'protocol error');
    } finally {
      this.#decoder.keepRest();
    }
  }

  /** After `stop`: is there a Close in what comes now? Nothing of it is kept. */
  findsClose(chunk: Uint8Array): boolean {
    if (this.#isDeaf) return false;
    try {
      this.#decoder.push(chunk);
      return this.#decoder.next() !== undefined;
    } catch {
      // Rubbish behind the end has no meaning.
      this.#isDeaf = true;
      return false;
    } finally {
      this.#decoder.keepRest();
    }
  }

  #accept(frame: WireFrame): void {
    const name = MESSAGE_NAMES[frame.type]!;
    if (this.sink.trace !== undefined) {
      this.sink.trace(`in ${name} ${frame.payload.length} B${frame.isCompressed ? ' lz4' : ''}`);
    }
    if (frame.type === MessageType.close) return this.#closed(frame);
    if (frame.type === MessageType.clusterConfig) this.#isConfigSeen = true;
    if (!this.#isConfigSeen) {
      throw new SyncError('protocol', `the first message is not a cluster config but ${name}`);
    }
    if (frame.type === MessageType.ping) return;
    if (frame.type === MessageType.response) {
      this.sink.response(decoded(frame, responseFromWire));
    } else if (frame.type === MessageType.request && this.#configsWaiting === 0) {
      this.sink.request(decoded(frame, requestFromWire));
    } else {
      this.#queue(frame);
    }
  }

  #closed(frame: WireFrame): void {
    // Read first: once stopped, a Close that is malformed would be no failure any more, and nothing would end.
    const reason = decoded(frame, closeFromWire);
    this.stop();
    this.sink.peerClosed(reason);
  }

  #queue(frame: WireFrame): void {
    if (frame.type === MessageType.clusterConfig) this.#configsWaiting++;
    this.#inbox.push(frame);
    this.#inboxBytes += frame.payload.length;
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    for (let frame = this.#inbox.shift(); frame !== undefined; frame = this.#inbox.shift()) {
      const byteLength = frame.payload.length;
      try {
        await this.#handle(frame);
      } catch (error) {
        this.#fail(error, isProtocol(error) ? 'protocol error' : 'handling');
      }
      if (frame.type === MessageType.clusterConfig) this.#configsWaiting--;
      this.#inboxBytes -= byteLength;
      if (this.#isStopped) break;
      this.sink.onRoom();
    }
    this.#working = undefined;
  }

  async #handle(frame: WireFrame): Promise<void> {
    if (frame.type === MessageType.request) {
      return this.sink.request(decoded(frame, requestFromWire));
    }
    const bytesMax = MESSAGE_BYTES_MAX[frame.type]!;
    const payload = frame.isCompressed ? await expand(frame.payload, bytesMax) : frame.payload;
    const call = await this.#decodedCall(frame.type, payload);
    if (!this.#isStopped) await call();
  }

  /** Decodes and checks the message; the call hands it over. */
  async #decodedCall(type: MessageType, payload: Uint8Array): Promise<() => Promise<void>> {
    const what = MESSAGE_NAMES[type]!;
    if (type === MessageType.clusterConfig) {
      const message = checked(what, () => clusterConfigFromWire(payload));
      return () => this.sink.clusterConfig(message);
    }
    if (type === MessageType.downloadProgress) {
      const message = checked(what, () => downloadProgressFromWire(payload));
      return () => this.sink.downloadProgress(message);
    }
    const message = await indexFromWire(payload).catch((error) => {
      throw asProtocolError(what, error);
    });
    return () => this.sink.index(message, type === MessageType.indexUpdate);
  }

  #fail(error: unknown, context: string): void {
    if (this.#isStopped) return;
    this.stop();
    const code = error instanceof SyncError ? error.code : 'io';
    this.sink.failed(
      new SyncError(code, `${context}: ${messageOf(error)}`, false, { cause: error }),
    );
  }
}

function decoded<T>(frame: WireFrame, decode: (payload: Uint8Array) => T): T {
  const bytesMax = MESSAGE_BYTES_MAX[frame.type]!;
  return checked(MESSAGE_NAMES[frame.type]!, () =>
    decode(frame.isCompressed ? expandNow(frame.payload, bytesMax) : frame.payload),
  );
}

/** Whatever a decoder throws means that the peer sent something malformed. */
function checked<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw asProtocolError(what, error);
  }
}

function asProtocolError(what: string, error: unknown): SyncError {
  return new SyncError('protocol', `${what}: ${messageOf(error)}`, false, { cause: error });
}

function isProtocol(error: unknown): boolean {
  return error instanceof SyncError && error.code === 'protocol';
}
