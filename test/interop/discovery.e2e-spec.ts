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

/** From the last start until everybody is connected with everybody. */
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

  beforeAll(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-discovery-'));
    lab = await NetworkLab.create();
    a = await ours('a', '10.77.0.11');
    b = await ours('b', '10.77.0.12');
  });

  afterAll(async () => {
    await lab.close();
    fs.rmSync(base, { recursive: true });
  });

  afterEach(async () => {
    await Promise.all([a.machine, b.machine, lab.hub].map((machine) => machine.stop()));
  });

  async function ours(name: string, address: string): Promise<Ours> {
    const home = join(base, `${name}-home`);
    const root = join(base, name);
    fs.mkdirSync(root);
    const id = runProgram(base, ['id', '--home', home]).out.trim();
    return { machine: await lab.machine(address), home, id, root };
  }

  function start(node: Ours, ids: readonly string[], options: readonly string[]): LabProcess {
    const args = ['--home', node.home, '--no-gui', '--log-format', 'pretty', '--scan-intv', '1'];
    const env = programEnvironment(base, {
      SYNCNEST_FOLDERS: `default=${node.root}`,
      SYNCNEST_DEVICES: ids.map((id) => `${id}=dynamic`).join('\n'),
    });
    return node.machine.start(process.execPath, [PROGRAM, ...args, ...options], env);
  }

  /** What a user sees of it: a file written here arrives there. */
  async function syncs(from: Ours, to: Ours, name: string): Promise<void> {
    fs.writeFileSync(join(from.root, name), name);
    await until(`${name} arrives`, () => fs.existsSync(join(to.root, name)), MOVE_LIMIT_MS);
  }

  it('two of ours and a stock one meet on the LAN within 5 s, and again after one moved', async () => {
    const stock = await StockNode.create(join(base, 'stock-home'));
    const stockRoot = join(base, 'stock');
    fs.mkdirSync(join(stockRoot, '.stfolder'), { recursive: true });
    stock.configure({
      folderPath: stockRoot,
      peers: [a, b].map(({ id }) => ({ id, address: 'dynamic' })),
      localAnnounce: true,
      listenAddress: 'tcp://0.0.0.0:22000',
    });
    const stockMachine = await lab.machine('10.77.0.13');
    const { command, args, env } = stock.launch();
    const stockProcess = stockMachine.start(command, args, env);
    const logA = start(a, [b.id, stock.id], ['-n']);
    await logA.says(`Connected to node ${stock.id}`);
    expect(logA.log).toMatch(/Starting local discovery/);
    expect(logA.log).toMatch(`Discovered node ${stock.id} at tcp://`);

    const startMs = performance.now();
    const logB = start(b, [a.id, stock.id], ['-n']);
    await logB.says(`Connected to node ${a.id}`);
    await logB.says(`Connected to node ${stock.id}`);
    await logA.says(`Connected to node ${b.id}`);
    expect(performance.now() - startMs).toBeLessThan(FIND_LIMIT_MS);
    const discovered = stockMachine.run(
      process.execPath,
      '-e',
      `fetch('${stock.restUrl('system/discovery')}', { headers: { 'X-API-Key': 'key' } })
         .then((answer) => answer.text()).then(console.log)`,
    );
    for (const { id } of [a, b]) expect(discovered).toContain(id);
    await syncs(a, b, 'before');

    const seen = [logA.log.length, stockProcess.log.length];
    b.machine.move('10.77.0.22');
    await logA.says(`Connected to node ${b.id}`, MOVE_LIMIT_MS, seen[0]);
    await stockProcess.says(/Established secure connection to .{7}/, MOVE_LIMIT_MS, seen[1]);
    const place = '(10\\.77\\.0\\.22|\\[fe80::2:22)';
    const isFound = new RegExp(`Discovered node ${b.id} at .*tcp://${place}`);
    await logA.says(isFound, MOVE_LIMIT_MS, seen[0]);
    await syncs(b, a, 'after');
    await stockMachine.close();
  });

  it('two of ours meet by a stock discovery server, and again after one moved', async () => {
    const server = join(base, 'server');
    fs.mkdirSync(server);
    const served = lab.hub.start('sh', ['-c', `cd ${server} && exec stdiscosrv`], process.env);
    await served.says(/Server device ID is \S+/);
    const [, id] = /Server device ID is (\S+)/.exec(served.log)!;
    const options = ['-N', '--ext-server', `https://${HUB_ADDRESS}:8443/v2/?id=${id}`];
    const logA = start(a, [b.id], options);
    await logA.says('Announced to https://');
    const logB = start(b, [a.id], options);
    await logB.says(`Connected to node ${a.id}`);
    await syncs(a, b, 'by server');

    const seen = logA.log.length;
    b.machine.move('10.77.0.32');
    await logA.says(`Connected to node ${b.id}`, MOVE_LIMIT_MS, seen);
    await syncs(b, a, 'by server again');
    expect(logA.log).not.toMatch(/local discovery|Discovered node/);
  });
});
