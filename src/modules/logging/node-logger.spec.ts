import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Clock, type Timer } from '../../platform/clock.js';
import { printable } from './log-line.js';
import { type LogOptions, NodeLogger } from './node-logger.service.js';

class StoppedClock extends Clock {
  nowMs(): number {
    return Date.UTC(2024, 0, 2, 3, 4, 5, 6);
  }

  monotonicMs(): number {
    return 0;
  }

  setTimer(): Timer {
    return { cancel: () => undefined };
  }
}

function loggerWith(options: Partial<LogOptions>): { logger: NodeLogger; lines: string[] } {
  const lines: string[] = [];
  const all: LogOptions = { logFormat: 'pretty', logLevel: 'info', trace: [], ...options };
  return { logger: new NodeLogger(all, new StoppedClock(), (text) => lines.push(text)), lines };
}

describe('the log', () => {
  it('has one pretty line for each entry', () => {
    const { logger, lines } = loggerWith({});
    logger.log('Ready to synchronize', 'node');
    logger.warn('Careful');
    expect(lines).toEqual([
      '2024-01-02 03:04:05.006 INFO  [node] Ready to synchronize\n',
      '2024-01-02 03:04:05.006 WARN  Careful\n',
    ]);
  });

  it('has one JSON object on each line for machines', () => {
    const { logger, lines } = loggerWith({ logFormat: 'json' });
    logger.error('It broke', 'Error: x\n    at y', 'model');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0])).toEqual({
      time: '2024-01-02T03:04:05.006Z',
      level: 'error',
      context: 'model',
      message: 'It broke',
      details: 'Error: x\n    at y',
    });
  });

  it.each([
    ['debug', ['d', 'i', 'w', 'e']],
    ['info', ['i', 'w', 'e']],
    ['warn', ['w', 'e']],
    ['error', ['e']],
  ] as const)('shows at level %s what is at least as serious', (logLevel, shown) => {
    const { logger, lines } = loggerWith({ logLevel });
    logger.debug('d', 'model');
    logger.log('i', 'model');
    logger.warn('w', 'model');
    logger.error('e', 'model');
    expect(lines.map((line) => line.trim().at(-1))).toEqual(shown);
  });

  it('shows the trace facilities that are asked for, at any level, and no others', () => {
    const { logger, lines } = loggerWith({ logLevel: 'error', trace: ['net'] });
    logger.debug('a message came', 'net');
    logger.debug('a file', 'file');
    logger.debug('something else', 'model');
    expect(lines).toEqual(['2024-01-02 03:04:05.006 DEBUG [net] a message came\n']);
    const quiet = loggerWith({ logLevel: 'debug' });
    quiet.logger.debug('a message came', 'net');
    expect(quiet.lines).toEqual([]);
  });

  it('has levels for single parts, lower and higher than that of the node', () => {
    const levels = { net: 'debug', model: 'error' } as const;
    const { logger, lines } = loggerWith({ logLevel: 'info', facilityLevels: levels });
    logger.debug('a message came', 'net');
    logger.debug('a file', 'file');
    logger.warn('careful', 'model');
    logger.error('broken', 'model');
    logger.log('started', 'node');
    logger.debug('quiet', 'constructor');
    expect(
      lines.map((line) =>
        line
          .trim()
          .split(/ {2,}|] /)
          .at(-1),
      ),
    ).toEqual(['a message came', 'broken', 'started']);
  });

  it('keeps the talk of the framework for debugging', () => {
    const { logger, lines } = loggerWith({});
    logger.log('AppModule dependencies initialized', 'InstanceLoader');
    expect(lines).toEqual([]);
  });

  it('lets no name forge a line or move the cursor, in either format', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('pretty', 'json'),
        (name, format) => {
          const { logger, lines } = loggerWith({ logFormat: format });
          logger.log(`Deleted ${name}\u001b[2J\u202e\u009b`, 'puller');
          expect(lines[0].slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e]/u);
        },
      ),
    );
    expect(printable('a\nb\u001b')).toBe('a\\u{a}b\\u{1b}');
    expect(printable('Räksmörgås 👩‍👩‍👧 动作')).toBe('Räksmörgås 👩‍👩‍👧 动作');
  });

  it('indents what belongs to an entry, so that it cannot pass for one', () => {
    const { logger, lines } = loggerWith({});
    logger.error('broke', 'Error: name\n2024 INFO  forged', 'model');
    expect(lines[0].split('\n').slice(1)).toEqual(['    Error: name', '    2024 INFO  forged', '']);
  });
});
