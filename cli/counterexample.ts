/**
 * The steps after a find: the counterexample is shrunk, saved and, if asked for, certified to be as short as any. Together they
 * take at most `--shrink-time`. Commands load this module when they have found something, and not before.
 */
import { type ShrinkOptions, settled, sharesState, shrink } from '../counterexamples/shrink/index.ts';
import type { Certificate } from '../properties/explore/index.ts';
import type { Finding } from '../properties/random/index.ts';
import { stackOf, type Target } from '../runner/index.ts';
import { blamedCall, type Trace } from '../spec/index.ts';
import type { ReportedCounterexample } from './counterexample-report.ts';
import type { FoundFiles } from './output-file.ts';
import { certifyBar, shrinkBar } from './progress-bar.ts';

export interface FindOptions {
  /** Seconds for all of it; 0 leaves a counterexample as it was found. */
  readonly shrinkTime: number;
  readonly files: FoundFiles<Trace>;
  /** Ends it early: what was reached by then is reported. */
  readonly signal?: AbortSignal;
  /** Whether to show the stack of an error that the target threw. Default: no. */
  readonly verbose?: boolean | undefined;
}

async function certificateOf(
  target: Target,
  trace: Trace,
  msLeft: number,
  signal: AbortSignal | undefined,
): Promise<Certificate> {
  if (signal?.aborted === true) return { kind: 'open', why: 'it was interrupted' };
  if (msLeft <= 0) return { kind: 'open', why: 'shrinking took all of --shrink-time' };
  const { certify } = await import('../properties/explore/index.ts');
  const bar = await certifyBar(msLeft / 1000);
  const certificate = await certify(target, trace, { ms: msLeft, signal, onProgress: bar.update });
  bar.stop();
  return certificate;
}

/** Shrinks a counterexample, unless the options are null, and saves it. */
async function shrunkAndSaved(
  target: Target,
  found: Trace,
  { files, signal, verbose = false }: FindOptions,
  options: ShrinkOptions | null,
  isGravest = true,
): Promise<ReportedCounterexample> {
  const shrinking = options === null ? null : shrink(target, found, options);
  const { trace, flaky } = await settled(target, { found, shrinking }, { isAnew: isGravest, signal });
  const path = files.replace(found, trace);
  const stack = verbose ? stackOf(trace) : null;
  return { trace, from: null, found, shrinking, flaky, path, certificate: null, stack, hint: null };
}

/** Shrinks and saves a counterexample. */
export async function finishCounterexample(
  target: Target,
  found: Trace,
  options: FindOptions,
): Promise<ReportedCounterexample> {
  const { shrinkTime, files, signal } = options;
  files.note(found);
  const bar = await shrinkBar(shrinkTime);
  const shrinking = { ms: shrinkTime * 1000, signal, onProgress: bar.update };
  const report = await shrunkAndSaved(target, found, options, shrinkTime === 0 ? null : shrinking);
  bar.stop();
  return report;
}

/** The call that a finding must go on to blame while it is shrunk: where another blames another call for the same clause. */
function keptCall({ trace: { violation, scenario } }: Finding, among: readonly Finding[]): ShrinkOptions {
  const ofClause = among.filter(({ trace }) => trace.violation?.clause === violation?.clause);
  return violation === undefined || ofClause.length < 2
    ? {}
    : { call: blamedCall(violation, scenario.operations) };
}

/**
 * Shrinks and saves findings. Each has its share of the time at least, whatever others overdrew: a program that does not end is waited for.
 * The first, the gravest, has the time that the others leave too, and is certified in what is left of it.
 */
export async function finishFindings(
  target: Target,
  findings: readonly Finding[],
  options: FindOptions,
): Promise<readonly ReportedCounterexample[]> {
  const { shrinkTime, files, signal } = options;
  for (const { trace } of findings) files.note(trace);
  const until = performance.now() + shrinkTime * 1000;
  const msLeft = (): number => Math.max(0, until - performance.now());
  const bar = await shrinkBar(shrinkTime);
  const reports: ReportedCounterexample[] = [];
  for (const [toDo, finding] of [...findings.entries()].toReversed()) {
    const kept = keptCall(finding, findings);
    const ms = Math.max(msLeft() / (toDo + 1), (shrinkTime * 1000) / findings.length);
    const shrinking = { ms, signal, onProgress: bar.update, ...kept };
    const report = await shrunkAndSaved(
      target,
      finding.trace,
      options,
      shrinkTime === 0 ? null : shrinking,
      toDo === 0,
    );
    reports.unshift({ ...report, from: finding.from });
  }
  bar.stop();
  const [first, ...others] = reports;
  if (first === undefined || shrinkTime === 0 || first.flaky !== null) return reports;
  const certificate = sharesState(first) ? null : await certificateOf(target, first.trace, msLeft(), signal);
  const hint = await hintFor(target, first.trace, signal);
  return [{ ...first, certificate, hint }, ...others];
}

/** Claims are tried for this long: programs of a target that does not return take a while each. */
const HINT_MS = 5000;

async function hintFor(
  target: Target,
  trace: Trace,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const { hintOn } = await import('../properties/fit/index.ts');
  const end = performance.now() + HINT_MS;
  const isOver = (): boolean => signal?.aborted === true || performance.now() > end;
  return hintOn(target, trace, isOver);
}
