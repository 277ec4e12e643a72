/**
 * Timelines: a history as text, one line a caller, a bar for each call from its invocation to its return, and below it why no
 * order of the calls explains the answers.
 *
 *     caller 1  1|-------------|
 *     caller 2       2|-----------------|
 *
 *     1  alloc()       -> 0xffff800000004000 (page frame 4)
 *     2  freeAmount()  -> 3
 */

import { formatResponse } from '../../counterexamples/text/index.ts';
import { type Config, formatOperation, toHex } from '../../spec/index.ts';
import { type HistoryCall, violationOf } from './history.ts';
import type { ConcurrentViolation } from './judge-run.ts';
import type { OpenCall } from './scenario-runner.ts';

/** The caller that works before and after the others. */
const ALONE = 'alone';
/** Columns between two events. */
const EVENT_WIDTH = 3;
/** Most bars drawn. Of a longer history, those around the end of the longest order. */
const SHOWN_CALLS = 24;
/** Most characters shown of a call. */
const CALL_WIDTH = 72;

/**
 * A call as it is drawn: who makes it, in which order it begins and returns among the calls that are drawn, and both in words.
 * @public
 */
export interface DrawnCall {
  readonly caller: string;
  readonly invoked: number;
  /** Null for one that never returned. */
  readonly returned: number | null;
  readonly call: string;
  readonly answer: string;
}

/**
 * A history as it is drawn: its calls, numbered from 1 in the order in which they begin, and why no order of them explains the
 * answers. A call that is not drawn has the number 0.
 * @public
 */
export interface DrawnHistory {
  readonly calls: readonly DrawnCall[];
  /** Number of calls that are not drawn. */
  readonly left: number;
  /** The longest orders that explain a part of the calls, and why each call that could be next cannot. */
  readonly deadEnds: readonly {
    readonly order: readonly number[];
    readonly next: readonly { readonly call: number; readonly why: string }[];
  }[];
}

/**
 * The configuration of the memory, and the number of callers.
 * @public
 */
export interface TimelineOptions {
  readonly config: Config;
  /** Number of callers that run at the same time. The caller after the last one works before and after them. */
  readonly callers: number;
}

function nameOf(caller: number, { callers }: TimelineOptions): string {
  return caller < callers ? `caller ${caller + 1}` : ALONE;
}

/** Returns the place of a caller among the lines: the caller that works alone comes last. */
function placeOf(caller: string): number {
  return caller === ALONE ? Number.POSITIVE_INFINITY : Number(caller.split(' ')[1]);
}

/** Returns one line with the bars of a caller, each after its number. */
function lineOf(bars: readonly (DrawnCall & { readonly number: number })[]): string {
  const columnOf = (at: number): number => 3 + at * EVENT_WIDTH;
  return bars.reduce((line, { number, invoked, returned }) => {
    const from = columnOf(invoked);
    const label = `${number}|`;
    const lead = line.padEnd(Math.max(line.length, from - String(number).length));
    if (returned === null) return `${lead}${label}--- …`;
    return `${lead}${label}`.padEnd(columnOf(returned), '-').concat('|');
  }, '');
}

/** Returns the lines that draw some calls, one a caller. */
function draw({ calls }: DrawnHistory): readonly string[] {
  const byCaller = Map.groupBy(
    calls.map((call, k) => ({ ...call, number: k + 1 })),
    ({ caller }) => caller,
  );
  const callers = [...byCaller].sort(([one], [other]) => placeOf(one) - placeOf(other));
  return callers.map(([caller, bars]) => `${caller.padEnd(10)}${lineOf(bars)}`);
}

function shortened(text: string): string {
  return text.length <= CALL_WIDTH ? text : `${text.slice(0, CALL_WIDTH - 1)}…`;
}

/** Returns the calls to draw, in the order of invocation. */
function window(
  all: readonly (HistoryCall | OpenCall)[],
  { deadEnds }: ConcurrentViolation,
): readonly (HistoryCall | OpenCall)[] {
  const ascending = all.toSorted((a, b) => a.invoked - b.invoked);
  if (ascending.length <= SHOWN_CALLS) return ascending;
  const stuckAt = Math.min(...(deadEnds[0]?.next ?? []).map(({ invoked }) => invoked));
  const at = ascending.findIndex(({ invoked }) => invoked >= stuckAt);
  const from = Math.max(0, (at < 0 ? ascending.length : at) - SHOWN_CALLS / 2);
  return ascending.slice(from, from + SHOWN_CALLS);
}

function legend({ calls }: DrawnHistory): readonly string[] {
  const width = Math.max(0, ...calls.map(({ call }) => shortened(call).length));
  return calls.map(
    ({ caller, call, answer }, k) =>
      `${String(k + 1).padStart(2)}  ${caller.padEnd(9)} ${shortened(call).padEnd(width)}  -> ${answer}`,
  );
}

/** Returns why no call can follow the longest orders, one line a call. */
function reasons({ deadEnds }: DrawnHistory): readonly string[] {
  const nameOf = (number: number): string => (number === 0 ? 'a call that is not shown' : String(number));
  return deadEnds.flatMap(({ order, next }) => {
    const names = order.filter((number) => number > 0);
    const lead = names.length === 0 ? 'first' : `after ${names.join(', ')}`;
    return next.map(({ call, why }) => `${lead} cannot come ${nameOf(call)}: ${why}`);
  });
}

/**
 * Returns a history and why it breaks a clause, as it is drawn.
 * @public
 */
export function drawnHistory(
  violation: ConcurrentViolation,
  open: readonly OpenCall[],
  options: TimelineOptions,
): DrawnHistory {
  const all: readonly (HistoryCall | OpenCall)[] = [...violation.calls, ...open];
  const shown = window(all, violation);
  const times = shown.flatMap((call) =>
    'returned' in call ? [call.invoked, call.returned] : [call.invoked],
  );
  const order = [...new Set(times)].sort((a, b) => a - b);
  const numberOf = (call: HistoryCall): number => shown.indexOf(call) + 1;
  return {
    calls: shown.map((call) => ({
      caller: nameOf(call.caller, options),
      invoked: order.indexOf(call.invoked),
      returned: 'returned' in call ? order.indexOf(call.returned) : null,
      call: formatOperation(call.operation, (address: bigint) => toHex(address)),
      answer: 'response' in call ? formatResponse(options.config, call.response) : 'never returns',
    })),
    left: all.length - shown.length,
    deadEnds: violation.deadEnds.map(({ order: ordered, state, next }) => ({
      order: ordered.map(numberOf),
      next: next.map((call) => {
        const broken = violationOf(state, call);
        return { call: numberOf(call), why: `${broken?.clause}: ${broken?.explanation}` };
      }),
    })),
  };
}

/**
 * Returns the lines that show a history and why it breaks a clause.
 * @public
 */
export function formatHistory(
  violation: ConcurrentViolation,
  open: readonly OpenCall[],
  options: TimelineOptions,
): readonly string[] {
  const history = drawnHistory(violation, open, options);
  const note = history.left === 0 ? [] : [`(${history.left} other calls are not shown)`];
  const why = reasons(history);
  const drawn = [...note, ...draw(history), '', ...legend(history)];
  return why.length === 0 ? drawn : [...drawn, '', ...why];
}
