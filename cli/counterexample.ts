/**
 * The steps after a find: the counterexample is shrunk, saved and, if asked for, certified to be as short as any. Together they
 * take at most `--shrink-time`. Commands load this module when they have found something, and not before.
 */
import { type Flaky, type ShrinkResult, shrink } from '../counterexamples/shrink/index.ts';
import { saveTrace } from '../counterexamples/trace/index.ts';
import type { Certificate } from '../properties/explore/index.ts';
import type { Shrinking } from '../properties/random/index.ts';
import { execute, stackOf, type Target } from '../runner/index.ts';
import type { BreakableClause, Trace } from '../spec/index.ts';
import type { ReportedCounterexample } from './counterexample-report.ts';
import { savedIn } from './output-file.ts';

export interface FindOptions {
  /** Seconds for all of it; 0 leaves the counterexample as it was found. */
  readonly shrinkTime: number;
  /** The folder to save it in, or null. */
  readonly corpus: string | null;
  /** How fast-check shrank it, where it did. */
  readonly byFastCheck?: Shrinking | null;
  /** Whether to find out if it is as short as any. Default: no. */
  readonly certify?: boolean;
  /** Whether to show the stack of an error that the target threw. Default: no. */
  readonly verbose?: boolean | undefined;
}

/** Both runs of a target that is flaky. A counterexample of a moment ago that holds now shows that, too. */
function flakyRuns(found: Trace, shrinking: ShrinkResult | null): Flaky | null {
  if (shrinking?.verdict === 'holds') return { first: found, second: shrinking.trace };
  return shrinking?.flaky ?? null;
}

/** Runs a counterexample as `replay` will: on a target of which nothing is known. Returns both runs where they differ. */
function unreproduced(target: Target, first: Trace): Flaky | null {
  const second = execute(target.withClaims({}), first.scenario).trace();
  return second.violation?.clause === first.violation?.clause ? null : { first, second };
}

/** Returns the counterexample to report: the shrunk one, unless only the one that was found occurs again. */
function settled(
  target: Target,
  found: Trace,
  shrinking: ShrinkResult | null,
): Pick<ReportedCounterexample, 'trace' | 'flaky'> {
  const runs = flakyRuns(found, shrinking);
  if (runs !== null) return { trace: runs.first, flaky: runs };
  const trace = shrinking?.verdict === 'shrunk' ? shrinking.trace : found;
  const doubt = unreproduced(target, trace);
  if (doubt === null || trace === found) return { trace, flaky: doubt };
  return { trace: found, flaky: unreproduced(target, found) };
}

function slippedTo(shrinking: Shrinking | null): BreakableClause | null {
  const [from, to] = [shrinking?.from.violation?.clause, shrinking?.to.violation?.clause];
  return to === undefined || to === from ? null : to;
}

async function certificateOf(target: Target, trace: Trace, msLeft: number): Promise<Certificate> {
  if (msLeft <= 0) return { kind: 'open', why: 'shrinking took all of --shrink-time' };
  const { certify } = await import('../properties/explore/index.ts');
  return certify(target, trace, { ms: msLeft });
}

/** Shrinks, saves and certifies a counterexample as far as it is asked to. */
export async function finishCounterexample(
  target: Target,
  found: Trace,
  { shrinkTime, corpus, byFastCheck = null, certify = false, verbose = false }: FindOptions,
): Promise<ReportedCounterexample> {
  const until = performance.now() + shrinkTime * 1000;
  const msLeft = (): number => Math.max(0, until - performance.now());
  const shrinking = shrinkTime === 0 ? null : shrink(target, found, { ms: msLeft() });
  const { trace, flaky } = settled(target, found, shrinking);
  const path = corpus === null ? null : savedIn(corpus, (folder) => saveTrace(folder, trace));
  const isCertified = certify && shrinkTime > 0 && flaky === null;
  const certificate = isCertified ? await certificateOf(target, trace, msLeft()) : null;
  const stack = verbose ? stackOf(trace) : null;
  return {
    trace,
    found,
    shrinking,
    flaky,
    slippedTo: slippedTo(byFastCheck),
    path,
    certificate,
    stack,
  };
}
