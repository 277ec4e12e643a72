/**
 * The session of one caller: performs operations on the caller's manager and returns the answers as responses. Unlike a session of
 * `runner/` it does not read the amounts after each call: other callers may act in between, so each amount is a separate call.
 */

import { CALLERS_ERRNO, CallEnd, errnoAfter, performCall } from '../../runner/index.ts';
import type { Operation, Response } from '../../spec/index.ts';
import type { CallerPmm } from './target.ts';

export class CallerSession {
  readonly pmm: CallerPmm;
  readonly #end = new CallEnd();
  #warnings: string[] = [];

  constructor(attach: (warn: (message: string) => void) => CallerPmm) {
    this.pmm = attach((message) => this.#warnings.push(message));
  }

  /** Makes a call and returns the response. Whatever the manager throws becomes part of the response. */
  perform(operation: Operation): Response {
    this.#warnings = [];
    this.pmm.errno = CALLERS_ERRNO;
    performCall(this.pmm, operation, 0, this.#end);
    const { strayEntries } = this.#end;
    const outcome = this.#end.outcome();
    return { outcome, errno: errnoAfter(this.pmm), warnings: this.#warnings, strayEntries };
  }
}
