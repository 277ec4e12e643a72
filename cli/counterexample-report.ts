/** A counterexample as commands report it: shrunk, saved, and with the next step, as text and as JSON. */
import { doubtLines, type Flaky, isReproduced, type ShrinkResult } from '../counterexamples/shrink/index.ts';
import { formatCounterexample } from '../counterexamples/text/index.ts';
import type { Certificate } from '../properties/explore/index.ts';
import { blamedCall, counted, type Trace } from '../spec/index.ts';
import { type CounterexampleJson, counterexampleJson, factsOf } from './counterexample-json.ts';
import { nextLine } from './next-step.ts';
import { commandOnFile } from './recorded-target.ts';

/** A counterexample, how it was shrunk, and where it was saved. */
export interface ReportedCounterexample {
  readonly trace: Trace;
  /** The file of the corpus that showed it, or null. */
  readonly from: string | null;
  /** The program that was found, before it was shrunk. */
  readonly found: Trace;
  /** Null where it was left as it was found. */
  readonly shrinking: ShrinkResult | null;
  /** Both runs, where the target answered one program in two ways. */
  readonly flaky: Flaky | null;
  /** Null where it was not saved. */
  readonly path: string | null;
  /** Whether it is as short as any on its world; null where nobody asked. */
  readonly certificate: Certificate | null;
  /** The stack of the error that the target threw, where it is to be shown. */
  readonly stack: string | null;
  /** The claim of an author whose code is correct, where that explains it. */
  readonly hint: string | null;
}

/** Continuation lines are indented by as much as the labels before them take. */
const LABEL_WIDTH = 10;

function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => (i === 0 ? label : '').padEnd(LABEL_WIDTH) + line);
}

function shrinkLines({ trace, found, shrinking }: ReportedCounterexample): readonly string[] {
  if (shrinking === null) return [];
  const { executions, seconds, exhausted, otherClauses } = shrinking;
  const spent = `${counted(executions, 'execution')}, ${seconds.toFixed(1)} s`;
  const lines = [
    `from ${counted(found.scenario.operations.length, 'operation')} to ${trace.scenario.operations.length} (${spent})`,
  ];
  if (exhausted)
    lines.push('the time ended first: a simpler program may exist; give it more with --shrink-time');
  if (otherClauses.length > 0)
    lines.push(`simpler programs break other clauses: ${otherClauses.map((o) => o.clause).join(', ')}`);
  return labelled('shrunk', lines);
}

function allShorter({ programs, operations }: Extract<Certificate, { readonly kind: 'shortest' }>): string {
  if (programs === 0n) return 'it has no operations';
  const held =
    programs === 1n ? 'the empty program holds' : `all ${counted(programs, 'shorter program')} hold`;
  return `${held} (of ${counted(operations, 'operation')} on this memory map)`;
}

function certificateText(certificate: Certificate): string {
  switch (certificate.kind) {
    case 'shortest':
      return `shortest possible: ${allShorter(certificate)}`;
    case 'shorter': {
      const { scenario, violation } = certificate.trace;
      const shorter = counted(scenario.operations.length, 'operation');
      return `not shortest: a program of ${shorter} violates ${violation?.clause} on this memory map`;
    }
    default:
      return `no: a shorter program may exist: ${certificate.why}`;
  }
}

type Doubtful = Pick<ReportedCounterexample, 'trace' | 'flaky'>;

/** Returns the verdict of a command that found counterexamples. Its exit code has that name. */
export function verdictOn(found: readonly Doubtful[]): 'violated' | 'unreproduced' {
  return found.some(isReproduced) ? 'violated' : 'unreproduced';
}

/** Returns the lines that show a stack, where there is one. */
export function stackLines(stack: string | null): readonly string[] {
  return stack === null ? [] : labelled('stack', stack.split('\n'));
}

/** Returns the command line that replays a counterexample, or null where it was not saved. */
function replayOf({ path, trace }: ReportedCounterexample): string | null {
  return path === null ? null : commandOnFile('replay', path, trace.target);
}

/** Returns the line of a counterexample that is not the first to mend. */
function otherLine({ trace: { violation, scenario }, flaky, path }: ReportedCounterexample): string {
  if (violation === undefined) return '';
  const call = blamedCall(violation, scenario.operations);
  const by = call === 'sweep' || violation.clause.startsWith(`${call}.`) ? '' : ` by ${call}`;
  const length = counted(scenario.operations.length, 'operation');
  return `${violation.clause}${by}, ${length}${flaky === null ? '' : ', flaky'}${path === null ? '' : `: ${path}`}`;
}

/** Returns the lines that show a counterexample, where it was saved, others in a line each, and the next step. */
export function counterexampleLines(
  found: ReportedCounterexample,
  others: readonly ReportedCounterexample[] = [],
): readonly string[] {
  const { trace, from, path, certificate, stack, hint } = found;
  const next = replayOf(found);
  return [
    ...(from === null ? [] : labelled('from', [from])),
    ...formatCounterexample(trace),
    ...stackLines(stack),
    ...labelled('hint', hint === null ? [] : [hint]),
    ...shrinkLines(found),
    ...(certificate === null ? [] : labelled('certified', [certificateText(certificate)])),
    ...labelled('flaky', doubtLines(found)),
    ...(path === null ? [] : labelled('saved', [path])),
    ...labelled('others', others.map(otherLine)),
    ...(next === null ? [] : [nextLine(next)]),
  ];
}

/** Returns the same as JSON. */
export function reportedJson(reported: ReportedCounterexample): CounterexampleJson {
  const { trace, from, found, flaky, path, certificate } = reported;
  return counterexampleJson({
    ...factsOf(trace),
    from,
    foundOperations: found.scenario.operations.length,
    flaky: flaky !== null,
    certified: certificate === null ? null : certificate.kind === 'shortest',
    hint: reported.hint,
    shorterPrograms: certificate?.kind === 'shortest' ? String(certificate.programs) : null,
    file: path,
    next: replayOf(reported),
  });
}
