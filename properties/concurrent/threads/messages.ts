/** Messages between the main thread and the threads of callers. All of it can be copied from thread to thread. */
import type { Operation, Response } from '../../../spec/index.ts';

/** The start data of a caller's thread. The map and the configuration are encoded as in files. */
export interface CallerThreadData {
  readonly caller: number;
  readonly seed: number;
  readonly map: unknown;
  readonly config: unknown;
  readonly state: SharedArrayBuffer;
  /** Two words: the clock of the history, and the number of callers that are ready. */
  readonly barrier: SharedArrayBuffer;
  readonly callers: number;
  /** The module of the target, or null for our own implementation. */
  readonly module: string | null;
  readonly patienceMs: number;
}

export const CLOCK_AT = 0;
export const PRESENT_AT = 1;

/** A request for calls, to be started when all callers are ready. */
export interface Round {
  readonly calls: number;
}

/** One call as a thread records it. */
export interface RecordedCall {
  readonly operation: Operation;
  readonly response: Response;
  readonly invoked: number;
  readonly returned: number;
  /** The call's turn; null if the target does not tell it. */
  readonly turn: number | null;
}
