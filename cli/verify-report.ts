/** What `frameproof verify` prints: one line a step, the difference with both answers, the verdict. Pure: from a result to text. */

import { formatCounterexample, formatResponse } from '../counterexamples/trace/index.ts';
import type { Difference, Step, VerifyResult } from '../properties/verify/index.ts';
import { formatProgram, type Response, type Trace } from '../spec/index.ts';

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
    : `breaks ${violation.clause}: ${violation.explanation}`;
}

/** Returns the lines that show a difference: the program as it ran on the candidate, and what each side answered. */
export function differenceLines(difference: Difference): readonly string[] {
  const { at, candidate, baseline, foundOperations, executions, exhausted } = difference;
  const { violation: _, ...unblamed } = candidate;
  const call =
    at < 0 ? 'init' : `operation ${at + 1}, ${formatProgram(candidate.scenario.operations)[at] ?? ''}`;
  const now = candidate.scenario.operations.length;
  const spent = `${executions.toLocaleString('en-US')} executions${exhausted ? '; the budget ended first, a simpler program may exist' : ''}`;
  return [
    ...formatCounterexample(unblamed),
    `differ    ${call}`,
    `candidate ${answerOf(candidate, at)}; ${violation(candidate)}`,
    `baseline  ${answerOf(baseline, at)}; ${violation(baseline)}`,
    `shrunk   from ${foundOperations} operations to ${now} (${spent})`,
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
  return `${VERDICTS[verdict]}${ratio}\n`;
}

/** Returns the result as `--json` prints it. */
export function verifyJson({ verdict, steps, difference, speed }: VerifyResult): object {
  const shown = steps.map(({ found: _, ...step }) => step);
  if (difference === null) return { verdict, steps: shown, speed };
  const { at, candidate, baseline, foundOperations, exhausted } = difference;
  const side = (trace: Trace): object => ({ answer: answerOf(trace, at), breaks: trace.violation ?? null });
  return {
    verdict,
    steps: shown,
    speed,
    difference: {
      at,
      program: formatProgram(candidate.scenario.operations),
      foundOperations,
      exhausted,
      candidate: side(candidate),
      baseline: side(baseline),
    },
  };
}
