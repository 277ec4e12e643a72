/** JUnit XML of a verification: one test case a step. A step that was not reached is skipped, not passed. */

import { formatCounterexample } from '../counterexamples/trace/index.ts';
import type { VerifyResult } from '../properties/verify/index.ts';
import { STEP_NAMES } from '../properties/verify/index.ts';
import { newReport } from './junit-builder.ts';

/** The names of the two sides of a verification. */
export interface VerifiedNames {
  readonly candidate: string;
  readonly baseline: string;
}

/** Returns the report as XML. */
export function verifyJunit(
  { candidate, baseline }: VerifiedNames,
  { steps, difference }: VerifyResult,
): string {
  const report = newReport();
  const suite = report.testSuite().name(`frameproof verify ${candidate} against ${baseline}`);
  for (const name of STEP_NAMES) {
    const step = steps.find((each) => each.name === name);
    const testCase = suite.testCase().className('verify').name(name);
    if (step === undefined) {
      testCase.skipped();
      continue;
    }
    testCase.time(step.seconds).standardOutput(step.evidence);
    if (step.verdict === 'holds') continue;
    const shown = difference === null ? [] : formatCounterexample(difference.candidate);
    testCase.failure(step.evidence, step.verdict).stacktrace(shown.join('\n'));
  }
  return report.build();
}
