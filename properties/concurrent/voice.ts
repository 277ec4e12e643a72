/**
 * Voices: one caller's manager, whose answers are put down as responses. The amounts after a call are not read, as a session
 * does: they would be calls of their own.
 */

import { call } from '../../runner/index.ts';
import type { Operation, Response } from '../../spec/index.ts';
import type { CallerPmm } from './target.ts';

export class Voice {
  readonly pmm: CallerPmm;
  #warnings: string[] = [];

  constructor(attach: (warn: (message: string) => void) => CallerPmm) {
    this.pmm = attach((message) => this.#warnings.push(message));
  }

  /** Makes a call, and returns what it was answered. Never throws for what the manager does. */
  perform(operation: Operation): Response {
    this.#warnings = [];
    this.pmm.errno = null;
    const { stackTraceLimit } = Error;
    // A panic is an answer here, and its stack is never looked at.
    Error.stackTraceLimit = 0;
    const { outcome, strayEntries } = call(this.pmm, operation, 0);
    Error.stackTraceLimit = stackTraceLimit;
    return { outcome, errno: this.pmm.errno, warnings: this.#warnings, strayEntries };
  }
}
