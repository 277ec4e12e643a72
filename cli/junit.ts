/**
 * JUnit XML: a run as test cases that build servers show, one for each clause and one for each trace of the corpus. A
 * clause that no program exercised is skipped, not passed.
 */
import type { TestSuite } from 'junit-report-builder';
import type { CorpusFile } from '../counterexamples/corpus/index.ts';
import { formatCounterexample } from '../counterexamples/trace/index.ts';
import { type CampaignResult, FULL_RUN_PROGRAMS } from '../properties/random/index.ts';
import type { SideCounts } from '../runner/index.ts';
import { CLAUSES, type Trace } from '../spec/index.ts';
import { newReport } from './junit-builder.ts';

export interface JunitOptions {
  readonly target: string;
  readonly corpus: readonly CorpusFile[];
  /** The campaign, or null where the corpus ended the run before it. */
  readonly result: CampaignResult | null;
}

function addCorpus(suite: TestSuite, { path, verdict, trace, reason }: CorpusFile): void {
  const testCase = suite.testCase().className('corpus').name(path).file(path);
  if (verdict === 'violated' && trace !== null) {
    const { violation } = trace;
    testCase
      .failure(violation?.explanation, violation?.clause)
      .stacktrace(formatCounterexample(trace).join('\n'));
  } else if (verdict === 'beyond') testCase.skipped();
  else if (reason !== null) testCase.error(reason, verdict);
}

function addClause(suite: TestSuite, name: string, sides: SideCounts, counterexample: Trace | null): void {
  const testCase = suite.testCase().className('clause').name(name);
  const sentence = CLAUSES.find((clause) => clause.name === name)?.sentence ?? '';
  testCase.standardOutput(
    [sentence, ...Object.entries(sides).map(([side, n]) => `${side}: ${n}`)].join('\n'),
  );
  const violation = counterexample?.violation;
  if (counterexample !== null && violation?.clause === name)
    testCase.failure(violation.explanation, name).stacktrace(formatCounterexample(counterexample).join('\n'));
  else if (Object.values(sides).every((times) => times === 0)) testCase.skipped();
}

function addCampaign(
  suite: TestSuite,
  { clauses, counterexample, seconds, unreached, programs }: CampaignResult,
): void {
  suite.time(seconds);
  for (const [name, sides] of Object.entries(clauses)) addClause(suite, name, sides, counterexample);
  const reached = suite.testCase().className('run').name('a full run meets every situation and every side');
  if (unreached.length > 0) reached.failure(`never met: ${unreached.join('; ')}`, 'unreached');
  else if (programs < FULL_RUN_PROGRAMS) reached.skipped();
}

/** Returns the report as XML. */
export function junitReport({ target, corpus, result }: JunitOptions): string {
  const report = newReport();
  const suite = report.testSuite().name(`frameproof check ${target}`);
  if (result !== null) suite.property('seed', String(result.seed));
  for (const file of corpus) addCorpus(suite, file);
  if (result !== null) addCampaign(suite, result);
  return report.build();
}
