/**
 * Shrinking a scenario of any length: cut short first, where it is long, then shrunk to the simplest one that breaks the
 * same clause.
 */

import type { Target } from '../../runner/index.ts';
import type { ClauseName, Scenario, Trace } from '../../spec/index.ts';
import { cut } from './cut.ts';
import { failingRun, type Origin } from './failing-run.ts';
import { type Flaky, type ShrinkResult, shrink } from './shrink.ts';
import type { OtherClause } from './trials.ts';

export interface ShrinkScenarioOptions {
  /** Milliseconds at most. */
  readonly ms: number;
  /** The clause that the scenario was seen to break: where something shorter breaks it, the whole is never run. */
  readonly expected?: ClauseName | undefined;
  /** What the trace found may say of itself. */
  readonly note?: string;
  /** Told how many operations are left. */
  readonly onProgress?: (operations: number, executions: number) => void;
}

/**
 * What shrinking came to: a verdict of {@link shrink}, or `unfinished` where the time ended while the whole was running and
 * no clause was broken by then; the trace is that of the part that ran.
 */
export interface ShrunkScenario {
  readonly verdict: ShrinkResult['verdict'] | 'unfinished';
  /** The simplest run found. */
  readonly trace: Trace;
  /** The clause that the scenario breaks on this target, or null where it holds. */
  readonly clause: ClauseName | null;
  readonly origin: Origin;
  /** Operations of the scenario that was given. */
  readonly operationsBefore: number;
  readonly executions: number;
  readonly seconds: number;
  /** Whether the budget ended before no move was left. */
  readonly exhausted: boolean;
  readonly otherClauses: readonly OtherClause[];
  readonly flaky: Flaky | null;
}

/** The shrinker's moves are many: it is given programs of at most this length where time allows to cut so far. */
const SHORT = 12;
/** Programs longer than this are left as they were cut: every step of the shrinker runs the whole of them. */
const SHRINKABLE = 2000;
/** Share of the time that cutting may take. */
const CUT_SHARE = 0.8;
/** Executions are bounded by time alone here. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Shrinks a scenario that breaks a clause on this target. */
export function shrinkScenario(
  target: Target,
  scenario: Scenario,
  options: ShrinkScenarioOptions,
): ShrunkScenario {
  const start = performance.now();
  const until = start + options.ms;
  const elapsed = (): number => (performance.now() - start) / 1000;
  const {
    run: first,
    origin,
    executions,
  } = failingRun(target, scenario, { expected: options.expected, until });
  const clause = first.violation?.clause ?? null;
  const common = { clause, origin, operationsBefore: scenario.operations.length };
  const unshrunk = { otherClauses: [], flaky: null };
  if (clause === null) {
    const isWhole = first.operations.length === scenario.operations.length;
    return {
      verdict: isWhole ? 'holds' : 'unfinished',
      trace: first.trace(),
      ...common,
      executions,
      seconds: elapsed(),
      exhausted: !isWhole,
      ...unshrunk,
    };
  }
  const { onProgress } = options;
  const short = cut(target, scenario, first, {
    operations: SHORT,
    ms: Math.max(1, until - performance.now()) * CUT_SHARE,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const trace = { ...short.run.trace(), ...(options.note === undefined ? {} : { note: options.note }) };
  const spent = executions + short.executions;
  if (short.run.operations.length > SHRINKABLE)
    return {
      verdict: 'shrunk',
      trace,
      ...common,
      executions: spent,
      seconds: elapsed(),
      exhausted: true,
      ...unshrunk,
    };
  const left = Math.max(1, until - performance.now());
  const shrunk = shrink(target, trace, { ms: left, executions: UNLIMITED });
  // It broke a clause a moment ago.
  const isGone = shrunk.verdict === 'holds';
  return {
    verdict: isGone ? 'flaky' : shrunk.verdict,
    trace: isGone ? trace : shrunk.trace,
    ...common,
    executions: spent + shrunk.executions,
    seconds: elapsed(),
    exhausted: short.exhausted || shrunk.exhausted,
    otherClauses: shrunk.otherClauses,
    flaky: isGone ? { first: trace, second: shrunk.trace } : shrunk.flaky,
  };
}
