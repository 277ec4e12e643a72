/**
 * The steps after a find: the counterexample is shrunk, saved and, if asked for, certified to be as short as any. Together they
 * take at most `--shrink-time`. Commands load this module when they have found something, and not before.
 */
import {
  type Flaky,
  type ShrinkOptions,
  type ShrinkResult,
  shrink,
} from '../counterexamples/shrink/index.ts';
import { saveTrace } from '../counterexamples/trace/index.ts';
import type { Certificate } from '../properties/explore/index.ts';
import type { Finding } from '../properties/random/index.ts';
import { execute, stackOf, type Target } from '../runner/index.ts';
import { blamedCall, type Trace } from '../spec/index.ts';
import type { ReportedCounterexample } from './counterexample-report.ts';
import { savedIn } from './output-file.ts';

export interface FindOptions {
  /** Seconds for all of it; 0 leaves a counterexample as it was found. */
  readonly shrinkTime: number;
  /** The folder to save it in, or null. */
  readonly corpus: string | null;
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

async function certificateOf(target: Target, trace: Trace, msLeft: number): Promise<Certificate> {
  if (msLeft <= 0) return { kind: 'open', why: 'shrinking took all of --shrink-time' };
  const { certify } = await import('../properties/explore/index.ts');
  return certify(target, trace, { ms: msLeft });
}

/** Shrinks a counterexample, unless the options are null, and saves it. */
function shrunkAndSaved(
  target: Target,
  found: Trace,
  { corpus, verbose = false }: Pick<FindOptions, 'corpus' | 'verbose'>,
  options: ShrinkOptions | null,
): ReportedCounterexample {
  const shrinking = options === null ? null : shrink(target, found, options);
  const { trace, flaky } = settled(target, found, shrinking);
  const path = corpus === null ? null : savedIn(corpus, (folder) => saveTrace(folder, trace));
  const foundOperations = found.scenario.operations.length;
  const stack = verbose ? stackOf(trace) : null;
  return { trace, from: null, foundOperations, shrinking, flaky, path, certificate: null, stack };
}

/** Shrinks and saves a counterexample. */
export function finishCounterexample(
  target: Target,
  found: Trace,
  { shrinkTime, ...shown }: FindOptions,
): ReportedCounterexample {
  return shrunkAndSaved(target, found, shown, shrinkTime === 0 ? null : { ms: shrinkTime * 1000 });
}

/** The call that a finding must go on to blame while it is shrunk: where another blames another call for the same clause. */
function keptCall({ trace: { violation, scenario } }: Finding, among: readonly Finding[]): ShrinkOptions {
  const ofClause = among.filter(({ trace }) => trace.violation?.clause === violation?.clause);
  return violation === undefined || ofClause.length < 2
    ? {}
    : { call: blamedCall(violation, scenario.operations) };
}

/** Shrinks and saves findings. The first, the gravest, has the time that the others leave, and is certified in what is left of it. */
export async function finishFindings(
  target: Target,
  findings: readonly Finding[],
  { shrinkTime, ...shown }: FindOptions,
): Promise<readonly ReportedCounterexample[]> {
  const until = performance.now() + shrinkTime * 1000;
  const msLeft = (): number => Math.max(0, until - performance.now());
  const reports: ReportedCounterexample[] = [];
  for (const [toDo, finding] of [...findings.entries()].toReversed()) {
    const options = { ms: msLeft() / (toDo + 1), ...keptCall(finding, findings) };
    const report = shrunkAndSaved(target, finding.trace, shown, shrinkTime === 0 ? null : options);
    reports.unshift({ ...report, from: finding.from });
  }
  const [first, ...others] = reports;
  if (first === undefined || shrinkTime === 0 || first.flaky !== null) return reports;
  return [{ ...first, certificate: await certificateOf(target, first.trace, msLeft()) }, ...others];
}
