/** What a check came to, in one process or merged from several: shown, written as JUnit XML, and turned into an exit code. */
import type { CampaignResult } from '../properties/random/index.ts';
import { checkJson, checkReport, verdictLine } from './check-report.ts';
import { type CheckedCorpus, corpusJson } from './corpus-report.ts';
import { counterexampleJson, counterexampleText, type KeptCounterexample } from './counterexample.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { junitReport } from './junit.ts';
import { writeWhole } from './output-file.ts';

/** A check that has ended. */
interface Checked {
  readonly target: string;
  readonly corpus: CheckedCorpus;
  /** Null where a trace of the corpus broke a clause, and nothing else was run. */
  readonly result: CampaignResult | null;
  readonly kept: KeptCounterexample | null;
}

/** How a result is shown. */
export interface Shown {
  readonly json?: boolean;
  readonly junit?: string;
}

/** What is said besides, in the text and in the JSON. */
export interface Remark {
  readonly line: string;
  readonly json: object;
}

const EXIT_OF = {
  holds: EXIT.holds,
  unreached: EXIT.broken,
  violated: EXIT.broken,
  interrupted: EXIT.interrupted,
} as const;

function exitCodeOf({ result, corpus }: Checked): ExitCode {
  const exitCode = result === null ? EXIT.broken : EXIT_OF[result.verdict];
  return exitCode === EXIT.holds ? corpus.exitCode : exitCode;
}

function json({ result, corpus, kept }: Checked): object {
  if (result !== null) return { ...checkJson(result, kept), corpus: corpusJson(corpus) };
  const counterexample =
    kept === null ? {} : { counterexample: { ...counterexampleJson(kept), from: corpus.broken?.file } };
  return { verdict: 'violated', corpus: corpusJson(corpus), ...counterexample };
}

function text({ result, corpus, kept }: Checked): string {
  const found = kept === null ? '' : counterexampleText(kept);
  if (result !== null) return `${checkReport(result)}${verdictLine(result)}\n${found}`;
  return `broken: a counterexample in the corpus, ${corpus.broken?.file}\n${found}`;
}

/** Prints and writes a result, and sets the exit code. */
export function conclude(checked: Checked, shown: Shown, remark?: Remark): void {
  const { target, corpus, result } = checked;
  if (shown.junit !== undefined)
    writeWhole('--junit', shown.junit, junitReport({ target, corpus: corpus.files, result }));
  process.stdout.write(
    shown.json === true
      ? `${JSON.stringify({ ...json(checked), ...remark?.json }, null, 1)}\n`
      : `${text(checked)}${remark === undefined ? '' : `${remark.line}\n`}`,
  );
  process.exitCode = exitCodeOf(checked);
}
