/**
 * Counts: what the programs of a run met, as plain data that adds up. A run in parts, on several threads or machines, has the same
 * counts as an undivided one.
 */
import * as t from 'io-ts';
import type { SideCounts } from '../../../model/index.ts';
import type { ArgumentKind, EdgeCount } from './edges.ts';

/** A number of occurrences. */
const Times = t.refinement(t.number, (n) => Number.isSafeInteger(n) && n >= 0, 'a whole number');
const TimesByName = t.readonly(t.record(t.string, Times));
const TimesByTwoNames = t.readonly(t.record(t.string, TimesByName));
const Edges = t.readonly(t.exact(t.type({ drawn: Times, edges: TimesByName })));

/**
 * Counts of what programs met.
 * @public
 */
export interface Counts {
  readonly programs: number;
  readonly operations: number;
  /** Operations by call and outcome. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly situations: Readonly<Record<string, number>>;
  /** Checks of every clause by side, including clauses that the run does not hold its target to. */
  readonly clauses: Readonly<Record<string, SideCounts>>;
  readonly arguments: Readonly<Record<ArgumentKind, EdgeCount>>;
}

export const Counts: t.Type<Counts, unknown> = t.exact(
  t.type(
    {
      programs: Times,
      operations: Times,
      calls: TimesByTwoNames,
      situations: TimesByName,
      clauses: TimesByTwoNames,
      arguments: t.readonly(
        t.exact(t.type({ count: Edges, maxAddr: Edges, alignment: Edges, address: Edges })),
      ),
    },
    'counts',
  ),
);

type ByName = Readonly<Record<string, number>>;
type ByTwoNames = Readonly<Record<string, ByName>>;

function addedByName(a: ByName, b: ByName): ByName {
  const sum: Record<string, number> = { ...a };
  for (const [name, times] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + times;
  return sum;
}

function addedByTwoNames(a: ByTwoNames, b: ByTwoNames): ByTwoNames {
  const sum: Record<string, ByName> = { ...a };
  for (const [name, times] of Object.entries(b)) sum[name] = addedByName(sum[name] ?? {}, times);
  return sum;
}

function addedEdges(a: EdgeCount, b: EdgeCount): EdgeCount {
  const edges = Object.entries(addedByName(a.edges, b.edges)).sort(([one], [other]) =>
    one.localeCompare(other),
  );
  return { drawn: a.drawn + b.drawn, edges: Object.fromEntries(edges) };
}

/** Returns the sum of two counts. Names keep the order in which they were first met. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    programs: a.programs + b.programs,
    operations: a.operations + b.operations,
    calls: addedByTwoNames(a.calls, b.calls),
    situations: addedByName(a.situations, b.situations),
    clauses: addedByTwoNames(a.clauses, b.clauses),
    arguments: {
      count: addedEdges(a.arguments.count, b.arguments.count),
      maxAddr: addedEdges(a.arguments.maxAddr, b.arguments.maxAddr),
      alignment: addedEdges(a.arguments.alignment, b.arguments.alignment),
      address: addedEdges(a.arguments.address, b.arguments.address),
    },
  };
}
