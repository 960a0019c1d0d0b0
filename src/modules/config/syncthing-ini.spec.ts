import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { certificateDer } from '../cert/identity.js';
import { readSyncthingIni } from './syncthing-ini.js';

const ids = JSON.parse(readFileSync('testdata/certs/device-ids.json', 'utf8')) as Record<
  string,
  string
>;
const [a, b] = [ids['ed25519'], ids['rsa-pkcs8']];
const OLD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base = { userHome: '/home/u', workingDirectory: '/w' };
const read = (text: string): ReturnType<typeof readSyncthingIni> => readSyncthingIni(text, base);

describe('a syncthing.ini', () => {
  it('shares the folder named default with every node', () => {
    const { problems, folders, devices } = read(
      `[repository]\ndir = /Users/jb/Synced\n\n[nodes]\n${a} = 172.16.32.1:22000 192.23.34.56\n` +
        `${b.toLowerCase().replace(/-/g, '')} = dynamic\n`,
    );
    expect(problems).toEqual([]);
    expect(folders).toMatchObject([
      { id: 'default', path: '/Users/jb/Synced', devices: [a, b], followSymlinks: true },
    ]);
    expect(devices).toMatchObject([
      { id: a, addresses: ['tcp://172.16.32.1:22000', 'tcp://192.23.34.56:22000'] },
      { id: b, addresses: ['dynamic'] },
    ]);
  });

  it('takes values to the end of the line, and section names, literally', () => {
    const { problems, folders } = read(
      '\uFEFF; a comment\r\n[repository]\r\ndir = /a;b #c = d\r\nid = my id\r\n' +
        '# another\r\n[repository.x.y [z]]\r\ndir=~/m "n"\r\n',
    );
    expect(problems).toEqual([]);
    expect(folders).toMatchObject([
      { id: 'my id', path: '/a;b #c = d' },
      { id: 'x.y [z]', path: '/home/u/m "n"' },
    ]);
  });

  it('takes the guard of a folder, with its limits or without', () => {
    const { problems, folders } = read(
      '[repository]\ndir = /a\nguard = hold\n[repository.b]\ndir = /b\nguard = off 12.5% 7\n' +
        '[repository.c]\ndir = /c\nguard = strict\n',
    );
    expect(problems).toMatchObject([{ value: 'strict', item: 'line 9, guard' }]);
    expect(folders.map(({ guard }) => guard)).toEqual([
      { mode: 'hold', percent: 25, filesMin: 20 },
      { mode: 'off', percent: 12.5, filesMin: 7 },
      undefined,
    ]);
  });

  it('names every error with its line', () => {
    const { problems } = read(
      [
        'stray = 1',
        '[repository]',
        'dir = /a',
        'dir = /b',
        'colour = red',
        'no equals sign',
        '[repository]',
        'dir = /c',
        '[elsewhere]',
        '[nodes]',
        `${a} = nowhere else`,
        'WRONG-ID = dynamic',
        `${b} =`,
        '[repository.z]',
        '[repository.default]',
        'dir = /d',
      ].join('\n'),
    );
    expect(problems.map(({ item }) => item)).toEqual([
      'line 1, text',
      'line 4, dir',
      'line 6, text',
      'line 7, section',
      'line 9, section',
      `line 12, ID`,
      `line 13, ${b}`,
      'line 5, colour',
      'line 0, [repository.z]',
      '[repository.default]',
    ]);
    expect(problems.every(({ source }) => source === 'syncthing.ini')).toBe(true);
  });

  it('refuses a node that is listed twice, however it is written', () => {
    const { problems } = read(`[nodes]\n${a} = dynamic\n${a.toLowerCase()} = dynamic\n`);
    expect(problems).toMatchObject([{ item: 'line 3, ID', expected: 'every ID once' }]);
  });

  it('takes time with the length of the file, and not with its square', () => {
    const keys = Array.from({ length: 300_000 }, (_, i) => `key${i} = dynamic`).join('\n');
    expect(read(`[nodes]\n${keys}`).problems).toHaveLength(300_000);
  });

  it('takes a fingerprint of 2013 with a warning', () => {
    const { problems, devices, folders, warnings } = read(
      `[repository]\ndir = /a\n[nodes]\n${OLD} = 192.0.2.1:22000\n`,
    );
    expect(problems).toEqual([]);
    expect(devices).toMatchObject([{ id: '', fingerprint: OLD }]);
    expect(folders[0].devices).toEqual([OLD]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(OLD);
  });

  it('skips the node itself when it is listed by its fingerprint of 2013', () => {
    const der = certificateDer(readFileSync('testdata/certs/ed25519/cert.pem', 'utf8'));
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const bits = [...createHash('sha1').update(der).digest()]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('');
    const own = (bits.match(/.{5}/g) ?? []).map((five) => alphabet[parseInt(five, 2)]).join('');
    const { devices, problems } = readSyncthingIni(`[nodes]\n${own} = dynamic\n`, {
      ...base,
      ownCertificate: der,
    });
    expect({ devices, problems }).toEqual({ devices: [], problems: [] });
  });
});
