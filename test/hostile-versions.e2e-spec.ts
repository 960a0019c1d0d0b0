/**
 * A lying device in what it says of versions and sequences: counters at the end of their range, in its own name and in
 * those of others, counters twice, in disorder or none, indexes again and again. What a user writes then is still the
 * newest version there is, and what is passed on is in order.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fs from 'node:fs';
import { shortId } from '../src/domain/device-id.js';
import { compareVectors, vectorOf } from '../src/domain/version-vector.js';
import { type bep } from '../src/modules/protocol/gen/bep.js';
import { BesiegedNode, contentOf, onlyReason } from './support/besieged-node.js';
import { bigOf, long, vector } from './support/fake-folder.js';
import { until } from './support/wait.js';

jest.setTimeout(30_000);

const LARGEST = 2n ** 64n - 1n;
type Counters = readonly (readonly [bigint, bigint])[];

let besieged: BesiegedNode;

beforeAll(async () => {
  besieged = await BesiegedNode.start();
});

afterEach(async () => {
  await besieged.isServed();
  expect(besieged.untouched()).toEqual([]);
  expect([besieged.good.refusals, besieged.good.anomalies]).toEqual([[], []]);
});

afterAll(async () => {
  await besieged.stop();
});

/** What the good device was told of the name last. */
function told(name: string): bep.FileInfo | undefined {
  return besieged.good.received
    .filter(({ name: kind }) => kind === 'index' || kind === 'indexUpdate')
    .flatMap(({ message }) => (message as bep.Index).files as bep.FileInfo[])
    .findLast((file) => file.name === name);
}

function countersOf(file: bep.FileInfo): { id: bigint; value: bigint }[] {
  const counters = file.version?.counters ?? [];
  return counters.map(({ id, value }) => ({ id: bigOf(id), value: bigOf(value) }));
}

const ours = (): bigint => shortId(besieged.node.id);
const theirs = (): bigint => besieged.evilIdentity.shortId;

const VERSIONS: Record<string, () => Counters> = {
  'its own counter at its end': () => [[theirs(), LARGEST]],
  'our counter at its end': () => [[ours(), LARGEST]],
  'our counter and the next one at their ends': () => [
    [ours(), LARGEST],
    [BigInt.asUintN(64, ours() + 1n), LARGEST],
  ],
  'our counter one before its end': () => [[ours(), LARGEST - 1n]],
  'a counter of nobody': () => [[0n, 1n]],
  'counters in disorder': () => [
    [9n, 1n],
    [3n, 2n],
    [5n, 3n],
  ],
  'one counter three times': () => [
    [4n, 1n],
    [4n, 7n],
    [4n, 2n],
  ],
  'counters at zero': () => [
    [4n, 0n],
    [theirs(), 1n],
  ],
};

describe('a device that announces a version with', () => {
  it.each(Object.entries(VERSIONS))(
    '%s cannot make the edit of a user older',
    async (what, make) => {
      const name = `versions, ${what}`;
      const { peer, folder } = await besieged.joinedEvil();
      const version = vector(...make().map(([id, value]) => [id, value] as [bigint, bigint]));
      const lie = folder.file(name, 'of the liar', { version });
      folder.index(peer, [lie]);
      await until('it is passed on', () => told(name) !== undefined);
      const before = countersOf(told(name)!);
      expect(vectorOf(before)).toEqual(before);
      fs.writeFileSync(besieged.path(name), 'what the user wrote');
      await besieged.node.scan('default', [name]);
      await until('the edit is passed on', () => bigOf(told(name)!.size) === 19n);
      const after = countersOf(told(name)!);
      expect(compareVectors(after, before)).toBe('newer');
      folder.update(peer, { ...lie, sequence: long(folder.sequence + 1) });
      await besieged.isServed();
      await besieged.rests();
      expect(contentOf(besieged.path(name))).toBe('what the user wrote');
      await peer.drop();
    },
  );

  it('nothing in it is taken for what may be, and what a user writes there stays', async () => {
    const name = 'without a version';
    const { peer, folder } = await besieged.joinedEvil();
    fs.writeFileSync(besieged.path(name), 'what the user wrote');
    await besieged.node.scan('default', [name]);
    folder.index(peer, [
      folder.file(name, 'of the liar', { version: vector() }),
      folder.deleted(`${name} and deleted`, { version: vector() }),
      folder.file('after it', 'after'),
    ]);
    await until('the last is there', () => besieged.has('after it'));
    await besieged.rests();
    expect(contentOf(besieged.path(name))).toBe('what the user wrote');
    await peer.drop();
  });

  it('the same one for two contents brings one of them, whole, and no third', async () => {
    const name = 'one version, two contents';
    const version = vector([5n, 5]);
    const contents = [Buffer.alloc(200_000, 'one'), Buffer.alloc(200_000, 'two')];
    const { peer, folder } = await besieged.joinedEvil();
    folder.index(peer, []);
    for (const content of contents) folder.update(peer, folder.file(name, content, { version }));
    folder.update(peer, folder.file('after both', 'after'));
    await until('the last is there', () => besieged.has('after both'));
    await until('one of them is there', () => besieged.has(name));
    const there = fs.readFileSync(besieged.path(name));
    expect(contents.some((content) => content.equals(there))).toBe(true);
    await peer.drop();
  });
});

describe('a device that sends its index', () => {
  it('again and again, each time as another one, is taken at its last word', async () => {
    const { peer, folder } = await besieged.joinedEvil();
    for (let turn = 0; turn < 50; turn++) {
      folder.index(peer, [folder.directory('turns'), folder.file('turns/file', `turn ${turn}`)]);
    }
    folder.update(peer, folder.file('turns/last', 'last'));
    await until('the last is there', () => contentOf(besieged.path('turns/last')) === 'last');
    await until('the file is the last', () => contentOf(besieged.path('turns/file')) === 'turn 49');
    expect(peer.isEnded).toBe(false);
    await peer.drop();
  });

  it.each([
    ['a sequence beyond all numbers', { sequence: long(2n ** 63n - 1n) }, /sequence is beyond/],
    [
      'the least of all sequences',
      { sequence: long(-(2n ** 63n)) },
      /sequence is (negative|beyond)/,
    ],
    ['a time beyond all numbers', { modifiedS: long(2n ** 63n - 1n) }, /modified_s is beyond/],
  ])('with %s is closed with one reason', async (_what, rest, reason) => {
    const { peer, folder } = await besieged.joinedEvil();
    folder.index(peer, [folder.file('never', 'never', rest)]);
    expect(await onlyReason(peer)).toMatch(reason);
    expect(besieged.has('never')).toBe(false);
  });
});
