/** A device that takes its time, or never answers, keeps nothing else waiting; what it brings late is not wasted. */
import { existsSync, readdirSync } from 'node:fs';
import { SyncError } from '../../domain/errors.js';
import { FOLDER, PEER, PullFixture, theirVersion } from '../../../test/support/pull-fixture.js';
import { until } from '../../../test/support/wait.js';
import { type PullOutcome } from './puller.service.js';

const SLOW = 'S'.repeat(52);
const KIB = 1024;
const FILES_IN_FLIGHT = 8;

/** Content of two blocks, so that it is collected in a temp file. */
const large = (letter: string): string => letter.repeat(200 * KIB);

/** Names but for those of temp files. */
function placed(directory: string): string[] {
  return readdirSync(directory).filter((name) => !name.startsWith('.syncthing.'));
}

describe('while a device does not answer', () => {
  let f: PullFixture;
  /** Answers what waits, by file. */
  let answers: Map<string, (() => void)[]>;
  let givenUp: string[];

  beforeEach(async () => {
    f = await PullFixture.onDisk();
    f.settings = { ...f.settings, devices: [PEER, SLOW] };
    answers = new Map();
    givenUp = [];
    f.source.onFetch = ({ name }, signal) => {
      if (!name.startsWith('slow')) return;
      return new Promise<void>((resolve, reject) => {
        answers.set(name, [...(answers.get(name) ?? []), resolve]);
        signal.addEventListener('abort', () => {
          givenUp.push(name);
          reject(signal.reason as Error);
        });
      });
    };
  });

  afterEach(() => f.close());

  async function asked(name: string): Promise<void> {
    await until(`${name} is asked for`, () => answers.has(name));
  }

  function answer(name: string): void {
    for (const resolve of answers.get(name) ?? []) resolve();
    answers.delete(name);
  }

  /** A pass that ends while the content of the file is under way. */
  async function passLeaving(name: string): Promise<PullOutcome> {
    const pass = f.pull();
    await asked(name);
    f.puller.hurry(FOLDER);
    return pass;
  }

  it.each([
    ['large', 3 * FILES_IN_FLIGHT, large('s')],
    ['small', 300 * FILES_IN_FLIGHT, 'small'],
  ])('files of others come through, however many %s ones it owes', async (_, count, content) => {
    const names = Array.from({ length: count }, (__, i) => `slow ${i}`);
    await f.announceFrom(SLOW, ...names.map((name) => f.file(name, content)));
    await f.announce(
      f.directory('z'),
      f.file('z/large', large('z')),
      ...Array.from({ length: 40 }, (__, i) => f.file(`z/${i}`, `content ${i}`)),
    );
    const pass = f.pull();
    await until(
      'the others are there',
      () => existsSync(`${f.root}/z`) && placed(`${f.root}/z`).length === 41,
    );
    f.puller.hurry(FOLDER);
    const outcome = await pass;
    expect(outcome).toMatchObject({ changed: 42, problems: [], isUnfinished: true });
    expect(answers.size).toBeLessThan(count);
  });

  it('what has arrived gives its room to files that come before it and are needed since', async () => {
    const names = Array.from({ length: 3 * FILES_IN_FLIGHT }, (_, i) => `slow ${i}`);
    await f.announceFrom(SLOW, ...names.map((name) => f.file(name, large('s'))));
    let arrivals = 0;
    f.onArrived = () => (arrivals += 1);
    expect(await passLeaving('slow 0')).toMatchObject({ isUnfinished: true });
    const held = answers.size;
    await f.announceFrom(SLOW, f.file('early', large('e')));
    f.source.onFetch = undefined;
    for (const name of [...answers.keys()]) answer(name);
    await until('all is here that there was room for', () => arrivals === held);
    const outcome = await f.pull();
    expect(outcome).toMatchObject({ changed: names.length + 1, underWay: 0, problems: [] });
  });

  it('what others announce meanwhile is pulled by a pass of its own', async () => {
    await f.announceFrom(SLOW, f.file('slow', large('s')));
    const pass = f.pull();
    await asked('slow');
    await f.announce(f.file('a', large('a')), f.file('b', 'b'));
    f.puller.lookAgain(FOLDER);
    expect(await pass).toMatchObject({ changed: 0, underWay: 1 });
    const second = f.pull();
    await until('the others are there', () =>
      ['a', 'b'].every((name) => existsSync(`${f.root}/${name}`)),
    );
    f.puller.hurry(FOLDER);
    expect(await second).toMatchObject({ changed: 2, underWay: 1, problems: [] });
  });

  it('deletes are done, and none of what it owes is asked for twice', async () => {
    await f.has(f.file('old', 'old'));
    await f.announce(f.deleted('old', theirVersion(2)));
    await f.announceFrom(SLOW, f.file('slow', large('s')));
    await passLeaving('slow');
    expect((await f.names()).filter((name) => !name.startsWith('.'))).toEqual([]);
    let arrivals = 0;
    f.onArrived = () => (arrivals += 1);
    answer('slow');
    await until('the content has arrived', () => arrivals === 1);
    f.source.asked.length = 0;
    expect(await f.pull()).toMatchObject({ changed: 1, underWay: 0 });
    expect(f.source.asked).toEqual([]);
    expect(await f.read('slow')).toBe(large('s'));
  });

  it.each([large('s'), 'small'])(
    'a change of the user in between is kept (%#)',
    async (content) => {
      const { onFetch } = f.source;
      f.source.onFetch = undefined;
      await f.has(f.file('slow x', 'first'));
      f.source.onFetch = onFetch;
      f.source.blocks.clear();
      const wins = { modifiedS: 2_000_000_000 };
      const x = f.file('slow x', content, { ...theirVersion(2), ...wins });
      await f.announceFrom(SLOW, f.file('slow', content, wins), x);
      await passLeaving('slow');
      await f.write('slow x', 'MINE!');
      await f.write('slow', 'MINE too');
      await f.scanAll();
      f.source.onFetch = undefined;
      for (const name of answers.keys()) answer(name);
      for (let i = 0; i < 3; i += 1) {
        await f.pull();
        await f.scanAll();
      }
      const files = (await f.names()).filter((name) => !name.startsWith('.'));
      const contents = await Promise.all(files.map((name) => f.read(name)));
      const found = contents.map((text) => (text === content ? 'theirs' : text));
      expect(found.sort()).toEqual(['MINE too', 'MINE!', 'theirs', 'theirs']);
    },
  );

  it('a newer version takes the place of what is on its way', async () => {
    await f.announceFrom(SLOW, f.file('slow', large('s')));
    await passLeaving('slow');
    await f.announceFrom(SLOW, f.file('slow', large('t'), theirVersion(2)));
    const pass = f.pull();
    await until('the old one is given up', () => givenUp.length > 0);
    await asked('slow');
    await until('the new one is asked for', () => f.source.asked.length > 1);
    answer('slow');
    await until('answered', () => {
      answer('slow');
      return readdirSync(f.root).includes('slow');
    });
    expect(await pass).toMatchObject({ changed: 1, underWay: 0, problems: [] });
    expect(await f.read('slow')).toBe(large('t'));
  });

  it('what is not needed any more is given up, and leaves no temp file', async () => {
    await f.announceFrom(SLOW, f.file('slow', large('s')));
    await passLeaving('slow');
    await f.announceFrom(SLOW, f.deleted('slow', theirVersion(2)));
    expect(await f.pull()).toMatchObject({ underWay: 0 });
    expect(givenUp).toContain('slow');
    expect(await f.names()).toEqual([]);
  });

  it('a failure that comes late is that of the item, and is tried again', async () => {
    await f.announceFrom(SLOW, f.file('slow', large('s')));
    f.source.onFetch = async ({ name }) => {
      await new Promise<void>((resolve) => {
        answers.set(name, [...(answers.get(name) ?? []), resolve]);
      });
      throw new SyncError('mismatch', 'sent other bytes', true);
    };
    await passLeaving('slow');
    let arrivals = 0;
    f.onArrived = () => (arrivals += 1);
    answer('slow');
    await until('it has failed', () => arrivals === 1);
    const outcome = await f.pull();
    expect(outcome.problems).toMatchObject([{ name: 'slow', code: 'mismatch' }]);
    expect(outcome.underWay).toBe(0);
    f.source.onFetch = undefined;
    f.puller.retryNow(FOLDER);
    expect(await f.pull()).toMatchObject({ changed: 1, problems: [] });
  });

  it('a folder that is stopped gives up what is on its way, and goes on with it later', async () => {
    const content = `${'s'.repeat(128 * KIB)}${'t'.repeat(128 * KIB)}`;
    await f.announceFrom(SLOW, f.file('slow', content));
    let isFirst = true;
    f.source.onFetch = async ({ name, blockNo }, signal) => {
      if (blockNo === 0 && isFirst) return;
      if (!isFirst) return;
      await new Promise<void>((_, reject) => {
        answers.set(name, []);
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    };
    await passLeaving('slow');
    await f.puller.stopTransfers(FOLDER);
    isFirst = false;
    f.source.asked.length = 0;
    expect(await f.pull()).toMatchObject({ changed: 1 });
    expect(f.source.asked.map(({ blockNo }) => blockNo)).toEqual([1]);
    expect(await f.read('slow')).toBe(content);
  });
});
