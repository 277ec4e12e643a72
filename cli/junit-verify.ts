/** JUnit XML of a verification: one test case a step. A step that was not reached is skipped, not passed. */

import { formatCounterexample } from '../counterexamples/text/index.ts';
import type { VerifyResult } from '../properties/verify/index.ts';
import { STEP_NAMES, type Step } from '../properties/verify/index.ts';
import { type JunitCase, type JunitOutcome, junitXml } from './junit-builder.ts';

/** The names of the two sides of a verification. */
export interface VerifiedNames {
  readonly candidate: string;
  readonly baseline: string;
}

function outcomeOf({ verdict, evidence }: Step, difference: VerifyResult['difference']): JunitOutcome {
  if (verdict === 'holds') return { kind: 'passed' };
  const shown = difference === null ? [] : formatCounterexample(difference.candidate);
  return { kind: 'failure', message: evidence, type: verdict, details: shown.join('\n') };
}

/** Returns the report as XML. */
export function verifyJunit(
  { candidate, baseline }: VerifiedNames,
  { steps, difference }: VerifyResult,
): string {
  const cases = STEP_NAMES.map((name): JunitCase => {
    const step = steps.find((each) => each.name === name);
    if (step === undefined) return { className: 'verify', name, outcome: { kind: 'skipped' } };
    const { seconds, evidence: output } = step;
    return { className: 'verify', name, seconds, output, outcome: outcomeOf(step, difference) };
  });
  return junitXml({ name: `frameproof verify ${candidate} against ${baseline}`, cases });
}
