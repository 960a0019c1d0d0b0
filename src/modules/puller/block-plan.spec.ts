import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fileInfo } from '../../../test/support/file-info.factory.js';
import { blockCount, blockHash, MIN_BLOCK_BYTES } from '../../domain/block.js';
import { type BlockLocation } from '../database/index-database.js';
import { hashesToFind, hashKey, planBlocks } from './block-plan.js';

/** A file with one block for each letter; `0` is a block of zeros. */
function blocks(name: string, letters: string): ReturnType<typeof fileInfo> {
  const content = Buffer.concat(
    [...letters].map((letter) =>
      Buffer.alloc(MIN_BLOCK_BYTES, letter === '0' ? 0 : letter.charCodeAt(0)),
    ),
  );
  return fileInfo(name, content);
}

const indexesOf = (planned: readonly { indexes: readonly number[] }[]): number[] =>
  planned.flatMap(({ indexes }) => [...indexes]).sort((a, b) => a - b);

describe('planBlocks', () => {
  it('takes each block from the cheapest place', () => {
    const wanted = blocks('f', 'abcdc0');
    const place: BlockLocation = { folder: 'other', name: 'g', offset: 5, size: MIN_BLOCK_BYTES };
    const plan = planBlocks({
      wanted,
      inTemp: new Set([0]),
      old: blocks('f', 'xb'),
      elsewhere: new Map([[hashKey(blockHash(wanted, 3)), [place]]]),
    });
    expect(plan.zeros).toEqual([5]);
    expect(plan.copies).toEqual([
      { indexes: [1], sources: [{ folder: undefined, name: 'f', offset: MIN_BLOCK_BYTES }] },
      { indexes: [3], sources: [{ folder: 'other', name: 'g', offset: 5 }] },
    ]);
    expect(plan.fetches).toEqual([{ indexes: [2, 4], sources: [] }]);
  });

  it('has nothing to do for an empty file, nor for zeros in a new temp file', () => {
    const nothing = { zeros: [], copies: [], fetches: [] };
    const rest = { inTemp: undefined, old: undefined, elsewhere: new Map() };
    expect(planBlocks({ wanted: fileInfo('f', ''), ...rest })).toEqual(nothing);
    expect(planBlocks({ wanted: blocks('f', '00'), ...rest })).toEqual(nothing);
  });

  it('does not take a place whose length differs', () => {
    const wanted = fileInfo('f', 'short');
    const place = { folder: 'f', name: 'g', offset: 0, size: MIN_BLOCK_BYTES };
    const elsewhere = new Map([[hashKey(blockHash(wanted, 0)), [place]]]);
    const plan = planBlocks({ wanted, inTemp: undefined, old: undefined, elsewhere });
    expect(indexesOf(plan.fetches)).toEqual([0]);
  });

  it('asks only for what is neither in the temp file nor in the old version', () => {
    const wanted = blocks('f', 'abc');
    const hashes = hashesToFind({ wanted, inTemp: new Set([0]), old: blocks('f', 'xbx') });
    expect(hashes.map(hashKey)).toEqual([hashKey(blockHash(wanted, 2))]);
  });

  it('covers every block exactly once, whatever is there already', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '0'), minLength: 1, maxLength: 4 });
    const temp = fc.option(fc.uniqueArray(fc.nat(3)), { nil: undefined });
    fc.assert(
      fc.property(letters, letters, temp, (wantedText, oldText, inTempList) => {
        const wanted = blocks('f', wantedText);
        const inTemp = inTempList && new Set(inTempList.filter((i) => i < blockCount(wanted)));
        const input = { wanted, inTemp, old: blocks('f', oldText), elsewhere: new Map() };
        const plan = planBlocks(input);
        const covered = [...plan.zeros, ...indexesOf(plan.copies), ...indexesOf(plan.fetches)];
        const free = [...wantedText].map((letter, i) =>
          inTemp === undefined ? letter === '0' : inTemp.has(i),
        );
        const all = [...covered, ...free.flatMap((isFree, i) => (isFree ? [i] : []))];
        expect(all.sort((a, b) => a - b)).toEqual([...wantedText].map((__, i) => i));
      }),
      { numRuns: 60 },
    );
  });
});
