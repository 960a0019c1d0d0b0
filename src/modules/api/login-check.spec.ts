import { hashSync } from 'bcryptjs';
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { CHECKS_MAX, LoginCheck, type LoginResult, PAUSE_AFTER_WRONG_MS } from './login-check.js';

const expected = { user: 'jb', passwordHash: hashSync('secret', 4) };

it('a wrong login is followed by a pause before the next one is looked at', async () => {
  const clock = new HandClock();
  const logins = new LoginCheck(clock);
  expect(await logins.check({ user: 'jb', password: 'no' }, expected)).toBe('wrong');
  let second: LoginResult | undefined;
  void logins.check({ user: 'jb', password: 'secret' }, expected).then((found) => (second = found));
  await turns(200);
  expect(second).toBeUndefined();
  await clock.pass(PAUSE_AFTER_WRONG_MS);
  await turns(200);
  expect(second).toBe('right');
  expect(await logins.check({ user: 'jb', password: 'secret' }, expected)).toBe('right');
  expect(await logins.check({ user: 'bj', password: 'secret' }, expected)).toBe('wrong');
});

it('no more logins than a few are looked at or wait, and room comes back', async () => {
  const clock = new HandClock();
  const logins = new LoginCheck(clock);
  const shown = { user: 'jb', password: 'no' };
  const found: LoginResult[] = [];
  const all = Array.from({ length: CHECKS_MAX + 3 }, () => logins.check(shown, expected));
  for (const each of all) void each.then((result) => found.push(result));
  await turns(200);
  expect(found.filter((each) => each === 'busy')).toHaveLength(3);
  for (let at = 0; at < CHECKS_MAX; at += 1) {
    await clock.pass(PAUSE_AFTER_WRONG_MS);
    await turns(200);
  }
  expect(found.filter((each) => each === 'wrong')).toHaveLength(CHECKS_MAX);
  expect(await logins.check({ user: 'jb', password: 'secret' }, expected)).toBe('right');
});

it('a hash that is none lets nobody in', async () => {
  const logins = new LoginCheck(new HandClock());
  const broken = { user: 'jb', passwordHash: '$2a$broken' };
  expect(await logins.check({ user: 'jb', password: '$2a$broken' }, broken)).toBe('wrong');
});
