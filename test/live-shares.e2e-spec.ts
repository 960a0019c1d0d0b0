/** What a device is told, and what is taken from it, when the shares change in the middle of an exchange of indexes. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigJson } from '../src/modules/config/config-json.js';
import { ConfigurationService } from '../src/modules/config/configuration.service.js';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { ClusterService } from '../src/modules/model/cluster.service.js';
import { type PeerConnection } from '../src/modules/protocol/connection-handler.js';
import { type ClusterConfig, type IndexBatch } from '../src/modules/protocol/messages.js';
import { fileInfo } from './support/file-info.factory.js';
import { TestNode } from './support/test-node.js';
import { until } from './support/wait.js';

const THEIR_INDEX_ID = 77n;

let base: string;
let node: TestNode;
let peer: TestNode;

beforeEach(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-shares-'));
  node = await TestNode.create(base, 'node');
  peer = await TestNode.create(base, 'peer');
  fs.writeFileSync(join(node.root, 'ours'), 'ours');
  await node.start({ devices: [{ id: peer.id }] });
  await node.scan();
});
afterEach(async () => {
  await node.stop();
  fs.rmSync(base, { recursive: true });
});

/** A connection whose far end is the test: keeps what is sent, and hands over no index while it is held. */
class ScriptedConnection {
  readonly sent: string[] = [];
  readonly indexes: IndexBatch[] = [];
  lastConfig: ClusterConfig | undefined;
  isHeld = false;
  isHolding = false;
  closedFor = '';
  onConfig: (() => Promise<void>) | undefined;
  readonly signal = new AbortController().signal;

  constructor(readonly deviceId: string) {}

  get isClosed(): boolean {
    return this.closedFor !== '';
  }

  async clusterConfig(message: ClusterConfig): Promise<void> {
    this.lastConfig = message;
    this.sent.push(`shares ${message.folders.map(({ id }) => id).join()}`);
    if (message.folders.length > 0) await this.onConfig?.();
  }

  index = (batch: IndexBatch): Promise<void> => this.indexUpdate(batch, 'index');

  async indexUpdate(batch: IndexBatch, kind = 'update'): Promise<void> {
    this.isHolding = this.isHeld;
    await until('it is no longer held', () => !this.isHeld, 5_000, 5);
    this.indexes.push(batch);
    this.sent.push(kind);
  }

  async downloadProgress(): Promise<void> {}

  async close(reason: string): Promise<void> {
    this.closedFor = reason;
  }
}

async function connect(): Promise<{ cluster: ClusterService; peerSide: ScriptedConnection }> {
  const peerSide = new ScriptedConnection(peer.id);
  const cluster = node.get(ClusterService);
  await cluster.connected(connectionOf(peerSide));
  return { cluster, peerSide };
}

const connectionOf = (peerSide: ScriptedConnection): PeerConnection =>
  peerSide as unknown as PeerConnection;

/** What the peer says: it shares the folder, and knows so much of our index. */
async function configOf(maxSequence: number): Promise<ClusterConfig> {
  const { indexId } = await node.get(IndexDatabase).addFolder('default');
  const device = (id: string, index: bigint, sequence: number) => ({
    ...{ id, name: '', addresses: [], compression: 'never' as const },
    ...{ introducer: false, skipIntroductionRemovals: false },
    ...{ indexId: index, maxSequence: sequence, encryptionPasswordToken: new Uint8Array(0) },
  });
  const devices = [device(node.id, indexId, maxSequence), device(peer.id, THEIR_INDEX_ID, 0)];
  const folder = { id: 'default', label: '', type: 'sendreceive' as const, paused: false, devices };
  return { folders: [folder], secondary: false };
}

const batchOf = (...sequences: number[]): IndexBatch => ({
  folder: 'default',
  files: sequences.map((sequence) => fileInfo(`theirs ${sequence}`, 'x', { sequence })),
  lastSequence: sequences.at(-1)!,
  prevSequence: 0,
});

function share(...devices: string[]): Promise<void> {
  return node.get(ConfigurationService).update((config: ConfigJson) => {
    config.folders[0]!['devices'] = devices.map((deviceID) => ({ deviceID }));
    return config;
  });
}

it('an index on its way is not overtaken by the news that its folder is shared no longer', async () => {
  const { cluster, peerSide } = await connect();
  peerSide.isHeld = true;
  await cluster.clusterConfig(connectionOf(peerSide), await configOf(0));
  await until('it is on its way', () => peerSide.isHolding);
  await share();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(peerSide.sent).toEqual(['shares default']);
  peerSide.isHeld = false;
  await until('it is told', () => peerSide.sent.length === 3);
  expect(peerSide.sent).toEqual(['shares default', 'index', 'shares ']);
  fs.writeFileSync(join(node.root, 'more'), 'more');
  await node.scan();
  expect(peerSide.sent).toHaveLength(3);
});

it('what was on its way before a folder was shared anew leaves no gap in what is known', async () => {
  const { cluster, peerSide } = await connect();
  const connection = connectionOf(peerSide);
  await cluster.clusterConfig(connection, await configOf(0));
  await cluster.index(connection, batchOf(1, 2));
  await share();
  await share(peer.id);
  await until('it is told anew', () => peerSide.sent.filter((each) => each === 'index').length > 1);
  await cluster.indexUpdate(connection, batchOf(3));
  const known = () => node.get(IndexDatabase).remoteIndex('default', peer.id);
  expect(await known()).toEqual({ indexId: THEIR_INDEX_ID, sequence: 0 });
  await cluster.index(connection, batchOf(1, 2, 3));
  await cluster.indexUpdate(connection, batchOf(4));
  expect((await known()).sequence).toBe(4);
  const { global } = await node.get(IndexDatabase).summary('default');
  expect(global.files).toBe(5);
});

it('an index that answers the news at once is not lost', async () => {
  const { cluster, peerSide } = await connect();
  const connection = connectionOf(peerSide);
  await cluster.clusterConfig(connection, await configOf(0));
  await share();
  peerSide.onConfig = () => cluster.index(connection, batchOf(1, 2));
  await share(peer.id);
  const known = () => node.get(IndexDatabase).remoteIndex('default', peer.id);
  await until('it is known', async () => (await known()).sequence === 2, 5_000);
});

it('a device that knows less than it was sent is sent that again, and one that knows all is not', async () => {
  const { cluster, peerSide } = await connect();
  await cluster.clusterConfig(connectionOf(peerSide), await configOf(0));
  await until('the index is sent', () => peerSide.indexes.length === 1);
  const { lastSequence } = peerSide.indexes[0]!;
  await cluster.clusterConfig(connectionOf(peerSide), await configOf(lastSequence));
  expect(peerSide.indexes).toHaveLength(1);
  await cluster.clusterConfig(connectionOf(peerSide), await configOf(0));
  await until('it is sent again', () => peerSide.indexes.length === 2);
  expect(peerSide.indexes[1]!.files.map(({ name }) => name)).toEqual(['ours']);
  expect(peerSide.closedFor).toBe('');
});
