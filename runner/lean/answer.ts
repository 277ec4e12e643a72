/**
 * An answer as numbers: how a call ended, and what was observed of it. One object serves call after call. What was not observed
 * is not judged.
 */
import { type Owner, outcomePlace, type Reading, type Response } from '../../spec/index.ts';
import type { HigherHalf } from './numbered-call.ts';

/** Ways in which calls end, by their places. */
export const ADDRESS = outcomePlace('address');
export const ADDRESSES = outcomePlace('addresses');
export const AMOUNT = outcomePlace('amount');
export const DONE = outcomePlace('done');
export const FAILED = outcomePlace('failed');
export const PANICKED = outcomePlace('panicked');
export const MALFORMED = outcomePlace('malformed');

/** What can be observed of a call beside how it ended, a bit each. */
export const OBSERVED = {
  errno: 1,
  warnings: 2,
  strayEntries: 4,
  writes: 8,
  total: 16,
  free: 32,
  reserved: 64,
} as const;
/** Everything. */
export const ALL_OBSERVED = 127;

/**
 * The first value of a field for numbers of any size. The engine then makes room for any number; for a small integer it makes room for those only, and
 * throws away all code compiled for such objects when the first large number is stored.
 */
export const ANY_NUMBER = Number.NaN;

/** Stands for a page frame where there is none. */
export const NOBODY = -1;

/** The page frame and owner that a panic names. */
export interface NamedByPanic {
  readonly call: string;
  readonly pfn: Reading | null;
  readonly owner: Owner | null;
}

/** Returns a reading as a number; NaN for what may not be exact as one. */
function numberIn(value: Reading): number {
  return typeof value === 'number' ? value : Number.NaN;
}

export class NumberedAnswer {
  /** How the call ended. */
  kind = DONE;
  /** The page frame whose first byte has the address that was returned, or {@link NOBODY}. */
  frame = ANY_NUMBER;
  /** The same of a batch: its first {@link pages} entries; {@link NOBODY} pages where an address is not the first of its page frame. */
  frames = new Float64Array(64);
  pages = 0;
  amount = ANY_NUMBER;
  panic: NamedByPanic | null = null;
  /** The observations. */
  observed = ALL_OBSERVED;
  /** What the call did to errno: nothing, or what a failure does, or something else. */
  errno: 'ENOMEM' | 'unchanged' | 'other' = 'unchanged';
  warnings: readonly string[] = [];
  hasStrayEntries = false;
  writes: readonly number[] = [];
  total = ANY_NUMBER;
  free = ANY_NUMBER;
  reserved = ANY_NUMBER;

  /** Makes room for the page frames of a batch. */
  reserve(pages: number): Float64Array {
    if (this.frames.length < pages) this.frames = new Float64Array(2 * pages);
    return this.frames;
  }

  /** Takes over a response. */
  take(response: Response, half: HigherHalf): void {
    const { outcome } = response;
    this.kind = outcomePlace(outcome.kind);
    this.panic = null;
    if (outcome.kind === 'address') this.frame = half.frameIn(outcome.address);
    else if (outcome.kind === 'addresses') this.#takeBatch(outcome.addresses, half);
    else if (outcome.kind === 'amount') this.amount = numberIn(outcome.amount);
    else if (outcome.kind === 'panicked') this.panic = outcome;
    this.#observe(response);
  }

  #takeBatch(addresses: readonly bigint[], half: HigherHalf): void {
    const frames = this.reserve(addresses.length);
    this.pages = addresses.length;
    for (let i = 0; i < addresses.length; i += 1) {
      const frame = half.frameIn(addresses[i]);
      if (frame < 0) this.pages = NOBODY;
      frames[i] = frame;
    }
  }

  #observe({ errno, warnings, strayEntries, writes, amounts = {} }: Response): void {
    const { total, free, reserved } = amounts;
    this.observed =
      (errno === undefined ? 0 : OBSERVED.errno) |
      (warnings === undefined ? 0 : OBSERVED.warnings) |
      (strayEntries === undefined ? 0 : OBSERVED.strayEntries) |
      (writes === undefined ? 0 : OBSERVED.writes) |
      (total === undefined ? 0 : OBSERVED.total) |
      (free === undefined ? 0 : OBSERVED.free) |
      (reserved === undefined ? 0 : OBSERVED.reserved);
    this.errno = errno === 'ENOMEM' ? errno : errno == null ? 'unchanged' : 'other';
    this.warnings = warnings ?? [];
    this.hasStrayEntries = strayEntries ?? false;
    this.writes = writes ?? [];
    this.total = numberIn(total ?? 0);
    this.free = numberIn(free ?? 0);
    this.reserved = numberIn(reserved ?? 0);
  }
}
