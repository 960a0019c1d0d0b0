import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { itemStatOf } from './confined-open.js';
import { SystemCalls } from './system-calls.js';

const O_PATH = 0o10000000;

describe('system calls', () => {
  let root: string;
  let directory: number;
  let calls: SystemCalls;

  beforeEach(() => {
    root = fs.mkdtempSync(join(tmpdir(), 'calls-'));
    directory = fs.openSync(root, O_PATH | fs.constants.O_DIRECTORY);
    calls = SystemCalls.load() as SystemCalls;
  });

  afterEach(() => {
    fs.closeSync(directory);
    fs.rmSync(root, { recursive: true });
  });

  function asNodeSees(name: string) {
    return itemStatOf(fs.lstatSync(join(root, name), { bigint: true }));
  }

  it('see what Node sees, of every kind and with any time', () => {
    fs.writeFileSync(join(root, 'plain'), 'content', { mode: 0o641 });
    fs.writeFileSync(join(root, 'Öl – 油 🛢'), '');
    fs.mkdirSync(join(root, 'directory'), { mode: 0o1750 });
    fs.symlinkSync('nowhere', join(root, 'link'));
    fs.linkSync(join(root, 'plain'), join(root, 'second name'));
    fs.truncateSync(join(root, 'second name'), 5 * 2 ** 32 + 7);
    fs.writeFileSync(join(root, 'before 1970'), '');
    fs.utimesSync(join(root, 'before 1970'), -86_400.25, -1234.75);
    fs.writeFileSync(join(root, 'after 2038'), '');
    fs.utimesSync(join(root, 'after 2038'), 6e9, 6e9 + 0.5);
    const names = fs.readdirSync(root);
    expect(names).toHaveLength(7);
    for (const name of names) {
      expect({ name, ...calls.lookAt(directory, name) }).toEqual({ name, ...asNodeSees(name) });
    }
  });

  it('see devices as Node does, whichever was looked at before', () => {
    const proc = fs.openSync('/proc', O_PATH | fs.constants.O_DIRECTORY);
    for (const descriptor of [directory, proc, directory]) {
      const seen = itemStatOf(fs.fstatSync(descriptor, { bigint: true }));
      expect(calls.lookIn(descriptor)?.device).toBe(seen.device);
    }
    fs.closeSync(proc);
  });

  it('give a new name only where nothing has it', () => {
    fs.writeFileSync(join(root, 'temp'), 'new');
    fs.writeFileSync(join(root, 'there'), 'of the user');
    expect(calls.renameToNew(directory, 'temp', 'there')).toBe(false);
    expect(calls.renameToNew(directory, 'temp', 'name')).toBe(true);
    const read = (name: string): string => fs.readFileSync(join(root, name), 'utf8');
    expect([fs.readdirSync(root), read('there'), read('name')]).toEqual([
      ['name', 'there'],
      'of the user',
      'new',
    ]);
  });

  it('make a file with its permissions, and none over another', () => {
    const { O_RDWR, O_CREAT, O_EXCL } = fs.constants;
    const made = calls.open(directory, 'made', O_RDWR | O_CREAT | O_EXCL, 0o640) as number;
    fs.closeSync(made);
    expect(fs.statSync(join(root, 'made')).mode & 0o777).toBe(0o640);
    expect(calls.open(directory, 'made', O_RDWR | O_CREAT | O_EXCL, 0o640)).toBeUndefined();
  });

  it('say nothing of what is not there, or is no name', () => {
    expect(calls.lookAt(directory, 'missing')).toBeUndefined();
    expect(calls.lookAt(directory, '')).toBeUndefined();
    expect(calls.open(directory, 'missing', fs.constants.O_RDONLY)).toBeUndefined();
    expect(calls.open(directory, '', fs.constants.O_RDONLY)).toBeUndefined();
    expect(calls.lookIn(1_000_000)).toBeUndefined();
  });

  it('open what is in the directory, and leave it to no program that is started', () => {
    fs.writeFileSync(join(root, 'plain'), 'content');
    const opened = calls.open(directory, 'plain', fs.constants.O_RDONLY) as number;
    expect(fs.readFileSync(opened, 'utf8')).toBe('content');
    expect(calls.lookIn(opened)).toEqual(asNodeSees('plain'));
    const flags = /^flags:\s+(\d+)$/m.exec(
      fs.readFileSync(`/proc/self/fdinfo/${opened}`, 'utf8'),
    )?.[1];
    expect(Number.parseInt(flags ?? '', 8) & 0o2000000).not.toBe(0);
    fs.closeSync(opened);
  });

  it('follow no link where they are told not to', () => {
    fs.writeFileSync(join(root, 'plain'), 'content');
    fs.symlinkSync('plain', join(root, 'link'));
    const flags = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW;
    expect(calls.open(directory, 'link', flags)).toBeUndefined();
  });
});
