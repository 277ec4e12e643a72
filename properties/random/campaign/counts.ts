/**
 * Counts: what the programs of a run met, as plain data that adds up. A run in parts, on several threads or machines, has the same
 * counts as an undivided one.
 */
import * as t from 'io-ts';
import type { SideCounts } from '../../../model/index.ts';
import type { World } from '../../../runner/index.ts';
import type { StepFacts } from '../../../runner/lean/index.ts';
import {
  CALLS,
  CLAUSE_NAMES,
  CLAUSES,
  closed,
  closedRecord,
  Natural,
  OUTCOME_KINDS,
  type OwnClause,
  pfnEnd,
  ramPages,
  type SettledStep,
} from '../../../spec/index.ts';
import { ARGUMENT_KINDS, type ArgumentKind, EDGE_NAMES, type EdgeCount } from './edges.ts';
import { SITUATION_NAMES } from './situations.ts';

/**
 * The largest of what programs met: what lies beyond was not reached, and the run says nothing about it.
 * @public
 */
export type Furthest = {
  /** Operations of one program; a burst counts each of its calls. */
  readonly operations: number;
  /** Page frames of RAM. */
  readonly memory: number;
  /** The end of memory, as a page frame. */
  readonly end: number;
  /** Descriptors of a memory map. */
  readonly descriptors: number;
  /** Page frames granted by one call. */
  readonly granted: number;
  /** Page frames that callers held at once. */
  readonly held: number;
  /** Extents of page frames with one owner. */
  readonly extents: number;
  /** Calls of one kind in a row. */
  readonly row: number;
};

/**
 * The measures in words.
 * @public
 */
export const REACHED: Readonly<Record<keyof Furthest, string>> = {
  operations: 'operations of a program',
  memory: 'page frames of RAM',
  end: 'end of memory, as a page frame',
  descriptors: 'descriptors of a memory map',
  granted: 'page frames granted by one call',
  held: 'page frames held at once',
  extents: 'extents of page frames with one owner',
  row: 'calls of one kind in a row',
};

const MEASURES = ['operations', 'memory', 'end', 'descriptors', 'granted', 'held', 'extents', 'row'] as const;

/**
 * The programs that reached 0, 1, 2 to 3, 4 to 7, … of each measure, by the least of these numbers.
 * @public
 */
export type Reached = Readonly<Record<string, Readonly<Record<string, number>>>>;

const NOTHING: Furthest = {
  operations: 0,
  memory: 0,
  end: 0,
  descriptors: 0,
  granted: 0,
  held: 0,
  extents: 0,
  row: 0,
};

/** Returns the larger of each. */
export function further(a: Furthest, b: Furthest): Furthest {
  return {
    operations: Math.max(a.operations, b.operations),
    memory: Math.max(a.memory, b.memory),
    end: Math.max(a.end, b.end),
    descriptors: Math.max(a.descriptors, b.descriptors),
    granted: Math.max(a.granted, b.granted),
    held: Math.max(a.held, b.held),
    extents: Math.max(a.extents, b.extents),
    row: Math.max(a.row, b.row),
  };
}

/** Returns the largest power of two up to a number; 0 for 0. */
function powerUpTo(n: number): number {
  return n === 0 ? 0 : 2 ** Math.floor(Math.log2(n));
}

const Edges = t.readonly(
  closed(t.type({ drawn: Natural, edges: closedRecord('times by edge', EDGE_NAMES, Natural) })),
);
const FURTHEST = {
  operations: Natural,
  memory: Natural,
  end: Natural,
  descriptors: Natural,
  granted: Natural,
  held: Natural,
  extents: Natural,
  row: Natural,
};
const Blamed = closedRecord('programs by call', [...CALLS, 'init', 'sweep'], Natural);
const Outcomes = closedRecord('times by outcome', OUTCOME_KINDS, Natural);
const Sides = closedRecord(
  'times by side',
  CLAUSES.flatMap(({ sides }) => sides),
  Natural,
);

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
  /** Programs that violated a clause, by clause and blamed call. */
  readonly violations: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Programs on a world that was too large for the target: it had no memory for it, or did not answer in time. */
  readonly tooLarge: number;
  /** Programs that were so slow that the target got smaller worlds from then on. */
  readonly slow: number;
  /** Programs on a world that init said it cannot manage. */
  readonly refused: number;
  /** Operations that the model admitted after the lean judge had not; none on ours. */
  readonly declined: number;
  readonly furthest: Furthest;
  /** Programs by how far each went, in powers of two. */
  readonly reached: Reached;
}

export const Counts: t.Type<Counts, unknown> = closed(
  t.type(
    {
      programs: Natural,
      operations: Natural,
      calls: closedRecord('outcomes by call', CALLS, Outcomes),
      situations: closedRecord('times by situation', SITUATION_NAMES, Natural),
      clauses: closedRecord('sides by clause', CLAUSE_NAMES, Sides),
      arguments: t.readonly(
        closed(t.type({ count: Edges, maxAddr: Edges, alignment: Edges, address: Edges })),
      ),
      violations: closedRecord('programs by clause', CLAUSE_NAMES, Blamed),
      tooLarge: Natural,
      slow: Natural,
      refused: Natural,
      declined: Natural,
      furthest: t.readonly(closed(t.type(FURTHEST))),
      reached: closedRecord('programs by measure', Object.keys(REACHED), t.record(t.string, Natural)),
    },
    'counts',
  ),
);

type ByName = Readonly<Record<string, number>>;
type ByTwoNames = Readonly<Record<string, ByName>>;

/** Numbers by name that are added to. */
type Sum = Record<string, number>;

function addByName(sum: Sum, more: ByName): void {
  for (const name of Object.keys(more)) sum[name] = (sum[name] ?? 0) + (more[name] ?? 0);
}

function addByTwoNames(sum: Record<string, Sum>, more: ByTwoNames): void {
  for (const name of Object.keys(more)) {
    sum[name] ??= {};
    addByName(sum[name], more[name] ?? {});
  }
}

function addEdges(sum: { drawn: number; edges: Sum }, { drawn, edges }: EdgeCount): void {
  const known = Object.keys(sum.edges).length;
  sum.drawn += drawn;
  addByName(sum.edges, edges);
  const all = Object.entries(sum.edges);
  if (all.length > known) sum.edges = Object.fromEntries(all.sort(([a], [b]) => a.localeCompare(b)));
}

/** Counts that are added to. */
export type CountsSum = Mutable<Counts>;
type Mutable<T> = T extends number ? T : { -readonly [K in keyof T]: Mutable<T[K]> };

/** Adds counts to a sum. Names keep the order in which they were first met. */
export function addCounts(sum: CountsSum, more: Counts): void {
  sum.programs += more.programs;
  sum.operations += more.operations;
  addByTwoNames(sum.calls, more.calls);
  addByName(sum.situations, more.situations);
  addByTwoNames(sum.clauses, more.clauses);
  for (const kind of ARGUMENT_KINDS) addEdges(sum.arguments[kind], more.arguments[kind]);
  addByTwoNames(sum.violations, more.violations);
  sum.tooLarge += more.tooLarge;
  sum.slow += more.slow;
  sum.refused += more.refused;
  sum.declined += more.declined;
  sum.furthest = further(sum.furthest, more.furthest);
  addByTwoNames(sum.reached, more.reached);
}

/** How often each call ended in each way. */
export class CallCounts {
  /** By the place of the call, then of the outcome. */
  readonly #counts = new Float64Array(CALLS.length * OUTCOME_KINDS.length);
  /** The places that are not 0, in the order in which they were first counted. */
  readonly #met: number[] = [];

  /** Counts a judged operation. O(1). */
  note({ call, ended }: StepFacts): void {
    const place = call.place * OUTCOME_KINDS.length + ended;
    const times = this.#counts[place] ?? 0;
    if (times === 0) this.#met.push(place);
    this.#counts[place] = times + 1;
  }

  /** Returns the counts by call and outcome, in the order in which they were first counted. */
  toRecord(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    const met = this.#met.map((place) => ({
      call: CALLS[Math.floor(place / OUTCOME_KINDS.length)] ?? '',
      outcome: OUTCOME_KINDS[place % OUTCOME_KINDS.length] ?? '',
      times: this.#counts[place] ?? 0,
    }));
    const byCall = Map.groupBy(met, ({ call }) => call);
    return Object.fromEntries(
      [...byCall].map(([call, outcomes]) => [
        call,
        Object.fromEntries(outcomes.map(({ outcome, times }) => [outcome, times])),
      ]),
    );
  }
}

/** Keeps the largest of what it is told, program by program. */
export class FurthestSoFar {
  #furthest = NOTHING;
  /** Of the program under way. */
  readonly #of = { ...NOTHING };
  readonly #reached = Object.fromEntries(MEASURES.map((name) => [name, new Map<number, number>()]));
  #call = -1;
  #row = 0;

  /** Takes note of a judged operation. O(1). */
  noteStep({ call, pages, heldAfter, extentsAfter }: StepFacts): void {
    const of = this.#of;
    this.#row = call.place === this.#call ? this.#row + 1 : 1;
    this.#call = call.place;
    of.operations += 1;
    if (this.#row > of.row) of.row = this.#row;
    if (pages > of.granted) of.granted = pages;
    if (heldAfter > of.held) of.held = heldAfter;
    if (extentsAfter > of.extents) of.extents = extentsAfter;
  }

  /** Takes note of the end of a program, and of its world if that was managed. */
  endProgram({ map }: World, isManaged: boolean): void {
    const of = this.#of;
    this.#call = -1;
    if (isManaged) {
      of.memory = ramPages(map);
      of.end = pfnEnd(map);
      of.descriptors = map.descriptors.length;
      for (const name of MEASURES) {
        const programs = this.#reached[name];
        const power = powerUpTo(of[name]);
        programs?.set(power, (programs.get(power) ?? 0) + 1);
      }
    }
    this.#furthest = further(this.#furthest, of);
    Object.assign(of, NOTHING);
  }

  get furthest(): Furthest {
    return this.#furthest;
  }

  get reached(): Reached {
    return Object.fromEntries(
      Object.entries(this.#reached).map(([name, programs]) => [name, Object.fromEntries(programs)]),
    );
  }
}

/** How often each own clause was checked on each side. */
export class OwnClauseCounts {
  readonly #clauses: readonly OwnClause[];
  /** Two numbers a clause. */
  readonly #counts: number[];

  constructor(clauses: readonly OwnClause[]) {
    this.#clauses = clauses;
    this.#counts = Array<number>(2 * clauses.length).fill(0);
  }

  /** Counts an accepted step. */
  note(step: SettledStep): void {
    for (const [place, clause] of this.#clauses.entries()) {
      const met = clause.side(step);
      if (met !== null) this.#counts[2 * place + met] = (this.#counts[2 * place + met] ?? 0) + 1;
    }
  }

  /** Returns the counts by name and side. */
  toRecord(): Readonly<Record<string, SideCounts>> {
    return Object.fromEntries(
      this.#clauses.map(({ name, sides: [first, second] }, place) => [
        name,
        { [first]: this.#counts[2 * place] ?? 0, [second]: this.#counts[2 * place + 1] ?? 0 },
      ]),
    );
  }
}
