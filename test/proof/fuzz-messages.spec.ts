/**
 * Whatever a peer puts into its messages, of every type: each decoder takes it or refuses it, and what it takes
 * encodes again to something that decodes equal. The flow from bytes to messages handled ends once, with one reason.
 */
import { isDeepStrictEqual } from 'node:util';
import { indexFromWire, indexToWire } from '../../src/modules/protocol/file-wire.js';
import { encodeFrame, MessageType } from '../../src/modules/protocol/frame.js';
import { MessageFlow, type MessageSink } from '../../src/modules/protocol/message-flow.js';
import * as convert from '../../src/modules/protocol/wire-convert.js';
import { REQUEST_SIZE_BYTES_MAX } from '../../src/modules/protocol/wire-limits.js';
import { messageOf as textOf } from '../../src/domain/errors.js';
import { SeededRandom } from '../support/random.js';
import { fuzz, isSaid, isWellSaid } from './support/fuzz.js';
import { mutatedBytes } from './support/mutate-bytes.js';
import { mutatedMessage } from './support/mutate-protobuf.js';
import { MESSAGE_TYPES, MessagePool, packedMessages } from './support/wire-seeds.js';

const POOL = new MessagePool();

/** A good message of the type, one that was changed, or any bytes. */
function messageOf(type: MessageType, random: SeededRandom): Uint8Array {
  const good = POOL.pick(type, random);
  const kind = random.below(20);
  if (kind === 0) return random.bytes(random.below(60));
  if (kind < 3) return good;
  if (kind < 6) return mutatedBytes(good, random, POOL.pick(type, random));
  return mutatedMessage(good, random);
}

/** A decoder's own error or the library's: the flow names the message before it. */
function isDecoderRefusal(error: unknown): boolean {
  return isSaid(textOf(error));
}

function requireEqual(again: unknown, first: unknown): void {
  if (isDeepStrictEqual(again, first)) return;
  expect(again).toEqual(first);
  throw new Error('encoded again, it decodes to another');
}

fuzz<Uint8Array>({
  name: 'cluster configs are checked or refused, and encode again',
  make: (random) => messageOf(MessageType.clusterConfig, random),
  take: (bytes) => {
    const message = convert.clusterConfigFromWire(bytes);
    requireEqual(convert.clusterConfigFromWire(convert.clusterConfigToWire(message)), message);
  },
  isRefusal: isDecoderRefusal,
});

fuzz<Uint8Array>({
  name: 'requests are checked or refused, and encode again',
  make: (random) => messageOf(MessageType.request, random),
  take: (bytes) => {
    const { id, request } = convert.requestFromWire(bytes);
    if (request.size < 0 || request.size > REQUEST_SIZE_BYTES_MAX || request.offset < 0) {
      throw new Error('a size or offset out of bounds');
    }
    requireEqual(convert.requestFromWire(convert.requestToWire(id, request)), { id, request });
  },
  isRefusal: isDecoderRefusal,
});

fuzz<Uint8Array>({
  name: 'responses are checked or refused, and encode again',
  make: (random) => messageOf(MessageType.response, random),
  take: (bytes) => {
    const { id, code, data } = convert.responseFromWire(bytes);
    const again = convert.responseFromWire(Buffer.concat(convert.responseToWire(id, code, data)));
    requireEqual(
      { ...again, data: Buffer.from(again.data) },
      { id, code, data: Buffer.from(data) },
    );
  },
  isRefusal: isDecoderRefusal,
});

fuzz<Uint8Array>({
  name: 'download progress is checked or refused, and encodes again',
  make: (random) => messageOf(MessageType.downloadProgress, random),
  take: (bytes) => {
    const message = convert.downloadProgressFromWire(bytes);
    requireEqual(
      convert.downloadProgressFromWire(convert.downloadProgressToWire(message)),
      message,
    );
  },
  isRefusal: isDecoderRefusal,
});

fuzz<Uint8Array>({
  name: 'reasons for closing are read or refused, and encode again',
  make: (random) => messageOf(MessageType.close, random),
  take: (bytes) => {
    const reason = convert.closeFromWire(bytes);
    requireEqual(convert.closeFromWire(convert.closeToWire(reason)), reason);
  },
  isRefusal: isDecoderRefusal,
});

fuzz<Uint8Array>({
  name: 'indexes are checked or refused, and encode again',
  make: (random) => messageOf(MessageType.index, random),
  take: async (bytes, random) => {
    const batch = await indexFromWire(bytes);
    const encoded = indexToWire(batch);
    const again = await indexFromWire(encoded);
    if (Buffer.compare(indexToWire(again), encoded) !== 0) throw new Error('other bytes');
    if (random.below(10) === 0) requireEqual(plain(again), plain(batch));
  },
});

/** Without what tells a Buffer from other bytes, and the size of what has no content, which does not travel. */
function plain(batch: Awaited<ReturnType<typeof indexFromWire>>): unknown {
  const files = batch.files.map((file) => ({
    ...file,
    size: file.invalid ? 0 : file.size,
    blockHashes: Buffer.from(file.blockHashes).toString('hex'),
    blocksHash: Buffer.from(file.blocksHash).toString('hex'),
  }));
  return { ...batch, files };
}

const PACKED = await packedMessages(new SeededRandom(2), 40);

/** Frames of several messages, the first one mostly a cluster config as it has to be. */
function conversation(random: SeededRandom): Buffer {
  const first = random.below(10) === 0 ? [] : [MessageType.clusterConfig];
  const types = [
    ...first,
    ...Array.from({ length: random.below(4) }, () => random.pick(MESSAGE_TYPES)),
  ];
  const frames = types.flatMap((type, at) => {
    if (random.below(6) === 0) {
      const { type: packedType, bytes } = random.pick(PACKED);
      return encodeFrame(
        packedType,
        [random.below(3) === 0 ? mutatedBytes(bytes, random, bytes) : bytes],
        true,
      );
    }
    const isChanged = at > 0 && random.below(4) === 0;
    return encodeFrame(
      type,
      [isChanged ? messageOf(type, random) : POOL.pick(type, random)],
      false,
    );
  });
  return Buffer.concat(frames);
}

interface Handled {
  readonly calls: string[];
  ends: number;
  reason: string;
}

/** Notes what arrives; requests and responses overtake, so that they are noted apart. */
function notingSink(handled: Handled, onRoom: () => void): MessageSink {
  const overtaking: string[] = [];
  const note = (call: string): Promise<void> => {
    if (handled.ends > 0) throw new Error(`${call} after the end`);
    handled.calls.push(call);
    return Promise.resolve();
  };
  return {
    clusterConfig: (message) => note(`config ${message.folders.length}`),
    index: (message, isUpdate) => note(`${isUpdate ? 'update' : 'index'} ${message.files.length}`),
    downloadProgress: (message) => note(`progress ${message.updates.length}`),
    request: ({ id }) => void overtaking.push(`request ${id}`),
    response: ({ id }) => void overtaking.push(`response ${id}`),
    peerClosed: (reason) => {
      handled.ends += 1;
      handled.reason = `closed ${reason}`;
    },
    onRoom,
    failed: (error) => {
      handled.ends += 1;
      handled.reason = error.message;
      if (!isWellSaid(error)) throw error;
    },
  };
}

async function handledIn(pieces: readonly Uint8Array[]): Promise<Handled> {
  const handled: Handled = { calls: [], ends: 0, reason: '' };
  const flow: MessageFlow = new MessageFlow(notingSink(handled, () => flow.advance(() => false)));
  for (const piece of pieces) {
    flow.push(piece);
    flow.advance(() => false);
    await flow.idle;
  }
  if (handled.ends > 1) throw new Error('it ended twice');
  return handled;
}

fuzz<Uint8Array>({
  name: 'conversations are handled in order, in any pieces alike, and end once with a reason',
  make: (random) => {
    const good = conversation(random);
    return random.below(3) === 0 ? mutatedBytes(good, random, good) : good;
  },
  take: async (bytes, random) => {
    const whole = await handledIn([bytes]);
    if (whole.ends > 0) return 'refused';
    const at = random.below(bytes.length + 1);
    const cut = await handledIn([bytes.subarray(0, at), bytes.subarray(at)]);
    requireEqual(cut, whole);
  },
});
