/**
 * The session of one caller: performs operations on the caller's manager and returns the answers as responses. Unlike a session of
 * `runner/` it does not read the amounts after each call: other callers may act in between, so each amount is a separate call.
 */

import { errnoAfter, omitStacks, restoreStacks } from '../../runner/index.ts';
import { type HigherHalf, halfOf, LeanCaller, NumberedCall } from '../../runner/lean/index.ts';
import { type Config, type Operation, type Profile, type Response, WHOLE } from '../../spec/index.ts';
import type { CallerPmm } from './target.ts';

export class CallerSession {
  readonly pmm: CallerPmm;
  readonly #half: HigherHalf;
  readonly #caller: LeanCaller;
  readonly #call = new NumberedCall();
  readonly #setsErrno: boolean;
  #warnings: string[] = [];

  constructor(
    config: Config,
    attach: (warn: (message: string) => void) => CallerPmm,
    profile: Profile = WHOLE,
  ) {
    this.pmm = attach((message) => this.#warnings.push(message));
    this.#half = halfOf(config);
    this.#caller = new LeanCaller(this.pmm, this.#half, profile);
    this.#setsErrno = profile.failures.includes('errno');
  }

  /** Makes a call and returns the response. Whatever the manager throws becomes part of the response. */
  perform(operation: Operation): Response {
    this.#warnings = [];
    const caller = this.#caller;
    this.#call.take(operation, this.#half);
    const limit = omitStacks();
    caller.make(this.#call, 0);
    restoreStacks(limit);
    const { hasStrayEntries: strayEntries } = caller;
    const outcome = caller.outcome();
    const errno = this.#setsErrno ? { errno: errnoAfter(this.pmm) } : {};
    return { outcome, ...errno, warnings: this.#warnings, strayEntries };
  }
}
