/** The state that two threads of a channel share: their messages, the greeting of a process, and the way to end it. */

/** The greeting: the first line that a process reads. */
export const GREETING = 'frameproof 1\n';

/** The first line of the answer to the greeting, and the last. */
export const GREETED = 'target 1\n';
export const READY = 'ready\n';

/** Places in the memory that the threads share: the number of replies, and the process group to kill, 0 for none. */
export const REPLIES = 0;
export const GROUP = 1;

/** Kills a process group, which may have ended. */
export function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/**
 * How a request ended.
 *
 * - `whole`: the answer is complete.
 * - `other`: the first bytes are not the start of an answer.
 * - `exit`, `signal`: the process ended.
 * - `time`, `memory`, `output`: the process exceeded a limit and was killed, with all its children.
 * - `unstartable`: the process could not be started.
 */
export type Ending =
  | { readonly kind: 'whole' | 'other' | 'time' | 'memory' | 'output' }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'unstartable'; readonly reason: string };

/** The reply to a request. */
export interface Reply {
  /** The number of the request. */
  readonly asked: number;
  readonly text: string;
  readonly ending: Ending;
  /** The last part of standard error. */
  readonly stderr: string;
  /** Peak memory of the process and its children, sampled; 0 if the answer arrived before the first sample. */
  readonly peakBytes: number;
  /** Whether the process was started for this request. If so, the text begins with its answer to the greeting. */
  readonly isFresh: boolean;
}

/** Returns the text after the answer to the greeting, which only a fresh process gives; null if that answer is incomplete. */
export function afterGreeting({ text, isFresh }: Reply): string | null {
  if (!isFresh) return text;
  const end = `\n${text}`.indexOf(`\n${READY}`);
  return end < 0 ? null : text.slice(end + READY.length);
}

interface Limits {
  /** CPU time. */
  readonly timeLimitMs: number;
  /** Wall-clock time. */
  readonly waitLimitMs: number;
  readonly memoryLimit: number;
  readonly outputLimit: number;
}

/** A request to the process, on its way to the other thread. */
export interface ChannelRequest extends Limits {
  /** Whether it comes before those that wait. */
  readonly isUrgent?: boolean;
  readonly text: string;
  /** The prefix of every answer; any other answer ends the wait. Empty if unknown. */
  readonly opening: string;
  /** The last line of a complete answer, with its line break. */
  readonly terminator: string;
}

/** A message to the other thread: a request with its number, or a request to drop if it still waits. */
export type Posted =
  | { readonly kind: 'ask'; readonly asked: number; readonly request: ChannelRequest }
  | { readonly kind: 'drop'; readonly asked: number };
