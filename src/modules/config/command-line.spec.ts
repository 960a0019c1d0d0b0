import { describe, expect, it } from '@jest/globals';
import { helpText, parseCommandLine } from './command-line.js';
import { SETTING_OPTIONS } from './setting-options.js';

const parse = (text: string): ReturnType<typeof parseCommandLine> =>
  parseCommandLine(text.split(' ').filter((word) => word !== ''));

describe('the command line', () => {
  it.each([
    ['', 'serve'],
    ['serve --home /h', 'serve'],
    ['--home /h id', 'id'],
    ['generate', 'generate'],
    ['id --help', 'help'],
    ['--version', 'version'],
  ])('%j runs the command %s', (text, command) => {
    expect(parse(text)).toMatchObject({ command, settings: { problems: [] } });
  });

  it('gives every option of the table, short and long', () => {
    const { settings } = parse(
      '--home /h -l :1 --listen=h:2 -r -d --no-symlinks -N -n --ext-server https://x.example ' +
        '-e 22 --scan-intv 0 --conn-intv 90s --reqs-in-flight 5 --files-in-flight 6 --no-stats ' +
        '--trace-net --trace-idx --gui-address h:1 --gui-apikey k --no-gui --log-format json ' +
        '--log-level debug',
    );
    expect(settings.problems).toEqual([]);
    expect(settings.values).toEqual({
      home: '/h',
      listenAddresses: ['tcp://0.0.0.0:1', 'tcp://[::]:1', 'tcp://h:2'],
      readOnly: true,
      applyDeletes: true,
      followSymlinks: false,
      localAnnounce: false,
      globalAnnounce: false,
      discoveryServers: ['https://x.example'],
      announcedPort: 22,
      rescanIntervalS: 0,
      reconnectIntervalS: 90,
      requestsInFlight: 5,
      filesInFlight: 6,
      transferStatistics: false,
      trace: ['net', 'idx'],
      guiAddress: 'h:1',
      guiApiKey: 'k',
      guiEnabled: false,
      logFormat: 'json',
      logLevel: 'debug',
    });
  });

  it('goes by the last of --delete and --no-delete', () => {
    expect(parse('-d --no-delete').settings.values.applyDeletes).toBe(false);
    expect(parse('--no-delete -d').settings.values.applyDeletes).toBe(true);
  });

  it('names every usage error at once, but never shows a secret', () => {
    const { settings } = parse('serve now --colour red -e 0 --ro=yes --scan-intv soon -x --home');
    expect(settings.problems.map(({ item, value }) => [item, value])).toEqual([
      ['argument', 'now'],
      ['argument', 'red'],
      ['--colour', ''],
      ['-x', ''],
      ['-e', '0'],
      ['--ro', 'yes'],
      ['--scan-intv', 'soon'],
      ['--home', ''],
    ]);
    expect(parse('--home --gui-apikey=secret').settings.problems).toMatchObject([
      { item: '--home', expected: 'a value: DIR' },
    ]);
    expect(parse('--gui-apikey=').settings.problems).toMatchObject([
      { item: '--gui-apikey', value: '' },
    ]);
    expect(parse('cli').settings.problems).toMatchObject([{ item: 'command', value: 'cli' }]);
  });

  it('takes nothing but the home for commands that run no node', () => {
    expect(parse('id --home /h').settings.problems).toEqual([]);
    expect(parse('id --listen :1').settings.problems).toMatchObject([{ item: '--listen' }]);
  });

  it('explains every option in its help', () => {
    for (const { long } of SETTING_OPTIONS) if (long) expect(helpText()).toContain(`--${long}`);
  });
});
