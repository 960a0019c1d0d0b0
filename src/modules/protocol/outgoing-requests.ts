/**
 * What we ask of a peer: how much may be asked at once, checked and sent, several small requests in one write, and matched with
 * the answers. Source: BEP v1, "Request" and "Response".
 */
import { setMaxListeners } from 'node:events';
import { SyncError } from '../../domain/errors.js';
import { HASH_BYTES } from '../../domain/file-info.js';
import { type Clock } from '../../platform/clock.js';
import { encodeFrame, MessageType } from './frame.js';
import { REQUESTS_OUT_MAX } from './incoming-requests.js';
import { type BlockRequest } from './messages.js';
import { type Answer, PendingRequests } from './pending-requests.js';
import { Slots } from './slots.js';
import { requestToWire, type WireResponse } from './wire-convert.js';
import { BLOCK_BYTES_MAX } from './wire-limits.js';

/** The connection, as far as requests need it. */
export interface RequestLink {
  readonly clock: Clock;
  /** When bytes were received last, in monotonic milliseconds. */
  receivedMs(): number;
  /** Aborts, with the reason, when the connection ends. */
  readonly signal: AbortSignal;
  /** Whole frames, to be written at once. Rejects when the connection ends. */
  write(frames: readonly Uint8Array[]): Promise<void>;
  /** One request is about to be sent. */
  asked(byteLength: number): void;
}

export class OutgoingRequests {
  readonly #places = new Slots(REQUESTS_OUT_MAX);
  readonly #pending: PendingRequests;

  constructor(private readonly link: RequestLink) {
    this.#pending = new PendingRequests(link.clock, () => link.receivedMs());
  }

  /** As PeerConnection.requestAll. */
  async ask(messages: readonly BlockRequest[], signal: AbortSignal): Promise<Answer[]> {
    messages.forEach(checkOwnRequest);
    // Callers ask for hundreds of blocks under one signal; REQUESTS_OUT_MAX bounds its listeners.
    setMaxListeners(0, signal);
    await this.#places.take(signal, messages.length);
    try {
      signal.throwIfAborted();
      this.link.signal.throwIfAborted();
      const sizes = messages.map(({ size }) => size);
      const { ids, answers } = this.#pending.open(sizes, signal);
      this.#send(messages.map((message, index) => requestToWire(ids[index]!, message)));
      return await answers;
    } finally {
      this.#places.giveBack(messages.length);
    }
  }

  settle(response: WireResponse): void {
    this.#pending.settle(response);
  }

  /** Ends all that is not answered, and all that comes later. */
  close(error: Error): void {
    this.#places.close(error);
    this.#pending.rejectAll(error);
  }

  #send(requests: readonly Uint8Array[]): void {
    const frames = requests.flatMap((request) => {
      this.link.asked(request.length);
      return encodeFrame(MessageType.request, [request], false);
    });
    // When sending fails, what was asked is answered with the same reason.
    this.link
      .write(requests.length === 1 ? frames : [Buffer.concat(frames)])
      .catch(() => undefined);
  }
}

/** 2.x closes the connection on a request without a hash, and no block is larger than the largest. */
function checkOwnRequest(message: BlockRequest): void {
  if (message.hash.length !== HASH_BYTES) {
    throw new SyncError('refused', `a request without the block's hash: ${message.name}`);
  }
  if (message.size < 0 || message.size > BLOCK_BYTES_MAX) {
    throw new SyncError('refused', `a request for ${message.size} bytes: ${message.name}`);
  }
}
