import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Worker } from 'node:worker_threads';
import { ALICE, announced, fileOf } from '../../../test/contracts/index-database-fixture.js';
import { indexDatabaseContract } from '../../../test/contracts/index-database.contract.js';
import { effort } from '../../../test/support/effort.js';
import { SystemClock } from '../../platform/clock.js';
import { SystemRandomness } from '../../platform/randomness.js';
import { bestSqliteLibrary } from '../../platform/sqlite-library.js';
import { workerUrl } from '../../platform/worker-url.js';
import { InThreadIndexDatabase } from './in-thread-index-database.js';
import { WorkerIndexDatabase } from './worker-index-database.js';

const clock = new SystemClock();
const randomness = new SystemRandomness();
const FILE = 'index.db';

function makeIn(home: string): WorkerIndexDatabase {
  return new WorkerIndexDatabase(join(home, FILE), clock, randomness);
}

async function makeHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'index-'));
}

describe('the index database on a worker thread', () => {
  indexDatabaseContract(
    async () => {
      const home = await makeHome();
      return { make: () => makeIn(home), remove: () => rm(home, { recursive: true }) };
    },
    effort(10, 20),
  );
});

describe('the worker of the index database', () => {
  let home: string;
  let database: WorkerIndexDatabase;
  beforeEach(async () => {
    home = await makeHome();
    database = makeIn(home);
  });
  afterEach(async () => {
    await database.close();
    await rm(home, { recursive: true });
  });

  it('makes a file that only its owner can read and leaves no journal after close', async () => {
    const { name } = bestSqliteLibrary();
    const library = expect.stringContaining(name);
    expect(await database.open()).toEqual({ created: true, library });
    expect((await stat(join(home, FILE))).mode & 0o777).toBe(0o600);
    await database.close();
    expect(await readdir(home)).toEqual([FILE]);
  });

  it('answers reads while a large update is under way', async () => {
    await database.open();
    await database.addFolder('f');
    await database.updateLocal('f', [fileOf('here')]);
    const many = Array.from({ length: 20_000 }, (_, i) => announced(fileOf(`dir/file-${i}`)));
    const order: string[] = [];
    await Promise.all([
      database.updateRemote('f', ALICE, many, 20_000).then(() => order.push('update')),
      database.local('f', 'here').then((file) => order.push(file?.name ?? 'nothing')),
    ]);
    expect(order).toEqual(['here', 'update']);
  });

  it('rejects calls under way and later ones when its thread ends', async () => {
    await database.open();
    await database.addFolder('f');
    const calls = Array.from({ length: 100 }, (_, i) =>
      database.updateLocal('f', [fileOf(`${i}`)]),
    );
    const outcomes = Promise.allSettled(calls);
    // Told so, not killed: a thread that is killed within a call into SQLite takes the process along.
    const worker = Reflect.get(database, 'worker') as Worker;
    worker.emit('exit', 1);
    const rejected = (await outcomes).filter(({ status }) => status === 'rejected');
    expect(rejected.length).toBeGreaterThan(0);
    expect((rejected[0] as PromiseRejectedResult).reason).toMatchObject({ code: 'io' });
    await expect(database.folders()).rejects.toThrow('the thread of the index database ended');
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage([{ id: 1_000_000, call: 'close' }]);
    await exited;
  });

  it('opens again after its thread ended', async () => {
    await database.open();
    await database.addFolder('f');
    await database.updateLocal('f', [fileOf('a')]);
    await (Reflect.get(database, 'worker') as Worker).terminate();
    database = makeIn(home);
    expect(await database.open()).toMatchObject({ created: false });
    expect(await database.local('f', 'a')).toMatchObject({ name: 'a' });
  });

  it('says why it cannot open', async () => {
    database = makeIn(join(home, 'absent'));
    await expect(database.open()).rejects.toThrow('absent');
  });

  it('lets many items be read in batches without holding them all', async () => {
    await database.open();
    await database.addFolder('f');
    const items = effort(40_000, 200_000);
    const batch = 1_000;
    const nameAt = (i: number) => `dir-${Math.floor(i / 500)}/file-${i}`;
    for (let start = 0; start < items; start += batch) {
      const files = Array.from({ length: batch }, (_, i) => fileOf(nameAt(start + i)));
      await database.updateRemote('f', ALICE, files.map(announced), 0);
    }
    const before = process.memoryUsage.rss();
    let highest = before;
    let needed = 0;
    for (let after: string | undefined; ; needed += batch) {
      const page = await database.needs('f', after, batch);
      if (page.length === 0) break;
      after = page.at(-1)?.global.name;
      highest = Math.max(highest, process.memoryUsage.rss());
    }
    expect(needed).toBe(items);
    expect(highest - before).toBeLessThan(200 * 1024 * 1024);
  }, 180_000);
});

describe('a damaged index database', () => {
  let home: string;
  let path: string;
  beforeEach(async () => {
    home = await makeHome();
    path = join(home, FILE);
  });
  afterEach(() => rm(home, { recursive: true }));

  async function opened<T>(use: (database: WorkerIndexDatabase) => Promise<T>): Promise<T> {
    const database = makeIn(home);
    await database.open();
    try {
      return await use(database);
    } finally {
      await database.close();
    }
  }

  async function fill(): Promise<void> {
    await opened(async (database) => {
      await database.addFolder('f');
      const files = Array.from({ length: 500 }, (_, i) => fileOf(`file-${i}`));
      await database.updateLocal('f', files);
    });
  }

  /** Everything but the first pages, which hold header and schema. */
  async function overwrite(): Promise<void> {
    const file = await open(path, 'r+');
    const from = 12 * 4096;
    await file.write(Buffer.alloc((await file.stat()).size - from, 0xa5), 0, null, from);
    await file.close();
  }

  async function expectSetAside(): Promise<void> {
    const names = await readdir(home);
    expect(names.filter((name) => /^index\.db\.damaged-\d+$/.test(name))).toHaveLength(1);
    expect(names).not.toContain('index.db.suspect');
  }

  it('is set aside when it is no database at all', async () => {
    await writeFile(path, Buffer.alloc(10_000, 'x'));
    const database = makeIn(home);
    expect(await database.open()).toMatchObject({ created: true });
    expect((await database.addFolder('f')).created).toBe(true);
    await database.close();
    await expectSetAside();
  });

  it('is set aside after an unclean stop', async () => {
    await fill();
    await overwrite();
    await writeFile(`${path}-wal`, '');
    const database = makeIn(home);
    expect(await database.open()).toMatchObject({ created: true });
    await database.close();
    await expectSetAside();
  });

  it('is set aside at the next start when the damage shows at run time', async () => {
    await fill();
    await overwrite();
    await opened(async (database) => {
      const reading = database.localSummaries('f', '', undefined, 1_000);
      await expect(reading).rejects.toMatchObject({ code: 'corrupt' });
    });
    const database = makeIn(home);
    expect(await database.open()).toMatchObject({ created: true });
    await database.close();
    await expectSetAside();
  });

  it('is left alone when it belongs to a newer program', async () => {
    await fill();
    const file = await open(path, 'r+');
    await file.write(Buffer.from([0, 0, 0, 99]), 0, 4, 60);
    await file.close();
    await expect(makeIn(home).open()).rejects.toMatchObject({ code: 'refused' });
    expect(await readdir(home)).toContain(FILE);
  });
});

describe('a process killed while it writes to the index', () => {
  it('has kept every batch that was acknowledged', async () => {
    const home = await makeHome();
    const path = join(home, FILE);
    let acknowledged = 0;
    for (const lines of [3, 8, 1, 14]) {
      acknowledged = await killedAfter(lines, path, acknowledged);
      const database = new InThreadIndexDatabase({ storage: path, clock, randomness });
      expect(await database.open()).toMatchObject({ created: false });
      const { local } = await database.summary('f');
      expect(local.sequence).toBeGreaterThanOrEqual(acknowledged);
      expect(local.files).toBe(local.sequence);
      const stored = await database.localsAfter('f', 0, 100_000, 1e9);
      expect(stored).toHaveLength(local.files);
      expect(stored.every((file, i) => file.name === `file-${i}`)).toBe(true);
      await database.close();
      acknowledged = local.sequence;
    }
    await rm(home, { recursive: true });
  }, 60_000);
});

/** Runs a process that writes batches of 100 files, and kills it after some; the last sequence it acknowledged. */
async function killedAfter(lines: number, path: string, start: number): Promise<number> {
  const moduleOf = (name: string) => workerUrl(import.meta.url, name).href;
  const program = `
    import { WorkerIndexDatabase } from '${moduleOf('worker-index-database')}';
    import { SystemClock } from '${moduleOf('../../platform/clock')}';
    import { SystemRandomness } from '${moduleOf('../../platform/randomness')}';
    const database = new WorkerIndexDatabase(process.argv[2], new SystemClock(), new SystemRandomness());
    const template = JSON.parse(process.argv[3]);
    await database.open();
    await database.addFolder('f');
    for (let at = ${start}; ; at += 100) {
      const files = Array.from({ length: 100 }, (_, i) => ({ ...template, name: 'file-' + (at + i),
        modifiedBy: 1n, version: [{ id: 1n, value: 1n }], platform: null,
        blockHashes: new Uint8Array(32), blocksHash: new Uint8Array(32) }));
      console.log((await database.updateLocal('f', files)).sequence);
    }`;
  const { modifiedBy: _by, version: _version, ...template } = fileOf('any');
  const script = `${path}.writer.mjs`;
  await writeFile(script, program);
  const args = [script, path, JSON.stringify(template)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let last = start;
  let left = lines;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    left -= 1;
    if (left === 0) child.kill('SIGKILL');
  }
  await exited;
  expect(left).toBeLessThanOrEqual(0);
  return last;
}
