/**
 * The use of 2013 opposite a stock node: several trees elsewhere, joined by links below one root, one of them on a disk
 * that is unmounted, mounted again and exchanged for another. The program runs in a mount namespace of its own.
 */
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, programEnvironment, runProgram } from '../support/node-process.js';
import { hasSmallDisks, SmallDisk } from '../support/small-disk.js';
import { freePort } from '../support/free-port.js';
import { hasStock, StockNode } from '../support/stock-node.js';
import { API_KEY } from '../support/test-node.js';
import { readTree } from '../support/tree.js';
import { until } from '../support/wait.js';

jest.setTimeout(120_000);

const describeIfPossible = hasStock() && hasSmallDisks() ? describe : describe.skip;

describeIfPossible('links below the root, opposite a stock node', () => {
  let base: string;
  let disk: SmallDisk;
  let stock: StockNode;
  let child: ChildProcess;
  let log = '';
  let guiPort: number;

  const at = (name: string): string => join(base, name);
  /** As the program sees it. */
  const inside = (name: string): string => disk.seen(join('..', name));

  function run(...words: string[]): void {
    const [command, ...args] = [...disk.entry, ...words];
    const { status, stderr } = spawnSync(command!, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`);
  }
  const ask = (method: string, path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${guiPort}/rest/${path}`, {
      method,
      headers: { 'X-API-Key': API_KEY },
    });
  const scan = async (): Promise<unknown> => ask('POST', 'db/scan?folder=default');
  async function problemOf(name: string): Promise<string> {
    const answer = await (await ask('GET', 'folder/errors?folder=default')).json();
    const { errors } = answer as { errors: { path: string; error: string }[] | null };
    return errors?.find(({ path }) => path === name)?.error ?? '';
  }
  const names = (): string[] => [...readTree(at('stock')).keys()].sort();
  const mountDisk = (): void => run('mount', '--bind', at('disk'), at('elsewhere/photos'));

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-joined-'));
    for (const name of ['root', 'disk', 'elsewhere/photos', 'elsewhere/music', 'stock', 'home']) {
      fs.mkdirSync(at(name), { recursive: true });
    }
    fs.mkdirSync(at('stock-home'));
    disk = await SmallDisk.mount(at('disk'), 8);
    mountDisk();
    stock = await StockNode.create(at('stock-home'));
    const { out: id } = runProgram(base, ['id', '--home', at('home')]);
    stock.configure({ folderPath: at('stock'), peers: [{ id: id.trim(), address: 'dynamic' }] });
    await stock.start();
    const ini = ['[repository]', `dir = ${at('root')}`, '[nodes]'];
    fs.writeFileSync(
      at('home/syncthing.ini'),
      [...ini, `${stock.id} = ${stock.address.slice('tcp://'.length)}`, ''].join('\n'),
    );
    guiPort = await freePort();
  });

  afterEach(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await stock.stop();
    disk.close();
    fs.rmSync(base, { recursive: true });
  });

  function start(): void {
    const [command, ...args] = [...disk.entry, process.execPath, PROGRAM];
    const env = programEnvironment(base, {
      SYNCNEST_HOME: at('home'),
      SYNCNEST_LISTEN: 'tcp://127.0.0.1:0',
      SYNCNEST_GUI_ADDRESS: `127.0.0.1:${guiPort}`,
      SYNCNEST_GUI_APIKEY: API_KEY,
      SYNCNEST_NO_LOCAL_ANNOUNCE: 'true',
      SYNCNEST_NO_EXT_ANNOUNCE: 'true',
      SYNCNEST_CONN_INTV: '1',
    });
    child = spawn(command!, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (data: Buffer): void => void (log += data.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  async function eventually(what: string, isSo: () => boolean): Promise<void> {
    await until(what, isSo).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${names().join(' ')}\n${log.slice(-4000)}`);
    });
  }

  async function stopped(reason: RegExp): Promise<void> {
    await until('the tree is stopped', async () => {
      await scan();
      return reason.test(await problemOf('photos'));
    });
  }

  it('are synced as directories, and nothing is deleted when a disk comes and goes', async () => {
    fs.mkdirSync(disk.seen('2013'));
    for (const name of ['2013/a', '2013/move', 'kept']) fs.writeFileSync(disk.seen(name), name);
    fs.writeFileSync(at('elsewhere/music/song'), 'song');
    for (const name of ['photos', 'music'])
      fs.symlinkSync(at(`elsewhere/${name}`), at(`root/${name}`));
    start();
    const all = ['music', 'music/song', 'photos', 'photos/2013', 'photos/2013/a'];
    await eventually('the stock node has all', () =>
      [...all, 'photos/2013/move', 'photos/kept'].every((name) => names().includes(name)),
    );
    // Both disks, and from one to the other.
    fs.renameSync(at('stock/photos/2013/move'), at('stock/music/moved'));
    fs.writeFileSync(at('stock/photos/2013/new'), 'from the stock node');
    fs.rmSync(at('stock/photos/2013/a'));
    await stock.scan();
    await eventually('what the stock node did is done here', () => {
      const here = readTree(disk.seen());
      return (
        fs.existsSync(at('elsewhere/music/moved')) &&
        here.has('2013/new') &&
        !here.has('2013/a') &&
        !here.has('2013/move')
      );
    });
    const whole = ['music', 'music/moved', 'music/song', 'photos', 'photos/2013'];
    whole.push('photos/2013/new', 'photos/kept');
    expect(names()).toEqual(whole);

    run('umount', at('elsewhere/photos'));
    await stopped(/elsewhere\/photos, which is another directory/);
    fs.writeFileSync(at('stock/photos/later'), 'later');
    fs.writeFileSync(at('stock/music/later'), 'later');
    await stock.scan();
    await eventually('the rest goes on', () => fs.existsSync(at('elsewhere/music/later')));
    expect(fs.readdirSync(at('elsewhere/photos'))).toEqual([]);
    mountDisk();
    await scan();
    await eventually('the tree goes on', () => fs.existsSync(disk.seen('later')));
    whole.splice(1, 0, 'music/later');
    whole.splice(whole.indexOf('photos/kept') + 1, 0, 'photos/later');
    expect(names()).toEqual(whole);
    expect(await problemOf('photos')).toBe('');

    run('umount', at('elsewhere/photos'));
    run('mount', '-t', 'tmpfs', '-o', 'size=4m', 'another', at('elsewhere/photos'));
    fs.writeFileSync(inside('elsewhere/photos/only here'), 'only here');
    fs.writeFileSync(inside('elsewhere/photos/kept'), 'kept');
    await stopped(/which is another directory/);
    expect(names()).toEqual(whole);
    expect(fs.readdirSync(inside('elsewhere/photos')).sort()).toEqual(['kept', 'only here']);
    fs.writeFileSync(at('root/.stfolder/accept-photos'), '');
    await scan();
    await eventually('both contents are on both sides', () => {
      return (
        fs.existsSync(at('stock/photos/only here')) &&
        fs.existsSync(inside('elsewhere/photos/2013/new')) &&
        fs.existsSync(inside('elsewhere/photos/later'))
      );
    });
    expect(names()).toEqual([...whole, 'photos/only here']);
    expect(fs.lstatSync(at('root/photos')).isSymbolicLink()).toBe(true);
  });
});
