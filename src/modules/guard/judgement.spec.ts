import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ThreatGroup, type ThreatTally } from '../../domain/guard-threat.js';
import { FOLDER_OPTION_DEFAULTS } from '../config/folder-options.js';
import { type GuardRules, isEmptied, isTooMuch } from './guard-rules.js';
import { EMPTY_PEER_MEMORY, judgePeers, type PeerMemory, RECENT_MS } from './peer-judgement.js';
import { judgeScan, type ScanFacts, type ScanMemory } from './scan-judgement.js';
import { SETTLE_MS, SETTLE_MS_MAX, Settling } from './settling.js';

const RULES: GuardRules = { mode: 'hold', percent: 25, filesMin: 20 };
const NOW = 1_700_000_000_000;

function group(by: string, rest: Partial<ThreatGroup> = {}): ThreatGroup {
  const none = { deletes: 0, replaces: 0, others: 0, moves: 0, bytes: 0, latest: 1, approved: 0 };
  return { by, ...none, ...rest };
}

function judge(
  groups: readonly ThreatGroup[],
  memory: PeerMemory = EMPTY_PEER_MEMORY,
  rest: { applied?: number; files?: number; nowMs?: number; ignoreDelete?: boolean } = {},
) {
  const { applied = 0, files = 1_000, nowMs = NOW, ignoreDelete = false } = rest;
  const tally: ThreatTally = { groups, latest: 1, applied };
  return judgePeers(tally, memory, { rules: RULES, files, ignoreDelete, nowMs });
}

const heldOf = (verdict: { memory: PeerMemory }): string[] => Object.keys(verdict.memory.held);

describe('what is too much', () => {
  it.each([
    [250, 1_000, false],
    [251, 1_000, true],
    [19, 20, false],
    [20, 20, true],
    [0, 0, false],
  ])('%i of %i files: %s', (lost, files, expected) => {
    expect(isTooMuch(lost, files, FOLDER_OPTION_DEFAULTS.guard)).toBe(expected);
  });

  it.each([
    [100, 100, true],
    [95, 100, true],
    [94, 100, false],
    [0, 0, false],
  ])('%i of %i files gone is emptied: %s', (lost, files, expected) => {
    expect(isEmptied(lost, files)).toBe(expected);
  });
});

describe('of what devices would delete or replace', () => {
  it('passes what is within the limit', () => {
    expect(heldOf(judge([group('A', { deletes: 5 }), group('B', { replaces: 200 })]))).toEqual([]);
  });

  it('holds the one that is too large, and passes the small one of another device', () => {
    const verdict = judge([group('A', { deletes: 1_000 }), group('B', { deletes: 5 })]);
    expect(heldOf(verdict)).toEqual(['A']);
  });

  it('holds those that are too much together, whoever they are from', () => {
    const verdict = judge([
      group('A', { deletes: 120 }),
      group('B', { replaces: 120 }),
      group('C', { deletes: 120 }),
    ]);
    expect(heldOf(verdict)).toEqual(['C']);
  });

  it('keeps holding what is left of a held set, however small, until nothing is', () => {
    const memory = { ...EMPTY_PEER_MEMORY, held: { A: 7 } };
    expect(judge([group('A', { deletes: 3 })], memory).memory.held).toEqual({ A: 7 });
    expect(judge([group('A', { others: 1 })], memory).memory.held).toEqual({ A: 7 });
    expect(judge([], memory).memory.held).toEqual({});
  });

  it('counts along what passed a short while ago, and forgets it later', () => {
    const first = judge([], EMPTY_PEER_MEMORY, { applied: 100 }).memory;
    const after = { applied: 340, files: 760 };
    const soon = judge([group('A', { deletes: 40 })], first, { ...after, nowMs: NOW + 60_000 });
    expect(heldOf(soon)).toEqual(['A']);
    const seen = judge([], first, { ...after, nowMs: NOW + 60_000 }).memory;
    const later = { ...after, nowMs: NOW + 60_001 + RECENT_MS };
    expect(heldOf(judge([group('A', { deletes: 40 })], seen, later))).toEqual([]);
  });

  it('does not count what a person approved', () => {
    const memory = { ...EMPTY_PEER_MEMORY, approved: { A: 9 }, samples: [[NOW, 0] as const] };
    const open = judge([group('A', { approved: 500 })], memory, { applied: 500 });
    expect(open.memory.approved).toEqual({ A: 9 });
    const done = judge([], open.memory, { applied: 1_000, files: 0 });
    expect(done.memory.approved).toEqual({});
    expect(done.passed).toBe(0);
  });

  it('leaves deletes out where the folder does not apply them', () => {
    const groups = [group('A', { deletes: 900, replaces: 10 })];
    expect(heldOf(judge(groups, EMPTY_PEER_MEMORY, { ignoreDelete: true }))).toEqual([]);
  });

  it('never lets more pass at once than the limit, and holds nothing that is within it', () => {
    const sizes = fc.array(fc.nat(400), { maxLength: 6 });
    const property = fc.property(sizes, fc.nat(1_200), (counts, files) => {
      const groups = counts.map((deletes, at) => group(`D${at}`, { deletes }));
      const held = heldOf(judge(groups, EMPTY_PEER_MEMORY, { files }));
      const passing = groups.filter(({ by }) => !held.includes(by));
      const passed = passing.reduce((sum, { deletes }) => sum + deletes, 0);
      expect(isTooMuch(passed, files, RULES)).toBe(false);
      const all = counts.reduce((sum, count) => sum + count, 0);
      if (!isTooMuch(all, files, RULES)) expect(held).toEqual([]);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('keeps few samples, whatever the clock does', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -RECENT_MS, max: RECENT_MS }), fc.nat(50)));
    const property = fc.property(steps, (all) => {
      let [memory, nowMs, applied] = [EMPTY_PEER_MEMORY, NOW, 0];
      for (const [step, count] of all) {
        nowMs += step;
        applied += count;
        const verdict = judge([], memory, { applied, nowMs });
        memory = verdict.memory;
        expect(verdict.passed).toBeLessThanOrEqual(applied);
        expect(memory.samples.length).toBeLessThanOrEqual(40);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe('what a scan found', () => {
  const facts = (rest: Partial<ScanFacts>): ScanFacts => ({
    rules: { ...RULES, mode: 'warn' },
    ...{ files: 1_000, deletes: 0, replaces: 0, recent: 0, isExchanged: false, isWhole: true },
    ...rest,
  });
  const hold = {
    reason: 'emptied',
    sinceMs: 1,
    deletes: 9,
    replaces: 0,
    bytes: 9,
    examples: [],
  } as const;
  const off = { ...RULES, mode: 'off' } as const;

  it.each<[string, Partial<ScanFacts>, ScanMemory, string]>([
    ['nothing lost', { isExchanged: true }, {}, 'record'],
    ['all gone', { deletes: 1_000 }, {}, 'hold'],
    ['nearly all gone', { deletes: 960 }, {}, 'hold'],
    ['all gone in parts', { files: 500, deletes: 500, recent: 500 }, {}, 'hold'],
    ['half gone', { deletes: 500 }, {}, 'record'],
    ['half gone, and more may be on its way', { deletes: 500, isWhole: false }, {}, 'wait'],
    ['a few gone in a part, while much is held', { isWhole: false }, { hold }, 'hold'],
    ['a part of another directory', { isWhole: false, isExchanged: true }, {}, 'wait'],
    ['few files, all gone', { files: 10, deletes: 10 }, {}, 'record'],
    ['another directory with half of it', { deletes: 500, isExchanged: true }, {}, 'hold'],
    ['another directory with other content', { replaces: 500, isExchanged: true }, {}, 'hold'],
    ['another directory, a little less in it', { deletes: 5, isExchanged: true }, {}, 'record'],
    ['half is back of what was held', { deletes: 500 }, { hold }, 'hold'],
    [
      'much that is new beside what is held',
      { files: 9_000, deletes: 1_000 },
      { hold, files: 1_000 },
      'hold',
    ],
    ['nearly all is back of what was held', { deletes: 10 }, { hold }, 'record'],
    ['approved', { deletes: 1_000 }, { hold, decision: { kind: 'record', upTo: 990 } }, 'record'],
    [
      'more than approved',
      { deletes: 1_000 },
      { hold, decision: { kind: 'record', upTo: 500 } },
      'hold',
    ],
    ['no guard', { rules: off, deletes: 1_000, isExchanged: true }, {}, 'record'],
  ])('%s', (_what, rest, memory, expected) => {
    expect(judgeScan(facts(rest), memory).kind).toBe(expected);
  });
});

describe('what comes in parts', () => {
  it('is settled when nothing came for a while', () => {
    const settling = new Settling();
    expect(settling.waitMs(0, 0)).toBe(0);
    expect(settling.waitMs(5, 100)).toBe(SETTLE_MS);
    expect(settling.waitMs(6, 1_000)).toBe(SETTLE_MS);
    expect(settling.waitMs(6, 2_000)).toBe(SETTLE_MS - 1_000);
    expect(settling.settled).toBe(0);
    expect(settling.waitMs(6, 3_000)).toBe(0);
    expect(settling.settled).toBe(6);
  });

  it('waits anew after a mark that was settled without it', () => {
    const settling = new Settling();
    expect(settling.waitMs(5, 0)).toBe(SETTLE_MS);
    expect(settling.waitMs(5, SETTLE_MS)).toBe(0);
    settling.settled = 6;
    expect(settling.waitMs(7, 10 * SETTLE_MS_MAX)).toBe(SETTLE_MS);
  });

  it('is settled after a long time, though it goes on', () => {
    const settling = new Settling();
    let mark = 0;
    let nowMs = 0;
    while (settling.waitMs((mark += 1), nowMs) > 0) nowMs += 1_000;
    expect(nowMs).toBe(SETTLE_MS_MAX);
    expect(settling.settled).toBe(mark);
  });
});
