/** Performers: one allocator running one program, live or from a record. */
import type { InspectedRun, Operation, Response } from '../spec/index.ts';

/**
 * Performs the operations of a program in order, and returns the response to each.
 * @public
 */
export interface Performer {
  /** The response to init. */
  readonly started: Response;
  /** Whether the whole program has run already. */
  readonly isRecorded: boolean;
  /** The reason why the next operation cannot be performed, or null. */
  readonly omission: string | null;
  perform(operation: Operation, freeForSingles: number): Response;
  /** Skips the next operation. */
  passOver(): void;
  inspect(): readonly InspectedRun[] | null;
  close(): void;
}
