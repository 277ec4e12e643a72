/** The report of `frameproof verify`: one line a step, the difference with both answers, the verdict. Pure: from a result to text. */

import { formatCounterexample, formatResponse } from '../counterexamples/text/index.ts';
import type { Difference, Step, VerifyResult } from '../properties/verify/index.ts';
import { counted, formatProgram, type Response, type Trace } from '../spec/index.ts';
import { type CounterexampleJson, counterexampleJson, factsOf } from './counterexample-json.ts';

const MARKS = { holds: 'holds', differs: 'DIFFERS', slower: 'SLOWER', interrupted: 'interrupted' } as const;

/** Returns the line of a step. */
export function stepLine({ name, verdict, evidence, seconds }: Step): string {
  return `${name.padEnd(17)}${MARKS[verdict].padEnd(8)}${evidence} (${seconds.toFixed(1)} s)\n`;
}

function answerOf({ scenario, responses }: Trace, at: number): string {
  const response: Response | undefined = responses[at + 1];
  if (response === undefined) return 'not run';
  const { amounts } = response;
  const told =
    amounts === undefined
      ? ''
      : `; total ${amounts.total}, free ${amounts.free}, reserved ${amounts.reserved}`;
  const { outcome } = response;
  const blamed =
    outcome.kind === 'panicked' ? ` (it blames page frame ${outcome.pfn}, owner ${outcome.owner})` : '';
  return `${formatResponse(scenario.config, response)}${blamed}${told}`;
}

function violation({ violation }: Trace): string {
  return violation === undefined
    ? 'the specification admits it'
    : `violates ${violation.clause}: ${violation.explanation}`;
}

/** Returns the run to blame: that of the baseline where only it violates a clause, else that of the candidate. */
export function blamed({ candidate, baseline }: Difference): Trace {
  return candidate.violation === undefined && baseline.violation !== undefined ? baseline : candidate;
}

/** Returns the lines that show a difference: the program as it ran on the candidate, and what each side answered. */
export function differenceLines(difference: Difference): readonly string[] {
  const { at, candidate, baseline, foundOperations, executions, exhausted } = difference;
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
    `differ    ${call}`,
    `candidate ${answerOf(candidate, at)}; ${violation(candidate)}`,
    `baseline  ${answerOf(baseline, at)}; ${violation(baseline)}`,
    `shrunk    from ${counted(foundOperations, 'operation')} to ${now} (${spent})`,
  ];
}

const VERDICTS = {
  refines: 'refines: no difference found',
  differs: 'differs: see the program above',
  slower: 'slower: no difference found, and it takes longer than was allowed',
  interrupted: 'interrupted: no difference found so far',
} as const;

/** Returns the verdict in one line, with the ratio of the times where they were measured. */
export function verifyVerdictLine({ verdict, speed }: VerifyResult): string {
  const ratio = speed === null ? '' : `, ${speed.median.toPrecision(3)} times the baseline's time`;
  return `${VERDICTS[verdict]}${ratio}`;
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

/** Returns the result as `--json` prints it. */
export function verifyJson({ verdict, steps, difference, speed }: VerifyResult, saved: Saved): object {
  const shown = steps.map(({ found: _, ...step }) => step);
  if (difference === null) return { verdict, steps: shown, speed, difference, counterexample: null };
  const { at, candidate, baseline, exhausted } = difference;
  const side = (trace: Trace): object => ({
    answer: answerOf(trace, at),
    violation: trace.violation ?? null,
  });
  return {
    verdict,
    steps: shown,
    speed,
    difference: { at, exhausted, candidate: side(candidate), baseline: side(baseline) },
    counterexample: counterexampleOf(difference, saved),
  };
}
