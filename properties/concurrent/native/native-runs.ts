/** Runs of a scenario in another language: callers on threads of a process, judged like those under a schedule. */
import { init, type ModelState } from '../../../model/index.ts';
import { Results } from '../../../runner/index.ts';
import { loadSeveralCallers } from '../../../runner/load/index.ts';
import type { CallersProcess, CallersRun, MadeCall } from '../../../runner/process/index.ts';
import type { Policy, Profile } from '../../../spec/index.ts';
import type { HistoryCall } from '../history.ts';
import { type ConcurrentViolation, judgeHistory, whoIsIn } from '../judge-run.ts';
import type { FoundRun } from '../sample-schedules.ts';
import type { ConcurrentScenario } from '../scenario.ts';
import type { OpenCall, Run } from '../scenario-runner.ts';

/** CPU milliseconds of a run, and of each call: a thousand times what any but an endless wait takes. */
const [RUN_MS, CALL_MS] = [1000, 2];

/**
 * An executable whose calls several callers make at the same time.
 * @public
 */
export interface NativeTarget {
  readonly name: string;
  readonly policies: readonly Policy[];
  readonly profile: Profile;
  readonly process: CallersProcess;
}

/**
 * Loads an executable for callers at the same time; null for a module. Throws `SpecError` if it cannot be used so. Close its process at
 * the end.
 * @public
 */
export async function loadNativeTarget(
  name: string,
  policies?: readonly Policy[],
): Promise<NativeTarget | null> {
  const process = await loadSeveralCallers(name);
  if (process === null) return null;
  const { profile } = process;
  return { name, policies: policies ?? profile.policies, profile, process };
}

/** One run and its judgement. */
export interface NativeRun {
  /** The calls of the callers. */
  readonly calls: readonly HistoryCall[];
  readonly found: FoundRun | null;
}

/** Gathers the calls of a run, with references resolved by what the run itself handed out. */
class Gathering {
  readonly calls: HistoryCall[] = [];
  readonly open: OpenCall[] = [];
  /** The calls made before the callers began. */
  #before: readonly (MadeCall | null)[] = [];

  add(caller: number, made: readonly (MadeCall | null)[], isBefore = false): void {
    const results = new Results();
    const known = isBefore ? [] : this.#before;
    for (const [at, one] of [...known, ...made].entries()) {
      if (one === null) continue;
      const { operation: named, response, invoked, returned } = one;
      const operation = results.resolve(named);
      if (response !== null) results.record(named, response);
      if (operation === null || at < known.length) continue;
      if (response === null) this.open.push({ caller, operation, invoked });
      else this.calls.push({ caller, operation, response, invoked, returned });
    }
    if (isBefore) this.#before = made;
  }
}

/** Returns the outcome of a run as the judge takes it. */
function outcomeOf({ before, callers, after }: CallersRun): Run {
  const gathering = new Gathering();
  const host = callers.length;
  gathering.add(host, before, true);
  for (const [caller, made] of callers.entries()) gathering.add(caller, made);
  gathering.add(host, after);
  const { calls, open } = gathering;
  return { calls, open, taken: [], hasWaited: false };
}

/** Returns the violation of a run; null if some order of its calls explains the answers, and each returned. */
function findIn(
  scenario: ConcurrentScenario,
  profile: Profile,
  { one, run }: { readonly one: CallersRun; readonly run: Run },
): FoundRun | null {
  const { map, config, policies, callers } = scenario;
  const { started, died, seed } = one;
  const found = (violation: ConcurrentViolation): FoundRun => ({
    scenario,
    points: 'accesses',
    schedule: [],
    yields: seed,
    run,
    violation,
  });
  const overwritten = overwriting(run.calls, callers.length);
  if (died !== null) {
    const isNamed = died.includes('Sanitizer'); // with the places in the source
    if (overwritten !== null && !isNamed) return found(overwritten);
    const explanation = isNamed || run.open.length === 0 ? died : `${died}, with ${whoIsIn(run.open)}`;
    return found({ clause: 'concurrent.progress', explanation, calls: run.calls, deadEnds: [] });
  }
  const verdict = init({ map, config, policies, profile }, started);
  if (!verdict.accepted) {
    const { clause, explanation } = verdict.violation;
    return found({ clause, explanation: `init: ${explanation}`, calls: [], deadEnds: [] });
  }
  const violation = judgeHistory(verdict.state, run.calls);
  if (violation !== null) return trimmed(found(violation), verdict.state);
  return overwritten === null ? null : found(overwritten);
}

/** Returns the violation of a run in which somebody wrote to a page frame of a caller, or null. */
function overwriting(calls: readonly HistoryCall[], callers: number): ConcurrentViolation | null {
  for (const { caller, operation, response } of calls) {
    const [frame] = response.writes ?? [];
    if (frame === undefined) continue;
    const owner = caller < callers ? `caller ${caller + 1}` : 'the caller before and after the others';
    const explanation = `page frame ${frame}, which ${operation.call} handed to ${owner}, was written to by another before it was freed`;
    return { clause: 'contents.preserved', explanation, calls, deadEnds: [] };
  }
  return null;
}

/**
 * Returns a find without the last calls, after the point that no order explains. Others cannot be left out: what they did is a part
 * of the answers of the rest.
 */
function trimmed(found: FoundRun, start: ModelState): FoundRun {
  const { scenario, run, violation } = found;
  const { after = [] } = scenario;
  const fewest = violation.calls.length - after.length;
  const shortened = (kept: number): FoundRun | null => {
    const shorter = judgeHistory(start, violation.calls.slice(0, fewest + kept));
    if (shorter === null) return null;
    return { ...found, scenario: { ...scenario, after: after.slice(0, kept) }, run, violation: shorter };
  };
  let [shortest, kept, end] = [found, 0, after.length];
  while (kept < end) {
    const middle = (kept + end) >> 1;
    const shorter = shortened(middle);
    if (shorter === null) kept = middle + 1;
    else [shortest, end] = [shorter, middle];
  }
  return shortest;
}

/** Runs a scenario some times, and judges each run. A target that refuses such memory is asked in vain. */
export function runNative(
  { process, profile }: NativeTarget,
  scenario: ConcurrentScenario,
  { seed, runs }: { readonly seed: number; readonly runs: number },
): readonly NativeRun[] {
  const { map, config, before, callers, after = [] } = scenario;
  const limitMs = RUN_MS + CALL_MS * callers.flat().length;
  const made = process.run({ map, config }, { before, callers, after }, { seed, runs, limitMs });
  return made
    .filter(({ started }) => started.outcome.kind !== 'failed')
    .map((one) => {
      const run = outcomeOf(one);
      const calls = run.calls.filter(({ caller }) => caller < callers.length);
      return { calls, found: findIn(scenario, profile, { one, run }) };
    });
}
