/**
 * More than two nodes share a folder: whoever is connected to whom, random changes on all of them at once end in one
 * tree that holds all of it. SYNCNEST_NODES_SEEDS=n runs the seeds 1 … n, =m-n those from m to n; else there is one.
 * The ordinary run has smaller trees and fewer changes than the long one.
 */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectedDevices } from '../src/modules/connections/connected-devices.js';
import { STALLED_AFTER_MS } from '../src/modules/connections/remote-block-source.js';
import { ModelService } from '../src/modules/model/model.service.js';
import { LINGER_MS } from '../src/modules/puller/patience.js';
import { ChangeRounds } from './support/change-rounds.js';
import { effort, IS_LONG } from './support/effort.js';
import { chain, type Link, LinkedNodes, mesh, ring, star } from './support/linked-nodes.js';
import { NodeProcess } from './support/node-process.js';
import { SeededRandom } from './support/random.js';
import { hasStock } from './support/stock-node.js';
import { TestNode } from './support/test-node.js';
import { makeTree, writeFile } from './support/tree.js';
import { until } from './support/wait.js';

jest.setTimeout(300_000);

const LIMIT_MS = 90_000;
const REST_MS = 1_000;
/** By then what followed the last changes is over: collecting garbage, for one. */
const REST_LIMIT_MS = 15_000;
/** The test itself, its collected garbage, and the nodes, which have nothing to do. */
const AT_REST_PERCENT_MAX = 20;
const UNLIMITED = {
  maxSendKbps: 0,
  maxRecvKbps: 0,
  limitInLan: true,
  connectionsMax: 0,
  lanNetworks: [],
};

const [first = 1, last = first] = (process.env.SYNCNEST_NODES_SEEDS ?? '1-1').includes('-')
  ? (process.env.SYNCNEST_NODES_SEEDS ?? '1-1').split('-').map(Number)
  : [1, Number(process.env.SYNCNEST_NODES_SEEDS)];
const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);

interface History {
  readonly ours: number;
  readonly items: number;
  readonly changes: number;
  /** One after the other; the nodes start anew in between. `overlapping`: of the rounds with these links. */
  readonly phases: readonly { readonly links: readonly Link[]; readonly overlapping: boolean[] }[];
}

const SIX = IS_LONG
  ? 'six in a star around the stock node, then around another, then all connected to all'
  : 'six in a star around the stock node';

/** With a stock node at place 0. */
const WITH_STOCK: Record<string, History> = {
  'three in a ring, then in chains': {
    ours: 2,
    items: effort(15, 30),
    changes: effort(8, 15),
    phases: [
      { links: ring(3), overlapping: [false, true] },
      { links: chain(3), overlapping: [true] },
    ],
  },
  [SIX]: {
    ours: 5,
    items: effort(4, 10),
    changes: effort(3, 6),
    phases: [
      { links: star(6, 0), overlapping: [false] },
      ...(IS_LONG
        ? [
            { links: star(6, 3), overlapping: [true] },
            { links: mesh(6), overlapping: [false] },
          ]
        : []),
    ],
  },
};

async function run(nodes: LinkedNodes, history: History, random: SeededRandom): Promise<void> {
  for (const { links, overlapping } of history.phases) {
    await nodes.link(links);
    const rounds = new ChangeRounds(nodes.sides, random);
    let tree = await rounds.converge(LIMIT_MS);
    for (const isOverlapping of overlapping) {
      const options = { changes: history.changes, limitMs: LIMIT_MS, isCrowded: true };
      const outcome = await rounds.round(tree, { ...options, isOverlapping });
      expect({ links, isOverlapping, wrong: outcome.wrong }).toMatchObject({ wrong: [] });
      tree = outcome.tree;
    }
  }
  await until(
    `the nodes rest: less than ${AT_REST_PERCENT_MAX} % of a core`,
    async () => (await workPercent()) < AT_REST_PERCENT_MAX,
    REST_LIMIT_MS,
  );
}

/** Of one core, for a while: all nodes of this process together. */
async function workPercent(): Promise<number> {
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / REST_MS;
}

describe('random changes on all nodes at once come to one tree that holds all of it', () => {
  let base: string;

  beforeEach(() => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-many-'));
  });

  afterEach(() => fs.rmSync(base, { recursive: true }));

  const cases = seeds.flatMap((seed) =>
    Object.entries(WITH_STOCK).map(([name, history]) => ({ name, history, seed })),
  );

  (hasStock() ? it : it.skip).each(cases)('$name (seed $seed)', async ({ history, seed }) => {
    const random = new SeededRandom(2_000_000 + seed);
    const nodes = await LinkedNodes.create(base, history.ours, true);
    for (const { root } of nodes.sides) makeTree(root, history.items, random);
    try {
      await run(nodes, history, random);
    } finally {
      await nodes.stop();
    }
  });
});

describe('a device that is stopped while it sends and receives', () => {
  const MIB = 1024 * 1024;
  const NEW_FILES = 40;
  let base: string;
  let stopped: NodeProcess;
  let other: TestNode;
  let late: TestNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-stopped-'));
    stopped = await NodeProcess.create(base, 'stopped');
    other = await TestNode.create(base, 'other');
    late = await TestNode.create(base, 'late');
  });

  afterEach(async () => {
    if (stopped.pid !== undefined) process.kill(stopped.pid, 'SIGCONT');
    await Promise.all([stopped.stop(), other.stop(), late.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  const write = (node: { root: string }, name: string, bytes: number): void =>
    writeFile(node.root, name, bytes, new SeededRandom(name.length));

  const has = (node: { root: string }, name: string, of: { root: string }): boolean =>
    fs.existsSync(join(node.root, name)) &&
    fs.readFileSync(join(node.root, name)).equals(fs.readFileSync(join(of.root, name)));

  it('delays the others for no longer than a request may take', async () => {
    write(stopped, 'shared', 24 * MIB);
    await other.start({
      devices: [
        { id: stopped.id, addresses: ['dynamic'], maxSendKbps: 1024 },
        { id: late.id, addresses: ['dynamic'] },
      ],
      settings: { limits: UNLIMITED },
    });
    const peers = [
      { id: other.id, address: other.address },
      { id: late.id, address: 'dynamic' },
    ];
    stopped.start(peers, ['--scan-intv', '1']);
    await until('another device has the file too', () => has(other, 'shared', stopped));
    write(stopped, 'from the stopped one', 12 * MIB);
    write(other, 'to the stopped one', 2 * MIB);
    await other.scan();
    await late.start({
      devices: [
        { id: stopped.id, addresses: [stopped.address], maxRecvKbps: 4 * 1024 },
        { id: other.id, addresses: [other.address], maxRecvKbps: 16 * 1024 },
      ],
      settings: { limits: UNLIMITED },
    });
    const receivedBytes = (): number =>
      late.get(ConnectedDevices).get(stopped.id)?.statistics.bytesIn ?? 0;
    await until('it sends', () => receivedBytes() > MIB / 2);
    process.kill(stopped.pid!, 'SIGSTOP');
    const startMs = performance.now();
    const names = Array.from({ length: NEW_FILES }, (_, i) => `new ${i}`);
    for (const name of names) write(other, name, 10_000);
    await other.get(ModelService).runner('default')?.scanned(['']);
    await until('what others made is there', () => names.every((n) => has(late, n, other)));
    const newMs = performance.now() - startMs;
    await until('what others have, too, is there', () => has(late, 'shared', other));
    const sharedMs = performance.now() - startMs;
    expect(newMs).toBeLessThan(LINGER_MS);
    expect(sharedMs).toBeLessThan(STALLED_AFTER_MS);
    expect(stopped.crash).toBeUndefined();
    process.kill(stopped.pid!, 'SIGCONT');
    await until('all is everywhere', () =>
      [...names, 'shared', 'from the stopped one', 'to the stopped one'].every((name) =>
        [stopped, late].every((node) => has(node, name, other)),
      ),
    );
  });
});
