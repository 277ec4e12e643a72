/**
 * JUnit XML: a run as test cases that build servers show, one for each clause and one for each trace of the corpus. A
 * clause that no program exercised is skipped, not passed.
 */
import type { CorpusFile } from '../counterexamples/corpus/index.ts';
import { formatCounterexample } from '../counterexamples/text/index.ts';
import type { SideCounts } from '../model/index.ts';
import { type CampaignResult, FULL_RUN_PROGRAMS } from '../properties/random/index.ts';
import { CLAUSES, type Trace } from '../spec/index.ts';
import { type JunitCase, type JunitOutcome, junitXml } from './junit-builder.ts';

export interface JunitOptions {
  readonly target: string;
  readonly corpus: readonly CorpusFile[];
  /** The campaign, or null where the corpus ended the run before it. */
  readonly result: CampaignResult | null;
}

const PASSED: JunitOutcome = { kind: 'passed' };
const SKIPPED: JunitOutcome = { kind: 'skipped' };

/** Returns the failure that a counterexample is, or null where it breaks nothing. */
function failureOf(trace: Trace | null): JunitOutcome | null {
  if (trace?.violation === undefined) return null;
  const { explanation: message, clause: type } = trace.violation;
  return { kind: 'failure', message, type, details: formatCounterexample(trace).join('\n') };
}

function corpusOutcome({ verdict, trace, reason }: CorpusFile): JunitOutcome {
  const failure = verdict === 'violated' ? failureOf(trace) : null;
  if (failure !== null) return failure;
  if (verdict === 'beyond') return SKIPPED;
  return reason === null ? PASSED : { kind: 'error', message: reason, type: verdict };
}

function clauseCase(name: string, sides: SideCounts, counterexample: Trace | null): JunitCase {
  const sentence = CLAUSES.find((clause) => clause.name === name)?.sentence ?? '';
  const counts = Object.entries(sides).map(([side, n]) => `${side}: ${n}`);
  const failure = counterexample?.violation?.clause === name ? failureOf(counterexample) : null;
  const isExercised = Object.values(sides).some((times) => times > 0);
  return {
    className: 'clause',
    name,
    output: [sentence, ...counts].join('\n'),
    outcome: failure ?? (isExercised ? PASSED : SKIPPED),
  };
}

function reachOutcome({ unreached, programs }: CampaignResult): JunitOutcome {
  const message = `never met: ${unreached.join('; ')}`;
  if (unreached.length > 0) return { kind: 'failure', message, type: 'unreached', details: '' };
  return programs < FULL_RUN_PROGRAMS ? SKIPPED : PASSED;
}

function campaignCases(result: CampaignResult): readonly JunitCase[] {
  return [
    ...Object.entries(result.clauses).map(([name, sides]) => clauseCase(name, sides, result.counterexample)),
    {
      className: 'run',
      name: 'a full run meets every situation and every side',
      outcome: reachOutcome(result),
    },
  ];
}

/** Returns the report as XML. */
export function junitReport({ target, corpus, result }: JunitOptions): string {
  const corpusCases = corpus.map(
    (file): JunitCase => ({
      className: 'corpus',
      name: file.path,
      file: file.path,
      outcome: corpusOutcome(file),
    }),
  );
  return junitXml({
    name: `frameproof check ${target}`,
    ...(result === null ? {} : { seconds: result.seconds, seed: result.seed }),
    cases: [...corpusCases, ...(result === null ? [] : campaignCases(result))],
  });
}
