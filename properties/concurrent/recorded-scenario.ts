/**
 * Recorded histories as scenarios that can be run again. What callers did at the same time up to a violation is cut in two: the calls
 * of an order that explains their answers, and the few after it. The first part becomes the program before the callers begin, without
 * its last calls, which callers make at the same time again.
 *
 *     order                                        rest
 *     ├──────────────── before ────────────┼─ callers ─────────────┤
 *
 * The more calls callers make, the likelier it is that they do again what they did, and the longer each run takes: so the part of the
 * order that they make grows, 0 calls, 4, 16 and so on up to all. Addresses become references to the calls that handed them out.
 */
import { Names } from '../../counterexamples/names/index.ts';
import {
  type Config,
  config as configOf,
  describedCall,
  type MemoryMap,
  memoryMap,
  PAGE_BYTES,
  type Policy,
  type Program,
} from '../../spec/index.ts';
import type { HistoryCall } from './history.ts';
import type { ConcurrentViolation } from './judge-run.ts';
import type { ConcurrentScenario } from './scenario.ts';
import type { OpenCall } from './scenario-runner.ts';

/** The calls of a history up to a violation: an order that explains them, and those after it. */
export interface Cut {
  readonly order: readonly HistoryCall[];
  readonly rest: readonly (HistoryCall | OpenCall)[];
}

/** A history up to a violation, and its memory. */
export interface RecordedHistory extends Cut {
  readonly map: MemoryMap;
  readonly config: Config;
  readonly policies: readonly Policy[];
  /** Number of callers. A call with this caller, or a higher one, was made when all had returned. */
  readonly callers: number;
}

/** Page frames beside those that the order hands out, in each zone of a memory that is only as large as needed. */
const SPARE_FRAMES = 64;
/** Calls of the order that callers make at first, where not none; then four times as many, and so on. */
const [FIRST, MORE] = [4, 4];

/** Returns the addresses of the page frames that a call handed out. */
function handedOut({ operation, response: { outcome } }: HistoryCall): readonly bigint[] {
  if (outcome.kind === 'addresses') return outcome.addresses;
  if (outcome.kind !== 'address') return [];
  const isRun = describedCall(operation.call).effect === 'run' && 'count' in operation;
  const pages = isRun ? Number(operation.count) : 1;
  return Array.from({ length: pages }, (_, page) => outcome.address + BigInt(page) * PAGE_BYTES);
}

/** Returns some calls with references in place of addresses, and notes what they hand out. */
function programOf(names: Names, calls: Cut['rest']): Program {
  return calls.map((call) => {
    const named = names.named(call.operation);
    if ('response' in call) names.note(call.operation, call.response);
    return named;
  });
}

/**
 * Returns the calls of a history up to its violation: an order, and the rest. Where no order was looked for, or one was found, it is that
 * of the returns, up to the call whose page frame was written to.
 */
export function cutAt(
  { calls, deadEnds }: Pick<ConcurrentViolation, 'calls' | 'deadEnds'>,
  open: readonly OpenCall[],
): Cut {
  const [longest] = deadEnds;
  const returning = calls.toSorted((a, b) => a.returned - b.returned);
  const written = returning.findIndex(({ response }) => (response.writes ?? []).length > 0);
  const returned = written < 0 ? returning : returning.slice(0, written + 1);
  const order = longest?.order ?? returned;
  const [last] = longest?.next.toSorted((a, b) => b.returned - a.returned) ?? returned.slice(-1);
  const isLate = longest === undefined && written < 0;
  const horizon = isLate ? Number.POSITIVE_INFINITY : (last?.returned ?? Number.POSITIVE_INFINITY);
  const explained = new Set(order);
  const rest = [...calls.filter((call) => !explained.has(call)), ...open].filter(
    ({ invoked }) => invoked < horizon,
  );
  return { order, rest: rest.sort((a, b) => a.invoked - b.invoked) };
}

/** Returns a memory that is only as large as the order needs: no schedule is run on one of a million page frames. */
export function smallWorld({ config, order }: RecordedHistory): Pick<RecordedHistory, 'map' | 'config'> {
  const frames = new Set(order.flatMap(handedOut));
  const limit = config.higherHalf + config.bitmapMaxAddr;
  const below = [...frames].filter((address) => address < limit).length;
  const stack = frames.size - below + SPARE_FRAMES;
  const bitmap = Math.min(below + SPARE_FRAMES, Number(config.bitmapMaxAddr / PAGE_BYTES));
  const map = memoryMap([{ type: 'conventional', start: 0n, pages: bitmap + stack }], 'a few page frames');
  return { map, config: configOf({ ...config, bitmapMaxAddr: BigInt(bitmap) * PAGE_BYTES }) };
}

/** Returns the scenario in which callers make the last `kept` calls of the order, and the rest. */
function scenarioOf(history: RecordedHistory, kept: number): ConcurrentScenario {
  const { map, config, policies, callers, order, rest } = history;
  const first = order.findIndex(({ caller }) => caller < callers);
  // What was made before the callers began stays there.
  const cut = Math.max(first < 0 ? order.length : first, order.length - kept);
  const names = new Names(history);
  const before = programOf(names, order.slice(0, cut));
  const later = [...order.slice(cut), ...rest];
  const ofCaller = Array.from({ length: callers }, (_, k) => later.filter(({ caller }) => caller === k));
  return {
    map,
    config,
    policies,
    before,
    callers: ofCaller
      .filter(({ length }) => length > 0)
      .map((calls) => programOf(new Names(history, names), calls)),
    after: programOf(
      new Names(history),
      later.filter(({ caller }) => caller >= callers),
    ),
  };
}

/** Yields scenarios that may break the same clause, those with fewer calls of callers first. */
export function* scenariosLike(history: RecordedHistory): Generator<ConcurrentScenario> {
  const { order } = history;
  for (let kept = 0; ; kept = kept === 0 ? FIRST : kept * MORE) {
    const scenario = scenarioOf(history, kept);
    if (scenario.callers.length > 1) yield scenario;
    if (kept >= order.length) return;
  }
}
