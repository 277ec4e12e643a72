/**
 * Savable sessions: a manager whose whole state can be saved and loaded, for a search of all its states. Beside whole responses a
 * session offers prepared calls, whose answers it writes into one object.
 */
import type { Operation } from '../spec/index.ts';
import type { NumberedAnswer } from './lean/answer.ts';
import type { Performer } from './performer.ts';

export interface SavableSession extends Performer {
  /** How states are saved, for people. */
  readonly saves: string;
  /** Writes the state to `into` and returns its number of words: see `Pmm.saveState`. */
  save(into: Int32Array): number;
  /** Goes back to a saved state. */
  load(saved: Int32Array): void;
  /** Prepares a call that can be made repeatedly. Make it between `omitStacks` and `restoreStacks`. */
  prepare(operation: Operation): (answer: NumberedAnswer) => void;
}
