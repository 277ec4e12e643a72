/**
 * Checking threads: the histories of real threads, judged round by round. Between two rounds no call is open, so the end state of
 * one round is the start state of the next.
 *
 * Each history is judged twice. By a search for an order that explains it, without the order of the free stack, which no answer
 * tells. And, if the target tells the turn of each call, in the order of turns, by every clause: that order must keep the order of
 * calls that did not overlap, and the model must accept each answer in it.
 */

import { ATOMICS } from '../../../impl/index.ts';
import { init, type ModelState, step, sweep } from '../../../model/index.ts';
import { TimeLimitError, within } from '../../../runner/index.ts';
import type { Policy } from '../../../spec/index.ts';
import { CallerSession } from '../caller-session.ts';
import { explain, type HistoryCall, isLockedOut, overlapping } from '../history.ts';
import type { ConcurrentViolation } from '../judge-run.ts';
import { type Cut, cutAt } from '../recorded-scenario.ts';
import { wordsOf } from '../target.ts';
import { threadSeconds } from './thread-seconds.ts';
import { type CallWithTurn, StuckError, Threads, type ThreadsOptions } from './threads.ts';

/** Calls of all callers in one round. */
const ROUND_CALLS = 16_384;

/**
 * A check of real threads: the target, and how much work there is for them.
 * @public
 */
export interface CheckThreadsOptions extends ThreadsOptions {
  /** Calls of all callers together, rounded up to a multiple of the number of callers. */
  readonly calls: number;
  /** Called with the number of calls made so far, twice a second. */
  readonly onCalls?: (made: number) => void;
}

/**
 * Counts and times of a check of real threads, and the violation if there is one.
 * @public
 */
export interface ThreadsResult {
  readonly calls: number;
  readonly overlapping: number;
  /** Seconds in which the callers worked; processor seconds of the judge for the search, and for the order of turns. */
  readonly workSeconds: number;
  readonly searchSeconds: number;
  readonly turnSeconds: number;
  readonly violation: ConcurrentViolation | null;
  /** The calls up to the violation, from the first round on; null if there is none, or they are too many. */
  readonly recorded?: Cut | null;
}

function broken(
  explanation: string,
  calls: readonly HistoryCall[],
  deadEnds: ConcurrentViolation['deadEnds'] = [],
): ConcurrentViolation {
  return { clause: 'concurrent.linearizable', explanation, calls, deadEnds };
}

/** Calls of rounds that are kept. */
const KEPT_CALLS = 2 ** 17;

/** Judges a history in the order of its turns. Returns the state that it leads to. */
function inTurn(start: ModelState, calls: readonly CallWithTurn[]): ModelState | ConcurrentViolation {
  const ordered = calls.toSorted((a, b) => (a.turn ?? 0) - (b.turn ?? 0));
  let [state, latest] = [start, Number.NEGATIVE_INFINITY];
  for (const [at, call] of ordered.entries()) {
    if (call.returned < latest)
      return broken(`turn ${call.turn} had returned before an earlier turn was invoked`, calls);
    latest = Math.max(latest, call.invoked);
    const verdict = step(state, call.operation, call.response);
    if (!verdict.accepted) {
      const { clause, explanation } = verdict.violation;
      const ends = [{ order: ordered.slice(0, at), state, next: [call] }];
      return broken(`in the order of turns, turn ${call.turn} breaks ${clause}: ${explanation}`, calls, ends);
    }
    state = verdict.state;
  }
  return state;
}

/** Returns the violation of the first call that gave up waiting for the lock, or null. */
function lockedOut(calls: readonly CallWithTurn[]): ConcurrentViolation | null {
  const [first] = calls.filter(isLockedOut).sort((a, b) => a.returned - b.returned);
  if (first === undefined || !('message' in first.response.outcome)) return null;
  const explanation = `caller ${first.caller + 1}: ${first.response.outcome.message}`;
  const around = calls.filter(
    ({ invoked, returned }) => invoked < first.returned && returned > first.invoked,
  );
  return { clause: 'concurrent.progress', explanation, calls: around, deadEnds: [] };
}

/** Judges one round after the other, and measures the time. */
class Judge {
  searchSeconds = 0;
  turnSeconds = 0;
  /** The state after the rounds so far, by search. */
  #found: ModelState;
  /** The same in the order of turns, with the order of the free stack; null if the target does not tell turns. */
  #turned: ModelState | null;
  #order: readonly HistoryCall[] = [];
  /** The calls of the rounds so far, in an order that explains them; null if they are too many. */
  #past: readonly HistoryCall[] | null = [];

  constructor(found: ModelState, turned: ModelState) {
    this.#found = found;
    this.#turned = turned;
  }

  /** The state after all rounds. */
  get end(): ModelState {
    return this.#turned ?? this.#found;
  }

  /** Returns the violation of a round, or null. */
  round(calls: readonly CallWithTurn[]): ConcurrentViolation | null {
    const start = threadSeconds();
    const violation = lockedOut(calls) ?? this.#search(calls);
    const searched = threadSeconds();
    this.searchSeconds += searched - start;
    if (violation !== null) return violation;
    const outOfTurn = this.#inTurn(calls);
    this.turnSeconds += threadSeconds() - searched;
    if (outOfTurn === null) this.#keep();
    return outOfTurn;
  }

  /** Returns the calls up to the violation of a round, after the calls of the rounds before it. */
  upTo({ deadEnds }: ConcurrentViolation, calls: readonly CallWithTurn[]): Cut | null {
    const search = deadEnds.length > 0 ? null : explain(this.#found, calls);
    const ends = search?.isLinearizable === false ? search.deadEnds : deadEnds;
    if (this.#past === null || ends.length === 0) return null;
    const { order, rest } = cutAt({ calls, deadEnds: ends }, []);
    return { order: [...this.#past, ...order], rest };
  }

  /** Adds the round to the past. */
  #keep(): void {
    const past = this.#past;
    const isShort = past !== null && past.length + this.#order.length <= KEPT_CALLS;
    this.#past = isShort ? [...past, ...this.#order] : null;
  }

  #search(calls: readonly CallWithTurn[]): ConcurrentViolation | null {
    const search = explain(this.#found, calls);
    if (search.isLinearizable) {
      this.#found = search.end;
      this.#order = search.order;
      return null;
    }
    const longest = search.deadEnds[0]?.order.length ?? 0;
    const explanation = `no order explains the ${calls.length} calls of a round; the longest explains ${longest} of them`;
    return broken(explanation, calls, search.deadEnds);
  }

  #inTurn(calls: readonly CallWithTurn[]): ConcurrentViolation | null {
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

/** Milliseconds in which a caller must say of every page frame what it is. */
const INSPECTION_MS = 60_000;

/** Compares the final state with the model's, page frame by page frame, where it can be asked. */
function leftBehind(
  { state }: Threads,
  options: CheckThreadsOptions,
  end: ModelState,
): ConcurrentViolation | null {
  const { map, config, target } = options;
  const shared = { words: wordsOf(target, map, config, state), steps: ATOMICS };
  const inspected = within(INSPECTION_MS, () => {
    const { pmm } = new CallerSession(config, (warn) =>
      target.attach(map, { config, warn, shared, waiting: {} }),
    );
    return pmm.inspect === undefined ? null : [...pmm.inspect()];
  });
  const violation = inspected === null ? null : sweep(end, inspected);
  return violation === null ? null : broken(`after the last round: ${violation.explanation}`, []);
}

/** Returns the violation that an error means: a call that does not return. Throws any other one. */
function stuck(error: unknown): ConcurrentViolation {
  if (!(error instanceof StuckError || error instanceof TimeLimitError)) throw error;
  const explanation =
    error instanceof StuckError ? error.message : `after the last round, inspect() was ${error.message}`;
  return { clause: 'concurrent.progress', explanation, calls: [], deadEnds: [] };
}

function startOf({ map, config, target }: CheckThreadsOptions, policies: readonly Policy[]): ModelState {
  const started = init({ map, config, policies, profile: target.profile }, { outcome: { kind: 'done' } });
  if (!started.accepted) throw new Error(started.violation.explanation);
  return started.state;
}

function judgeOf(options: CheckThreadsOptions): Judge {
  const { policies } = options.target;
  const withoutOrder = policies.filter((policy) => policy !== 'lifo');
  return new Judge(startOf(options, withoutOrder), startOf(options, policies));
}

/**
 * Runs callers in threads on one state, and judges their history. Rejects if a thread ends early.
 * @public
 */
export async function checkThreads(options: CheckThreadsOptions): Promise<ThreadsResult> {
  const threads = await Threads.start(options);
  const judge = judgeOf(options);
  const met = { calls: 0, overlapping: 0, workSeconds: 0 };
  try {
    const found = await runRounds(threads, judge, options, met);
    const { searchSeconds, turnSeconds } = judge;
    return { ...met, searchSeconds, turnSeconds, ...found };
  } finally {
    await threads.stop();
  }
}

/** Runs and judges one round after the other, counts them, and looks at what is left behind. Returns the violation, if there is one. */
async function runRounds(
  threads: Threads,
  judge: Judge,
  options: CheckThreadsOptions,
  met: { calls: number; overlapping: number; workSeconds: number },
): Promise<Pick<ThreadsResult, 'violation' | 'recorded'>> {
  try {
    while (met.calls < options.calls) {
      const start = performance.now();
      const left = Math.min(ROUND_CALLS, options.calls - met.calls);
      const before = met.calls;
      const onCalls = (made: number): void => options.onCalls?.(before + made);
      const calls = await threads.round(Math.ceil(left / options.callers), onCalls);
      met.workSeconds += (performance.now() - start) / 1000;
      met.calls += calls.length;
      met.overlapping += overlapping(calls);
      const violation = judge.round(calls);
      if (violation !== null) return { violation, recorded: judge.upTo(violation, calls) };
    }
    return { violation: leftBehind(threads, options, judge.end), recorded: null };
  } catch (error) {
    return { violation: stuck(error), recorded: null };
  }
}
