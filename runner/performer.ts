/** Performers: an allocator at work on one program, or the record of one. */
import type { InspectedRun, Operation, Response } from '../spec/index.ts';

/** Performs the operations of a program, one after the other, and says what each answered. */
export interface Performer {
  /** The answer of init, and the amounts after it. */
  readonly started: Response;
  /** Whether the program has run to its end already. */
  readonly isRecorded: boolean;
  /** Why the next operation cannot be performed, or null. */
  readonly omission: string | null;
  perform(operation: Operation, freeInStack: number): Response;
  /** Takes note that the next operation is not performed. */
  passOver(): void;
  inspect(): readonly InspectedRun[] | null;
  close(): void;
}
