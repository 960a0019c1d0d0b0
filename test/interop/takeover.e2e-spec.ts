/** A home that a stock Syncthing made is ours to run, and theirs again, without anything being moved or lost. */
import { jest } from '@jest/globals';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, programEnvironment, runProgram } from '../support/node-process.js';
import { SeededRandom } from '../support/random.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { makeTree, readTree, treeDifferences } from '../support/tree.js';
import { until } from '../support/wait.js';

jest.setTimeout(240_000);

const suite = hasStock() ? describe : describe.skip;
const ITEMS = 300;
const OPTIONS = ['-N', '-n', '--no-gui', '--log-format', 'pretty', '--conn-intv', '1'];
/** What announcing so many items takes, and far less than their content. */
const ANNOUNCEMENT_BYTES_MAX = 200_000;
const CONTENT_BYTES_MIN = 4_000_000;

/** Our program on a home that somebody else made: what it needs to know is in there. */
class ProgramOn {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(
    private readonly base: string,
    private readonly home: string,
  ) {}

  get log(): string {
    return this.output;
  }

  async start(extra: readonly string[] = []): Promise<void> {
    const child = spawn(process.execPath, [PROGRAM, '--home', this.home, ...OPTIONS, ...extra], {
      env: programEnvironment(this.base),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => (this.output += data.toString()));
    }
    await until('our program is up', () => {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}:\n${this.output}`);
      return this.output.includes('Completed initial scan of folder default');
    });
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }
}

/** Everything that shows whether an item was touched. */
function touches(root: string): Record<string, string> {
  const touched: Record<string, string> = {};
  for (const [name, { type }] of readTree(root)) {
    const { ino, ctimeNs, mtimeNs } = fs.lstatSync(join(root, name), { bigint: true });
    if (type !== 'directory') touched[name] = `${ino} ${ctimeNs} ${mtimeNs}`;
  }
  return touched;
}

const conflictsIn = (root: string): string[] =>
  [...readTree(root).keys()].filter((name) => name.includes('.sync-conflict-'));

interface StockEvent {
  readonly id: number;
  readonly type: string;
  readonly data: { readonly item: string; readonly type: string };
}

/** The node keeps these events from the first time on that it is asked for them. */
const itemsStarted = (node: StockNode, since: number): Promise<StockEvent[]> =>
  node.rest<StockEvent[]>('GET', `events?events=ItemStarted&since=${since}&timeout=1`);

suite('a home of a stock Syncthing', () => {
  let base: string;
  let peer: StockNode;
  let peerRoot: string;
  let root: string;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-takeover-'));
    peer = await StockNode.create(join(base, 'peer-home'));
    root = join(base, 'folder');
    peerRoot = join(base, 'peer');
    for (const folder of [root, peerRoot]) {
      fs.mkdirSync(join(folder, '.stfolder'), { recursive: true });
    }
  });

  afterEach(async () => {
    await peer.stop();
    fs.rmSync(base, { recursive: true });
  });

  /** The peer has heard of all that the device has, and both disks are the same. */
  async function inSyncWith(id: string): Promise<void> {
    const isInSync = async (): Promise<boolean> => {
      if (!(await peer.isConnectedTo(id)) || !(await peer.isInSync())) return false;
      const { completion } = await peer.rest<{ completion: number }>(
        'GET',
        `db/completion?folder=default&device=${id}`,
      );
      return completion === 100 && treeDifferences(root, peerRoot).length === 0;
    };
    await until('both hold the same', isInSync, 60_000, 200).catch((error: unknown) => {
      const differences = treeDifferences(root, peerRoot).join('\n');
      throw new Error(`${String(error)}\n${differences}`, { cause: error });
    });
  }

  /** One item made, changed and removed on either side; those of ours are found by the rescans. */
  async function changeBothWays(id: string, scan: () => Promise<unknown>): Promise<void> {
    const mark = `${performance.now()}`;
    const [edited, removed, peerEdited, peerRemoved] = [...readTree(root)]
      .filter(([, { type }]) => type === 'file')
      .map(([name]) => name);
    fs.writeFileSync(join(root, `made ${mark}`), mark);
    fs.appendFileSync(join(root, edited!), mark);
    fs.rmSync(join(root, removed!));
    fs.writeFileSync(join(peerRoot, `made by the peer ${mark}`), mark);
    fs.appendFileSync(join(peerRoot, peerEdited!), mark);
    fs.rmSync(join(peerRoot, peerRemoved!));
    await Promise.all([scan(), peer.scan()]);
    const isThere = (): boolean =>
      fs.existsSync(join(peerRoot, `made ${mark}`)) &&
      fs.existsSync(join(root, `made by the peer ${mark}`)) &&
      !fs.existsSync(join(peerRoot, removed!)) &&
      !fs.existsSync(join(root, peerRemoved!));
    await until('changes went both ways', isThere, 60_000, 100);
    await inSyncWith(id);
  }

  it('is in sync at once, moves nothing, and goes back to the stock program', async () => {
    const stock = await StockNode.create(join(base, 'home'));
    stock.configure({
      folderPath: root,
      peers: [{ id: peer.id, address: peer.address }],
      folderExtra: '<maxConflicts>10</maxConflicts>',
    });
    peer.configure({ folderPath: peerRoot, peers: [{ id: stock.id, address: stock.address }] });
    makeTree(root, ITEMS, new SeededRandom(5));
    makeTree(peerRoot, ITEMS, new SeededRandom(6));
    await Promise.all([stock.start(), peer.start()]);
    await inSyncWith(stock.id);
    // The conflicts of the first meeting are no matter here.
    const conflicts = conflictsIn(root);
    await until('the stock node has settled', () => stock.isInSync());
    await stock.stop();

    expect(runProgram(base, ['id', '--home', stock.home]).out.trim()).toBe(stock.id);
    // Rescans show changes soon; everything else stays as the stock program wrote it.
    const config = join(stock.home, 'config.xml');
    const written = fs.readFileSync(config, 'utf8');
    fs.writeFileSync(config, written.replace('rescanIntervalS="0"', 'rescanIntervalS="1"'));
    const before = [touches(root), touches(peerRoot)];
    const since = (await itemsStarted(peer, 0)).at(-1)?.id ?? 0;
    const ours = new ProgramOn(base, stock.home);
    try {
      await ours.start();
      expect(ours.log).toContain(`My ID: ${stock.id}`);
      await inSyncWith(stock.id);
      const { connections } = await peer.rest<{
        connections: Record<string, { inBytesTotal: number; outBytesTotal: number }>;
      }>('GET', 'system/connections');
      const { inBytesTotal, outBytesTotal } = connections[stock.id]!;
      expect(inBytesTotal).toBeLessThan(ANNOUNCEMENT_BYTES_MAX);
      expect(outBytesTotal).toBeLessThan(ANNOUNCEMENT_BYTES_MAX);
      const { localBytes } = await peer.rest<{ localBytes: number }>(
        'GET',
        'db/status?folder=default',
      );
      expect(localBytes).toBeGreaterThan(CONTENT_BYTES_MIN);
      // Of two versions of a directory the one with the later time wins, and those are not synced: the peer may set
      // the permissions that it has once more.
      const started = await itemsStarted(peer, since);
      expect(started.filter(({ data }) => data.type !== 'dir')).toEqual([]);
      expect([touches(root), touches(peerRoot)]).toEqual(before);
      expect(conflictsIn(root)).toEqual(conflicts);

      await changeBothWays(stock.id, () => Promise.resolve());
      expect(conflictsIn(root)).toEqual(conflicts);
    } finally {
      await ours.stop();
    }

    fs.writeFileSync(config, written);
    await stock.start();
    try {
      await inSyncWith(stock.id);
      await until('the stock node is in sync', () => stock.isInSync());
      expect(conflictsIn(root)).toEqual(conflicts);
      await changeBothWays(stock.id, () => stock.scan());
      expect(conflictsIn(root)).toEqual(conflicts);
    } finally {
      await stock.stop();
    }
  });

  it.each([
    ['RSA', ['-newkey', 'rsa:3072']],
    ['P-256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']],
    ['P-384', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1']],
    ['Ed25519', ['-newkey', 'ed25519']],
  ])('works with a certificate of kind %s made by openssl', async (_kind, key) => {
    const home = join(base, 'home');
    fs.mkdirSync(home, { mode: 0o700 });
    const files = ['-keyout', join(home, 'key.pem'), '-out', join(home, 'cert.pem')];
    const subject = ['-subj', '/CN=syncthing', '-days', '3650', '-nodes'];
    const made = spawnSync('openssl', ['req', '-x509', ...key, ...files, ...subject]);
    expect({ status: made.status, error: made.error }).toEqual({ status: 0, error: undefined });
    const id = spawnSync('syncthing', ['--device-id', `--home=${home}`])
      .stdout.toString()
      .trim();
    expect(runProgram(base, ['id', '--home', home]).out.trim()).toBe(id);

    peer.configure({ folderPath: peerRoot, peers: [{ id, address: 'dynamic' }] });
    await peer.start();
    makeTree(peerRoot, 20, new SeededRandom(7));
    await peer.scan();
    fs.writeFileSync(
      join(home, 'syncthing.ini'),
      `[repository]\ndir = ${root}\n[nodes]\n${id} = dynamic\n${peer.id} = ${peer.address}\n`,
    );
    const ours = new ProgramOn(base, home);
    try {
      // A folder of syncthing.ini follows links below its root, and then takes none there from others.
      await ours.start(['--no-symlinks']);
      await inSyncWith(id);
    } finally {
      await ours.stop();
    }
  });
});
