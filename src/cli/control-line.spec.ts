import { describe, expect, it } from '@jest/globals';
import { parseControlLine } from './control-line.js';

function parse(line: string): ReturnType<typeof parseControlLine> {
  return parseControlLine(line.split(' ').filter((word) => word !== ''));
}

describe('command lines for a running node', () => {
  it.each([
    ['health', { command: 'health' }],
    ['--home /h health', { command: 'health', node: { home: '/h' } }],
    ['cli status --json', { command: 'status', isJson: true }],
    ['cli --json status', { command: 'status', isJson: true }],
    ['cli scan', { command: 'scan', paths: [] }],
    ['cli scan photos 2024 a/b', { command: 'scan', folder: 'photos', paths: ['2024', 'a/b'] }],
    ['cli override photos', { command: 'override', folder: 'photos' }],
    ['cli revert photos --json', { command: 'revert', folder: 'photos', isJson: true }],
    ['cli versions photos a/b', { command: 'versions', folder: 'photos', paths: ['a/b'] }],
    ['cli restore photos a b', { command: 'restore', folder: 'photos', paths: ['a', 'b'] }],
    ['cli guard list photos', { command: 'guard', folder: 'photos', paths: ['list'] }],
    [
      'cli guard reject photos ABCDEFG',
      { command: 'guard', folder: 'photos', paths: ['reject', 'ABCDEFG'] },
    ],
    ['cli pause --folder photos', { command: 'pause', folder: 'photos' }],
    ['cli resume --device desk', { command: 'resume', device: 'desk' }],
    ['cli pause --all', { command: 'pause', isAll: true }],
    ['cli errors --clear', { command: 'errors', clears: true }],
    [
      'cli folders --gui-address :1 --gui-apikey=k',
      { command: 'folders', node: { guiAddress: ':1', guiApiKey: 'k' } },
    ],
    ['cli --help', { command: 'help' }],
    ['health -h', { command: 'help' }],
  ])('%s', (line, expected) => {
    expect(parse(line)).toMatchObject({ ...expected, problems: [] });
  });

  it.each([
    ['cli', 'one of status'],
    ['cli frobnicate', 'one of status'],
    ['cli status more', 'nothing after status'],
    ['cli status --folder x', 'only --home'],
    ['cli pause', 'one of --device, --folder, --all'],
    ['cli pause --all --folder x', 'one of --device, --folder, --all'],
    ['cli revert', 'the ID of a folder'],
    ['cli override a b', 'nothing after the folder'],
    ['cli versions', 'the ID of a folder'],
    ['cli restore photos', 'the path of a file'],
    ['cli guard', 'one of list, approve, reject'],
    ['cli guard approve', 'the ID of a folder'],
    ['cli guard list photos scan', 'nothing more'],
    ['cli restore photos a b c', 'nothing more'],
    ['cli status --frobnicate', 'what syncnest cli --help shows'],
    ['cli status --home', 'what syncnest cli --help shows'],
    ['health now', 'nothing after health'],
    ['health --clear', 'only --home'],
  ])('%s is refused with what was expected', (line, expected) => {
    expect(
      parse(line)
        ?.problems.map((each) => each.expected)
        .join(),
    ).toContain(expected);
  });

  it.each(['', 'serve', 'id --home cli', '--listen health', '-r', '--home cli'])(
    '%j is for another command',
    (line) => {
      expect(parse(line)).toBeUndefined();
    },
  );
});
