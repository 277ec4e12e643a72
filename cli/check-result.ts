/** The end of a check, in one process or merged from several: shown, written as JUnit XML, and turned into an exit code. */

import type { CampaignResult } from '../properties/random/index.ts';
import { checkJson, checkReport, verdictLine } from './check-report.ts';
import { type CheckedCorpus, corpusJson } from './corpus-report.ts';
import type { ReportedCounterexample } from './counterexample-report.ts';
import { EXIT, endWith } from './exit-codes.ts';
import { nextLine } from './next-step.ts';
import { print } from './print.ts';
import { lateErrors, lateLines } from './supervised.ts';

/** A check that has ended. */
interface FinishedCheck {
  readonly target: string;
  readonly corpus: CheckedCorpus;
  readonly result: CampaignResult;
  /** The command line that goes on where nothing was found; null if there is none. */
  readonly next: string | null;
  /** The counterexamples, the gravest first. */
  readonly reports: readonly ReportedCounterexample[];
}

/** A check of which everything is known. */
interface EndedCheck extends FinishedCheck {
  /** Errors that the target threw outside its calls. */
  readonly late: readonly string[];
}

/** How a result is shown. */
export interface ResultFlags {
  readonly json?: boolean;
  readonly verbose?: boolean;
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

interface ShownCounterexamples {
  readonly lines: readonly string[];
  readonly json: object;
  /** Whether none of the programs violated its clause again. */
  readonly isDoubtful: boolean;
}

/** The counterexamples of a check as text and as JSON. A check that finds none does not load what shows one. */
async function shownCounterexamples({
  reports: [first, ...others],
}: FinishedCheck): Promise<ShownCounterexamples> {
  if (first === undefined)
    return { lines: [], json: { counterexample: null, counterexamples: [] }, isDoubtful: false };
  const { counterexampleLines, reportedJson, verdictOn } = await import('./counterexample-report.ts');
  const counterexamples = [first, ...others].map(reportedJson);
  return {
    lines: ['', ...counterexampleLines(first, others)],
    json: { counterexample: counterexamples[0], counterexamples },
    isDoubtful: verdictOn([first, ...others]) === 'unreproduced',
  };
}

async function writeJunit(
  path: string,
  { target, corpus, result, reports, late }: EndedCheck,
): Promise<void> {
  const { junitReport } = await import('./junit.ts');
  const { writeWhole } = await import('./output-file.ts');
  const found = reports.map(({ trace }) => trace);
  writeWhole('--junit', path, junitReport({ target, corpus: corpus.files, result, found, late }));
}

/** The tables of a result, where they are asked for; only then is what draws them loaded. */
async function tables(result: CampaignResult, isVerbose: boolean): Promise<readonly string[]> {
  if (!isVerbose) return [];
  const [{ countTables }, { REACHED }] = await Promise.all([
    import('./count-table.ts'),
    import('../properties/random/index.ts'),
  ]);
  return countTables(result, REACHED);
}

/** The text of a result, from its summary to the next step. */
function resultLines(
  { target, result, next, late }: EndedCheck,
  found: readonly string[],
  extra: readonly string[],
): readonly string[] {
  const goesOn = result.verdict === 'holds' && next !== null;
  return [
    ...checkReport(result),
    verdictLine(result, late),
    ...found,
    ...lateLines(target, late),
    ...extra,
    ...(goesOn ? [nextLine(next)] : []),
  ];
}

/** Waits for what the target may still throw outside its calls: where it does, it does not hold. */
async function ended(check: FinishedCheck): Promise<EndedCheck> {
  const late = await lateErrors();
  const { verdict } = check.result;
  return late.length === 0 || verdict === 'interrupted'
    ? { ...check, late }
    : { ...check, late, result: { ...check.result, verdict: 'violated' } };
}

/** Prints and writes a result, and sets the exit code. */
export async function conclude(
  finished: FinishedCheck,
  { json = false, verbose = false, junit, html }: ResultFlags,
  extra: ExtraResult = { lines: [], json: {} },
): Promise<void> {
  const check = await ended(finished);
  const { result, corpus, late } = check;
  const found = await shownCounterexamples(check);
  const doubt = found.isDoubtful ? { verdict: 'unreproduced' } : {};
  const text = json
    ? JSON.stringify(
        {
          ...checkJson(result),
          ...doubt,
          outsideCalls: late,
          corpus: corpusJson(corpus),
          ...found.json,
          ...extra.json,
        },
        null,
        1,
      )
    : [...(await tables(result, verbose)), ...resultLines(check, found.lines, extra.lines)].join('\n');
  print(`${text}\n`);
  if (junit !== undefined) await writeJunit(junit, check);
  if (html !== undefined) {
    const { checkSections, writeHtml } = await import('./html.ts');
    writeHtml(html, checkSections(check));
  }
  const exitCode = found.isDoubtful ? EXIT.unreproduced : EXIT_OF[result.verdict];
  endWith(exitCode === EXIT.holds ? corpus.exitCode : exitCode);
}
