/** Machines that know only each other's IDs find each other: on the LAN, beside a stock Syncthing, and by a server. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  hasNamespaces,
  HUB_ADDRESS,
  type LabMachine,
  type LabProcess,
  NetworkLab,
} from '../support/network-lab.js';
import { PROGRAM, programEnvironment, runProgram } from '../support/node-process.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { until } from '../support/wait.js';

jest.setTimeout(60_000);

const suite = hasStock() && hasNamespaces('stdiscosrv') ? describe : describe.skip;

/** Each look at what the stock node knows is a process. */
const LOOK_AGAIN_MS = 500;
/** From when the last one begins to look for the others until everybody is connected with everybody. */
const FIND_LIMIT_MS = 5000;
const MOVE_LIMIT_MS = 15_000;

interface Ours {
  readonly machine: LabMachine;
  readonly home: string;
  readonly id: string;
  readonly root: string;
}

suite('between machines', () => {
  let base: string;
  let lab: NetworkLab;
  let a: Ours;
  let b: Ours;
  let stock: StockNode;
  let stockMachine: LabMachine;
  let stockLog: LabProcess;
  let server: string;

  beforeAll(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-discovery-'));
    lab = await NetworkLab.create();
    server = await startServer();
    a = await ours('a', '10.77.0.11');
    b = await ours('b', '10.77.0.12');
    await startStock();
  });

  afterAll(async () => {
    await lab.close();
    fs.rmSync(base, { recursive: true });
  });

  afterEach(() => Promise.all([a.machine.stop(), b.machine.stop()]));

  /** Its address, with its ID. */
  async function startServer(): Promise<string> {
    const home = join(base, 'server');
    fs.mkdirSync(home);
    const log = lab.hub.start('sh', ['-c', `cd ${home} && exec stdiscosrv`], process.env);
    await log.says(/Server device ID is \S+/);
    const [, id] = /Server device ID is (\S+)/.exec(log.log)!;
    return `https://${HUB_ADDRESS}:8443/v2/?id=${id}`;
  }

  /** Uses the LAN and the server, and goes on through all tests. */
  async function startStock(): Promise<void> {
    stock = await StockNode.create(join(base, 'stock-home'));
    const folderPath = join(base, 'stock');
    fs.mkdirSync(join(folderPath, '.stfolder'), { recursive: true });
    stock.configure({
      folderPath,
      peers: [a, b].map(({ id }) => ({ id, address: 'dynamic' })),
      localAnnounce: true,
      globalServer: server,
      listenAddress: 'tcp://0.0.0.0:22000',
    });
    stockMachine = await lab.machine('10.77.0.13');
    const { command, args, env } = stock.launch();
    stockLog = stockMachine.start(command, args, env);
  }

  async function ours(name: string, address: string): Promise<Ours> {
    const home = join(base, `${name}-home`);
    const root = join(base, name);
    fs.mkdirSync(root);
    const id = runProgram(base, ['id', '--home', home]).out.trim();
    return { machine: await lab.machine(address), home, id, root };
  }

  function start(node: Ours, peer: Ours, options: readonly string[]): LabProcess {
    const args = ['--home', node.home, '--no-gui', '--log-format', 'pretty', '--scan-intv', '1'];
    const env = programEnvironment(base, {
      SYNCNEST_FOLDERS: `default=${node.root}`,
      SYNCNEST_DEVICES: `${peer.id}=dynamic ${stock.id}=dynamic`,
    });
    return node.machine.start(process.execPath, [PROGRAM, ...args, ...options], env);
  }

  /** What a user sees of it: a file written here arrives there. */
  async function syncs(from: Ours, to: Ours, name: string): Promise<void> {
    fs.writeFileSync(join(from.root, name), name);
    await until(`${name} arrives`, () => fs.existsSync(join(to.root, name)), MOVE_LIMIT_MS);
  }

  /** Starts both of ours; fails when not all three are connected with each other soon after the last start. */
  async function startBoth(options: readonly string[], ready: string): Promise<LabProcess[]> {
    const logA = start(a, b, options);
    await logA.says(ready);
    await logA.says(`Connected to node ${stock.id}`);
    const logB = start(b, a, options);
    // How long a program takes to load depends on what else this machine does.
    await logB.says('Attempting to connect to other nodes');
    const startMs = performance.now();
    await Promise.all([
      logB.says(`Connected to node ${a.id}`),
      logB.says(`Connected to node ${stock.id}`),
      logA.says(`Connected to node ${b.id}`),
    ]);
    expect(performance.now() - startMs).toBeLessThan(FIND_LIMIT_MS);
    return [logA, logB];
  }

  it('two of ours and a stock one meet on the LAN within 5 s, and again after one moved', async () => {
    const [logA] = await startBoth(['-n'], 'Starting local discovery');
    // Over IPv4 and over IPv6, both ways.
    for (const { id, host } of [
      { id: stock.id, host: 13 },
      { id: b.id, host: 12 },
    ]) {
      await logA!.says(`Discovered node ${id} at tcp://10.77.0.${host}:22000`);
      await logA!.says(`Discovered node ${id} at tcp://[fe80::1:${host}%`);
    }
    expect(logA!.log).not.toMatch(/WARN .*local/);
    const addressesOf = (host: number): string[] => [
      `tcp://10.77.0.${host}:22000`,
      `tcp://[fe80::1:${host}%25eth0]:22000`,
    ];
    // It may hear of us later than we of it.
    await until(
      'the stock node knows where both are',
      () => {
        const discovered = stockMachine.run(
          process.execPath,
          '-e',
          `fetch('${stock.restUrl('system/discovery')}', { headers: { 'X-API-Key': 'key' } })
             .then((answer) => answer.text()).then(console.log)`,
        );
        const known = JSON.parse(discovered) as Record<string, { addresses: string[] }>;
        const knows = (id: string, host: number): boolean =>
          addressesOf(host).every((address) => known[id]?.addresses.includes(address));
        return knows(a.id, 11) && knows(b.id, 12);
      },
      MOVE_LIMIT_MS,
      LOOK_AGAIN_MS,
    );
    await syncs(a, b, 'before');

    const seen = [logA!.log.length, stockLog.log.length];
    b.machine.move('10.77.0.22');
    await logA!.says(`Connected to node ${b.id}`, MOVE_LIMIT_MS, seen[0]);
    await stockLog.says(`Established secure connection to ${b.id}`, MOVE_LIMIT_MS, seen[1]);
    for (const host of ['10.77.0.22:22000', '[fe80::2:22%']) {
      await logA!.says(`Discovered node ${b.id} at tcp://${host}`, MOVE_LIMIT_MS, seen[0]);
    }
    await syncs(b, a, 'after');
  });

  it('they meet by a stock discovery server without the LAN, and again after one moved', async () => {
    const options = ['-N', '--ext-server', server];
    const [logA] = await startBoth(options, 'Announced to https://');
    await syncs(a, b, 'by server');

    const seen = logA!.log.length;
    b.machine.move('10.77.0.32');
    await logA!.says(`Connected to node ${b.id}`, MOVE_LIMIT_MS, seen);
    await syncs(b, a, 'by server again');
    expect(logA!.log).not.toMatch(/local discovery|Discovered node/);
  });
});
