/**
 * A lying device exchanges links and directories while what it announced below them is on its way, and a local process
 * does the same meanwhile, as fast as it can: nothing leaves the folder, and the node goes on.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { BesiegedNode, contentOf } from './support/besieged-node.js';
import { effort } from './support/effort.js';
import { bigOf } from './support/fake-folder.js';
import { until } from './support/wait.js';

const RACE_MS = effort(1_500, 60_000);
const KIB = 1024;

jest.setTimeout(30_000 + 2 * RACE_MS);

let besieged: BesiegedNode;

beforeAll(async () => {
  besieged = await BesiegedNode.start();
});

afterEach(async () => {
  await besieged.isServed();
  expect(besieged.untouched()).toEqual([]);
});

afterAll(async () => {
  await besieged.stop();
});

const bytesOf = (offset: Parameters<typeof bigOf>[0]): number => Number(bigOf(offset));

function typeOf(name: string): string {
  const stat = fs.lstatSync(besieged.path(name), { throwIfNoEntry: false });
  if (stat === undefined) return 'absent';
  return stat.isSymbolicLink() ? 'link' : stat.isDirectory() ? 'directory' : 'file';
}

describe('a device that puts a link in the place of a directory on the way', () => {
  it.each([0, 1, 2, 3])(
    '(%i from the top) before it gives the content of what lies below',
    async (depth) => {
      const path = ['x', 'x/y', 'x/y/z', 'x/y/z/precious'].map((name) => `${depth} ${name}`);
      const [exchanged, name, after, last] = [
        path[depth]!,
        path[3]!,
        `after ${depth}`,
        `last ${depth}`,
      ];
      const { peer, folder } = await besieged.joinedEvil();
      const directories = path.slice(0, 3).map((each) => folder.directory(each));
      // Two blocks, so that the file is collected beside its place.
      const content = Buffer.alloc(200 * KIB, `${depth} evil`);
      const file = folder.file(name, content);
      folder.files.clear();
      folder.index(peer, [...directories, file]);
      const asked = [await peer.next('request'), await peer.next('request')];
      const gone = path.slice(depth + 1).reverse();
      folder.update(peer, ...gone.map((each) => folder.deleted(each)));
      folder.update(peer, folder.symlink(exchanged, besieged.outside), folder.file(after, 'after'));
      await until('the link is dealt with', () => contentOf(besieged.path(after)) === 'after');
      for (const { id, offset, size } of asked) {
        const data = content.subarray(bytesOf(offset), bytesOf(offset) + size);
        peer.send('response', { id, data });
      }
      // And once more, now that the link may be there.
      const below = depth === 3 ? [] : [folder.file(`${exchanged}/precious`, 'evil')];
      folder.update(peer, ...below, folder.file(last, 'last'));
      await until('the last is there', () => contentOf(besieged.path(last)) === 'last');
      await besieged.rests();
      await peer.drop();
    },
  );

  it('takes turns of both at one name, and is not waited for', async () => {
    const { peer, folder } = await besieged.joinedEvil();
    folder.index(peer, []);
    for (let turn = 0; turn < 30; turn++) {
      folder.update(peer, folder.directory('turn'), folder.file('turn/precious', `evil ${turn}`));
      folder.update(
        peer,
        folder.deleted('turn/precious'),
        folder.symlink('turn', besieged.outside),
      );
      if (turn % 10 === 0) await besieged.answersGood();
    }
    await until('the link is there at last', () => typeOf('turn') === 'link');
    await besieged.rests();
    expect(besieged.untouched()).toEqual([]);
    await peer.drop();
  });
});

describe('a local process that exchanges directories for links all the time', () => {
  it('leads no pull, no scan and no answer out of the folder', async () => {
    const script = join(besieged.node.home, 'turns.mjs');
    fs.writeFileSync(script, TURNS_SCRIPT);
    const places = ['r', 'r/s', 'r/s/t'];
    for (const name of places) fs.mkdirSync(besieged.path(name));
    const child = fork(script, [besieged.node.root, besieged.outside], { execArgv: [] });
    const { peer, folder } = await besieged.joinedEvil();
    let rounds = 0;
    let placed = 0;
    try {
      await once(child, 'message');
      folder.index(peer, []);
      for (const endMs = performance.now() + RACE_MS; performance.now() < endMs; rounds++) {
        const version = folder.version();
        folder.update(
          peer,
          ...places.map((name) => folder.directory(name, { permissions: 0o700 + (rounds % 8) })),
          folder.file('r/s/t/precious', `evil ${rounds}`),
          folder.file(`r/s/t/big ${rounds % 3}`, Buffer.alloc(200 * KIB, `${rounds}.`)),
          folder.deleted(`r/s/t/small ${rounds - 1}`, { version }),
          folder.file(`r/s/t/small ${rounds}`, 'evil'),
        );
        peer.send('request', {
          id: rounds + 1,
          folder: 'default',
          name: 'r/s/t/precious',
          size: 8,
        });
        if (rounds % 8 === 0) await besieged.isServed();
        if (rounds % 2 === 0) await besieged.rests();
        if (typeOf('r/s/t/precious') === 'file') placed += 1;
      }
    } finally {
      child.kill();
      await once(child, 'exit');
    }
    process.stdout.write(
      `a process against the node: ${rounds} rounds, ${placed} times in place\n`,
    );
    const leaked = peer.received
      .filter(({ name }) => name === 'response')
      .filter(({ message }) => (message as { data: Uint8Array }).data.length > 0)
      .filter(
        ({ message }) => !Buffer.from((message as { data: Uint8Array }).data).includes('evil'),
      );
    expect(leaked).toEqual([]);
    expect(besieged.untouched()).toEqual([]);
    await peer.drop();
  });
});

/** At each of three places, by turns: the directory goes aside, a link to outside comes, and back. */
const TURNS_SCRIPT = `
import * as fs from 'node:fs';
const [, , root, outside] = process.argv;
process.send('started');
const quietly = (act) => { try { act(); } catch {} };
let turn = 0;
const give = () => {
  for (let i = 0; i < 50; i++, turn++) {
    const place = root + '/' + ['r', 'r/s', 'r/s/t', 'r/s/t/precious'][turn % 4];
    const aside = root + '/aside' + (turn % 4);
    quietly(() => fs.renameSync(place, aside));
    quietly(() => fs.symlinkSync(turn % 4 === 3 ? outside + '/precious' : outside, place));
    if (turn % 7 === 0) quietly(() => fs.readdirSync(root));
    quietly(() => { if (fs.lstatSync(place).isSymbolicLink()) fs.unlinkSync(place); });
    quietly(() => fs.renameSync(aside, place));
  }
  setTimeout(give, turn % 3);
};
give();
`;
