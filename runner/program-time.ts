/**
 * Program time: the milliseconds that programs of one target may take. A time-out is not an answer: it counts only when it is
 * confirmed by a second run, alone, with ten times the limit. From then on the target is known not to return, and its programs
 * get a tenth of the limit, so that they can be shrunk.
 */
import type { World } from './world.ts';

/** Milliseconds for a program on a small memory map, where `--program-time` does not say. */
export const PROGRAM_MS = 1000;
/** An allocator may look at each page frame when it starts: 64 GiB get 1.7 s more, and nothing gets more than a minute. */
const MS_A_PAGE = 1e-4;
const LONGEST_MS = 60_000;
/** An operation may take this long without passing for one that never returns. */
const MS_AN_OPERATION = 1;
/** A time-out is confirmed with this many times the limit. */
const CONFIRMATION = 10;

export class ProgramTime {
  readonly #programMs: number;
  /** The time in which a program did not return, even alone; null so far. */
  #endlessMs: number | null = null;

  constructor(programMs: number) {
    this.#programMs = programMs;
  }

  /** Whether a program did not return, even alone. */
  get isEndless(): boolean {
    return this.#endlessMs !== null;
  }

  /** Returns the milliseconds that a program may take before it must be confirmed that it does not return. */
  limitOf({ map }: World, operations: number): number {
    const pages = map.descriptors.reduce((sum, d) => sum + d.pages, 0);
    const more = pages * MS_A_PAGE + operations * MS_AN_OPERATION;
    const ms = Math.ceil(Math.min(Math.max(LONGEST_MS, this.#programMs), this.#programMs + more));
    return this.isEndless ? Math.ceil(ms / CONFIRMATION) : ms;
  }

  /**
   * Confirms a time-out: `attempt` runs the program again with more time, and returns null where it was too little. Returns null
   * where the program does not return.
   */
  confirm<T>(limitMs: number, attempt: (ms: number) => T | null): T | null {
    if (this.isEndless) return null;
    const result = attempt(limitMs * CONFIRMATION);
    if (result === null) this.#endlessMs = limitMs * CONFIRMATION;
    return result;
  }

  /** What a program did that did not return. The same words for each, so that two runs of one program are the same. */
  get message(): string {
    const ms = this.#endlessMs ?? 0;
    const time = ms >= 1000 ? `${(ms / 1000).toFixed(0)} s` : `${ms.toFixed(0)} ms`;
    return `still running after ${time}: if it is slow, pass --program-time, or claim memoryBelow`;
  }
}
