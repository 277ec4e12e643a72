/**
 * Savable sessions: a manager whose whole state can be saved and loaded, driven by a search of all its states. Beside whole
 * responses it offers calls with as little around them as can be; what is seen of such a call is read field by field.
 */
import type { Operation, Pmm } from '../spec/index.ts';
import type { CallEnd } from './call-end.ts';
import type { Performer } from './performer.ts';

/** What is seen of a call, until the next one. */
export interface Seen {
  readonly end: CallEnd;
  readonly errno: Pmm['errno'];
  readonly warnings: readonly string[];
  /** The amounts after the call. Where they cannot be read, the end is `malformed`. */
  readonly total: number;
  readonly free: number;
  readonly reserved: number;
  /** Whether the manager wrote to memory during the call. */
  readonly hasWritten: boolean;
}

export interface SavableSession extends Performer {
  /** What was seen of the last prepared call. The same object each time. */
  readonly seen: Seen;
  /** Writes the state to `into` and returns how many words it has: see `Pmm.saveState`. */
  save(into: Int32Array): number;
  /** Goes back to a saved state. */
  load(saved: Int32Array): void;
  /** Returns a call that can be made any number of times. Make it where {@link omitStacks} holds. */
  prepare(operation: Operation): () => void;
}
