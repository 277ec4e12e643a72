/** JUnit XML of a verification: one test case a step. A step that was not reached is skipped, not passed. */

import { formatCounterexample } from '../counterexamples/text/index.ts';
import type { VerifyResult } from '../properties/verify/index.ts';
import { STEP_NAMES, type Step } from '../properties/verify/index.ts';
import { lateCase } from './junit.ts';
import { type JunitCase, type JunitOutcome, junitXml } from './junit-builder.ts';
import { blamed } from './verify-report.ts';

/** The names of the two sides of a verification. */
export interface VerifiedNames {
  readonly candidate: string;
  readonly baseline: string;
}

function outcomeOf({ verdict, evidence }: Step, [gravest]: VerifyResult['differences']): JunitOutcome {
  if (verdict === 'holds' || verdict === 'partial') return { kind: 'passed' };
  if (verdict === 'not done') return { kind: 'skipped', message: evidence };
  const shown = gravest === undefined ? [] : formatCounterexample(blamed(gravest));
  return { kind: 'failure', message: evidence, type: verdict, details: shown.join('\n') };
}

/** Returns the report as XML. */
export function verifyJunit(
  { candidate, baseline }: VerifiedNames,
  { steps, differences }: VerifyResult,
  late: readonly string[],
): string {
  const cases = STEP_NAMES.map((name): JunitCase => {
    const step = steps.find((each) => each.name === name);
    if (step === undefined)
      return { className: 'verify', name, outcome: { kind: 'skipped', message: 'not reached' } };
    const { seconds, evidence: output } = step;
    return { className: 'verify', name, seconds, output, outcome: outcomeOf(step, differences) };
  });
  const name = `frameproof verify ${candidate} against ${baseline}`;
  return junitXml({ name, cases: [...cases, lateCase('verify', late)] });
}
