/**
 * Subjects: what the rows are run on. `P` is how a page is named (page frame number or address) and `B` an array of them.
 * A process runs one subject only, so that the engine sees one shape of everything, as it would in use.
 */
import type { Machine } from './machine.ts';

export interface Subject<P, B> {
  init(machine: Machine): void;
  alloc(): P | null;
  allocPages(pages: B, count: number): boolean;
  /** `end` and `alignment` in page frames. */
  allocBitmap(count: number, end: number, alignment: number): P | null;
  free(page: P): void;
  freePages(pages: B, count: number): void;
  freeRegion(page: P, count: number): void;
  /** Returns the name of a page frame. */
  page(frame: number): P;
  /** Returns an array for `length` pages. */
  batch(length: number): B;
  get(pages: B, index: number): P;
  set(pages: B, index: number, page: P): void;
  /** Bytes of state, or null if they are not known. */
  stateBytes(): number | null;
}
