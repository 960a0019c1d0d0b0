/** Whole nodes with every port replaced: no socket, no thread, no disk, and time that only the test moves. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryNetwork } from '../src/modules/connections/memory-transport.js';
import { certificateDer } from '../src/modules/cert/identity.js';
import { ModelService } from '../src/modules/model/model.service.js';
import { HandClock } from './support/hand-clock.js';
import { MemoryMachine } from './support/memory-node.js';
import { TestNode } from './support/test-node.js';

const STEP_MS = 100;
const STEPS_MAX = 2_000;

describe('two nodes in memory', () => {
  let base: string;
  let clock: HandClock;
  let network: MemoryNetwork;
  const nodes: TestNode[] = [];
  const machines: MemoryMachine[] = [];

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-memory-'));
    clock = new HandClock();
    network = new MemoryNetwork(clock, 5);
    for (const [i, name] of ['a', 'b'].entries()) {
      const node = await TestNode.create(base, name);
      const pem = fs.readFileSync(join(node.home, 'cert.pem'), 'utf8');
      nodes[i] = node;
      machines[i] = new MemoryMachine(name, certificateDer(pem), network, clock, i + 1);
    }
  });

  afterEach(async () => {
    await Promise.all(nodes.map((node) => stop(node)));
    fs.rmSync(base, { recursive: true });
  });

  async function start(i: number, watch = false): Promise<void> {
    const [node, peer] = [nodes[i]!, nodes[1 - i]!];
    await node.start({
      folders: [{ watch }],
      devices: [{ id: peer.id, addresses: [`tcp://${1 - i === 0 ? 'a' : 'b'}:22000`] }],
      settings: { listenAddresses: [`tcp://${i === 0 ? 'a' : 'b'}:22000`] },
      override: (builder) => machines[i]!.override(builder),
    });
  }

  /** Stopping waits for timers, which the clock fires. */
  async function stop(node: TestNode): Promise<void> {
    let isStopped = false;
    const stopping = node.stop().finally(() => (isStopped = true));
    for (let i = 0; i < STEPS_MAX && !isStopped; i += 1) await clock.pass(STEP_MS);
    await stopping;
  }

  function scan(which = nodes): void {
    for (const node of which) node.get(ModelService).runner('default')?.requestScan(['']);
  }

  async function untilSame(expected: Record<string, string>): Promise<void> {
    let seen: Record<string, string>[] = [];
    for (let i = 0; i < STEPS_MAX; i += 1) {
      await clock.pass(STEP_MS);
      seen = await Promise.all(machines.map((machine, j) => machine.files(nodes[j]!.root)));
      if (seen.every((files) => JSON.stringify(files) === JSON.stringify(expected))) return;
    }
    expect(seen).toEqual([expected, expected]);
  }

  it('sync over a slow network, and again after one was stopped', async () => {
    await machines[0]!.write(nodes[0]!.root, 'from-a', 'written on a');
    await machines[1]!.write(nodes[1]!.root, 'from-b', 'written on b');
    await start(0);
    await start(1);
    await untilSame({ 'from-a': 'written on a', 'from-b': 'written on b' });

    await stop(nodes[1]!);
    await machines[0]!.write(nodes[0]!.root, 'from-a', 'changed on a');
    scan([nodes[0]!]);
    await start(1);
    await untilSame({ 'from-a': 'changed on a', 'from-b': 'written on b' });
  });

  it('bring what is saved in a watched folder to the other, with no scan asked for', async () => {
    await start(0, true);
    await start(1, true);
    await machines[0]!.write(nodes[0]!.root, 'one', '1');
    await untilSame({ one: '1' });
    await machines[1]!.write(nodes[1]!.root, 'one', 'changed on b');
    await untilSame({ one: 'changed on b' });
  });

  it('go on after the network was cut', async () => {
    await start(0);
    await start(1);
    await machines[0]!.write(nodes[0]!.root, 'one', '1');
    scan();
    await untilSame({ one: '1' });
    network.partition('a', 'b');
    await machines[1]!.write(nodes[1]!.root, 'two', '2');
    scan();
    await clock.pass(30_000);
    expect(await machines[0]!.files(nodes[0]!.root)).toEqual({ one: '1' });
    network.heal('a', 'b');
    await untilSame({ one: '1', two: '2' });
  });

  it('get back what a power failure took from the disk', async () => {
    await start(0);
    await start(1);
    await machines[0]!.write(nodes[0]!.root, 'one', '1');
    scan();
    await untilSame({ one: '1' });
    await stop(nodes[1]!);
    machines[1]!.factory.crash({ keepUnsynced: false });
    await start(1);
    await untilSame({ one: '1' });
  });
});
