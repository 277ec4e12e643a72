/** Messages: what a thread that runs a caller is told, and what it reports. All of it can be copied from thread to thread. */
import type { Operation, Response } from '../../../spec/index.ts';

/** What a caller's thread begins with. The map and the configuration are encoded, as in files. */
export interface Commission {
  readonly caller: number;
  readonly seed: number;
  readonly map: unknown;
  readonly config: unknown;
  readonly state: SharedArrayBuffer;
  /** Two words: the clock of the history, and how many callers stand ready. */
  readonly meeting: SharedArrayBuffer;
  readonly callers: number;
  /** The module of the target, or null for our own implementation. */
  readonly module: string | null;
  readonly patienceMs: number;
}

export const CLOCK_AT = 0;
export const PRESENT_AT = 1;

/** Asks for so many calls, begun when all callers stand ready. */
export interface Round {
  readonly calls: number;
}

/** One call that was made. */
export interface RecordedCall {
  readonly operation: Operation;
  readonly response: Response;
  readonly invoked: number;
  readonly returned: number;
  /** The turn that it had, where the target says. */
  readonly turn: number | null;
}
