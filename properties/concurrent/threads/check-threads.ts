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
import { explain, type HistoryCall, overlapping } from '../history.ts';
import type { ConcurrentBreach } from '../judge-run.ts';
import type { ConcurrentTarget } from '../target.ts';
import { Voice } from '../voice.ts';
import { Threads, type ThreadsOptions, type TurnedCall } from './threads.ts';

/** Calls of all callers in one round. */
const ROUND_CALLS = 16_384;

export interface CheckThreadsOptions extends ThreadsOptions {
  readonly target: ConcurrentTarget;
  /** Calls of all callers, rounded up to whole rounds. */
  readonly calls: number;
  readonly signal?: AbortSignal;
}

/** What the threads did, and what came of judging it. */
export interface ThreadsResult {
  readonly calls: number;
  readonly overlapping: number;
  /** Seconds in which callers were at work, and in which their histories were judged. */
  readonly workSeconds: number;
  readonly judgeSeconds: number;
  readonly breach: ConcurrentBreach | null;
}

interface Judged {
  readonly found: ModelState;
  readonly turned: ModelState | null;
}

function broken(
  explanation: string,
  calls: readonly HistoryCall[],
  deadEnds: ConcurrentBreach['deadEnds'] = [],
): ConcurrentBreach {
  return { clause: 'concurrent.linearizable', explanation, calls, deadEnds };
}

/** Judges a history in the order of its turns. Returns the state that it leads to. */
function inTurn(start: ModelState, calls: readonly TurnedCall[]): ModelState | ConcurrentBreach {
  const ordered = calls.toSorted((a, b) => (a.turn ?? 0) - (b.turn ?? 0));
  let [state, latest] = [start, Number.NEGATIVE_INFINITY];
  for (const call of ordered) {
    if (call.returned < latest)
      return broken(`turn ${call.turn} had returned before an earlier turn was invoked`, calls);
    latest = Math.max(latest, call.invoked);
    const verdict = step(state, call.operation, call.response);
    if (!verdict.accepted) {
      const { clause, explanation } = verdict.rejection;
      return broken(`in the order of turns, turn ${call.turn} breaks ${clause}: ${explanation}`, [call]);
    }
    state = verdict.state;
  }
  return state;
}

function judge({ found, turned }: Judged, calls: readonly TurnedCall[]): Judged | ConcurrentBreach {
  const search = explain(found, calls);
  if (!search.isLinearizable) {
    const longest = search.deadEnds[0]?.order.length ?? 0;
    const explanation = `no order explains the ${calls.length} calls of a round; the longest explains ${longest} of them`;
    return broken(explanation, calls, search.deadEnds);
  }
  if (turned === null || calls.some(({ turn }) => turn === null)) return { found: search.end, turned: null };
  const after = inTurn(turned, calls);
  return 'clause' in after ? after : { found: search.end, turned: after };
}

/** Compares the state that was left behind, page frame by page frame. */
function leftBehind(
  { state }: Threads,
  options: CheckThreadsOptions,
  end: ModelState,
): ConcurrentBreach | null {
  const { map, config, target } = options;
  const shared = { words: openSharedState(map, config, state), steps: ATOMICS };
  const { pmm } = new Voice((warn) => target.attach(map, { config, warn, shared, waiting: {} }));
  const rejection = sweep(end, [...(pmm.inspect?.() ?? [])]);
  return rejection === null ? null : broken(`after the last round: ${rejection.explanation}`, []);
}

function startOf({ map, config }: CheckThreadsOptions, policies: readonly Policy[]): ModelState {
  const started = init({ map, config, policies }, { outcome: { kind: 'done' } });
  if (!started.accepted) throw new Error(started.rejection.explanation);
  return started.state;
}

/** Has threads work on one state, and judges what they did. */
export async function checkThreads(options: CheckThreadsOptions): Promise<ThreadsResult> {
  const { target, callers, signal } = options;
  const threads = await Threads.start(options);
  const met = { calls: 0, overlapping: 0, workSeconds: 0, judgeSeconds: 0 };
  let judged: Judged = {
    found: startOf(
      options,
      target.policies.filter((policy) => policy !== 'lifo'),
    ),
    turned: startOf(options, target.policies),
  };
  try {
    while (met.calls < options.calls && signal?.aborted !== true) {
      const start = performance.now();
      const calls = await threads.round(
        Math.ceil(Math.min(ROUND_CALLS, options.calls - met.calls) / callers),
      );
      const worked = performance.now();
      met.workSeconds += (worked - start) / 1000;
      met.calls += calls.length;
      met.overlapping += overlapping(calls);
      const next = judge(judged, calls);
      met.judgeSeconds += (performance.now() - worked) / 1000;
      if ('clause' in next) return { ...met, breach: next };
      judged = next;
    }
    return { ...met, breach: leftBehind(threads, options, judged.turned ?? judged.found) };
  } finally {
    await threads.stop();
  }
}
