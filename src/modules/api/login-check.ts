/**
 * Checks user and password against the bcrypt hash of the configuration. A check is meant to be slow, and guesses must
 * not take the processor from everything else: one check runs at a time, few wait for one, and a wrong one is followed
 * by a pause. The login that was right last is known by its digest and waits for nobody.
 */
import bcrypt from 'bcryptjs';
import { type Clock } from '../../platform/clock.js';
import { digest, isSameSecret, type Login } from './credentials.js';

/** Checks that run or wait at the same time; one more is refused. */
export const CHECKS_MAX = 4;
export const PAUSE_AFTER_WRONG_MS = 250;

export interface ExpectedLogin {
  readonly user: string;
  /** bcrypt. */
  readonly passwordHash: string;
}

/** busy: not looked at. */
export type LoginResult = 'right' | 'wrong' | 'busy';

export class LoginCheck {
  private checks = 0;
  private turn: Promise<void> = Promise.resolve();
  private lastRight: { readonly passwordHash: string; readonly digest: string } | undefined;

  constructor(private readonly clock: Pick<Clock, 'setTimer'>) {}

  async check(shown: Login, expected: ExpectedLogin): Promise<LoginResult> {
    const isUser = isSameSecret(shown.user, expected.user);
    const shownDigest = digest(shown.password).toString('hex');
    const { lastRight } = this;
    if (isUser && lastRight?.passwordHash === expected.passwordHash) {
      if (isSameSecret(lastRight.digest, shownDigest)) return 'right';
    }
    if (this.checks >= CHECKS_MAX) return 'busy';
    this.checks += 1;
    const result = this.turn.then(async () => {
      // Also for a wrong user, so that the time tells nothing.
      const isPassword = await isPasswordOf(expected.passwordHash, shown.password);
      if (!isUser || !isPassword) return 'wrong';
      this.lastRight = { passwordHash: expected.passwordHash, digest: shownDigest };
      return 'right';
    });
    this.turn = result.then(async (found) => {
      if (found === 'wrong') await this.pause();
      this.checks -= 1;
    });
    return result;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(PAUSE_AFTER_WRONG_MS, resolve);
    });
  }
}

/** A hash that is none fits nothing. */
async function isPasswordOf(hash: string, password: string): Promise<boolean> {
  return bcrypt.compare(password, hash).catch(() => false);
}
