/**
 * What a scripted peer says of its folder: wire messages with right sequences, block lists and versions unless told
 * otherwise, and the content it answers requests with. It speaks for one device and remembers what it learns of the node's index.
 */
import { createHash } from 'node:crypto';
import $protobuf from 'protobufjs/minimal.js';
import { deviceIdBytes } from '../../src/domain/device-id.js';
import { type bep } from '../../src/modules/protocol/gen/bep.js';
import { type FakePeer } from './fake-peer.js';
import { type PeerIdentity } from './fake-peer-tls.js';

type WireLong = bep.FileInfo['size'];
export type WireFile = bep.FileInfo.$Properties;

const KIB = 1024;
const FILE = 0;
const DIRECTORY = 1;
const SYMLINK = 4;

/** A 64-bit number for a message. */
export function long(value: bigint | number): WireLong {
  const bits = BigInt(value);
  const low = Number(bits & 0xffffffffn);
  const high = Number((bits >> 32n) & 0xffffffffn);
  return new $protobuf.util.Long(low | 0, high | 0, bits >= 0n) as unknown as WireLong;
}

export function bigOf(value: WireLong | null | undefined): bigint {
  if (value === null || value === undefined) return 0n;
  return (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
}

/** Counters by ID. */
export function vectorOf(version: bep.Vector.$Properties | null | undefined): Map<bigint, bigint> {
  const counters = version?.counters ?? [];
  return new Map(counters.map(({ id, value }) => [bigOf(id), bigOf(value)]));
}

export function vector(...counters: readonly [bigint, bigint | number][]): bep.Vector.$Properties {
  return { counters: counters.map(([id, value]) => ({ id: long(id), value: long(value) })) };
}

export const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

export function blocksOf(content: Uint8Array, blockSize: number): bep.BlockInfo.$Properties[] {
  const blocks: bep.BlockInfo.$Properties[] = [];
  for (let offset = 0; offset === 0 || offset < content.length; offset += blockSize) {
    const data = content.subarray(offset, offset + blockSize);
    blocks.push({ offset: long(offset), size: data.length, hash: sha256(data) });
  }
  return blocks;
}

/** What one device knows of another one's index. */
export interface Position {
  readonly indexId: bigint;
  readonly sequence: number;
}

export class FakeFolder {
  /** Content by name, for FakePeer. */
  readonly files = new Map<string, Uint8Array>();
  sequence = 0;
  #lastSent = 0;

  constructor(
    readonly identity: PeerIdentity,
    readonly nodeId: string,
    public indexId: bigint,
    readonly id = 'default',
  ) {}

  /** A file of this device, with the content to be asked for. */
  file(name: string, text: string | Uint8Array, rest: WireFile = {}): WireFile {
    const content = Buffer.from(text);
    const blockSize = rest.blockSize ?? 128 * KIB;
    const blocks = blocksOf(content, Math.max(1, blockSize));
    this.files.set(name, content);
    return {
      ...this.#item(name, FILE, 0o644),
      ...{ size: long(content.length), blockSize, blocks },
      blocksHash: sha256(Buffer.concat(blocks.map(({ hash }) => hash!))),
      ...rest,
    };
  }

  directory(name: string, rest: WireFile = {}): WireFile {
    return { ...this.#item(name, DIRECTORY, 0o755), ...rest };
  }

  symlink(name: string, target: string, rest: WireFile = {}): WireFile {
    return {
      ...this.#item(name, SYMLINK, 0),
      ...{ noPermissions: true, symlinkTarget: Buffer.from(target) },
      ...rest,
    };
  }

  deleted(name: string, rest: WireFile = {}): WireFile {
    return { ...this.#item(name, FILE, 0o644), deleted: true, ...rest };
  }

  /** A version of this device, newer than all before. */
  version(): bep.Vector.$Properties {
    return vector([this.identity.shortId, this.sequence + 1]);
  }

  clusterConfig(node: Position = { indexId: 0n, sequence: 0 }): Partial<bep.ClusterConfig> {
    const own = { indexId: long(this.indexId), maxSequence: long(this.sequence) };
    const theirs = { indexId: long(node.indexId), maxSequence: long(node.sequence) };
    return {
      folders: [
        {
          id: this.id,
          label: this.id,
          devices: [
            { id: deviceIdBytes(this.identity.id), name: 'fake', addresses: ['dynamic'], ...own },
            { id: deviceIdBytes(this.nodeId), name: 'node', addresses: ['dynamic'], ...theirs },
          ],
        },
      ],
    };
  }

  /** Hello and Cluster Config both ways. The answer is what the node says of its own index. */
  async join(peer: FakePeer, node?: Position): Promise<Position> {
    peer.sendHello();
    await peer.greeted();
    peer.send('clusterConfig', this.clusterConfig(node));
    const config = await peer.next('clusterConfig');
    return positionIn(config, this.id, this.nodeId);
  }

  /** Index with these files. */
  index(peer: FakePeer, files: readonly WireFile[]): void {
    this.#lastSent = lastOf(files) ?? this.#lastSent;
    const folder = this.id;
    peer.send('index', { folder, files: [...files], lastSequence: long(this.#lastSent) });
  }

  /** Index Update with these files. */
  update(peer: FakePeer, ...files: readonly WireFile[]): void {
    const prevSequence = long(this.#lastSent);
    this.#lastSent = lastOf(files) ?? this.#lastSent;
    const lastSequence = long(this.#lastSent);
    peer.send('indexUpdate', { folder: this.id, files: [...files], lastSequence, prevSequence });
  }

  #item(name: string, type: number, permissions: number): WireFile {
    const version = this.version();
    this.sequence += 1;
    return {
      ...{ name, type, permissions, version, sequence: long(this.sequence) },
      ...{ modifiedS: long(1_700_000_000), modifiedBy: long(this.identity.shortId) },
    };
  }
}

/** What a received Cluster Config says of a device's index. */
export function positionIn(config: bep.ClusterConfig, folder: string, device: string): Position {
  const found = config.folders.find(({ id }) => id === folder);
  const wanted = Buffer.from(deviceIdBytes(device));
  const entry = found?.devices?.find(({ id }) => wanted.equals(id ?? new Uint8Array(0)));
  return { indexId: bigOf(entry?.indexId), sequence: Number(bigOf(entry?.maxSequence)) };
}

function lastOf(files: readonly WireFile[]): number | undefined {
  const last = files.at(-1)?.sequence;
  return last === undefined ? undefined : Number(bigOf(last));
}
