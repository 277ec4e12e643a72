/** The end of a check, in one process or merged from several: shown, written as JUnit XML, and turned into an exit code. */

import type { CampaignResult } from '../properties/random/index.ts';
import { checkJson, checkReport, verdictLine } from './check-report.ts';
import { type CheckedCorpus, corpusJson } from './corpus-report.ts';
import type { ReportedCounterexample } from './counterexample-report.ts';
import { EXIT, type ExitCode, endWith } from './exit-codes.ts';
import { print } from './print.ts';

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
  readonly html?: string;
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

interface ShownCounterexample {
  readonly lines: readonly string[];
  readonly json: object | null;
  /** Whether the same program did not violate the clause again. */
  readonly isDoubtful: boolean;
}

/** The counterexample of a check as text and as JSON. A check that finds none does not load what shows one. */
async function shownCounterexample({ report, corpus }: FinishedCheck): Promise<ShownCounterexample> {
  if (report === null) return { lines: [], json: null, isDoubtful: false };
  const { counterexampleLines, reportedJson, verdictOn } = await import('./counterexample-report.ts');
  return {
    lines: ['', ...counterexampleLines(report)],
    json: reportedJson(report, corpus.violated?.file),
    isDoubtful: verdictOn(report) === 'unreproduced',
  };
}

function resultJson({ result, corpus }: FinishedCheck): object {
  const counts = result === null ? { verdict: 'violated' } : checkJson(result);
  return { ...counts, corpus: corpusJson(corpus) };
}

function resultLines({ result, corpus }: FinishedCheck): readonly string[] {
  return result === null
    ? [`violated: by a trace of the corpus, ${corpus.violated?.file}`]
    : [...checkReport(result), verdictLine(result)];
}

async function writeJunit(path: string, { target, corpus, result }: FinishedCheck): Promise<void> {
  const { junitReport } = await import('./junit.ts');
  const { writeWhole } = await import('./output-file.ts');
  writeWhole('--junit', path, junitReport({ target, corpus: corpus.files, result }));
}

/** Prints and writes a result, and sets the exit code. */
export async function conclude(
  check: FinishedCheck,
  { json = false, junit, html }: ResultFlags,
  extra: ExtraResult = { lines: [], json: {} },
): Promise<void> {
  const found = await shownCounterexample(check);
  const doubt = found.isDoubtful ? { verdict: 'unreproduced' } : {};
  const text = json
    ? JSON.stringify({ ...resultJson(check), ...doubt, counterexample: found.json, ...extra.json }, null, 1)
    : [...resultLines(check), ...found.lines, ...extra.lines].join('\n');
  print(`${text}\n`);
  if (junit !== undefined) await writeJunit(junit, check);
  if (html !== undefined) {
    const { checkSections, writeHtml } = await import('./html.ts');
    writeHtml(html, checkSections(check));
  }
  endWith(found.isDoubtful ? EXIT.unreproduced : exitCodeOf(check));
}
