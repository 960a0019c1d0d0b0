/**
 * Checks user and password against the bcrypt hash of the configuration. A check is meant to be slow: few wait for
 * one, and the login that was right last is known by its digest.
 */
import bcrypt from 'bcryptjs';
import { digest, isSameSecret, type Login } from './credentials.js';

/** Checks that run or wait at the same time; one more is refused. */
export const CHECKS_MAX = 4;

export interface ExpectedLogin {
  readonly user: string;
  /** bcrypt. */
  readonly passwordHash: string;
}

export class LoginCheck {
  private checks = 0;
  private lastRight: { readonly passwordHash: string; readonly digest: string } | undefined;

  async isRight(shown: Login, expected: ExpectedLogin): Promise<boolean> {
    const isUser = isSameSecret(shown.user, expected.user);
    const shownDigest = digest(shown.password).toString('hex');
    const { lastRight } = this;
    if (lastRight?.passwordHash === expected.passwordHash) {
      if (isSameSecret(lastRight.digest, shownDigest)) return isUser;
    }
    if (this.checks >= CHECKS_MAX) return false;
    this.checks += 1;
    try {
      const isPassword = await bcrypt.compare(shown.password, expected.passwordHash);
      if (isUser && isPassword) {
        this.lastRight = { passwordHash: expected.passwordHash, digest: shownDigest };
      }
      return isUser && isPassword;
    } catch {
      return false;
    } finally {
      this.checks -= 1;
    }
  }
}
