/** The end of a check, in one process or merged from several: shown, written as JUnit XML, and turned into an exit code. */

import type { CampaignResult } from '../properties/random/index.ts';
import { checkJson, checkReport, verdictLine } from './check-report.ts';
import { type CheckedCorpus, corpusJson } from './corpus-report.ts';
import { counterexampleLines, type ReportedCounterexample, reportedJson } from './counterexample-report.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { endWith } from './outcome.ts';

/** A check that has ended. */
interface FinishedCheck {
  readonly target: string;
  readonly corpus: CheckedCorpus;
  /** Null where a trace of the corpus violated a clause, and nothing else was run. */
  readonly result: CampaignResult | null;
  readonly report: ReportedCounterexample | null;
}

/** How a result is shown. */
export interface ResultFlags {
  readonly json?: boolean;
  readonly junit?: string;
}

/** The part of a result that only some checks have: after the text, and among the keys of the JSON. */
export interface ExtraResult {
  readonly lines: readonly string[];
  readonly json: object;
}

const EXIT_OF = {
  holds: EXIT.holds,
  unreached: EXIT.violated,
  violated: EXIT.violated,
  interrupted: EXIT.interrupted,
} as const;

function exitCodeOf({ result, corpus }: FinishedCheck): ExitCode {
  const exitCode = result === null ? EXIT.violated : EXIT_OF[result.verdict];
  return exitCode === EXIT.holds ? corpus.exitCode : exitCode;
}

function resultJson({ result, corpus, report }: FinishedCheck): object {
  const found = report === null ? null : reportedJson(report, corpus.violated?.file);
  const counts = result === null ? { verdict: 'violated' } : checkJson(result);
  return { ...counts, corpus: corpusJson(corpus), counterexample: found };
}

function resultLines({ result, corpus, report }: FinishedCheck): readonly string[] {
  const verdict =
    result === null
      ? [`violated: by a trace of the corpus, ${corpus.violated?.file}`]
      : [...checkReport(result), verdictLine(result)];
  return report === null ? verdict : [...verdict, '', ...counterexampleLines(report)];
}

/** Prints and writes a result, and sets the exit code. */
export async function conclude(
  check: FinishedCheck,
  { json = false, junit }: ResultFlags,
  extra: ExtraResult = { lines: [], json: {} },
): Promise<void> {
  const { target, corpus, result } = check;
  if (junit !== undefined) {
    const { junitReport } = await import('./junit.ts');
    const { writeWhole } = await import('./output-file.ts');
    writeWhole('--junit', junit, junitReport({ target, corpus: corpus.files, result }));
  }
  const text = json
    ? JSON.stringify({ ...resultJson(check), ...extra.json }, null, 1)
    : [...resultLines(check), ...extra.lines].join('\n');
  process.stdout.write(`${text}\n`);
  endWith(exitCodeOf(check));
}
