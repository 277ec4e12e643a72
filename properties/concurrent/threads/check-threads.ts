/**
 * Checking threads: the histories of real threads, judged round by round. Between two rounds nobody is in a call, so that what
 * one round leads to is what the next begins with.
 *
 * Each history is judged twice. By search: some order explains it, by everything but the order of the free stack, which
 * follows from no answer. And, where the target says which turn each call had, in the order of turns, by everything: that order
 * must keep apart what did not overlap, and the model must accept each answer in it.
 */

import { ATOMICS, openSharedState } from '../../../impl/index.ts';
import { init, type ModelState, step, sweep } from '../../../model/index.ts';
import type { Policy } from '../../../spec/index.ts';
import { explain, type HistoryCall, isLockedOut, overlapping } from '../history.ts';
import type { ConcurrentViolation } from '../judge-run.ts';
import type { ConcurrentTarget } from '../target.ts';
import { Voice } from '../voice.ts';
import { threadSeconds } from './thread-seconds.ts';
import { Threads, type ThreadsOptions, type TurnedCall } from './threads.ts';

/** Calls of all callers in one round. */
const ROUND_CALLS = 16_384;

interface CheckThreadsOptions extends ThreadsOptions {
  readonly target: ConcurrentTarget;
  /** Calls of all callers, rounded up to as many for each. */
  readonly calls: number;
}

/** What the threads did, and what came of judging it. */
export interface ThreadsResult {
  readonly calls: number;
  readonly overlapping: number;
  /** Seconds in which callers were at work; seconds of the judge's thread for the search, and for the order of turns. */
  readonly workSeconds: number;
  readonly searchSeconds: number;
  readonly turnSeconds: number;
  readonly violation: ConcurrentViolation | null;
}

function broken(
  explanation: string,
  calls: readonly HistoryCall[],
  deadEnds: ConcurrentViolation['deadEnds'] = [],
): ConcurrentViolation {
  return { clause: 'concurrent.linearizable', explanation, calls, deadEnds };
}

/** Judges a history in the order of its turns. Returns the state that it leads to. */
function inTurn(start: ModelState, calls: readonly TurnedCall[]): ModelState | ConcurrentViolation {
  const ordered = calls.toSorted((a, b) => (a.turn ?? 0) - (b.turn ?? 0));
  let [state, latest] = [start, Number.NEGATIVE_INFINITY];
  for (const call of ordered) {
    if (call.returned < latest)
      return broken(`turn ${call.turn} had returned before an earlier turn was invoked`, calls);
    latest = Math.max(latest, call.invoked);
    const verdict = step(state, call.operation, call.response);
    if (!verdict.accepted) {
      const { clause, explanation } = verdict.violation;
      return broken(`in the order of turns, turn ${call.turn} breaks ${clause}: ${explanation}`, [call]);
    }
    state = verdict.state;
  }
  return state;
}

/** What is wrong where a call could not be made: its caller lost patience with whoever held the lock. */
function lockedOut(calls: readonly TurnedCall[]): ConcurrentViolation | null {
  const [first] = calls.filter(isLockedOut).sort((a, b) => a.returned - b.returned);
  if (first === undefined || !('message' in first.response.outcome)) return null;
  const explanation = `caller ${first.caller + 1}: ${first.response.outcome.message}`;
  const around = calls.filter(
    ({ invoked, returned }) => invoked < first.returned && returned > first.invoked,
  );
  return { clause: 'concurrent.progress', explanation, calls: around, deadEnds: [] };
}

/** Judges one round after the other, and measures how long that takes. */
class Judge {
  searchSeconds = 0;
  turnSeconds = 0;
  /** Where the rounds so far have led, by search. */
  #found: ModelState;
  /** The same in the order of turns, with the order of the free stack; null where the target tells no turns. */
  #turned: ModelState | null;

  constructor(found: ModelState, turned: ModelState) {
    this.#found = found;
    this.#turned = turned;
  }

  /** Where all rounds have led. */
  get end(): ModelState {
    return this.#turned ?? this.#found;
  }

  /** Returns what a round breaks, or null. */
  round(calls: readonly TurnedCall[]): ConcurrentViolation | null {
    const start = threadSeconds();
    const violation = lockedOut(calls) ?? this.#search(calls);
    const searched = threadSeconds();
    this.searchSeconds += searched - start;
    if (violation !== null) return violation;
    const outOfTurn = this.#inTurn(calls);
    this.turnSeconds += threadSeconds() - searched;
    return outOfTurn;
  }

  #search(calls: readonly TurnedCall[]): ConcurrentViolation | null {
    const search = explain(this.#found, calls);
    if (search.isLinearizable) {
      this.#found = search.end;
      return null;
    }
    const longest = search.deadEnds[0]?.order.length ?? 0;
    const explanation = `no order explains the ${calls.length} calls of a round; the longest explains ${longest} of them`;
    return broken(explanation, calls, search.deadEnds);
  }

  #inTurn(calls: readonly TurnedCall[]): ConcurrentViolation | null {
    if (this.#turned === null || calls.some(({ turn }) => turn === null)) {
      this.#turned = null;
      return null;
    }
    const after = inTurn(this.#turned, calls);
    if ('clause' in after) return after;
    this.#turned = after;
    return null;
  }
}

/** Compares the state that was left behind, page frame by page frame. */
function leftBehind(
  { state }: Threads,
  options: CheckThreadsOptions,
  end: ModelState,
): ConcurrentViolation | null {
  const { map, config, target } = options;
  const shared = { words: openSharedState(map, config, state), steps: ATOMICS };
  const { pmm } = new Voice((warn) => target.attach(map, { config, warn, shared, waiting: {} }));
  const violation = sweep(end, [...(pmm.inspect?.() ?? [])]);
  return violation === null ? null : broken(`after the last round: ${violation.explanation}`, []);
}

function startOf({ map, config }: CheckThreadsOptions, policies: readonly Policy[]): ModelState {
  const started = init({ map, config, policies }, { outcome: { kind: 'done' } });
  if (!started.accepted) throw new Error(started.violation.explanation);
  return started.state;
}

function judgeOf(options: CheckThreadsOptions): Judge {
  const { policies } = options.target;
  const withoutOrder = policies.filter((policy) => policy !== 'lifo');
  return new Judge(startOf(options, withoutOrder), startOf(options, policies));
}

/** Has threads work on one state, and judges what they did. */
export async function checkThreads(options: CheckThreadsOptions): Promise<ThreadsResult> {
  const threads = await Threads.start(options);
  const judge = judgeOf(options);
  const met = { calls: 0, overlapping: 0, workSeconds: 0 };
  let violation: ConcurrentViolation | null = null;
  try {
    while (met.calls < options.calls && violation === null) {
      const start = performance.now();
      const left = Math.min(ROUND_CALLS, options.calls - met.calls);
      const calls = await threads.round(Math.ceil(left / options.callers));
      met.workSeconds += (performance.now() - start) / 1000;
      met.calls += calls.length;
      met.overlapping += overlapping(calls);
      violation = judge.round(calls);
    }
    const { searchSeconds, turnSeconds } = judge;
    return {
      ...met,
      searchSeconds,
      turnSeconds,
      violation: violation ?? leftBehind(threads, options, judge.end),
    };
  } finally {
    await threads.stop();
  }
}
