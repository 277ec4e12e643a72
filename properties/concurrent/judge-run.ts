/**
 * The judge of runs: whether some order of the calls explains what the callers saw, whether every call returned, and whether
 * what is left behind is what that order leads to.
 */
import type { ModelState } from '../../model/index.ts';
import { bitmapLimit, type ClauseName, type Operation, PAGE_BYTES, U64_MAX } from '../../spec/index.ts';
import { explain, type HistoryCall, isLockedOut } from './history.ts';
import type { DeadEnd } from './linearize.ts';
import type { Run, Stage } from './stage.ts';

/** The clause that a run breaks, and why. */
export interface ConcurrentViolation {
  readonly clause: ClauseName;
  readonly explanation: string;
  /** The calls that were judged: those of the run, those before it, and a few after they had all returned. */
  readonly calls: readonly HistoryCall[];
  /** Where no order explains the calls: the longest ones. */
  readonly deadEnds: readonly DeadEnd<ModelState, HistoryCall>[];
}

type Found = Pick<ConcurrentViolation, 'explanation' | 'deadEnds'>;

function unexplained(deadEnds: ConcurrentViolation['deadEnds'], calls: number): Found {
  const longest = deadEnds[0]?.order.length ?? 0;
  const most = longest === 0 ? 'none of them can come first' : `the longest explains ${longest} of them`;
  return { explanation: `no order explains the ${calls} calls; ${most}`, deadEnds };
}

/** What is wrong with the answers, or null. */
function findIn(stage: Stage, calls: readonly HistoryCall[]): Found | null {
  const found = explain(stage.start, calls);
  return found.isLinearizable ? null : unexplained(found.deadEnds, calls.length);
}

/** Returns calls that take what can be had: the longest free run of the bitmap zone, and all of the stack zone. */
function takingAll({ host, scenario: { config } }: Stage): readonly Operation[] {
  const limit = bitmapLimit(config);
  const free = [...(host.inspect?.() ?? [])].filter(({ condition }) => condition === 'free');
  // A run of page frames may go on from one zone into the other.
  const low = free.map(({ base, count }) => Math.min(count, limit - base));
  const high = free.map(({ base, count }) => Math.min(count, base + count - limit));
  const longest = Math.max(1, ...low);
  const all = high.reduce((sum, count) => sum + Math.max(0, count), 0);
  return [
    { call: 'allocBitmap', count: BigInt(longest), maxAddr: U64_MAX, alignment: PAGE_BYTES },
    { call: 'allocPages', count: BigInt(all) },
  ];
}

/** Makes calls on what a run has left behind: what callers will see next is part of what they did. */
function lastCalls(stage: Stage): readonly HistoryCall[] {
  const amount = stage.afterwards({ call: 'freeAmount' });
  return isLockedOut(amount)
    ? [amount]
    : [amount, ...takingAll(stage).map((operation) => stage.afterwards(operation))];
}

/** Why some call does not return as it should, or null where all do. */
function stuckIn(calls: readonly HistoryCall[], open: Run['open']): string | null {
  if (open.length > 0) {
    const who = open.map(({ caller, operation }) => `caller ${caller + 1} in ${operation.call}`).join(', ');
    return `nobody will ever wake ${who}`;
  }
  const lockedOut = calls.find(isLockedOut);
  if (lockedOut === undefined) return null;
  const { outcome } = lockedOut.response;
  return 'message' in outcome ? outcome.message : outcome.kind;
}

/** Returns what a run that has just ended breaks, or null. */
export function judgeRun(stage: Stage, { calls: ofRun, open }: Run): ConcurrentViolation | null {
  const calls = [...stage.before, ...ofRun];
  if (open.length === 0) calls.push(...lastCalls(stage));
  const stuck = stuckIn(calls, open);
  if (stuck !== null) return { clause: 'concurrent.progress', explanation: stuck, calls, deadEnds: [] };
  const found = findIn(stage, calls);
  return found === null ? null : { clause: 'concurrent.linearizable', calls, ...found };
}
