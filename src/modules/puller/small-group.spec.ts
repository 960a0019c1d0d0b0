/** New small files that are pulled by the group: as right as one by one, and what goes wrong with one is its own. */
import { FOLDER, PullFixture } from '../../../test/support/pull-fixture.js';
import { until } from '../../../test/support/wait.js';
import { GROUP_FILES_MAX } from './small-group.js';

const COUNT = 2 * GROUP_FILES_MAX + 3;

describe('many new small files', () => {
  let f: PullFixture;
  /** Blocks of each group that was asked for at once. */
  let groups: number[];

  beforeEach(async () => {
    f = await PullFixture.onDisk();
    groups = [];
    const fetchAll = f.source.fetchAll.bind(f.source);
    f.source.fetchAll = (blocks, devices, signal) => {
      groups.push(blocks.length);
      return fetchAll(blocks, devices, signal);
    };
  });

  afterEach(() => f.close());

  async function announced(count = COUNT): Promise<string[]> {
    const names = Array.from({ length: count }, (_, i) => `d${i % 3}/f${i}`);
    await f.announce(...['d0', 'd1', 'd2'].map((name) => f.directory(name)));
    await f.announce(
      ...names.map((name) => f.file(name, `content of ${name}`, { permissions: 0o640 })),
    );
    return names;
  }

  it('arrive in groups, each as it was announced, and are recorded', async () => {
    const names = await announced();
    expect(await f.pull()).toMatchObject({ changed: COUNT + 3, problems: [], underWay: 0 });
    expect(groups).toEqual([GROUP_FILES_MAX, GROUP_FILES_MAX, 3]);
    for (const name of names) {
      expect(await f.read(name)).toBe(`content of ${name}`);
      expect(await f.fs.stat(name)).toMatchObject({ permissions: 0o640, links: 1 });
      expect(await f.local(name)).toMatchObject({ deleted: false, localFlags: 0 });
    }
    expect((await f.allNames()).length).toBe(COUNT + 3);
    expect(await f.pull()).toMatchObject({ changed: 0, underWay: 0 });
  });

  it('that a device sends wrongly are fetched anew, and the others are not', async () => {
    const names = await announced(10);
    const fetchAll = f.source.fetchAll.bind(f.source);
    f.source.fetchAll = async (blocks, devices, signal) => {
      const data = await fetchAll(blocks, devices, signal);
      f.source.asked.length = 0;
      return data.map((bytes, at) => (at === 4 ? Buffer.alloc(bytes!.length, 'x') : bytes));
    };
    expect(await f.pull()).toMatchObject({ changed: 13, problems: [] });
    expect(f.source.asked).toHaveLength(1);
    for (const name of names) expect(await f.read(name)).toBe(`content of ${name}`);
  });

  it('leave what a user saved under one of their names meanwhile', async () => {
    const [taken, ...rest] = (await announced(10)) as [string, ...string[]];
    const fetchAll = f.source.fetchAll.bind(f.source);
    f.source.fetchAll = async (blocks, devices, signal) => {
      const data = await fetchAll(blocks, devices, signal);
      await f.write(taken, 'saved by a user');
      return data;
    };
    const { problems, rescan } = await f.pull();
    expect([...problems.map(({ name }) => name), ...rescan]).toContain(taken);
    expect(await f.read(taken)).toBe('saved by a user');
    for (const name of rest) expect(await f.read(name)).toBe(`content of ${name}`);
  });

  it('that a device lacks have failed alone', async () => {
    const [lost, ...rest] = (await announced(10)) as [string, ...string[]];
    f.source.refused.add(lost);
    const { changed, problems } = await f.pull();
    expect(changed).toBe(12);
    expect(problems).toMatchObject([{ name: lost, code: 'missing' }]);
    for (const name of rest) expect(await f.read(name)).toBe(`content of ${name}`);
  });

  it('go on arriving when the pass waits no longer, and are not asked for twice', async () => {
    await announced(10);
    let answer = (): void => undefined;
    f.source.onFetch = () => new Promise<void>((resolve) => (answer = both(answer, resolve)));
    const pass = f.pull();
    await until('they are asked for', () => f.source.asked.length === 10);
    f.puller.hurry(FOLDER);
    expect(await pass).toMatchObject({ changed: 3, underWay: 10 });
    const arrived = new Promise<void>((resolve) => (f.onArrived = resolve));
    answer();
    await arrived;
    expect(await f.pull()).toMatchObject({ changed: 10, problems: [], underWay: 0 });
    expect(f.source.asked).toHaveLength(10);
  });

  it('give up what is on its way with the folder', async () => {
    await announced(10);
    const ended: string[] = [];
    f.source.onFetch = ({ name }, signal) =>
      new Promise<void>((_, reject) => {
        signal.addEventListener('abort', () => {
          ended.push(name);
          reject(signal.reason as Error);
        });
      });
    const pass = f.pull();
    await until('they are asked for', () => f.source.asked.length === 10);
    f.puller.hurry(FOLDER);
    await pass;
    await f.puller.stopTransfers(FOLDER);
    expect(ended).toHaveLength(10);
  });
});

function both(first: () => void, second: () => void): () => void {
  return () => {
    first();
    second();
  };
}
