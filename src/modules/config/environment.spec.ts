import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Environment, readEnvironment } from './environment.js';

const ids = JSON.parse(readFileSync('testdata/certs/device-ids.json', 'utf8')) as Record<
  string,
  string
>;
const [a, b] = [ids['ed25519'], ids['rsa-pkcs8']];
const secrets: Record<string, string> = { '/run/key': 'from a file\n', '/run/empty': '\n' };
const reader = {
  userHome: '/home/u',
  workingDirectory: '/w',
  readSecret: (path: string): string => {
    if (!(path in secrets)) throw new Error('no such file');
    return secrets[path];
  },
};
const read = (environment: Environment): ReturnType<typeof readEnvironment> =>
  readEnvironment(environment, reader);

describe('the environment', () => {
  it('gives every setting of the table', () => {
    const { values, problems, warnings } = read({
      SYNCNEST_HOME: '/h',
      SYNCNEST_LISTEN: ':1234 10.0.0.1:5 tcp://[::1]:6',
      SYNCNEST_READ_ONLY: 'yes',
      SYNCNEST_DELETE: 'off',
      SYNCNEST_NO_SYMLINKS: '1',
      SYNCNEST_NO_LOCAL_ANNOUNCE: 'true',
      SYNCNEST_NO_EXT_ANNOUNCE: 'false',
      SYNCNEST_EXT_SERVER: `https://d.example/v2/?id=${a}\ndefault`,
      SYNCNEST_EXT_PORT: '443',
      SYNCNEST_SCAN_INTV: '5m',
      SYNCNEST_CONN_INTV: '1h',
      SYNCNEST_REQS_IN_FLIGHT: '64',
      SYNCNEST_FILES_IN_FLIGHT: '3',
      SYNCNEST_NO_STATS: 'on',
      SYNCNEST_TRACE: 'net,idx',
      SYNCNEST_GUI_ADDRESS: ':8385',
      SYNCNEST_GUI_APIKEY: 'k',
      SYNCNEST_NO_GUI: '0',
      SYNCNEST_LOG_FORMAT: 'json',
      SYNCNEST_LOG_LEVEL: 'warn',
    });
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    expect(values).toEqual({
      home: '/h',
      listenAddresses: [
        'tcp://0.0.0.0:1234',
        'tcp://[::]:1234',
        'tcp://10.0.0.1:5',
        'tcp://[::1]:6',
      ],
      readOnly: true,
      applyDeletes: false,
      followSymlinks: false,
      localAnnounce: false,
      globalAnnounce: true,
      discoveryServers: [`https://d.example/v2/?id=${a}`, 'default'],
      announcedPort: 443,
      rescanIntervalS: 300,
      reconnectIntervalS: 3600,
      requestsInFlight: 64,
      filesInFlight: 3,
      transferStatistics: false,
      trace: ['net', 'idx'],
      guiAddress: '0.0.0.0:8385',
      guiApiKey: 'k',
      guiEnabled: true,
      logFormat: 'json',
      logLevel: 'warn',
    });
  });

  it('treats an empty variable as absent and warns of an unknown one', () => {
    const { values, problems, warnings } = read({
      SYNCNEST_LISTEN: ' ',
      SYNCNEST_HMOE: '/x',
      OTHER: '1',
    });
    expect({ values, problems }).toEqual({ values: {}, problems: [] });
    expect(warnings).toEqual([
      'The environment variable SYNCNEST_HMOE is unknown and has no effect.',
    ]);
  });

  it('names every bad variable, but never shows a secret', () => {
    const { problems } = read({
      SYNCNEST_READ_ONLY: 'perhaps',
      SYNCNEST_SCAN_INTV: '5 parsecs',
      SYNCNEST_LISTEN: ':1 quic://:2 :99999',
      SYNCNEST_TRACE: 'net,disk',
      SYNCNEST_GUI_APIKEY: 'hidden',
      SYNCNEST_GUI_APIKEY_FILE: '/run/key',
    });
    expect(new Map(problems.map(({ item, value }) => [value, item]))).toEqual(
      new Map([
        ['/run/key', 'SYNCNEST_GUI_APIKEY_FILE'],
        ['quic://:2', 'SYNCNEST_LISTEN'],
        [':99999', 'SYNCNEST_LISTEN'],
        ['perhaps', 'SYNCNEST_READ_ONLY'],
        ['5 parsecs', 'SYNCNEST_SCAN_INTV'],
        ['net,disk', 'SYNCNEST_TRACE'],
      ]),
    );
    expect(JSON.stringify(problems)).not.toContain('hidden');
  });

  it('reads a secret from the file that its …_FILE variable names', () => {
    expect(read({ SYNCNEST_GUI_APIKEY_FILE: '/run/key' }).values.guiApiKey).toBe('from a file');
    expect(read({ SYNCNEST_GUI_APIKEY_FILE: '/run/none' }).problems).toHaveLength(1);
    expect(read({ SYNCNEST_GUI_APIKEY_FILE: '/run/empty' }).problems).toHaveLength(1);
  });
});

describe('folders and devices of the environment', () => {
  it('share each folder in the short form with every device', () => {
    const { folders, devices, problems } = read({
      SYNCNEST_FOLDERS: 'default=/data docs=~/docs',
      SYNCNEST_DEVICES: `${a}=dynamic,host.example:1 ${b}=tcp://[::1]:22000`,
    });
    expect(problems).toEqual([]);
    expect(folders).toMatchObject([
      { id: 'default', path: '/data', devices: [a, b], source: 'environment' },
      { id: 'docs', path: '/home/u/docs', devices: [a, b] },
    ]);
    expect(devices).toMatchObject([
      { id: a, addresses: ['dynamic', 'tcp://host.example:1'] },
      { id: b, addresses: ['tcp://[::1]:22000'] },
    ]);
  });

  it('take a path with blanks where entries stand one a line', () => {
    const { folders, problems } = read({ SYNCNEST_FOLDERS: 'p=/my photos\nq=/b\n' });
    expect(problems).toEqual([]);
    expect(folders.map(({ path }) => path)).toEqual(['/my photos', '/b']);
    expect(read({ SYNCNEST_FOLDERS: 'p=/my photos' }).problems).toMatchObject([
      { item: 'SYNCNEST_FOLDERS', value: 'photos' },
    ]);
  });

  it('may be JSON arrays of the objects that the REST interface of Syncthing has', () => {
    const { folders, devices, problems, warnings } = read({
      SYNCNEST_FOLDERS: JSON.stringify([
        {
          id: 'f',
          path: '/f',
          label: 'F',
          type: 'sendonly',
          devices: [{ deviceID: a, introducedBy: '', encryptionPassword: '' }, b],
          rescanIntervalS: 30,
          maxConflicts: -1,
          fsWatcherEnabled: false,
          minDiskFree: { value: 2, unit: 'GB' },
          copiers: 1,
        },
      ]),
      SYNCNEST_DEVICES: JSON.stringify([
        { deviceID: a, name: 'A', addresses: ['quic://x:1', 'tcp://x:1'], untrusted: false },
        { deviceID: b, paused: true, allowedNetworks: ['10.0.0.0/8'], numConnections: 1 },
      ]),
    });
    expect(problems).toEqual([]);
    expect(folders).toMatchObject([
      {
        id: 'f',
        label: 'F',
        type: 'sendonly',
        devices: [a, b],
        rescanIntervalS: 30,
        maxConflicts: -1,
        autoNormalize: true,
        watch: false,
        minDiskFree: { value: 2, unit: 'GB' },
        blockedBy: '',
      },
    ]);
    expect(devices).toMatchObject([
      { id: a, name: 'A', addresses: ['tcp://x:1'], blockedBy: '' },
      { id: b, paused: true, addresses: ['dynamic'] },
    ]);
    expect(devices[1]).toMatchObject({ blockedBy: '', allowedNetworks: ['10.0.0.0/8'] });
    expect(warnings).toEqual([
      'SYNCNEST_DEVICES[1]: without effect in this version: numConnections',
      'SYNCNEST_FOLDERS[0]: without effect in this version: copiers',
    ]);
  });

  it('are refused by name when they are nested beyond any configuration', () => {
    const deep = `[{"id":${'['.repeat(30_000)}${']'.repeat(30_000)},"path":"/x"}]`;
    const { problems } = read({ SYNCNEST_FOLDERS: deep, SYNCNEST_DEVICES: deep });
    const expected = 'at most 32 levels';
    expect(problems).toMatchObject([
      { item: 'SYNCNEST_DEVICES[0]', expected },
      { item: 'SYNCNEST_FOLDERS[0]', expected },
    ]);
  });

  it('block a folder for an encryption password in JSON too', () => {
    const { folders } = read({
      SYNCNEST_FOLDERS: JSON.stringify([
        { id: 'f', path: '/f', devices: [{ deviceID: a, encryptionPassword: 'p' }] },
      ]),
    });
    expect(folders[0].blockedBy).toContain('encryption password');
  });

  it('name each bad entry and key', () => {
    const { problems } = read({
      SYNCNEST_FOLDERS: JSON.stringify([
        { id: 'f', path: 7, pathh: '/f', devices: ['x'] },
        'text',
        { id: 'g', path: '/g' },
        { id: 'g', path: '/h' },
      ]),
      SYNCNEST_DEVICES: `${a}=dynamic ${a}=dynamic nonsense=1:1 ${b}=`,
    });
    expect(problems.map(({ item }) => item)).toEqual([
      'SYNCNEST_DEVICES',
      'SYNCNEST_DEVICES',
      'SYNCNEST_DEVICES',
      'SYNCNEST_FOLDERS[0].path',
      'SYNCNEST_FOLDERS[0].devices',
      'SYNCNEST_FOLDERS[0].pathh',
      'SYNCNEST_FOLDERS[1]',
      'SYNCNEST_FOLDERS',
    ]);
    expect(read({ SYNCNEST_FOLDERS: '[{' }).problems).toHaveLength(1);
  });
});
