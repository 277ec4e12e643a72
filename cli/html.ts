/** `--html`: what a command found as one page of HTML. Loaded only where it is asked for. */

import type { JudgedLog } from '../counterexamples/log/index.ts';
import type { LogWindow } from '../counterexamples/log/program/index.ts';
import { formatResponse } from '../counterexamples/text/index.ts';
import type { ConcurrentViolation, FoundRun } from '../properties/concurrent/index.ts';
import type { VerifyResult } from '../properties/verify/index.ts';
import {
  type CheckedRun,
  type ResultSection,
  reportPage,
  resultSection,
  type Section,
  shrinkingSections,
} from '../report/index.ts';
import { writeFile } from '../spec/files/index.ts';
import { type Config, counted, formatOperation, type Trace, toHex } from '../spec/index.ts';
import type { ReportedCounterexample } from './counterexample-report.ts';
import { judgeJson } from './judge-report.ts';
import { commandLine } from './next-step.ts';
import { writtenOrSaid } from './output-file.ts';
import { commandOnFile } from './recorded-target.ts';

/** A trace to show. */
interface Shown {
  readonly title: string;
  readonly trace: Trace;
  /** Where it is saved, or null. */
  readonly path: string | null;
}

/** Returns the section that shows a trace. */
export function traceSection({ title, trace, path }: Shown): Section {
  const replay = path === null ? null : commandOnFile('replay', path, trace.target);
  return { kind: 'trace', title, trace, replay };
}

/** Calls that are listed of a log where they cannot be stepped through. */
const LISTED = 40;

function listedCalls({ header }: JudgedLog, { entries }: LogWindow): ResultSection['calls'] {
  return entries.slice(-LISTED).map(({ line, operation, response }) => ({
    line,
    call: formatOperation(operation, toHex),
    answer: formatResponse(header.config, response),
  }));
}

/** Returns the sections that show a log: its last operations step by step, if the owners before them are known, and its counts. */
export function logSections(log: JudgedLog, window: LogWindow, path: string): readonly Section[] {
  const { entries, skipped, state } = window;
  if (state === null) return [resultSection(path, judgeJson(log, path), listedCalls(log, window))];
  const { violation } = log;
  const { starts, owners, stack } = state.parts();
  const runs = stack?.map(({ base, count }) => [base, count]) ?? null;
  const steps: Section = {
    kind: 'trace',
    title: `${violation?.clause ?? log.verdict}: ${counted(entries.length, 'operation')}`,
    trace: window.trace(log.header, violation, path),
    replay: path === '-' ? null : commandLine('judge', path),
    log: {
      skipped,
      lines: entries.map(({ line }) => line),
      state: skipped === 0 ? null : { starts, owners, stack: runs },
    },
  };
  return [steps, resultSection(path, judgeJson(log, path))];
}

type ShownReport = Pick<ReportedCounterexample, 'trace' | 'found' | 'path'> &
  Partial<Pick<ReportedCounterexample, 'shrinking'>>;

/** A check: its counterexamples, the gravest first, and what the run met. */
interface ShownCheck {
  readonly reports: readonly ShownReport[];
  /** Null for a search, which has no such counts. */
  readonly result: CheckedRun | null;
  readonly target: string;
}

function titled(title: string, trace: Trace, path: string | null): Section {
  return traceSection({
    title: `${title}: ${counted(trace.scenario.operations.length, 'operation')}`,
    trace,
    path,
  });
}

/** Returns the sections that show a check: each counterexample as it was shrunk and as it was found, then the run. */
export function checkSections({ reports, result, target }: ShownCheck): readonly Section[] {
  const found = reports.flatMap((report) => [
    titled(report.trace.violation?.clause ?? 'holds', report.trace, report.path),
    ...(report.trace === report.found ? [] : [titled('as found', report.found, null)]),
    ...(report.shrinking == null ? [] : shrinkingSections(report.found, report.shrinking)),
  ]);
  return result === null ? found : [...found, { kind: 'run', title: `run of ${target}`, result }];
}

/** A history that violates a clause. */
interface ShownHistory {
  readonly violation: ConcurrentViolation;
  /** Null for threads, whose run cannot be repeated. */
  readonly found: FoundRun | null;
  readonly config: Config;
  readonly target: string;
  readonly path: string | null;
}

/** Returns the section that shows a history; the module of concurrent checks is loaded for it. */
export async function historySection({
  violation,
  found,
  config,
  target,
  path,
}: ShownHistory): Promise<Section> {
  const { drawnHistory } = await import('../properties/concurrent/index.ts');
  const callers = found?.scenario.callers.length ?? Number.POSITIVE_INFINITY;
  const drawn = drawnHistory(violation, found?.run.open ?? [], { config, callers });
  const { clause, explanation } = violation;
  const replay = path === null ? null : commandOnFile('replay', path, target);
  const schedule = found?.schedule ?? [];
  return { kind: 'history', title: `history of ${target}`, clause, explanation, ...drawn, schedule, replay };
}

/** Returns the sections that show a verification: its steps, and the program that differs as it ran on each side. */
export function verificationSections(
  { verdict, steps, speed, differences }: Omit<VerifyResult, 'verdict'> & { readonly verdict: string },
  title: string,
): readonly Section[] {
  const runs = differences.flatMap(({ candidate, baseline }) => {
    const name = candidate.violation?.clause ?? baseline.violation?.clause ?? 'difference';
    return [candidate, baseline].map((trace) =>
      traceSection({ title: `${name} on ${trace.target}`, trace, path: null }),
    );
  });
  return [{ kind: 'verification', title, verdict, steps, speed, differences }, ...runs];
}

/** Writes a page; returns whether it could be written. */
export function writeHtml(path: string, sections: readonly Section[]): boolean {
  return writtenOrSaid('--html', () => writeFile(path, reportPage(sections))) !== null;
}
