/**
 * Exploration: every call sequence of a small world. A target that can be saved and loaded is searched to closure; what that
 * shows holds for programs of any length.
 */

import type { LocalTarget, World } from '../../runner/index.ts';
import {
  CLAUSES,
  type ClauseText,
  type Operation,
  POLICIES,
  type Policy,
  SpecError,
  type Trace,
} from '../../spec/index.ts';
import type { Crew } from './crew.ts';
import type { Driver } from './driver.ts';
import { InlineCrew } from './inline-crew.ts';
import { operationInstances } from './instances.ts';
import { isSaved, ManagerDriver } from './manager-driver.ts';
import type { MemoJudge } from './memo-judge.ts';
import { ModelDriver } from './model-driver.ts';
import { traceOf } from './program.ts';
import {
  type Bounds,
  type LevelView,
  Search,
  type SearchParts,
  type SearchProgress,
  type SearchResult,
  type Station,
  stationOf,
} from './search.ts';
import { tableBuffers } from './state-table.ts';
import { ThreadCrew } from './thread-crew.ts';

export interface ExploreOptions {
  readonly target: LocalTarget;
  readonly world: World;
  /** What the target is held to. Default: what it promises. */
  readonly policies?: readonly Policy[];
  /** What to call. Default: every operation that the world tells apart. */
  readonly operations?: readonly Operation[];
  /** Threads. More than one need a target that `loadTarget` finds by its name. Default: 1. */
  readonly workers?: number;
  /** Bytes for the states, at most. Default: 256 MiB. */
  readonly memory?: number;
  readonly bounds?: Bounds;
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** What an exploration came to. */
export interface Exploration extends Omit<SearchResult, 'program' | 'met'> {
  readonly kind: 'searched';
  readonly operations: readonly Operation[];
  readonly policies: readonly Policy[];
  /** A shortest program that breaks a clause, with its responses; null where none was found. */
  readonly trace: Trace | null;
  /** Clauses by the sides on which they were checked. */
  readonly clauses: ClausesMet;
}

/** Clauses by how they were met. */
export interface ClausesMet {
  readonly both: readonly ClauseText[];
  /** Those that the world shows one side of, or that were met on one so far. */
  readonly one: readonly ClauseText[];
  readonly never: readonly ClauseText[];
}

const DEFAULT_MEMORY = 2 ** 28;
/** States of a level that are also reached by calls alone, to see whether they are those that were loaded. */
const SAMPLE = 3;

function clausesMet(met: Uint8Array): ClausesMet {
  const having = (...sides: readonly number[]): readonly ClauseText[] =>
    CLAUSES.filter((_, i) => sides.includes(met[i] ?? 0));
  return { both: having(3), one: having(1, 2), never: having(0) };
}

/** Throws `SpecError` where states of a level, reached by calls alone, are not those that were loaded. */
function checkSample(
  level: LevelView,
  { target, world }: ExploreOptions,
  { operations }: SearchParts,
  station: Station,
): void {
  const places = new Set([0, level.size >> 1, level.size - 1].slice(0, SAMPLE));
  for (const place of places) {
    const program = level.programTo(place);
    const driver = new ManagerDriver(target, world, operations, station.judge.states);
    for (const operation of program) driver.respond(operation, station.judge.states.initialOwnership());
    const called = new Int32Array(level.savedAt(place).length);
    if (driver.save(called) === called.length && called.every((word, i) => word === level.savedAt(place)[i]))
      continue;
    throw new SpecError(
      `${target.name}: expected the state of ${program.length} calls to be the one that saveState() and loadState() lead to, and it is another`,
    );
  }
}

function partsOf(
  options: ExploreOptions,
  driver: (judge: MemoJudge) => Driver,
  isShared: boolean,
): SearchParts {
  const { target, world, policies = target.policies, memory = DEFAULT_MEMORY } = options;
  const operations = options.operations ?? operationInstances(world);
  const buffers = tableBuffers(memory, isShared);
  return { world, policies, operations, targetName: target.name, buffers, driver };
}

function crewOf(workers: number, { driver: _, ...data }: SearchParts, { expander, table }: Station): Crew {
  return workers > 1 ? new ThreadCrew(workers, data) : new InlineCrew(expander, table);
}

/**
 * Explores a target on a small world. Throws `SpecError` where its manager cannot be saved and loaded, answers one call in one
 * state in two ways, or is led to another state by calls than by loading.
 */
export async function explore(options: ExploreOptions): Promise<Exploration> {
  const { target, world, workers = 1, bounds = {}, onProgress } = options;
  const operations = options.operations ?? operationInstances(world);
  const parts = partsOf(
    { ...options, operations },
    (judge) => new ManagerDriver(target, world, operations, judge.states),
    workers > 1,
  );
  const station = stationOf(parts);
  const search = new Search(parts, station, crewOf(workers, parts, station), {
    bounds,
    ...(onProgress === undefined ? {} : { onProgress }),
    onLevel: (level) => checkSample(level, options, parts, station),
  });
  const { program, met, ...result } = await search.run();
  const { policies } = parts;
  const found = program?.flatMap((operation) => operations[operation] ?? []);
  const trace = found === undefined ? null : traceOf(target, world, policies, found);
  if (trace !== null && trace.violation === undefined)
    throw new SpecError(
      `${target.name}: expected the answers of loaded states to be those of called ones; a program of ${found?.length} operations breaks a clause from the one, and holds from init`,
    );
  return { kind: 'searched', ...result, operations, policies, trace, clauses: clausesMet(met) };
}

/** Whether the managers of a target can be saved and loaded, so that {@link explore} can search it. */
export function canBeSaved(target: LocalTarget, { map, config }: World): boolean {
  const memory = { read: () => 0n, write: () => {} };
  try {
    return isSaved(target.create(map, { config, warn: () => {}, memory }));
  } catch {
    // Init is judged with the programs that are run, where it throws again.
    return false;
  }
}

/** What a walk over the model alone came to. */
export type ModelGraph = Pick<SearchResult, 'states' | 'transitions' | 'changing' | 'levels' | 'end'>;

/**
 * Explores the model alone, with both policies, which leave it one answer to each call: how many states there are, how many
 * transitions (an operation in a state each, refusals and panics among them), and how many of these lead to another state.
 */
export async function modelGraph(
  world: World,
  operations: readonly Operation[] = operationInstances(world),
  memory: number = DEFAULT_MEMORY,
): Promise<ModelGraph> {
  const parts: SearchParts = {
    world,
    policies: POLICIES,
    operations,
    targetName: 'the model',
    buffers: tableBuffers(memory, false),
    driver: (judge) => new ModelDriver(world, operations, judge.states),
  };
  const station = stationOf(parts);
  const search = new Search(parts, station, new InlineCrew(station.expander, station.table));
  const { states, transitions, changing, levels, end, program } = await search.run();
  if (program !== null) throw new Error('the model rejects its own answer');
  return { states, transitions, changing, levels, end };
}
