/**
 * Savable sessions: a manager whose whole state can be saved and loaded, for a search of all its states. Beside whole responses a
 * session offers prepared calls, which allocate nothing: what they did is read field by field.
 */
import type { ErrnoChange, Operation } from '../spec/index.ts';
import type { CallEnd } from './call-end.ts';
import type { Performer } from './performer.ts';

/** The observations of one call, valid until the next call. */
export interface Seen {
  readonly end: CallEnd;
  readonly errno: ErrnoChange;
  readonly warnings: readonly string[];
  /** The amounts after the call. If they cannot be read, the end is `malformed`. */
  readonly total: number;
  readonly free: number;
  readonly reserved: number;
  /** Whether the manager wrote to memory. */
  readonly hasWritten: boolean;
}

export interface SavableSession extends Performer {
  /** How states are saved, for people. */
  readonly saves: string;
  /** The observations of the last prepared call. The same object each time. */
  readonly seen: Seen;
  /** Writes the state to `into` and returns its number of words: see `Pmm.saveState`. */
  save(into: Int32Array): number;
  /** Goes back to a saved state. */
  load(saved: Int32Array): void;
  /** Prepares a call that can be made repeatedly. Make it between `omitStacks` and `restoreStacks`. */
  prepare(operation: Operation): () => void;
}
