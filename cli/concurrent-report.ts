/** What `frameproof check --concurrent` prints: how far it went, the verdict, and a history as a time line. Pure: from a result to text. */
import {
  type ConcurrentResult,
  concurrentSides,
  type ExhaustedShape,
  type FoundRun,
  formatHistory,
  switchesOf,
} from '../properties/concurrent/index.ts';
import { type Config, type MemoryMap, toHex } from '../spec/index.ts';
import { clauseTable, grouped } from './count-table.ts';
import { MOST_WORKERS } from './options.ts';

function exploredLine({ explored }: ConcurrentResult): string {
  const { scenarios, schedules, points, calls, overlapping, seconds } = explored;
  const met = `${grouped(schedules)} schedules of ${grouped(scenarios)} scenarios, ${grouped(points)} points`;
  return `explored  ${met}; ${grouped(overlapping)} of ${grouped(calls)} calls overlapped (${seconds.toFixed(1)} s)`;
}

function exhaustedLine({ shape, scenarios, schedules, moments, unguarded, seconds }: ExhaustedShape): string {
  const calls = `${shape.callers} callers with ${shape.calls} ${shape.calls === 1 ? 'call' : 'calls'}`;
  const met = `${grouped(schedules)} schedules of ${grouped(scenarios)} choices, ${grouped(moments)} moments`;
  return `every     ${calls}: ${met}; ${grouped(unguarded)} accesses without the lock (${seconds.toFixed(1)} s)`;
}

function threadLines({ threads }: ConcurrentResult, workers: number): readonly string[] {
  if (threads === null) return [];
  const { calls, overlapping, workSeconds, searchSeconds, turnSeconds } = threads;
  const times = `${workSeconds.toFixed(1)} s at work, ${(searchSeconds + turnSeconds).toFixed(1)} s judged`;
  return [
    `threads   ${grouped(calls)} calls by ${workers} workers, ${grouped(overlapping)} overlapped (${times})`,
  ];
}

function verdictOf({ violation, explored, threads }: ConcurrentResult, seed: number): string {
  if (violation !== null) return `broken: ${violation.clause}, seed ${seed}`;
  return `holds: no counterexample in ${grouped(explored.schedules)} schedules at random and ${grouped(threads?.calls ?? 0)} calls of threads, seed ${seed}`;
}

/** Returns the lines on how far a check went, and its verdict. */
export function concurrentReport(
  result: ConcurrentResult,
  { workers, seed }: { readonly workers: number; readonly seed: number },
): readonly string[] {
  return [
    exploredLine(result),
    ...result.exhausted.map(exhaustedLine),
    ...threadLines(result, workers),
    '',
    clauseTable(concurrentSides(result)),
    '',
    verdictOf(result, seed),
  ];
}

function pagesIn({ descriptors }: MemoryMap): number {
  return descriptors.reduce((sum, { pages }) => sum + pages, 0);
}

function counted(n: number, what: string): string {
  return `${grouped(n)} ${what}${n === 1 ? '' : 's'}`;
}

function callsIn({ scenario: { callers } }: FoundRun): number {
  return callers.flat().length;
}

function howShrunk(first: FoundRun, shrunk: FoundRun, runs: number): string {
  const size = (run: FoundRun): string =>
    `${counted(callsIn(run), 'call')} and ${switchesOf(run.schedule) === 1 ? '1 switch' : `${switchesOf(run.schedule)} switches`}`;
  return `shrunk   from ${size(first)} to ${size(shrunk)} (${grouped(runs)} runs)`;
}

/** Returns the lines that show a run under a schedule. */
export function historyLines({ scenario, schedule, run, violation }: FoundRun): readonly string[] {
  const { map, config, callers } = scenario;
  return [
    `memory    ${counted(pagesIn(map), 'page frame')}, the bitmap zone below ${toHex(config.bitmapMaxAddr)}`,
    '',
    ...formatHistory(violation, run.open, { config, callers: callers.length }),
    '',
    `schedule  ${schedule.map(([caller, steps]) => `${caller + 1}*${steps}`).join(' ')}`,
  ];
}

/** Returns the lines on what was broken; `path` is where the trace of it was saved. */
export function violationLines(
  { violation, found }: ConcurrentResult,
  { config, path }: { readonly config: Config; readonly path: string | null },
): readonly string[] {
  if (violation === null) return [];
  const title = ['', `broken    ${violation.clause}: ${violation.explanation}`];
  // What threads did cannot be done again.
  if (found === null)
    return [...title, '', ...formatHistory(violation, [], { config, callers: MOST_WORKERS })];
  const { first, shrunk } = found;
  return [
    ...title,
    ...historyLines(shrunk.found),
    howShrunk(first, shrunk.found, shrunk.runs),
    `saved     ${path}`,
    `replay    npx frameproof replay ${path}`,
  ];
}

/** Returns the result as `--json` prints it. */
export function concurrentJson(
  result: ConcurrentResult,
  { seed, path }: { readonly seed: number; readonly path: string | null },
): object {
  const { explored, exhausted, threads, violation } = result;
  const { found: _, ...counts } = explored;
  const broken =
    violation === null ? {} : { clause: violation.clause, explanation: violation.explanation, file: path };
  return {
    verdict: violation === null ? 'holds' : 'violated',
    seed,
    explored: counts,
    exhausted: exhausted.map(({ found: __, ...rest }) => rest),
    threads: threads === null ? null : { ...threads, violation: threads.violation?.explanation ?? null },
    clauses: concurrentSides(result),
    ...broken,
  };
}
