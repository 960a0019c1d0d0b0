/**
 * A node among hostile peers: its folders with what must not be touched, one good device that stays connected and
 * notices when it is not served, and one device that is configured and breaks every rule.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestingModuleBuilder } from '@nestjs/testing';
import { type ItemProblem } from '../../src/domain/errors.js';
import { CertService } from '../../src/modules/cert/cert.service.js';
import { TcpTransport } from '../../src/modules/connections/tcp-transport.js';
import { Transport } from '../../src/modules/connections/transport.js';
import { type bep } from '../../src/modules/protocol/gen/bep.js';
import { type FolderSettings } from '../../src/modules/config/settings.js';
import { ModelService } from '../../src/modules/model/model.service.js';
import { Clock } from '../../src/platform/clock.js';
import { FakeFolder, long, sha256, vector, vectorOf, type WireFile } from './fake-folder.js';
import { type FakePeer } from './fake-peer.js';
import { peerIdentity, type PeerIdentity, PeerNetwork } from './fake-peer-tls.js';
import { Sentinels } from './sentinels.js';
import { TestNode, type TestNodeOptions } from './test-node.js';
import { until } from './wait.js';

const KIB = 1024;
/** Shorter than the program's own, which nobody wants to wait for. */
export const HANDSHAKE_TIMEOUT_MS = 500;
const SERVED_WITHIN_MS = 20_000;

export interface BesiegedOptions extends Pick<TestNodeOptions, 'http' | 'settings'> {
  /** Of the folder `default`. */
  readonly folder?: Partial<FolderSettings>;
  /** Puts more into the folder before the node starts. */
  readonly prepare?: (besieged: BesiegedNode) => void;
  /** Further folders, below `place`, shared with the hostile device too. */
  readonly folders?: readonly (Partial<FolderSettings> & { readonly id: string })[];
}

export class BesiegedNode {
  readonly network = new PeerNetwork();
  /** What the good device may ask for at any time. */
  readonly keptContent = Buffer.alloc(300 * KIB, 'kept');
  #good!: FakePeer;
  #goodFolder!: FakeFolder;
  #evilIndexes = 0n;
  #served = 0;
  #asked = 0;
  #ownBefore: string[] = [];

  private constructor(
    private readonly base: string,
    readonly node: TestNode,
    readonly goodIdentity: PeerIdentity,
    readonly evilIdentity: PeerIdentity,
    /** Beside the folder. */
    readonly sentinels: Sentinels,
  ) {}

  static async start(options: BesiegedOptions = {}): Promise<BesiegedNode> {
    const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-hostile-'));
    const node = await TestNode.create(base, 'folder');
    const identities = [await peerIdentity(), await peerIdentity()] as const;
    const sentinels = new Sentinels(join(base, 'outside'));
    const besieged = new BesiegedNode(base, node, ...identities, sentinels);
    const { folder = {}, folders = [], prepare, ...rest } = options;
    const more = folders.map((each) => ({ path: besieged.place(each.id), ...each }));
    for (const { path } of more) fs.mkdirSync(path, { recursive: true });
    besieged.makeFolders();
    prepare?.(besieged);
    besieged.#ownBefore = besieged.snapshot();
    await node.start({
      ...rest,
      devices: identities.map(({ id }) => ({ id })),
      folders: [
        folder,
        { id: 'private', path: join(base, 'private'), devices: [besieged.goodIdentity.id] },
        ...more,
      ],
      override: withShortHandshakes,
    });
    await node.scan();
    await besieged.joinGood();
    await besieged.isServed();
    return besieged;
  }

  /** The good device's connection, on which everything must go on. */
  get good(): FakePeer {
    return this.#good;
  }

  get outside(): string {
    return this.sentinels.root;
  }

  /** The root of a further folder. */
  place(id: string): string {
    return join(this.base, `folder-${id}`);
  }

  /** The item is in the folder. */
  has(name: string): boolean {
    return fs.existsSync(this.path(name));
  }

  path(name: string): string {
    return join(this.node.root, name);
  }

  /** A hostile peer that is configured and has not said anything. */
  evil(): Promise<FakePeer> {
    return this.network.dial(this.node.address, this.evilIdentity);
  }

  /** What the hostile device says of the folder: each time an index of another life. */
  evilFolder(id = 'default'): FakeFolder {
    return new FakeFolder(this.evilIdentity, this.node.id, ++this.#evilIndexes, id);
  }

  /** A hostile peer after Hello and Cluster Config. */
  async joinedEvil(id?: string): Promise<{ peer: FakePeer; folder: FakeFolder }> {
    const folder = this.evilFolder(id);
    const peer = await this.network.dial(this.node.address, this.evilIdentity, {
      files: folder.files,
    });
    await folder.join(peer);
    return { peer, folder };
  }

  /** The good device sends a file and gets a block, on the connection it had from the start. */
  async isServed(): Promise<void> {
    const name = `good-${this.#served++}`;
    const content = `content of ${name}`;
    this.#goodFolder.update(this.#good, this.#goodFolder.file(name, content));
    await this.answersGood();
    const isThere = (): boolean => contentOf(this.path(name)) === content;
    await until(`${name} of the good device is here`, isThere, SERVED_WITHIN_MS, 5);
  }

  /** All that was announced has been looked at, deletes included. */
  async rests(folder = 'default'): Promise<void> {
    await this.node.scan(folder);
  }

  /** The good device asks for a block and gets it. */
  async answersGood(): Promise<void> {
    const id = ++this.#asked;
    const block = this.keptContent.subarray(128 * KIB, 256 * KIB);
    const request = { id, folder: 'default', name: 'kept', size: block.length, blockNo: 1 };
    this.#good.send('request', { ...request, offset: long(128 * KIB), hash: sha256(block) });
    const answers = (): bep.Response[] =>
      this.#good.received
        .filter(({ name }) => name === 'response')
        .map(({ message }) => message as bep.Response)
        .filter((response) => response.id === id);
    await until('the good device is answered', () => answers().length > 0, SERVED_WITHIN_MS, 5);
    if (!block.equals(answers()[0]!.data)) throw new Error('the good device got other bytes');
  }

  /** The good device announces the file too, in a newer version, and it arrives here. */
  async goodHas(file: WireFile, content: Uint8Array): Promise<void> {
    const { size, blocks, blockSize, blocksHash } = file;
    const name = file.name!;
    const counters = vectorOf(file.version);
    const version = vector(...counters, [this.goodIdentity.shortId, 1]);
    const rest = { size, blocks, blockSize, blocksHash, version };
    this.#goodFolder.update(this.#good, this.#goodFolder.file(name, content, rest));
    await until(`the good device's ${name} is here`, () => this.has(name), SERVED_WITHIN_MS, 5);
  }

  /** All names in the folder but those of the good device, which come and go meanwhile. Goes through no link. */
  items(): string[] {
    const names: string[] = [];
    const visit = (directory: string): void => {
      for (const entry of fs.readdirSync(this.path(directory), { withFileTypes: true })) {
        const name = directory === '' ? entry.name : `${directory}/${entry.name}`;
        if (/^(\.syncthing\.)?good-/.test(name)) continue;
        names.push(name);
        if (entry.isDirectory()) visit(name);
      }
    };
    visit('');
    return names.sort();
  }

  problemsOf(name: string, folder = 'default'): ItemProblem[] {
    const problems = this.node.get(ModelService).runner(folder)?.problems ?? [];
    return problems.filter((problem) => problem.name === name);
  }

  /** Nothing outside the folder was read from, written to, or removed; the folder's own things are as they were. */
  untouched(): string[] {
    const own = this.snapshot().filter((line, i) => line !== this.#ownBefore[i]);
    return [...this.sentinels.changes(), ...own];
  }

  async stop(): Promise<void> {
    await this.network.close();
    await this.node.stop();
    fs.rmSync(this.base, { recursive: true });
  }

  private makeFolders(): void {
    fs.mkdirSync(join(this.base, 'private'));
    fs.writeFileSync(join(this.base, 'private/secret'), 'secret');
    fs.writeFileSync(this.path('kept'), this.keptContent);
    fs.mkdirSync(this.path('directory'));
    fs.symlinkSync(this.outside, this.path('out'));
    fs.mkdirSync(this.path('.stfolder'));
    fs.writeFileSync(this.path('.stfolder/own'), 'own');
    fs.mkdirSync(this.path('.stversions'));
    fs.writeFileSync(this.path('.stversions/old'), 'old');
  }

  private snapshot(): string[] {
    return [
      fs.readFileSync(join(this.base, 'private/secret'), 'utf8'),
      ['base', ...fs.readdirSync(this.base).filter((name) => !name.startsWith('folder'))].join(),
      fs.readlinkSync(this.path('out')),
      sha256(fs.readFileSync(this.path('kept'))).toString('hex'),
      ['.stfolder', ...fs.readdirSync(this.path('.stfolder'))].join(),
      ['.stversions', ...fs.readdirSync(this.path('.stversions'))].join(),
      String(contentOf(this.path('.stignore'))),
    ];
  }

  private async joinGood(): Promise<void> {
    this.#goodFolder = new FakeFolder(this.goodIdentity, this.node.id, 99n);
    this.#good = await this.network.dial(this.node.address, this.goodIdentity, {
      files: this.#goodFolder.files,
    });
    await this.#goodFolder.join(this.#good);
    this.#goodFolder.index(this.#good, []);
  }
}

export function contentOf(path: string): string | undefined {
  return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : undefined;
}

function withShortHandshakes(builder: TestingModuleBuilder): TestingModuleBuilder {
  return builder.overrideProvider(Transport).useFactory({
    factory: (cert: CertService, clock: Clock) =>
      new TcpTransport(cert, clock, { handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS }),
    inject: [CertService, Clock],
  });
}

/** The reason of the only Close that the peer got, after the end of its connection. */
export async function onlyReason(peer: FakePeer): Promise<string> {
  await peer.ended();
  const closes = peer.received.filter(({ name }) => name === 'close');
  if (closes.length !== 1) throw new Error(`the peer got ${closes.length} Close messages`);
  return peer.closeReason!;
}
