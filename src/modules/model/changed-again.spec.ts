import { expect, it } from '@jest/globals';
import { HandClock } from '../../../test/support/hand-clock.js';
import { NamedTimers } from '../../platform/named-timers.js';
import { CHANGED_RETRY_MS, ChangedAgain } from './changed-again.js';

function setUp() {
  const clock = new HandClock();
  const timers = new NamedTimers<'changed'>(clock);
  const scans: (readonly string[])[] = [];
  const again = new ChangedAgain(
    (delayMs, callback) => timers.setUnlessSet('changed', delayMs, callback),
    (names) => scans.push(names),
  );
  return { clock, again, scans };
}

it('a file that one scan left is scanned again though the next scan leaves another one', async () => {
  const { clock, again, scans } = setUp();
  again.scanned(['a']);
  again.scanned(['b']);
  await clock.pass(CHANGED_RETRY_MS);
  expect(scans).toEqual([['a', 'b']]);
});

it('a file that changes each time is scanned less and less often, until a scan finds it at rest', async () => {
  const { clock, again, scans } = setUp();
  for (let scan = 0; scan < 4; scan++) {
    again.scanned(['busy']);
    await clock.pass(CHANGED_RETRY_MS * 2 ** scan - 1);
    expect(scans).toHaveLength(scan);
    await clock.pass(1);
    expect(scans).toHaveLength(scan + 1);
  }
  again.scanned([]);
  again.scanned(['busy']);
  await clock.pass(CHANGED_RETRY_MS);
  expect(scans).toHaveLength(5);
});
