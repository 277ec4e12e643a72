/**
 * The judge of runs: whether some order of the calls explains what the callers saw, whether every call returned, and whether the
 * final state is the one that this order leads to.
 */
import type { ModelState } from '../../model/index.ts';
import { Results } from '../../runner/index.ts';
import { bitmapLimit, type ClauseName, type Operation, PAGE_BYTES, U64_MAX } from '../../spec/index.ts';
import { explain, type HistoryCall, isLockedOut } from './history.ts';
import type { DeadEnd } from './linearize.ts';
import type { OpenCall, Run, ScenarioRunner } from './scenario-runner.ts';

/**
 * The clause that a run breaks, with an explanation.
 * @public
 */
export interface ConcurrentViolation {
  readonly clause: ClauseName;
  readonly explanation: string;
  /** The judged calls: the ones made before the run, during the run, and a few after all had returned. */
  readonly calls: readonly HistoryCall[];
  /** The longest orders that explain a part of the calls, if no order explains all. */
  readonly deadEnds: readonly DeadEnd<ModelState, HistoryCall>[];
}

type Found = Pick<ConcurrentViolation, 'explanation' | 'deadEnds'>;

function unexplained(deadEnds: ConcurrentViolation['deadEnds'], calls: number): Found {
  const longest = deadEnds[0]?.order.length ?? 0;
  const most = longest === 0 ? 'none of them can come first' : `the longest explains ${longest} of them`;
  return { explanation: `no order explains the ${calls} calls; ${most}`, deadEnds };
}

/**
 * Returns the violation of a history that begins in a state, or null if some order of its calls explains the answers. Calls that were made
 * before, one after the other, have led to this state.
 */
export function judgeHistory(
  start: ModelState,
  calls: readonly HistoryCall[],
  before: readonly HistoryCall[] = [],
): ConcurrentViolation | null {
  const found = explain(start, calls);
  if (found.isLinearizable) return null;
  const deadEnds = found.deadEnds.map((end) => ({ ...end, order: [...before, ...end.order] }));
  const all = [...before, ...calls];
  return { clause: 'concurrent.linearizable', calls: all, ...unexplained(deadEnds, all.length) };
}

/** Returns calls that allocate the longest free run of the bitmap zone and all of the stack zone. */
function takingAll({ host, scenario: { config } }: ScenarioRunner): readonly Operation[] {
  const limit = bitmapLimit(config);
  const free = [...(host.inspect?.() ?? [])].filter(({ condition }) => condition === 'free');
  // A run of page frames may cross from one zone into the other.
  const low = free.map(({ base, count }) => Math.min(count, limit - base));
  const high = free.map(({ base, count }) => Math.min(count, base + count - limit));
  const longest = Math.max(1, ...low);
  const all = high.reduce((sum, count) => sum + Math.max(0, count), 0);
  return [
    { call: 'allocBitmap', count: BigInt(longest), maxAddr: U64_MAX, alignment: PAGE_BYTES },
    { call: 'allocPages', count: BigInt(all) },
  ];
}

/** Makes the calls that a scenario within a profile ends with, up to one that does not return. */
function callsAfter(runner: ScenarioRunner): readonly HistoryCall[] {
  const made: HistoryCall[] = [];
  for (const named of runner.scenario.after ?? []) {
    const operation = new Results().resolve(named);
    if (operation === null) continue;
    const call = runner.afterwards(operation);
    made.push(call);
    if (isLockedOut(call)) break;
  }
  return made;
}

/** Makes calls after a run, whose answers show the state that the run left behind. */
function lastCalls(runner: ScenarioRunner): readonly HistoryCall[] {
  if (runner.profile !== undefined) return callsAfter(runner);
  const amount = runner.afterwards({ call: 'freeAmount' });
  return isLockedOut(amount)
    ? [amount]
    : [amount, ...takingAll(runner).map((operation) => runner.afterwards(operation))];
}

/** Returns who is in which call. */
export function whoIsIn(open: readonly OpenCall[]): string {
  return open.map(({ caller, operation }) => `caller ${caller + 1} in ${operation.call}`).join(', ');
}

/** Returns why a call does not return, or null if all do. */
function stuckIn(calls: readonly HistoryCall[], open: Run['open']): string | null {
  if (open.length > 0) {
    const who = (waits: OpenCall['waits']): string =>
      whoIsIn(open.filter((call) => (call.waits ?? 'asleep') === waits));
    return [
      ['nobody will ever wake', who('asleep')],
      ['it spins for ever, on a word that nobody will change:', who('spinning')],
      ['it does not return, though it waits for nobody:', who('running')],
    ]
      .flatMap(([how, callers]) => (callers === '' ? [] : [`${how} ${callers}`]))
      .join('; ');
  }
  const lockedOut = calls.find(isLockedOut);
  if (lockedOut === undefined) return null;
  const { outcome } = lockedOut.response;
  return 'message' in outcome ? outcome.message : outcome.kind;
}

/** Returns the violation of a run that has just ended, or null. */
export function judgeRun(runner: ScenarioRunner, { calls: ofRun, open }: Run): ConcurrentViolation | null {
  const { start, before, settled } = runner;
  const calls = open.length === 0 ? [...ofRun, ...lastCalls(runner)] : ofRun;
  const stuck = stuckIn([...before, ...calls], open);
  if (stuck !== null)
    return {
      clause: 'concurrent.progress',
      explanation: stuck,
      calls: [...before, ...calls],
      deadEnds: [],
    };
  return settled === null ? judgeHistory(start, [...before, ...calls]) : judgeHistory(settled, calls, before);
}
