/**
 * JUnit XML: a run as test cases that build servers show, one for each clause and one for each trace of the corpus. A
 * clause that no program exercised is skipped, not passed.
 */
import { basename } from 'node:path';
import { type CorpusFile, OWN_CORPUS } from '../counterexamples/corpus/index.ts';
import { formatCounterexample } from '../counterexamples/text/index.ts';
import type { SideCounts } from '../model/index.ts';
import { type CampaignResult, FULL_RUN_PROGRAMS } from '../properties/random/index.ts';
import { sentenceOf, type Trace } from '../spec/index.ts';
import { type JunitCase, type JunitOutcome, junitXml } from './junit-builder.ts';

export interface JunitOptions {
  readonly target: string;
  readonly corpus: readonly CorpusFile[];
  readonly result: CampaignResult;
  /** The counterexamples, shrunk. */
  readonly found: readonly Trace[];
  /** Errors that the target threw outside its calls. */
  readonly late: readonly string[];
}

const PASSED: JunitOutcome = { kind: 'passed' };

function skipped(message: string): JunitOutcome {
  return { kind: 'skipped', message };
}

/** Returns the failure that counterexamples to a clause are, or null where there are none. */
function failureOf(traces: readonly Trace[]): JunitOutcome | null {
  const violation = traces[0]?.violation;
  if (violation === undefined) return null;
  const { explanation: message, clause: type } = violation;
  const details = traces.map((trace) => formatCounterexample(trace).join('\n')).join('\n\n');
  return { kind: 'failure', message, type, details };
}

function corpusOutcome({ verdict, trace, reason }: CorpusFile): JunitOutcome {
  const failure = verdict === 'violated' && trace !== null ? failureOf([trace]) : null;
  if (failure !== null) return failure;
  if (verdict === 'beyond') return skipped(`not for this target: ${reason}`);
  return reason === null ? PASSED : { kind: 'error', message: reason, type: verdict };
}

function clauseCase(name: string, sides: SideCounts, found: readonly Trace[]): JunitCase {
  const counts = Object.entries(sides).map(([side, n]) => `${side}: ${n}`);
  const failure = failureOf(found.filter(({ violation }) => violation?.clause === name));
  const isExercised = Object.values(sides).some((times) => times > 0);
  return {
    className: 'clause',
    name,
    output: [sentenceOf({ clause: name }), ...counts].join('\n'),
    outcome: failure ?? (isExercised ? PASSED : skipped('no program exercised it')),
  };
}

function reachOutcome({ unreached, programs }: CampaignResult): JunitOutcome {
  const message = `never met: ${unreached.join('; ')}`;
  if (unreached.length > 0) return { kind: 'failure', message, type: 'unreached', details: '' };
  return programs < FULL_RUN_PROGRAMS
    ? skipped(`a full run has ${FULL_RUN_PROGRAMS} programs or more`)
    : PASSED;
}

/** Returns the test case of what the target threw outside its calls. */
export function lateCase(className: string, late: readonly string[]): JunitCase {
  const [message] = late;
  const outcome: JunitOutcome =
    message === undefined
      ? PASSED
      : { kind: 'failure', message, type: 'outside calls', details: late.join('\n') };
  return { className, name: 'nothing is thrown outside calls', outcome };
}

function campaignCases({ result, found, late }: JunitOptions): readonly JunitCase[] {
  return [
    ...Object.entries(result.clauses).map(([name, sides]) => clauseCase(name, sides, found)),
    {
      className: 'run',
      name: 'a full run meets every situation and every side',
      outcome: reachOutcome(result),
    },
    lateCase('run', late),
  ];
}

/** Returns the report as XML. */
export function junitReport(options: JunitOptions): string {
  const { target, corpus, result } = options;
  const corpusCases = corpus.map(
    (file): JunitCase => ({
      className: 'corpus',
      // Build servers know a test by its name, and the package lies elsewhere on each machine.
      name: file.path.startsWith(OWN_CORPUS) ? `frameproof: ${basename(file.path)}` : file.path,
      file: file.path,
      outcome: corpusOutcome(file),
    }),
  );
  return junitXml({
    name: `frameproof check ${target}`,
    seconds: result.seconds,
    seed: result.seed,
    cases: [...corpusCases, ...campaignCases(options)],
  });
}
