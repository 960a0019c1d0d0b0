import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  deletedInfo,
  directoryInfo,
  fileInfo,
  local,
} from '../../../test/support/file-info.factory.js';
import { shortIdText } from '../../domain/device-id.js';
import { asIgnored } from '../../domain/file-info-rules.js';
import { type FileInfo } from '../../domain/file-info.js';
import { type ThreatGroup } from '../../domain/guard-threat.js';
import { SystemClock } from '../../platform/clock.js';
import { SystemRandomness } from '../../platform/randomness.js';
import { DatabaseMemory, InThreadIndexDatabase } from './in-thread-index-database.js';

const FOLDER = 'f';
const PEER = 'P'.repeat(52);
const [OURS, THEIRS] = [1n, 7n];
const BY = shortIdText(THEIRS);
/** Counters are times. */
const LONG_AGO = 1_600_000_000n;
const NOW = 1_700_000_000n;

const version = (value: bigint, before = LONG_AGO): FileInfo['version'] => [
  { id: OURS, value: before },
  ...(value === 0n ? [] : [{ id: THEIRS, value }]),
];

describe('what needs threaten', () => {
  let database: InThreadIndexDatabase;
  let sequence = 0;

  beforeEach(async () => {
    const parts = { clock: new SystemClock(), randomness: new SystemRandomness() };
    database = new InThreadIndexDatabase({ storage: new DatabaseMemory(), ...parts });
    await database.open();
    await database.addFolder(FOLDER);
    sequence = 0;
  });

  const have = (...files: FileInfo[]): Promise<unknown> =>
    database.updateLocal(FOLDER, files.map(local));
  const ours = (name: string, content: string): FileInfo =>
    fileInfo(name, content, { version: version(0n), modifiedBy: OURS });
  const announce = (...files: FileInfo[]): Promise<unknown> =>
    database.updateRemote(
      FOLDER,
      PEER,
      files.map((file) => ({ ...file, sequence: (sequence += 1) })),
      0,
    );
  const theirs = { version: version(NOW), modifiedBy: THEIRS };
  const groups = async (after = 0, approved = {}): Promise<readonly ThreatGroup[]> =>
    (await database.judgeThreats(FOLDER, after, approved)).groups;
  const passing = async (upTo: number, held: Record<string, number> = {}): Promise<string[]> =>
    (await database.needs(FOLDER, undefined, 99, { upTo, held })).map(({ global }) => global.name);

  it('is what deletes or replaces our content, by the device that modified', async () => {
    await have(
      ...[ours('gone', 'aa'), ours('other', 'bbb'), ours('same', 'c'), ours('to dir', 'dddd')],
      directoryInfo('dir', { version: version(0n) }),
    );
    await announce(
      deletedInfo('gone', theirs),
      fileInfo('other', 'x', theirs),
      fileInfo('same', 'c', { ...theirs, permissions: 0o600 }),
      directoryInfo('to dir', theirs),
      deletedInfo('dir', { ...theirs, type: 'directory' }),
      fileInfo('new', 'new', theirs),
    );
    expect(await groups()).toEqual([
      { by: BY, deletes: 1, replaces: 2, others: 1, moves: 0, bytes: 9, latest: 4, approved: 0 },
    ]);
    expect(await passing(0)).toEqual(['new', 'same']);
    expect(await passing(99)).toHaveLength(6);
    expect(await passing(99, { [BY]: 2 })).toEqual(['gone', 'new', 'other', 'same']);
    const names = await database.neededOf(FOLDER, ['gone', 'new'], { upTo: 0, held: {} });
    expect(names.map(({ global }) => global.name)).toEqual(['new']);
    const listed = await database.threats(FOLDER, BY, 'gone', 9, [0, 99]);
    expect(listed.map(({ global }) => global.name)).toEqual(['other', 'to dir']);
  });

  it('is no delete that does not know of our change', async () => {
    await have(ours('kept', 'a'));
    await announce(
      deletedInfo('kept', { version: [{ id: THEIRS, value: NOW }], modifiedBy: THEIRS }),
    );
    expect(await groups()).toEqual([]);
  });

  it('is no delete of what comes under another name, until that comes no longer', async () => {
    await have(ours('a', 'content'));
    await announce(deletedInfo('a', theirs), fileInfo('b', 'content', theirs));
    expect(await groups()).toMatchObject([{ deletes: 0, moves: 1 }]);
    // It goes when the other is there.
    expect(await passing(0)).toEqual(['b']);
    const moving = { upTo: 0, held: {}, isMoving: true };
    expect(await database.neededOf(FOLDER, ['a'], moving)).toHaveLength(1);
    await announce(deletedInfo('b', { ...theirs, version: version(NOW + 1n) }));
    expect(await passing(0)).toEqual([]);
    expect(await groups()).toMatchObject([{ deletes: 1, moves: 0 }]);
  });

  it('is a delete, not judged before, when the new name is left out here', async () => {
    await have(ours('a', 'content'));
    const coming = fileInfo('left out', 'content', theirs);
    await announce(deletedInfo('a', theirs), coming);
    expect(await groups()).toMatchObject([{ moves: 1, latest: 1 }]);
    await have(asIgnored(coming));
    expect(await passing(1)).toEqual([]);
    expect(await groups()).toMatchObject([{ deletes: 1, moves: 0, latest: 2 }]);
  });

  it('is a delete, not judged before, when the new name has gone here before the old one', async () => {
    await have(ours('a', 'content'));
    await have(fileInfo('b', 'content', { ...theirs, version: [{ id: THEIRS, value: NOW }] }));
    await announce(deletedInfo('a', { ...theirs, version: version(NOW + 3n) }));
    expect(await groups()).toMatchObject([{ deletes: 0, moves: 1, latest: 1 }]);
    const gone = { ...theirs, version: [{ id: THEIRS, value: NOW + 4n }] };
    await announce(deletedInfo('b', gone));
    await have(deletedInfo('b', gone));
    expect(await groups(1)).toMatchObject([{ deletes: 1, moves: 0 }]);
    expect(await passing(99)).toEqual(['a']);
  });

  it('is judged soon, though very many files have one content', async () => {
    const names = Array.from({ length: 4_000 }, (_, at) => `old/${at}`);
    await have(...names.map((name) => ours(name, '')));
    await announce(...names.map((name) => deletedInfo(name, theirs)));
    const start = performance.now();
    expect(await groups()).toMatchObject([{ deletes: names.length, moves: 0 }]);
    await announce(...names.map((name) => fileInfo(`new/${name}`, '', theirs)));
    expect(await groups()).toMatchObject([{ deletes: 0, moves: names.length }]);
    expect((await passing(0))[0]).toBe('new/old/0');
    // Each with each, it took more than ten.
    expect(performance.now() - start).toBeLessThan(6_000);
  }, 60_000);

  it('is nothing that the user gave up', async () => {
    await have({ ...ours('a', 'changed here'), version: [] });
    await announce(fileInfo('a', 'theirs', theirs));
    expect(await groups()).toEqual([]);
  });

  it('is no delete of what came under another name by the same change, but one of what had two names all along', async () => {
    await have(ours('a', 'content'), ours('x', 'twice'), ours('y', 'twice'));
    await have(fileInfo('b', 'content', { ...theirs, version: [{ id: THEIRS, value: NOW }] }));
    const by = { ...theirs, version: version(NOW + 3n) };
    await announce(deletedInfo('a', by), deletedInfo('x', by));
    expect(await groups()).toMatchObject([{ deletes: 1, moves: 1 }]);
    expect(await passing(0)).toEqual(['a']);
  });

  it('is no delete of what a device moved that took hours to read it again', async () => {
    await have(ours('a', 'content'));
    await have(fileInfo('b', 'content', { ...theirs, version: [{ id: THEIRS, value: NOW }] }));
    await announce(deletedInfo('a', { ...theirs, version: version(NOW + 9_000n) }));
    expect(await groups()).toMatchObject([{ deletes: 0, moves: 1 }]);
  });

  it('is held when the file that has the content is to be replaced itself', async () => {
    await have(ours('a', 'one'), ours('b', 'two'));
    await announce(deletedInfo('a', theirs), fileInfo('b', 'one', theirs));
    expect(await groups()).toMatchObject([{ deletes: 1, replaces: 1, moves: 0 }]);
  });

  it('keeps its number while it is the same, and gets another when the version is', async () => {
    await have(ours('a', 'one'), ours('b', 'two'));
    await announce(deletedInfo('a', theirs));
    await announce(deletedInfo('a', theirs), deletedInfo('b', theirs));
    expect(await groups(0, { [BY]: 1 })).toMatchObject([{ deletes: 1, approved: 1, latest: 2 }]);
    // Back again, and deleted again: what was approved was another delete.
    await announce(fileInfo('a', 'one', { ...theirs, version: version(NOW + 1n) }));
    await announce(deletedInfo('a', { ...theirs, version: version(NOW + 2n) }));
    expect(await groups(0, { [BY]: 1 })).toMatchObject([{ deletes: 2, approved: 0 }]);
  });

  it('counts what was applied, but neither moves nor what changes all the time', async () => {
    const busy = fileInfo('busy', '1', { version: version(NOW - 9n), modifiedBy: THEIRS });
    await have(ours('a', 'content'), ours('x', 'gone'), ours('r', 'old'), busy);
    const all = [
      deletedInfo('a', theirs),
      deletedInfo('x', theirs),
      fileInfo('r', 'new', theirs),
      fileInfo('b', 'content', theirs),
      fileInfo('busy', '2', theirs),
    ];
    await announce(...all);
    expect(await groups()).toMatchObject([{ deletes: 1, replaces: 2, moves: 1 }]);
    await have(...all);
    const { applied, groups: left } = await database.judgeThreats(FOLDER, 0, {});
    expect({ applied, left }).toEqual({ applied: 2, left: [] });
    expect((await database.summary(FOLDER)).need).toMatchObject({ files: 0, deleted: 0 });
  });
});
