/**
 * Counts the calls that reach something in memory that stands for a disk, and has one of them fail or be the last: so
 * each moment of a run can be met by its number, and met again.
 */
import { SyncError } from '../domain/errors.js';

/** Before: the call has done nothing. After: it has done all, and its caller does not learn that. */
export type Moment = 'before' | 'after';

/** Calls count from 1, from when the plan is set. */
export interface FaultPlan {
  /** The system's code: 'ENOSPC', 'EIO', … */
  readonly failAt?: { readonly call: number; readonly code: string; readonly when?: Moment };
  /** From there on nothing gets done, until the owner says what is left. */
  readonly crashAt?: { readonly call: number; readonly when?: Moment };
}

/** An error as the system gives it. */
export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: as if from the system`), { code });
}

export class CallFaults {
  /** Calls since the plan was set, those that failed included. */
  calls = 0;
  /** The power is gone: every call fails with 'closed'. */
  isDown = false;
  #plan: FaultPlan = {};

  set plan(plan: FaultPlan) {
    this.#plan = plan;
    this.calls = 0;
  }

  around<T>(act: () => T): T {
    const call = this.begin();
    const result = act();
    this.end(call);
    return result;
  }

  /** The number of the call. Throws where it is not to be done. */
  begin(): number {
    this.calls += 1;
    this.#meet(this.calls, 'before');
    return this.calls;
  }

  /** Throws where its caller is not to learn that it was done. */
  end(call: number): void {
    this.#meet(call, 'after');
  }

  /** As after a crash: there is power, and no plan. */
  clear(): void {
    this.isDown = false;
    this.plan = {};
  }

  #meet(call: number, when: Moment): void {
    const { failAt, crashAt } = this.#plan;
    const isNow = (at: { call: number; when?: Moment } | undefined): boolean =>
      at !== undefined && at.call === call && (at.when ?? 'before') === when;
    if (isNow(crashAt)) this.isDown = true;
    if (this.isDown) throw new SyncError('closed', 'the power is gone');
    if (failAt !== undefined && isNow(failAt)) throw systemError(failAt.code);
  }
}
