import { describe, expect, it } from '@jest/globals';
import { fileInfo } from '../../../test/support/file-info.factory.js';
import { type PeerConnection } from '../protocol/connection-handler.js';
import { type ProgressUpdate } from '../protocol/messages.js';
import { type WantedBlock } from './block-source.js';
import { PARTIAL_BLOCKS_MAX, PARTIAL_FILES_MAX, PartialOffers } from './partial-offers.js';

const V1 = [{ id: 1n, value: 1n }];
const V2 = [{ id: 1n, value: 2n }];
const peer = {} as PeerConnection;

function progress(stated: Partial<ProgressUpdate>): ProgressUpdate {
  return {
    type: 'append',
    name: 'f',
    version: V1,
    blockIndexes: [],
    blockSize: 131_072,
    ...stated,
  };
}

function offers(...updates: ProgressUpdate[]): PartialOffers {
  const made = new PartialOffers();
  made.update(peer, { folder: 'default', updates });
  return made;
}

function block(blockNo: number, stated: Partial<WantedBlock> = {}): WantedBlock {
  const place = { folder: 'default', name: 'f', offset: 0, size: 1, hash: new Uint8Array(32) };
  return { ...place, blockNo, version: V1, ...stated };
}

describe('what a device says it has of files that it is receiving', () => {
  it('adds up, and counts for that file, version, folder and device alone', () => {
    const made = offers(progress({ blockIndexes: [0, 1] }), progress({ blockIndexes: [5] }));
    expect([0, 1, 2, 5].map((no) => made.has(peer, block(no)))).toEqual([true, true, false, true]);
    expect(made.has(peer, block(0, { name: 'g' }))).toBe(false);
    expect(made.has(peer, block(0, { folder: 'other' }))).toBe(false);
    expect(made.has(peer, block(0, { version: V2 }))).toBe(false);
    expect(made.has({} as PeerConnection, block(0))).toBe(false);
  });

  it('is gone with another version, and when the device forgets that version', () => {
    const made = offers(
      progress({ blockIndexes: [0] }),
      progress({ version: V2, blockIndexes: [1] }),
    );
    expect(made.has(peer, block(0))).toBe(false);
    expect(made.has(peer, block(1, { version: V2 }))).toBe(true);
    made.update(peer, { folder: 'default', updates: [progress({ type: 'forget', version: V1 })] });
    expect(made.has(peer, block(1, { version: V2 }))).toBe(true);
    made.update(peer, { folder: 'default', updates: [progress({ type: 'forget', version: V2 })] });
    expect(made.has(peer, block(1, { version: V2 }))).toBe(false);
  });

  it('is the whole file once the device announces it, and stays so when it forgets the parts', () => {
    const made = offers(progress({ blockIndexes: [0] }));
    made.announced(peer, 'default', [fileInfo('f', 'other', { version: V2 })]);
    expect(made.has(peer, block(1))).toBe(false);
    made.announced(peer, 'default', [fileInfo('f', 'content', { version: V1 })]);
    made.update(peer, { folder: 'default', updates: [progress({ type: 'forget' })] });
    expect(made.has(peer, block(1))).toBe(true);
    made.forget(peer, 'default', 'f');
    expect(made.has(peer, block(1))).toBe(false);
  });

  it('takes bounded memory, whatever is claimed', () => {
    const many = Array.from({ length: 2 * PARTIAL_FILES_MAX }, (_, i) =>
      progress({ name: `f${i}`, blockIndexes: [0] }),
    );
    const made = offers(...many);
    const isKept = (i: number): boolean => made.has(peer, block(0, { name: `f${i}` }));
    expect([isKept(PARTIAL_FILES_MAX - 1), isKept(PARTIAL_FILES_MAX)]).toEqual([true, false]);
    const blockIndexes = Array.from({ length: PARTIAL_BLOCKS_MAX + 1 }, (_, i) => i);
    const full = offers(progress({ blockIndexes }));
    expect(full.has(peer, block(PARTIAL_BLOCKS_MAX - 1))).toBe(true);
    expect(full.has(peer, block(PARTIAL_BLOCKS_MAX))).toBe(false);
    // What is forgotten makes room.
    full.forget(peer, 'default', 'f');
    full.update(peer, { folder: 'default', updates: [progress({ blockIndexes: [7] })] });
    expect(full.has(peer, block(7))).toBe(true);
  });
});
