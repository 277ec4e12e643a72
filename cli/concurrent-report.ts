/** The report of `frameproof check --concurrent`: how far it went, the verdict, and a history as a time line. Pure: from a result to text. */
import {
  type ConcurrentResult,
  concurrentSides,
  type ExhaustedShape,
  type FoundRun,
  formatHistory,
  switchesOf,
} from '../properties/concurrent/index.ts';
import {
  type Config,
  counted,
  formatProgram,
  grouped,
  type MemoryMap,
  toHex,
  type Unchecked,
} from '../spec/index.ts';
import { uncheckedLines } from './check-report.ts';
import { clauseTable } from './count-table.ts';
import { type CounterexampleJson, counterexampleJson } from './counterexample-json.ts';
import { nextLine } from './next-step.ts';
import { commandOnFile } from './recorded-target.ts';

/** Threads of a concurrent check, at most. */
export const MOST_THREADS = 64;

/** The facts of a run that its result does not hold. */
interface ReportedRun {
  readonly target: string;
  readonly seed: number;
  readonly threads: number;
  readonly unchecked: readonly Unchecked[];
  /** Where the run of a schedule was saved, or null. */
  readonly path: string | null;
}

function exploredLine({ explored, isNative }: ConcurrentResult): string {
  const { scenarios, schedules, points, calls, overlapping, seconds } = explored;
  const met = isNative
    ? `${counted(schedules, 'run')} of ${counted(scenarios, 'scenario')}`
    : `${counted(schedules, 'schedule')} of ${counted(scenarios, 'scenario')}, ${counted(points, 'point')}`;
  return `explored  ${met}; ${grouped(overlapping)} of ${counted(calls, 'call')} overlapped (${seconds.toFixed(1)} s)`;
}

function exhaustedLine({
  shape,
  scenarios,
  schedules,
  moments,
  unguarded,
  guarded,
  seconds,
}: ExhaustedShape): string {
  const calls = `${counted(shape.callers, 'caller')} with ${counted(shape.calls, 'call')}`;
  const met = `${counted(schedules, 'schedule')} of ${counted(scenarios, 'choice')}, ${counted(moments, 'moment')}`;
  // Of a state of its own, nobody knows which word is the lock.
  const isKnown = guarded + unguarded > 0;
  const without = isKnown ? `; ${counted(unguarded, 'access', 'accesses')} without the lock` : '';
  return `every     ${calls}: ${met}${without} (${seconds.toFixed(1)} s)`;
}

function threadLines({ threads }: ConcurrentResult, count: number): readonly string[] {
  if (threads === null) return [];
  const { calls, overlapping, workSeconds, searchSeconds, turnSeconds } = threads;
  const times = `${workSeconds.toFixed(1)} s at work, ${(searchSeconds + turnSeconds).toFixed(1)} s judged`;
  return [
    `threads   ${counted(calls, 'call')} by ${counted(count, 'thread')}, ${grouped(overlapping)} overlapped (${times})`,
  ];
}

function verdictOf(
  { violation, explored, threads, stopped, isNative }: ConcurrentResult,
  seed: number,
): string {
  if (violation !== null) return `violated: ${violation.clause}, seed ${seed}`;
  const how = stopped ? 'interrupted: no counterexample so far in' : 'holds: no counterexample in';
  return `${how} ${counted(explored.schedules, isNative ? 'run' : 'random schedule')} and ${counted(threads?.calls ?? 0, 'call')} of threads, seed ${seed}`;
}

/** Returns the lines on how far a check went, and its verdict. */
export function concurrentReport(
  result: ConcurrentResult,
  { threads, seed, unchecked }: ReportedRun,
): readonly string[] {
  return [
    exploredLine(result),
    ...result.exhausted.map(exhaustedLine),
    ...threadLines(result, threads),
    '',
    clauseTable(concurrentSides(result)),
    '',
    ...uncheckedLines(unchecked),
    verdictOf(result, seed),
  ];
}

function pagesIn({ descriptors }: MemoryMap): number {
  return descriptors.reduce((sum, { pages }) => sum + pages, 0);
}

function sizeOf({ scenario: { before, callers }, yields, schedule }: FoundRun): string {
  const calls = counted(callers.flat().length, 'call');
  const earlier = before.length === 0 ? '' : ` after ${grouped(before.length)}`;
  if (yields !== undefined) return `${calls}${earlier}`;
  return `${calls}${earlier} and ${counted(switchesOf(schedule), 'switch', 'switches')}`;
}

function howShrunk({ first, shrunk }: NonNullable<ConcurrentResult['found']>): readonly string[] {
  const { found, runs, isOpen, again } = shrunk;
  const open = isOpen
    ? ['the time ended first: a simpler history may exist; give it more with --shrink-time']
    : [];
  const how = `shrunk    from ${sizeOf(first)} to ${sizeOf(found)} (${counted(runs, 'run')})`;
  if (again === undefined || again.runs === 0) return [how, ...open];
  return [how, ...open, `fails     in ${again.failed} of ${counted(again.runs, 'run')} with these pauses`];
}

/** Returns the lines that show a run under a schedule. */
export function historyLines({ scenario, schedule, yields, run, violation }: FoundRun): readonly string[] {
  const { map, config, callers } = scenario;
  return [
    `memory    ${counted(pagesIn(map), 'page frame')}, the bitmap zone below ${toHex(config.bitmapMaxAddr)}`,
    '',
    ...formatHistory(violation, run.open, { config, callers: callers.length }),
    '',
    yields === undefined
      ? `schedule  ${schedule.map(([caller, steps]) => `${caller + 1}*${steps}`).join(' ')}`
      : `pauses    seed ${yields}`,
  ];
}

/** Returns the lines on a violation; `path` is where the trace of it was saved, or null. */
export function violationLines(
  { violation, found }: ConcurrentResult,
  { config, target, path }: { readonly config: Config } & Pick<ReportedRun, 'target' | 'path'>,
): readonly string[] {
  if (violation === null) return [];
  const title = ['', `violation ${violation.clause}: ${violation.explanation}`];
  if (found === null) {
    const recorded = formatHistory(violation, [], { config, callers: MOST_THREADS });
    return [
      ...title,
      '',
      ...recorded,
      '',
      'not shrunk: it was recorded once, and no run of its last calls repeats it',
    ];
  }
  const { shrunk } = found;
  const saved = path === null ? [] : [`saved     ${path}`, nextLine(commandOnFile('replay', path, target))];
  return [...title, ...historyLines(shrunk.found), ...howShrunk(found), ...saved];
}

/** Returns the calls before the callers begin, the calls of each caller, and those after them, one line a call. */
function programOf({ scenario: { before, callers, after = [] } }: FoundRun): readonly string[] {
  const ofCaller = (calls: typeof before): readonly string[] =>
    formatProgram([...before, ...calls]).slice(before.length);
  return [
    ...formatProgram(before).map((call) => `before: ${call}`),
    ...callers.flatMap((calls, k) => ofCaller(calls).map((call) => `caller ${k + 1}: ${call}`)),
    ...ofCaller(after).map((call) => `after: ${call}`),
  ];
}

/** Returns the JSON of a run that a schedule led to, or of a history of threads, which has no schedule. */
export function concurrentCounterexample(
  { clause, explanation, calls }: NonNullable<ConcurrentResult['violation']>,
  {
    target,
    found,
    first = found,
    ...files
  }: {
    readonly target: string;
    readonly found: FoundRun | null;
    readonly first?: FoundRun | null;
  } & Partial<Pick<CounterexampleJson, 'from' | 'file' | 'next'>>,
): CounterexampleJson {
  return counterexampleJson({
    ...files,
    violation: { clause, explanation },
    target,
    program: found === null ? null : programOf(found),
    operations: found === null ? calls.length : programOf(found).length,
    foundOperations: first === null ? null : programOf(first).length,
  });
}

/** Returns the result as `--json` prints it. */
export function concurrentJson(
  result: ConcurrentResult,
  { target, seed, unchecked, path }: ReportedRun,
): object {
  const { explored, exhausted, threads, violation, found, stopped } = result;
  const { found: _, ...counts } = explored;
  const { recorded: __, ...made } = threads ?? {};
  return {
    verdict: violation !== null ? 'violated' : stopped ? 'interrupted' : 'holds',
    seed,
    explored: counts,
    exhausted: exhausted.map(({ found: ___, ...rest }) => rest),
    threads: threads === null ? null : { ...made, violation: threads.violation?.explanation ?? null },
    clauses: concurrentSides(result),
    unchecked,
    repeated: found?.shrunk.again ?? null,
    counterexample:
      violation === null
        ? null
        : concurrentCounterexample(violation, {
            target,
            found: found?.shrunk.found ?? null,
            first: found?.first ?? null,
            file: path,
            next: path === null ? null : commandOnFile('replay', path, target),
          }),
  };
}
