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

/** Columns between two events. */
const EVENT_WIDTH = 3;
/** Most bars drawn. Of a longer history, those around the end of the longest order. */
const SHOWN_CALLS = 24;
/** Most characters shown of a call. */
const CALL_WIDTH = 72;

/** A call as it is drawn; `returned` is null for one that never returned. */
interface Bar {
  readonly caller: number;
  readonly invoked: number;
  readonly returned: number | null;
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
  return caller < callers ? `caller ${caller + 1}` : 'alone';
}

/** Returns one line with the bars of a caller, each after its number. */
function lineOf(
  bars: readonly (Bar & { readonly number: number })[],
  columnOf: (at: number) => number,
): string {
  return bars.reduce((line, { number, invoked, returned }) => {
    const from = columnOf(invoked);
    const label = `${number}|`;
    const lead = line.padEnd(Math.max(line.length, from - String(number).length));
    if (returned === null) return `${lead}${label}--- …`;
    const end = columnOf(returned);
    return `${lead}${label}`.padEnd(end, '-').concat('|');
  }, '');
}

/** Returns the lines that draw some calls, numbered from 1. */
function draw(bars: readonly Bar[], options: TimelineOptions): readonly string[] {
  const moments = bars.flatMap(({ invoked, returned }) =>
    returned === null ? [invoked] : [invoked, returned],
  );
  const order = [...new Set(moments)].sort((a, b) => a - b);
  const columnOf = (at: number): number => 3 + order.indexOf(at) * EVENT_WIDTH;
  const numbered = bars.map((bar, k) => ({ ...bar, number: k + 1 }));
  const callers = [...new Set(bars.map(({ caller }) => caller))].sort((a, b) => a - b);
  return callers.map((caller) => {
    const own = numbered.filter((bar) => bar.caller === caller).sort((a, b) => a.invoked - b.invoked);
    return `${nameOf(caller, options).padEnd(10)}${lineOf(own, columnOf)}`;
  });
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

function legend(shown: readonly (HistoryCall | OpenCall)[], options: TimelineOptions): readonly string[] {
  const calls = shown.map(({ operation }) =>
    shortened(formatOperation(operation, (address: bigint) => toHex(address))),
  );
  const width = Math.max(0, ...calls.map((call) => call.length));
  return shown.map((call, k) => {
    const answer = 'response' in call ? formatResponse(options.config, call.response) : 'never returns';
    const text = calls[k] ?? '';
    return `${String(k + 1).padStart(2)}  ${nameOf(call.caller, options).padEnd(9)} ${text.padEnd(width)}  -> ${answer}`;
  });
}

function numberIn(shown: readonly unknown[], call: unknown): string {
  const at = shown.indexOf(call);
  return at < 0 ? 'a call that is not shown' : String(at + 1);
}

/** Returns why no call can follow the longest orders, one line a call. */
function reasons(
  { deadEnds }: ConcurrentViolation,
  shown: readonly (HistoryCall | OpenCall)[],
): readonly string[] {
  return deadEnds.flatMap(({ order, state, next }) => {
    const names = order.filter((call) => shown.includes(call)).map((call) => numberIn(shown, call));
    const lead = names.length === 0 ? 'first' : `after ${names.join(', ')}`;
    return next.map((call) => {
      const violation = violationOf(state, call);
      return `${lead} cannot come ${numberIn(shown, call)}: ${violation?.clause}: ${violation?.explanation}`;
    });
  });
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
  const all: readonly (HistoryCall | OpenCall)[] = [...violation.calls, ...open];
  const shown = window(all, violation);
  const bars = shown.map((call) => ({
    caller: call.caller,
    invoked: call.invoked,
    returned: 'returned' in call ? call.returned : null,
  }));
  const left = all.length - shown.length;
  const note = left === 0 ? [] : [`(${left} other calls are not shown)`];
  const why = reasons(violation, shown);
  const drawn = [...note, ...draw(bars, options), '', ...legend(shown, options)];
  return why.length === 0 ? drawn : [...drawn, '', ...why];
}
