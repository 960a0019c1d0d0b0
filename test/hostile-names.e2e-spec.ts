/**
 * Names that a lying device announces, each as file, directory, link and delete, at the root and below: what is no plain
 * name of an item is applied nowhere, and what is one, however odd, is a name inside the folder and nothing else.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fs from 'node:fs';
import { BesiegedNode, contentOf, onlyReason } from './support/besieged-node.js';
import { type FakeFolder, vector, type WireFile } from './support/fake-folder.js';
import { UNFIT_NAMES } from './support/hostile-cases.js';
import { until } from './support/wait.js';

jest.setTimeout(30_000);

const OUTSIDE_THE_WIRE = [
  ...['..', '.', '', '/', '/etc/evil', '../evil', 'a/../../evil', 'a/..', 'a/./b', './a', 'a//b'],
  ...['a/', '//a', 'directory/..', '..//..', '../../../../../../../../etc/passwd'],
];

/** Names on other systems, marks for shells, pages and terminals: here each is a name like any other. */
const ODD_NAMES = [
  ...['back\\slash', '..\\..\\evil', 'C:\\evil', '\\\\server\\share', 'C:', 'a:stream'],
  ...['CON', 'nul', 'COM1.txt', 'LPT9', 'aux.', 'trailing dot.', 'trailing blank ', ' leading'],
  ...['...', '..evil', '.hidden', '.STFOLDER', '.StIgnore', '.stfolder.removed', '.stversions2'],
  ...['-rf', '--', '~', '~root', '$HOME', '$(touch evil)', '`touch evil`', '; rm -rf .', '| cat'],
  ...['<script>alert(1)<\\script>', '"><img src=x>', '%2e%2e%2fevil', '%00', 'a?b*c', '[x]'],
  ...[
    'line\nbreak',
    'tab\there',
    'bell\u0007',
    '\u001b[2J',
    '\u202egnp.exe',
    '\ufeffbom',
    '\u200b',
  ],
  ...['a.sync-conflict-20200101-000000-ABCDEFG', 'a.sync-conflict-x.txt', 'sync-conflict'],
  ...['é', '日本', '😀', 'n'.repeat(255), `${'ü'.repeat(127)}x`],
];

const IN_A_TEMP_NAME = ['.syncthing.evil.tmp/below', '~syncthing~evil.tmp/below'];

let besieged: BesiegedNode;

beforeAll(async () => {
  besieged = await BesiegedNode.start();
});

afterEach(async () => {
  await besieged.isServed();
  expect(besieged.untouched()).toEqual([]);
  expect([besieged.good.refusals, besieged.good.anomalies]).toEqual([[], []]);
});

afterAll(async () => {
  await besieged.stop();
});

/** The item in each form that it can be announced in. */
function forms(folder: FakeFolder, name: string): Record<string, WireFile> {
  const version = vector([folder.identity.shortId, 2n ** 40n]);
  return {
    file: folder.file(name, 'evil'),
    directory: folder.directory(name),
    link: folder.symlink(name, besieged.outside),
    'deleted file': folder.deleted(name, { version }),
    'deleted directory': folder.deleted(name, { version, type: 1 }),
    'deleted link': folder.deleted(name, { version, type: 4 }),
  };
}

const KINDS = ['file', 'directory', 'link', 'deleted file', 'deleted directory', 'deleted link'];

describe('a name that is no path inside the folder', () => {
  it.each(OUTSIDE_THE_WIRE)(
    '(%j) ends the connection, whatever is said to have it',
    async (name) => {
      const before = besieged.items();
      for (const kind of ['file', 'directory', 'link', 'deleted file']) {
        const { peer, folder } = await besieged.joinedEvil();
        folder.index(peer, [forms(folder, name)[kind]!]);
        expect(await onlyReason(peer)).toMatch(/protocol error: .*(name|component)/s);
      }
      expect(besieged.items()).toEqual(before);
    },
  );
});

describe('a name that is not for items', () => {
  const names = [...UNFIT_NAMES.map(([, name]) => name), ...IN_A_TEMP_NAME];

  it.each(KINDS)('is not applied to a %s, and takes away nothing that has it', async (kind) => {
    const { peer, folder } = await besieged.joinedEvil();
    fs.writeFileSync(besieged.path('.syncthing.evil.tmp'), 'of a transfer');
    const before = besieged.items();
    const below = names.map((name) => `directory/${name}`);
    // Below the root the names of the folder's own things are names like others.
    const unfitBelow = below.filter((name) => !/^directory\/\.st/.test(name));
    const all = [...names, ...names.map((name) => `${name}/x`), ...unfitBelow];
    const fit = `beside ${kind}`;
    const items = all.map((name) => forms(folder, name)[kind]!);
    folder.index(peer, [...items, folder.file(fit, 'fit')]);
    await until('the fit item is there', () => contentOf(besieged.path(fit)) === 'fit');
    await besieged.rests();
    expect(besieged.items().filter((name) => name !== fit)).toEqual(before);
    expect(peer.isEnded).toBe(false);
    await peer.drop();
  });
});

describe('a name that is odd', () => {
  it.each(['', 'directory/'])('is taken as it is, after "%s"', async (parent) => {
    const { peer, folder } = await besieged.joinedEvil();
    const before = besieged.items();
    const names = ODD_NAMES.map((name) => parent + name);
    folder.index(
      peer,
      names.map((name) => folder.file(name, `content of ${name}`)),
    );
    const isThere = (name: string): boolean =>
      contentOf(besieged.path(name)) === `content of ${name}`;
    await until('all are there', () => names.every(isThere)).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(names.filter((n) => !isThere(n)))}`);
    });
    expect(besieged.items()).toEqual([...before, ...names].sort());
    folder.update(peer, ...names.map((name) => folder.deleted(name)));
    await until('all are gone', () => besieged.items().length === before.length);
    expect(besieged.items()).toEqual(before);
    await peer.drop();
  });

  it('is one item to this node and one answer to whoever asks', async () => {
    const { peer, folder } = await besieged.joinedEvil();
    const name = 'directory\\..\\..\\outside\\precious';
    folder.index(peer, [folder.file(name, 'mine')]);
    await until('it is there', () => contentOf(besieged.path(name)) === 'mine');
    await besieged.rests();
    peer.send('request', { id: 3, folder: 'default', name, size: 4 });
    const { code, data } = await peer.next('response');
    expect([code, Buffer.from(data).toString()]).toEqual([0, 'mine']);
    await peer.drop();
  });
});
