/**
 * The session of one caller: performs operations on the caller's manager and returns the answers as responses. Unlike a session of
 * `runner/` it does not read the amounts after each call: other callers may act in between, so each amount is a separate call.
 */

import { call } from '../../runner/index.ts';
import type { Operation, Response } from '../../spec/index.ts';
import type { CallerPmm } from './target.ts';

export class CallerSession {
  readonly pmm: CallerPmm;
  #warnings: string[] = [];

  constructor(attach: (warn: (message: string) => void) => CallerPmm) {
    this.pmm = attach((message) => this.#warnings.push(message));
  }

  /** Makes a call and returns the response. Whatever the manager throws becomes part of the response. */
  perform(operation: Operation): Response {
    this.#warnings = [];
    this.pmm.errno = null;
    const { stackTraceLimit } = Error;
    // A panic is an answer, and nobody looks at its stack.
    Error.stackTraceLimit = 0;
    const { outcome, strayEntries } = call(this.pmm, operation, 0);
    Error.stackTraceLimit = stackTraceLimit;
    return { outcome, errno: this.pmm.errno, warnings: this.#warnings, strayEntries };
  }
}
