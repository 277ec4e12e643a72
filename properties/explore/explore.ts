/**
 * Exploration: every call sequence of a small world. A target whose state can be saved and loaded is searched to closure; the
 * verdict then holds for programs of any length.
 */

import { OURS, type Target, type World } from '../../runner/index.ts';
import {
  CLAUSES,
  type ClauseText,
  isOfCalls,
  keptRegions,
  type Operation,
  POLICIES,
  type Policy,
  type Profile,
  type Region,
  SpecError,
  type Trace,
} from '../../spec/index.ts';
import { InlineCrew, ThreadCrew } from './crew.ts';
import { operationInstances } from './instances.ts';
import { ManagerDriver } from './manager-driver.ts';
import { ModelDriver } from './model-driver.ts';
import { Patience } from './patience.ts';
import { traceOf } from './program.ts';
import {
  type Bounds,
  type LevelView,
  Search,
  type Searcher,
  type SearchParts,
  type SearchProgress,
  type SearchResult,
  searcherOf,
} from './search.ts';
import { Edges, type StateGraph, type StateTree } from './state-graph.ts';
import { tableBuffers } from './state-table.ts';
import type { HeldWorld } from './world.ts';

/**
 * A search: the target, the world, and the bounds.
 * @public
 */
export interface ExploreOptions {
  readonly target: Target;
  readonly world: World;
  /** The policies that the target is held to. Default: those that it promises. */
  readonly policies?: readonly Policy[];
  /** The operations to perform in each state. Default: every operation that the world tells apart. */
  readonly operations?: readonly Operation[];
  /** Number of threads. More than one need a target that `loadTarget` finds by its name. Default: 1. */
  readonly workers?: number;
  /** Most bytes for the table of states. Default: 256 MiB. */
  readonly memory?: number;
  readonly bounds?: Bounds;
  /**
   * Whether to keep the states as a graph, which needs one thread; where they are too many, as the ways to them. With `ways`, these in
   * any case. Default: neither.
   */
  readonly graph?: boolean | 'ways';
  /** Called ten times a second. */
  readonly onProgress?: (progress: SearchProgress) => void;
}

/**
 * The result of a search: how it ended, counts, and a shortest counterexample if there is one.
 * @public
 */
export interface Exploration extends Omit<SearchResult, 'program' | 'sides' | 'isStuck'> {
  readonly kind: 'searched';
  /** Number of distinct model states among them. */
  readonly modelStates: number;
  readonly operations: readonly Operation[];
  readonly policies: readonly Policy[];
  /** A shortest program that breaks a clause, with its responses; null if none was found. */
  readonly trace: Trace | null;
  /** The clauses by how many of their two sides were checked. */
  readonly clauses: CheckedClauses;
  /** Null where it was not asked for, or has too many states. */
  readonly graph: StateGraph | null;
  /** Where a graph was asked for, and the states are too many for one: the shortest ways to them. */
  readonly tree: StateTree | null;
}

/**
 * The clauses by how many of their two sides a search checked.
 * @public
 */
export interface CheckedClauses {
  readonly both: readonly ClauseText[];
  /** One side: the world has no other, or the search has not met it yet. */
  readonly one: readonly ClauseText[];
  readonly never: readonly ClauseText[];
}

const DEFAULT_MEMORY = 2 ** 28;

function checkedClauses(checked: Uint8Array, { calls }: Profile): CheckedClauses {
  const having = (...sides: readonly number[]): readonly ClauseText[] =>
    CLAUSES.filter(({ name }, i) => sides.includes(checked[i] ?? 0) && isOfCalls(name, calls));
  return { both: having(3), one: having(1, 2), never: having(0) };
}

/** Throws `SpecError` if the first, the middle or the last state of a level, reached by calls from init, differs from the loaded one. */
function checkSample(level: LevelView, { target, world }: ExploreOptions, { judge }: Searcher): void {
  const places = new Set([0, level.size >> 1, level.size - 1]);
  for (const place of places) {
    const program = level.programTo(place);
    const driver = new ManagerDriver(target, world, judge);
    for (const operation of program) driver.respond(operation, judge.states.initialOwnership());
    const called = new Int32Array(level.savedAt(place).length);
    if (driver.save(called) === called.length && called.every((word, i) => word === level.savedAt(place)[i]))
      continue;
    throw new SpecError(
      `${target.name}: expected the state of ${program.length} calls to be the one that saveState() and loadState() lead to, and it is another`,
    );
  }
}

/** Returns the page frames that a manager names as kept on a world. */
function keptBy(target: Target, world: World): readonly Region[] {
  if (target.profile.keeps === 'nothing') return [];
  const session = target.openSavable(world);
  session?.close();
  return session === null ? [] : keptRegions(session.started);
}

/**
 * Searches all states of a target on a small world. Rejects with `SpecError` if its manager cannot be saved and loaded, gives two
 * answers to one call in one state, or reaches another state by calls than by loading. O(states × operations); about a million
 * transitions a second and thread. A call that does not return breaks a clause, and ends the search at once.
 * @public
 */
export function explore(options: ExploreOptions): Promise<Exploration> {
  return exploreWith(options, new Patience(options.target, options.world));
}

async function exploreWith(options: ExploreOptions, patience: Patience): Promise<Exploration> {
  const { target, world, bounds, memory = DEFAULT_MEMORY, graph: isKept = false, onProgress } = options;
  const { policies = target.policies, operations = operationInstances(world, { target }) } = options;
  const workers = isKept === true ? 1 : (options.workers ?? 1);
  const shared = {
    world: { ...world, profile: target.profile, kept: keptBy(target, world) },
    policies,
    operations,
    buffers: tableBuffers(memory, workers > 1),
  };
  const parts: SearchParts = {
    ...shared,
    targetName: target.name,
    driver: (judge) => new ManagerDriver(target, world, judge),
    edges: isKept === true ? new Edges() : null,
  };
  const searcher = searcherOf(parts);
  const crew =
    workers > 1
      ? new ThreadCrew(workers, { ...shared, source: target.source, patienceMs: patience.ms })
      : new InlineCrew(searcher.expander, searcher.table, patience);
  const onLevel = (level: LevelView): void => checkSample(level, options, searcher);
  const search = new Search(parts, searcher, crew, { bounds, onProgress, onLevel });
  const { program, sides, isStuck, ...result } = await search.run();
  const found = program?.flatMap((operation) => operations[operation] ?? []);
  const trace = found === undefined ? null : traceOf(target, world, policies, found);
  // The target was slow, or the machine.
  if (isStuck && trace?.violation === undefined) return exploreWith(options, patience.more());
  if (trace !== null && trace.violation === undefined)
    throw new SpecError(
      `${target.name}: expected a loaded state to answer like one reached by calls; a program of ${found?.length} operations breaks a clause after loadState(), and holds from init`,
    );
  const clauses = checkedClauses(sides, target.profile);
  const [modelStates, graph] = [search.modelStates(), search.graph()];
  return {
    kind: 'searched',
    ...result,
    modelStates,
    operations,
    policies,
    trace,
    clauses,
    graph,
    tree: graph === null && isKept !== false ? search.tree() : null,
  };
}

/**
 * Returns how the managers of a target are saved and loaded, so that {@link explore} can search them; null if they cannot be. Builds
 * one manager.
 * @public
 */
export function howSaved(target: Target, world: World): string | null {
  return new Patience(target, world).limited(
    () => {
      const session = target.openSavable(world);
      session?.close();
      return session?.saves ?? null;
    },
    () => null,
  );
}

/**
 * Counts over the states of the model.
 * @public
 */
export type ModelGraph = Pick<SearchResult, 'states' | 'transitions' | 'changing' | 'levels' | 'end'>;

/**
 * Counts the states of the model without a target, its transitions (one for each operation in each state, refusals and panics
 * included), and those that lead to another state. Both policies are on, so that each call has one right answer.
 * @public
 */
export async function modelGraph(
  world: HeldWorld,
  operations: readonly Operation[] = operationInstances(world),
): Promise<ModelGraph> {
  const parts: SearchParts = {
    world,
    policies: POLICIES,
    operations,
    targetName: 'the model',
    buffers: tableBuffers(DEFAULT_MEMORY, false),
    driver: (judge) => new ModelDriver(world, judge),
  };
  const searcher = searcherOf(parts);
  const patience = new Patience(OURS, world);
  const search = new Search(parts, searcher, new InlineCrew(searcher.expander, searcher.table, patience));
  const { states, transitions, changing, levels, end, program } = await search.run();
  if (program !== null) throw new Error('the model rejects its own answer');
  return { states, transitions, changing, levels, end };
}
