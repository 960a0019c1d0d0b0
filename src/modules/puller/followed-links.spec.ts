/** Pulling behind followed links: links that are exchanged while a pull goes on, other disks, and what stays untouched. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { PullFixture, StillClock, theirVersion } from '../../../test/support/pull-fixture.js';
import { type FolderFs, type RootLinks } from '../../platform/folder-fs.js';
import { MemoryFolderFsFactory } from '../../platform/memory-folder-fs-factory.js';
import { NO_LINKS } from '../../platform/root-links.js';

/** All links directly below the root that lead to directories. */
async function followAll(folder: FolderFs, rest: Partial<RootLinks> = {}): Promise<void> {
  folder.follow(NO_LINKS);
  const followed = new Map();
  for (const { name, type } of (await folder.list('')).entries) {
    const { target } = await folder.lookAt(name);
    if (type === 'symlink' && target !== undefined) followed.set(name, target);
  }
  folder.follow({ ...NO_LINKS, followed, plain: new Set(), ...rest });
}

describe('behind a followed link', () => {
  let folder: PullFixture;
  const at = (name: string): string => join(folder.root, name);

  beforeEach(async () => {
    folder = await PullFixture.onDisk();
    for (const name of ['target', 'other']) fs.mkdirSync(`${folder.root}-${name}`);
    fs.symlinkSync(`${folder.root}-target`, at('link'));
    await followAll(folder.fs);
    await folder.has(folder.directory('link'), folder.file('link/kept', 'before'));
  });

  afterEach(async () => {
    for (const name of ['target', 'other'])
      fs.rmSync(`${folder.root}-${name}`, { recursive: true });
    await folder.close();
  });

  const behind = (name: string): string[] => fs.readdirSync(`${folder.root}-${name}`).sort();
  function exchange(): void {
    fs.rmSync(at('link'));
    fs.symlinkSync(`${folder.root}-other`, at('link'));
  }

  it('a pull into it stops when the link is exchanged under way, and nothing is written elsewhere', async () => {
    fs.writeFileSync(`${folder.root}-other/kept`, 'of somebody else');
    await folder.announce(
      folder.file('link/small', 'x'),
      folder.file('link/big', Buffer.alloc(600_000, 'y')),
      folder.file('link/kept', 'after', theirVersion(2)),
      folder.file('rest', 'z'),
    );
    folder.source.onFetch = () => {
      folder.source.onFetch = undefined;
      exchange();
    };
    const { problems } = await folder.pull();
    const failed = problems.map(({ name, code }) => `${code} ${name}`).sort();
    expect(failed).toEqual(['io link/big', 'io link/kept', 'io link/small']);
    expect(behind('other')).toEqual(['kept']);
    expect(fs.readFileSync(`${folder.root}-other/kept`, 'utf8')).toBe('of somebody else');
    expect(fs.readFileSync(`${folder.root}-target/kept`, 'utf8')).toBe('before');
    expect(await folder.read('rest')).toBe('z');
    fs.rmSync(at('link'));
    fs.symlinkSync(`${folder.root}-target`, at('link'));
    folder.puller.retryNow('default');
    expect((await folder.pull()).problems).toEqual([]);
    expect(behind('target')).toEqual(['big', 'kept', 'small']);
  });

  it('a delete reaches nothing where the link leads by then', async () => {
    fs.writeFileSync(`${folder.root}-other/kept`, 'of somebody else');
    await folder.announce(folder.deleted('link/kept'), folder.deleted('link'));
    exchange();
    await folder.pull();
    expect(behind('other')).toEqual(['kept']);
    expect(behind('target')).toEqual(['kept']);
    expect((await folder.local('link/kept'))?.deleted).toBe(false);
  });

  it('the link outlives all that others make of its name', async () => {
    await folder.announce(folder.deleted('link/kept'), folder.deleted('link'));
    expect((await folder.pull()).problems).toEqual([]);
    expect(behind('target')).toEqual([]);
    expect((await folder.local('link'))?.deleted).toBe(true);
    for (const item of [
      folder.file('link', 'a file', theirVersion(20)),
      folder.symlink('link', '/etc', theirVersion(21)),
    ]) {
      await folder.announce(item);
      const { problems } = await folder.pull();
      expect(problems.map(({ name, code }) => `${code} ${name}`)).toEqual(['refused link']);
    }
    await folder.announce(
      folder.directory('link', theirVersion(22)),
      folder.file('link/new', 'new', theirVersion(22)),
    );
    expect((await folder.pull()).problems).toEqual([]);
    expect(behind('target')).toEqual(['new']);
    expect(fs.readlinkSync(at('link'))).toBe(`${folder.root}-target`);
  });

  it('nothing of a stopped tree is made, deleted or recorded', async () => {
    await followAll(folder.fs, {
      followed: new Map(),
      stopped: new Map([['link', 'stopped by the test']]),
    });
    await folder.announce(
      folder.deleted('link/kept'),
      folder.file('link/new', 'x'),
      folder.directory('link', { ...theirVersion(4), permissions: 0o700 }),
      folder.file('moved', 'before', theirVersion(3)),
    );
    const outcome = await folder.pull();
    expect(outcome.problems).toEqual([]);
    expect(behind('target')).toEqual(['kept']);
    expect(await folder.local('link/kept')).toMatchObject({ deleted: false, size: 6 });
    expect(await folder.local('link/new')).toBeUndefined();
    expect(await folder.read('moved')).toBe('before');
  });
});

describe('between two disks', () => {
  it('a moved file is copied, from what is here already, and its old name goes', async () => {
    const folder = await PullFixture.inMemory();
    const factory = new MemoryFolderFsFactory(new StillClock());
    for (const root of ['/folder', '/disk']) await factory.makeRoot(root);
    folder.fs = await factory.open('/folder');
    await folder.fs.makeSymlink('/disk', 'link');
    await followAll(folder.fs);
    const big = Buffer.alloc(300_000, 'b');
    await folder.has(
      folder.directory('link'),
      folder.file('small', 's'),
      folder.file('link/big', big),
      folder.file('here', 'stays on this disk'),
    );
    const later = theirVersion(9);
    await folder.announce(
      ...[folder.deleted('small'), folder.file('link/small', 's', later)],
      ...[folder.deleted('link/big'), folder.file('big', big, later)],
      ...[folder.deleted('here'), folder.file('there', 'stays on this disk', later)],
    );
    const outcome = await folder.pull();
    expect(outcome.problems).toEqual([]);
    expect(folder.source.asked).toEqual([]);
    expect(await folder.names()).toEqual(['big', 'link', 'there']);
    expect(await folder.names('link')).toEqual(['small']);
    expect(await folder.read('link/small')).toBe('s');
    expect((await folder.bytes('big')).equals(big)).toBe(true);
    await folder.close();
  });
});
