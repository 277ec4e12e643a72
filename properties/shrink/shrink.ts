/**
 * Shrinking a scenario of any length: cut short first, where it is long, then reduced to the simplest one that breaks the
 * same clause.
 */
import type { ClauseName, Scenario, Trace } from '../../spec/index.ts';
import { execute } from '../execution.ts';
import { type Flaky, type ReduceResult, reduce } from '../reduce/reduce.ts';
import type { OtherClause } from '../reduce/trials.ts';
import type { Target } from '../target.ts';
import { cut } from './cut.ts';

export interface ShrinkOptions {
  /** Milliseconds at most, the first run apart. */
  readonly ms: number;
  /** What the trace found may say of itself. */
  readonly note?: string;
  /** Told how many operations are left. */
  readonly onProgress?: (operations: number, executions: number) => void;
}

/** What shrinking came to; the verdicts are those of {@link reduce}. */
export interface ShrinkResult {
  readonly verdict: ReduceResult['verdict'];
  /** The simplest run found. */
  readonly trace: Trace;
  /** The clause that the scenario breaks on this target, or null where it holds. */
  readonly clause: ClauseName | null;
  /** Operations of the scenario that was given, up to the one that broke the clause. */
  readonly operationsBefore: number;
  readonly executions: number;
  readonly seconds: number;
  /** Whether the budget ended before no move was left. */
  readonly exhausted: boolean;
  readonly otherClauses: readonly OtherClause[];
  readonly flaky: Flaky | null;
}

/** The reducer's moves are many: it is given programs of at most this length where time allows to cut so far. */
const SHORT = 12;
/** Share of the time that cutting may take. */
const CUT_SHARE = 0.8;
/** Executions are bounded by time alone here. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Shrinks a scenario that breaks a clause on this target. */
export function shrink(target: Target, scenario: Scenario, options: ShrinkOptions): ShrinkResult {
  const first = execute(target, scenario);
  const start = performance.now();
  const elapsed = (): number => performance.now() - start;
  const clause = first.violation?.clause ?? null;
  const operationsBefore = first.operations.length;
  const common = { clause, operationsBefore };
  if (clause === null) {
    const nothing = { executions: 1, seconds: 0, exhausted: false, otherClauses: [], flaky: null };
    return { verdict: 'holds', trace: first.trace(), ...common, ...nothing };
  }
  const { onProgress } = options;
  const short = cut(target, scenario, first, {
    operations: SHORT,
    ms: options.ms * CUT_SHARE,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const note = options.note === undefined ? {} : { note: options.note };
  const left = Math.max(1, options.ms - elapsed());
  const reduced = reduce(target, { ...short.run.trace(), ...note }, { ms: left, executions: UNLIMITED });
  return {
    verdict: reduced.verdict,
    trace: reduced.trace,
    ...common,
    executions: 1 + short.executions + reduced.executions,
    seconds: elapsed() / 1000,
    exhausted: short.exhausted || reduced.exhausted,
    otherClauses: reduced.otherClauses,
    flaky: reduced.flaky,
  };
}
