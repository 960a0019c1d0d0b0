import { describe, expect, it } from '@jest/globals';
import { logLevels, parseLogLevels } from './log-levels.js';
import { Refusal } from './setting-problem.js';

describe('levels of the log', () => {
  it.each([
    ['warn', { logLevel: 'warn' }],
    ['info,net=debug', { logLevel: 'info', facilityLevels: { net: 'debug' } }],
    [
      'net=debug model=error',
      { logLevel: 'info', facilityLevels: { net: 'debug', model: 'error' } },
    ],
    [' idx=warn, error ', { logLevel: 'error', facilityLevels: { idx: 'warn' } }],
  ])('%j is one for the node and others for its parts', (text, expected) => {
    expect(parseLogLevels(text)).toBe(text);
    expect(logLevels(text)).toEqual(expected);
  });

  it.each([
    '',
    ',',
    'loud',
    'info,debug',
    'net=',
    '=debug',
    'net=loud',
    'net=debug=info',
    '1=info',
  ])('%j is refused with what was expected', (text) => {
    expect(parseLogLevels(text)).toBeInstanceOf(Refusal);
  });
});
