/**
 * The steps after a find: the counterexample is shrunk, saved and, if asked for, certified to be as short as any. Together they
 * take at most `--shrink-time`. Commands load this module when they have found something, and not before.
 */
import { type Flaky, type ShrinkResult, shrink } from '../counterexamples/shrink/index.ts';
import { saveTrace } from '../counterexamples/trace/index.ts';
import type { Certificate } from '../properties/explore/index.ts';
import type { Shrinking } from '../properties/random/index.ts';
import type { Target } from '../runner/index.ts';
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
}

/** Both runs of a target that is flaky. A counterexample of a moment ago that holds now shows that, too. */
function flakyRuns(found: Trace, shrinking: ShrinkResult | null): Flaky | null {
  if (shrinking?.verdict === 'holds') return { first: found, second: shrinking.trace };
  return shrinking?.flaky ?? null;
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
  { shrinkTime, corpus, byFastCheck = null, certify = false }: FindOptions,
): Promise<ReportedCounterexample> {
  const until = performance.now() + shrinkTime * 1000;
  const msLeft = (): number => Math.max(0, until - performance.now());
  const shrinking = shrinkTime === 0 ? null : shrink(target, found, { ms: msLeft() });
  const flaky = flakyRuns(found, shrinking);
  const trace = flaky?.first ?? (shrinking?.verdict === 'shrunk' ? shrinking.trace : found);
  const path = corpus === null ? null : savedIn(corpus, (folder) => saveTrace(folder, trace));
  const isCertified = certify && shrinkTime > 0 && flaky === null;
  const certificate = isCertified ? await certificateOf(target, trace, msLeft()) : null;
  return { trace, found, shrinking, flaky, slippedTo: slippedTo(byFastCheck), path, certificate };
}
