/**
 * CVE-2015-2846 made arguments of a program out of text that came from others, and Syncthing's external versioner once
 * gave names to a shell. Here names and addresses from a device come to the only program that is run for a folder: each
 * as one argument, which no shell reads and which is no option.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BesiegedNode } from './support/besieged-node.js';
import { until } from './support/wait.js';

jest.setTimeout(30_000);

/** Each would make the file, or remove others, if anything but a program's argument were made of it. */
const NAMES = [
  ...['$(touch pwned)', '`touch pwned`', '; touch pwned', '| touch pwned', '&& touch pwned'],
  ...['> pwned', '-rf', '--help', '-', '--', '-exec touch pwned', 'a"b', "a'b", '"; touch pwned #'],
  ...["'; touch pwned #", 'line\ntouch pwned', '\ttab', ' leading', 'trailing ', '*', '?', '[a-z]'],
  ...['~', '$HOME', '${IFS}', '%FILE_PATH%', '%FOLDER_PATH%', '%s%n', 'back\\slash', '!!', '#x'],
  ...['\u001b[2J', 'ü\u200b', '@file', 'a=b', '(x)', '{a,b}', '<in', 'é'.repeat(120)],
];

let besieged: BesiegedNode;
let tools: string;

beforeAll(async () => {
  tools = fs.mkdtempSync(join(tmpdir(), 'syncnest-keeper-'));
  fs.writeFileSync(join(tools, 'keep.sh'), KEEP_SCRIPT, { mode: 0o755 });
  const command = `${join(tools, 'keep.sh')} ${tools} %FILE_PATH% %FOLDER_PATH%/%FILE_PATH% --name=%FILE_PATH%`;
  besieged = await BesiegedNode.start({
    folder: {
      versioning: { type: 'external', params: { command }, path: '', cleanupIntervalS: 0 },
    },
  });
});

afterEach(async () => {
  expect(besieged.untouched()).toEqual([]);
});

afterAll(async () => {
  await besieged.stop();
  fs.rmSync(tools, { recursive: true });
});

/** What the program was given, run by run: its arguments, then the variables that name the file. */
function runs(): string[][] {
  const said = fs.readdirSync(tools).filter((name) => name.startsWith('said-'));
  return said.flatMap((name) =>
    fs
      .readFileSync(join(tools, name), 'utf8')
      .split('\0\0')
      .slice(0, -1)
      .map((one) => one.split('\0')),
  );
}

describe('CVE-2015-2846: a command made of names that others chose', () => {
  it('has each name as a part of one argument, whatever it holds', async () => {
    const { peer, folder } = await besieged.joinedEvil();
    const names = [...NAMES, ...NAMES.map((name) => `directory/${name}`)];
    folder.index(
      peer,
      names.map((name) => folder.file(name, `of ${name}`)),
    );
    await until('all are there', () => names.every((name) => besieged.has(name)));
    await besieged.rests();
    folder.update(peer, ...names.map((name) => folder.deleted(name)));
    await until('all are gone', () => names.every((name) => !besieged.has(name)));
    await besieged.rests();
    const { root } = besieged.node;
    const given = new Map(runs().map((run) => [run.at(-1), run]));
    for (const name of names) {
      // A name that would be an option names its file by the directory it is in.
      const argument = name.startsWith('-') ? `./${name}` : name;
      expect(given.get(name)).toEqual([
        ...[argument, `${root}/${name}`, `--name=${name}`],
        ...[root, 'basic', name],
      ]);
    }
    expect(runs()).toHaveLength(names.length);
    for (const place of [root, tools, process.cwd(), join(root, 'directory')]) {
      expect(fs.existsSync(join(place, 'pwned'))).toBe(false);
    }
    expect(fs.readFileSync(besieged.path('kept')).equals(besieged.keptContent)).toBe(true);
    await peer.drop();
    await besieged.isServed();
  });
});

/** Writes what it was given, each part ended by a NUL, and takes the file away as it is asked to. Several run at once. */
const KEEP_SCRIPT = `#!/bin/sh
dir="$1"
shift
{
  for each in "$@" "$FOLDER_PATH" "$FOLDER_FILESYSTEM"; do printf '%s\\0' "$each"; done
  printf '%s\\0\\0' "$FILE_PATH"
} >> "$dir/said-$$"
cd "$FOLDER_PATH" && rm "$1"
`;
