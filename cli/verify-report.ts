/** The report of `frameproof verify`: one line a step, the difference with both answers, the verdict. Pure: from a result to text. */

import { formatCounterexample, formatResponse } from '../counterexamples/text/index.ts';
import type { Difference, Finding, Step, VerifyResult } from '../properties/verify/index.ts';
import { counted, formatProgram, type Response, rounded, type Trace } from '../spec/index.ts';
import { type CounterexampleJson, counterexampleJson, factsOf } from './counterexample-json.ts';

const MARKS = {
  holds: 'holds',
  partial: 'partial',
  'not done': 'not done',
  differs: 'DIFFERS',
  slower: 'SLOWER',
  interrupted: 'interrupted',
} as const;

/** Returns the line of a step. */
export function stepLine({ name, verdict, evidence, seconds }: Step): string {
  return `${name.padEnd(17)}${MARKS[verdict].padEnd(12)}${evidence} (${seconds.toFixed(1)} s)\n`;
}

function answerOf({ scenario, responses }: Trace, at: number): string {
  const response: Response | undefined = responses[at + 1];
  if (response === undefined) return 'not run';
  const { outcome, amounts = {} } = response;
  const told = Object.entries(amounts).map(([name, pages]) => `${name} ${pages}`);
  const blamed =
    outcome.kind === 'panicked' ? ` (it blames page frame ${outcome.pfn}, owner ${outcome.owner})` : '';
  return `${formatResponse(scenario.config, response)}${blamed}${told.length > 0 ? `; ${told.join(', ')}` : ''}`;
}

function violation({ violation }: Trace): string {
  return violation === undefined
    ? 'the specification admits it'
    : `violates ${violation.clause}: ${violation.explanation}`;
}

/** Returns the run to blame: that of the baseline where it violates what the candidate fixes, else that of the candidate. */
export function blamed({ kind, candidate, baseline }: Finding): Trace {
  return kind === 'fixes' ? baseline : candidate;
}

/** Returns the lines that show a difference: the program as it ran on the candidate, and what each side answered. */
export function differenceLines(difference: Difference): readonly string[] {
  const { kind, clause, at, candidate, baseline, foundOperations, executions, exhausted } = difference;
  const { violation: _, ...unblamed } = candidate;
  const call =
    at < 0 ? 'init' : `operation ${at + 1}, ${formatProgram(candidate.scenario.operations)[at] ?? ''}`;
  const now = candidate.scenario.operations.length;
  const ended = exhausted
    ? '; the time ended first: a simpler program may exist; give it more with --shrink-time'
    : '';
  const spent = `${counted(executions, 'execution')}${ended}`;
  return [
    ...formatCounterexample(unblamed),
    `${kind.padEnd(10)}${clause ?? 'none: the answers differ'}`,
    `differ    ${call}`,
    `candidate ${answerOf(candidate, at)}; ${violation(candidate)}`,
    `baseline  ${answerOf(baseline, at)}; ${violation(baseline)}`,
    `shrunk    from ${counted(foundOperations, 'operation')} to ${now} (${spent})`,
  ];
}

/** Returns the line of a difference that is not shown in full. */
export function differenceLine({ kind, clause, candidate }: Difference, path: string | null): string {
  const { length } = candidate.scenario.operations;
  const saved = path === null ? '' : `, ${path}`;
  return `${kind.padEnd(10)}${clause ?? 'none: the answers differ'}: ${counted(length, 'operation')}${saved}`;
}

const VERDICTS = {
  refines: 'refines: no difference found',
  slower: 'slower: no difference found, and it takes longer than was allowed',
  'not done': 'not done: nothing was compared',
  interrupted: 'interrupted: no difference found so far',
} as const;

/** Returns how the sides differ, in words: `breaks 1 clause, fixes 2 clauses`. */
function ways(differences: readonly Difference[]): string {
  const count = (wanted: Difference['kind']): number =>
    differences.filter(({ kind }) => kind === wanted).length;
  const [breaks, both, answers, fixes] = [count('breaks'), count('both'), count('answers'), count('fixes')];
  return [
    `breaks ${counted(breaks, 'clause')}`,
    `fixes ${counted(fixes, 'clause')}`,
    ...(both === 0 ? [] : [`both break ${counted(both, 'clause')}`]),
    ...(answers === 0 ? [] : ['gives other answers']),
  ].join(', ');
}

/** Returns the verdict in one line, with the ratio of the times where they were measured. */
export function verifyVerdictLine({ verdict, speed, differences, steps }: VerifyResult): string {
  const ratio =
    speed === null
      ? ''
      : `; ${rounded(speed.median)} times the baseline's time (quartiles ${speed.quartiles.map(rounded).join(' to ')})`;
  const short = steps.filter((step) => step.verdict === 'partial').map(({ name }) => name);
  const partial = short.length === 0 ? '' : `; partial: ${short.join(', ')}`;
  return `${verdict === 'differs' ? `differs: ${ways(differences)}` : VERDICTS[verdict]}${ratio}${partial}`;
}

/** Where a difference was saved, and how to go on. */
type Saved = Readonly<Record<'path' | 'next', string | null>>;

function counterexampleOf(difference: Difference, { path, next }: Saved): CounterexampleJson {
  return counterexampleJson({
    ...factsOf(blamed(difference), difference.at),
    foundOperations: difference.foundOperations,
    file: path,
    next,
  });
}

function differenceJson(difference: Difference, saved: Saved): object {
  const { kind, clause, at, candidate, baseline, exhausted } = difference;
  const side = (trace: Trace): object => ({
    answer: answerOf(trace, at),
    violation: trace.violation ?? null,
  });
  const counterexample = counterexampleOf(difference, saved);
  return {
    kind,
    clause,
    at,
    exhausted,
    candidate: side(candidate),
    baseline: side(baseline),
    counterexample,
  };
}

/** Returns the result as `--json` prints it. `saved` has an element for each difference. */
export function verifyJson(
  { verdict, steps, differences, speed }: VerifyResult,
  saved: readonly Saved[],
): object {
  const nowhere = { path: null, next: null };
  const [gravest] = differences;
  return {
    verdict,
    steps,
    speed,
    differences: differences.map((difference, i) => differenceJson(difference, saved[i] ?? nowhere)),
    counterexample: gravest === undefined ? null : counterexampleOf(gravest, saved[0] ?? nowhere),
  };
}
