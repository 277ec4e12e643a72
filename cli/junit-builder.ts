/**
 * JUnit XML: one suite of test cases, the way build servers read it, with the counts that they want on the suite and on its
 * parent. The XML library takes as long to load as a small check takes to run, and few runs write a report: the first one that
 * does loads it.
 */
import { createRequire } from 'node:module';
import type { XMLElement } from 'xmlbuilder';

const require = createRequire(import.meta.url);

/** The outcome of a test case. A failure is the target's, an error means that the case could not be run. */
export type JunitOutcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly message: string }
  | { readonly kind: 'failure'; readonly message: string; readonly type: string; readonly details: string }
  | { readonly kind: 'error'; readonly message: string; readonly type: string };

export interface JunitCase {
  readonly className: string;
  readonly name: string;
  readonly file?: string;
  readonly seconds?: number;
  readonly outcome: JunitOutcome;
  readonly output?: string;
}

interface JunitSuite {
  readonly name: string;
  readonly seconds?: number;
  readonly seed?: number;
  readonly cases: readonly JunitCase[];
}

/** Attributes of an XML element; undefined where the element has none of that name. */
type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Returns the attributes that are there. */
function present(attributes: Attributes): Record<string, string | number> {
  const entries = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

function countsOf(cases: readonly JunitCase[]): Attributes {
  const count = (kind: JunitOutcome['kind']): number =>
    cases.filter(({ outcome }) => outcome.kind === kind).length;
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
  };
}

function addOutcome(testCase: XMLElement, outcome: JunitOutcome): void {
  if (outcome.kind === 'passed') return;
  if (outcome.kind === 'skipped') {
    testCase.ele('skipped', { message: outcome.message });
    return;
  }
  const element = testCase.ele(outcome.kind, { message: outcome.message, type: outcome.type });
  if (outcome.kind === 'failure' && outcome.details !== '') element.cdata(outcome.details);
}

function addCase(suite: XMLElement, { className, name, file, seconds, outcome, output }: JunitCase): void {
  const testCase = suite.ele('testcase', present({ classname: className, name, file, time: seconds }));
  addOutcome(testCase, outcome);
  if (output !== undefined) testCase.ele('system-out').cdata(output);
}

/** Returns a report of one suite as XML. Characters that XML cannot hold are left out. */
export function junitXml({ name, seconds, seed, cases }: JunitSuite): string {
  const { create }: typeof import('xmlbuilder') = require('xmlbuilder');
  const counts = countsOf(cases);
  const root = create('testsuites', { encoding: 'UTF-8', invalidCharReplacement: '' });
  for (const [key, count] of Object.entries(present(counts))) root.att(key, count);
  const suite = root.ele('testsuite', present({ name, time: seconds, ...counts }));
  if (seed !== undefined) suite.ele('properties').ele('property', { name: 'seed', value: seed });
  for (const testCase of cases) addCase(suite, testCase);
  return root.end({ pretty: true });
}
