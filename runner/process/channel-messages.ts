/** What the two threads of a channel tell each other, and the line that a process is greeted with. */

/** The first line that a process reads. */
export const GREETING = 'frameproof 1\n';

/**
 * How a request ended.
 *
 * - `whole`: the answer is there to its last line.
 * - `other`: it begins otherwise than every answer does.
 * - `exit`, `signal`: the process ended.
 * - `time`, `memory`, `output`: it passed a limit, and was killed with all that it had started.
 * - `unstartable`: there is no such process.
 */
export type Ending =
  | { readonly kind: 'whole' | 'other' | 'time' | 'memory' | 'output' }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'unstartable'; readonly reason: string };

/** What came back, and how it ended. */
export interface Reply {
  readonly text: string;
  readonly ending: Ending;
  /** The end of what the process has written to standard error. */
  readonly stderr: string;
  /** The most memory that the process and its children were seen to take up; 0 where the answer came too soon to look. */
  readonly peakBytes: number;
  /** Whether the process was started for this request: then the text begins with its answer to the greeting. */
  readonly isFresh: boolean;
}

interface Limits {
  /** Time that the process may work. */
  readonly timeLimitMs: number;
  /** Time by the clock that it may take. */
  readonly waitLimitMs: number;
  readonly memoryLimit: number;
  readonly outputLimit: number;
}

/** A request on its way to the other thread. */
export interface Posted extends Limits {
  readonly text: string;
  /** What every answer begins with; one that does not is waited for no longer. Empty where that is not known. */
  readonly opening: string;
  /** The last line of a whole answer, with its line break. */
  readonly terminator: string;
}
