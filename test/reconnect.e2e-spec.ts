/** What a pair that knows each other sends again: nothing that did not change. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectedDevices } from '../src/modules/connections/connected-devices.js';
import { type ConnectionStatistics } from '../src/modules/protocol/connection-handler.js';
import { effort } from './support/effort.js';
import { SeededRandom } from './support/random.js';
import { settle, startPair, TestNode } from './support/test-node.js';
import { makeTree, treeDifferences } from './support/tree.js';

jest.setTimeout(120_000);

const MIB = 1024 * 1024;
const BIG_MIB = effort(192, 1024);
const BIG_BYTES = BIG_MIB * MIB;

describe('two nodes that know each other', () => {
  let base: string;
  let a: TestNode;
  let b: TestNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-again-'));
    a = await TestNode.create(base, 'a');
    b = await TestNode.create(base, 'b');
  });

  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  const statistics = (): ConnectionStatistics =>
    a.get(ConnectedDevices).get(b.id)!.statistics as ConnectionStatistics;

  it('send no file info again after a reconnect without changes, nor after a restart', async () => {
    makeTree(a.root, 200, new SeededRandom(1));
    await startPair(a, b);
    await settle(a, b);
    const before = a.get(ConnectedDevices).get(b.id);
    const again = a.next('DeviceConnected');
    await before!.close('to connect again');
    await again;
    await settle(a, b);
    expect(a.get(ConnectedDevices).get(b.id)).not.toBe(before);
    expect(statistics()).toMatchObject({ fileInfosIn: 0, fileInfosOut: 0, requestsOut: 0 });

    await Promise.all([a.stop(), b.stop()]);
    await startPair(a, b);
    await settle(a, b);
    expect(statistics()).toMatchObject({ fileInfosIn: 0, fileInfosOut: 0, requestsOut: 0 });
  });

  it(`send less than 3 MiB for a file of ${BIG_MIB} MiB of which 1 MiB changed`, async () => {
    const random = new SeededRandom(2);
    const piece = random.bytes(MIB);
    const path = join(a.root, 'big');
    const file = fs.openSync(path, 'w');
    for (let at = 0; at < BIG_BYTES; at += MIB) {
      piece.writeUInt32LE(at / MIB, 0);
      fs.writeSync(file, piece, 0, MIB, at);
    }
    await startPair(a, b);
    await settle(a, b, 100_000);
    const { bytesOut } = statistics();
    fs.writeSync(file, random.bytes(MIB), 0, MIB, BIG_BYTES / 2 + MIB / 2);
    fs.closeSync(file);
    await settle(a, b, 100_000);
    expect(treeDifferences(a.root, b.root)).toEqual([]);
    expect(statistics().bytesOut - bytesOut).toBeLessThan(3 * MIB);
  });
});
