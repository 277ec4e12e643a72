/**
 * The search: breadth-first over pairs of a model state and a target state, level by level, to closure. The states of a level are
 * sorted by the simplest path to each before they are expanded, so the result does not depend on the number of threads.
 */
import { init } from '../../model/index.ts';
import { type Operation, type Policy, pfn } from '../../spec/index.ts';
import type { Crew } from './crew.ts';
import type { Driver } from './driver.ts';
import { CheckedSides, Expander, type Findings, type SearchTools } from './expander.ts';
import { costOf } from './instances.ts';
import { MemoJudge } from './memo-judge.ts';
import type { ModelStates } from './model-states.ts';
import { StuckError } from './patience.ts';
import {
  type Edges,
  MOST_ROWS,
  MOST_STATES,
  rowText,
  type StateGraph,
  type StateTree,
  stateKey,
} from './state-graph.ts';
import { StateTable, type TableBuffers } from './state-table.ts';
import { WordLists } from './word-tables.ts';
import { framesOfWorld, type HeldWorld } from './world.ts';

/**
 * The bounds of a search. It stops at the first that it reaches.
 * @public
 */
export interface Bounds {
  /** Most states. */
  readonly states?: number;
  /** Most seconds. */
  readonly seconds?: number;
  /** Most levels, which is the length of the longest programs. */
  readonly depth?: number;
  /** Interrupts the search. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * - `closed`: every reachable state has been expanded.
 * - `violated`: an operation broke a clause; its level has been finished.
 * - `depth`, `states`, `time`, `memory`, `interrupted`: the bound that ended the search.
 */
export type SearchEnd = 'closed' | 'violated' | 'depth' | 'states' | 'time' | 'memory' | 'interrupted';

/**
 * The work done so far.
 * @public
 */
export interface SearchProgress {
  readonly states: number;
  readonly transitions: number;
  /** The level that is being expanded. */
  readonly depth: number;
  readonly expanded: number;
  readonly seconds: number;
  /** Once the search has ended: how many states of how many are counted, or written down for a page. */
  readonly counted: { readonly done: number; readonly of: number } | null;
}

export interface SearchResult {
  readonly end: SearchEnd;
  readonly states: number;
  readonly expanded: number;
  readonly transitions: number;
  /** Number of transitions that lead to another state. */
  readonly changing: number;
  /** Number of levels expanded in full: every program of up to this many operations has been judged. */
  readonly depth: number;
  /** Number of states in each level, starting with the one after init. */
  readonly levels: readonly number[];
  /** The numbers of the operations that lead to the violation; null if there is none. */
  readonly program: readonly number[] | null;
  /** Whether the target did not return from the last operation of that program in time: then the search is not finished. */
  readonly isStuck: boolean;
  readonly seconds: number;
  /** Bytes of the table of states. */
  readonly tableBytes: number;
  /** The sides of clauses that were checked: see `CheckedSides`. */
  readonly sides: Uint8Array;
}

/** The input of a search, the same for every thread. */
export interface SearchParts {
  readonly world: HeldWorld;
  readonly policies: readonly Policy[];
  readonly operations: readonly Operation[];
  readonly targetName: string;
  readonly buffers: TableBuffers;
  readonly driver: (judge: MemoJudge) => Driver;
  /** Notes the transitions; one thread only. Default: nobody does. */
  readonly edges?: Edges | null;
}

/** The objects with which one thread searches. */
export interface Searcher extends SearchTools {
  readonly expander: Expander;
}

/** Builds the objects with which one thread searches. */
export function searcherOf({
  world,
  policies,
  operations,
  targetName,
  buffers,
  driver,
  edges = null,
}: SearchParts): Searcher {
  const checked = new CheckedSides();
  const judge = new MemoJudge(world, policies, operations, checked.note);
  const tools = { driver: driver(judge), judge, table: new StateTable(buffers), checked };
  const { higherHalf } = world.config;
  const costs = Float64Array.from(operations, (operation) => costOf(operation, higherHalf));
  return { ...tools, expander: new Expander({ ...tools, costs, targetName, edges }) };
}

/** Sorts the states of the next level: by the cost of the simplest path, then the first parent, then the first operation. */
function inOrder(table: StateTable, records: readonly number[]): Int32Array {
  const sorted = [...records].sort(
    (a, b) =>
      table.costOf(a) - table.costOf(b) ||
      table.parentOf(a) - table.parentOf(b) ||
      table.operationOf(a) - table.operationOf(b),
  );
  return Int32Array.from(sorted);
}

interface SearchOptions {
  readonly bounds?: Bounds | undefined;
  readonly onProgress?: ((progress: SearchProgress) => void) | undefined;
  /** Called with each level before it is expanded. */
  readonly onLevel?: (search: LevelView) => void;
}

/** A level that is about to be expanded. */
export interface LevelView {
  readonly size: number;
  /** Returns the numbers of the operations of the simplest shortest program that leads to the state at a place. */
  programTo(place: number): readonly number[];
  /** Returns the words of the manager in the state at a place. */
  savedAt(place: number): Int32Array;
}

/** Milliseconds between two checks of the bounds. */
const WATCH = 100;
/** States counted between two reports: some 100 ms. */
const COUNTED_AT_ONCE = 2 ** 14;

export class Search {
  readonly #searcher: Searcher;
  readonly #crew: Crew;
  readonly #parts: SearchParts;
  readonly #options: SearchOptions;
  readonly #levels: Int32Array[] = [];
  readonly #start = performance.now();
  #transitions = 0;
  #changing = 0;
  #expanded = 0;
  #complete = 0;
  #end: SearchEnd | null = null;
  #isStuck = false;

  constructor(parts: SearchParts, searcher: Searcher, crew: Crew, options: SearchOptions = {}) {
    this.#parts = parts;
    this.#searcher = searcher;
    this.#crew = crew;
    this.#options = options;
  }

  /** Runs to closure, to the first level in which a clause is broken, or to a bound. */
  async run(): Promise<SearchResult> {
    const watch = setInterval(() => this.#look(), WATCH);
    try {
      const program = this.#beginsWell() ? await this.#levelsToTheEnd() : [];
      // The threads of a crew that is stuck have been ended.
      for (const sides of this.#isStuck ? [] : await this.#crew.close()) this.#searcher.checked.join(sides);
      return this.#result(program);
    } finally {
      clearInterval(watch);
    }
  }

  /** Judges init and sweeps the state after it. */
  #beginsWell(): boolean {
    const { driver, judge, checked, expander } = this.#searcher;
    const { world, policies } = this.#parts;
    const verdict = init({ ...world, policies }, driver.started, checked.note);
    const holds = verdict.accepted && expander.sweep(judge.states.initialOwnership()) === null;
    if (!holds) this.#end = 'violated';
    else this.#levels.push(Int32Array.of(expander.begin()));
    return holds;
  }

  /** Returns the program of the violation that was found, or null. */
  async #levelsToTheEnd(): Promise<readonly number[] | null> {
    for (let depth = 0; ; depth += 1) {
      const level = this.#levels[depth] ?? new Int32Array(0);
      if (level.length === 0) this.#end ??= 'closed';
      if (depth === this.#options.bounds?.depth) this.#end ??= 'depth';
      if (this.#end !== null) return null;
      this.#options.onLevel?.(this.#viewOf(depth));
      const found = await this.#expand(level);
      if (found instanceof StuckError) return [...this.#programTo(depth, found.place), found.operation];
      this.#count(found);
      const program = this.#programFound(found, depth);
      if (program !== null) this.#end = 'violated';
      else if (found.isFull) this.#end ??= 'memory';
      if (program !== null || found.expanded < level.length || found.isFull) return program;
      this.#complete += 1;
      this.#levels.push(inOrder(this.#searcher.table, found.added));
    }
  }

  async #expand(level: Int32Array): Promise<Findings | StuckError> {
    try {
      return await this.#crew.expand(level);
    } catch (error) {
      if (!(error instanceof StuckError)) throw error;
      this.#isStuck = true;
      this.#end = 'violated';
      return error;
    }
  }

  #count({ transitions, changing, expanded }: Findings): void {
    this.#transitions += transitions;
    this.#changing += changing;
    this.#expanded += expanded;
  }

  /** Returns the simplest program that broke a clause in a level, by its last answer or in the sweep after it; null if none did. */
  #programFound({ broken, sweepFailures }: Findings, depth: number): readonly number[] | null {
    const { table } = this.#searcher;
    const swept = inOrder(table, sweepFailures)[0];
    const cost = swept === undefined ? Number.POSITIVE_INFINITY : table.costOf(swept);
    if (broken !== null && broken.cost <= cost)
      return [...this.#programTo(depth, broken.parent), broken.operation];
    return swept === undefined
      ? null
      : [...this.#programTo(depth, table.parentOf(swept)), table.operationOf(swept)];
  }

  #programTo(depth: number, place: number): readonly number[] {
    const { table } = this.#searcher;
    const program: number[] = [];
    let at = place;
    for (let level = depth; level > 0; level -= 1) {
      const record = this.#levels[level]?.[at] ?? 0;
      program.push(table.operationOf(record));
      at = table.parentOf(record);
    }
    return program.toReversed();
  }

  #viewOf(depth: number): LevelView {
    const level = this.#levels[depth] ?? new Int32Array(0);
    return {
      size: level.length,
      programTo: (place) => this.#programTo(depth, place),
      savedAt: (place) => this.#partsOf(level[place] ?? 0).saved,
    };
  }

  #partsOf(record: number): ReturnType<ModelStates['partsOf']> {
    const { table, judge } = this.#searcher;
    const words = new Int32Array(table.lengthOf(record));
    return judge.states.partsOf(words, table.copyTo(record, words));
  }

  /** Returns the owner of each page frame, as letters, and the free stack, top first. */
  #shown(frames: readonly number[], ownership: number, order: number): readonly [string, readonly number[]] {
    const state = this.#searcher.judge.states.fullState(ownership, order);
    const owners = frames.map((frame) => state.ownerOf(pfn(frame))[0]).join('');
    return [owners, state.stackTop(state.freeIn('stack')) ?? []];
  }

  /** Returns the states as a graph, or null where they are too many or nobody noted the transitions. */
  graph(): StateGraph | null {
    const { world, edges = null } = this.#parts;
    if (edges === null || this.#searcher.table.states > MOST_STATES) return null;
    const records = this.#levels.flatMap((level) => [...level]);
    const { table } = this.#searcher;
    const numbers = new Map(records.map((record, n) => [record, n]));
    const starts = this.#levels.map(([first = 0]) => numbers.get(first) ?? 0);
    const frames = framesOfWorld(world).manageable;
    const shown = records.map((record) => {
      const { ownership, order } = this.#partsOf(record);
      return this.#shown(frames, ownership, order);
    });
    return {
      levels: this.#levels.map(({ length }) => length).filter((length) => length > 0),
      frames,
      owners: shown.map(([owners]) => owners),
      stacks: shown.map(([, stack]) => stack),
      ways: records.map((record) => {
        const depth = table.depthOf(record);
        const before = (starts[depth - 1] ?? 0) + table.parentOf(record);
        return depth === 0 ? [] : [before, table.operationOf(record)];
      }),
      next: records.map((record) =>
        [...edges.from(record)].flatMap(([to, operation]) => {
          const number = numbers.get(to);
          return number === undefined ? [] : [operation, number];
        }),
      ),
    };
  }

  /** Returns the shortest ways to the states; null where they are too many even for that. */
  tree(): StateTree | null {
    const { table } = this.#searcher;
    const frames = framesOfWorld(this.#parts.world).manageable;
    const met = new WordLists();
    const levels: number[] = [];
    const rows: string[] = [];
    const note = this.#counter();
    let before: readonly number[] = [];
    for (const level of this.#levels) {
      const start = rows.length;
      before = Array.from(level, (record) => {
        note();
        const { ownership, order } = this.#partsOf(record);
        const number = met.numberOf(Int32Array.of(ownership, order), 0, 2);
        if (number < rows.length) return number;
        const key = stateKey(frames, ...this.#shown(frames, ownership, order));
        const parent = start === 0 ? 0 : (before[table.parentOf(record)] ?? 0);
        rows.push(rowText({ key, before: parent, operation: table.operationOf(record) }));
        return number;
      });
      if (rows.length > start) levels.push(rows.length - start);
      if (rows.length > MOST_ROWS) return null;
    }
    return { levels, frames, rows: rows.join('') };
  }

  /** Counts the distinct model states. O(states). */
  modelStates(): number {
    const met = new WordLists();
    const state = new Int32Array(2);
    const note = this.#counter();
    for (const level of this.#levels)
      for (const record of level) {
        note();
        const { ownership, order } = this.#partsOf(record);
        state[0] = ownership;
        state[1] = order;
        met.numberOf(state, 0, 2);
      }
    return met.size;
  }

  /** Returns what to call for each state of all levels: it reports now and then, and the last. */
  #counter(): () => void {
    const of = this.#levels.reduce((sum, { length }) => sum + length, 0);
    let done = 0;
    return () => {
      done += 1;
      if (done % COUNTED_AT_ONCE === 0 || done === of)
        this.#options.onProgress?.({ ...this.#progress(), counted: { done, of } });
    };
  }

  /** Reports progress, and stops the search if it has reached a bound. */
  #look(): void {
    const { bounds = {}, onProgress } = this.#options;
    const progress = this.#progress();
    onProgress?.(progress);
    if (bounds.signal?.aborted === true) this.#end ??= 'interrupted';
    if (progress.states >= (bounds.states ?? Number.POSITIVE_INFINITY)) this.#end ??= 'states';
    if (progress.seconds >= (bounds.seconds ?? Number.POSITIVE_INFINITY)) this.#end ??= 'time';
    if (this.#end !== null) this.#searcher.table.stop();
  }

  #progress(): SearchProgress {
    return {
      states: this.#searcher.table.states,
      transitions: this.#crew.transitions(),
      depth: this.#levels.length - 1,
      expanded: this.#expanded,
      seconds: (performance.now() - this.#start) / 1000,
      counted: null,
    };
  }

  #result(program: readonly number[] | null): SearchResult {
    const levels = this.#levels.map((level) => level.length);
    return {
      end: this.#end ?? 'closed',
      states: this.#searcher.table.states,
      expanded: this.#expanded,
      transitions: this.#transitions,
      changing: this.#changing,
      depth: this.#complete,
      levels: levels.filter((size) => size > 0),
      program,
      isStuck: this.#isStuck,
      seconds: (performance.now() - this.#start) / 1000,
      tableBytes: this.#searcher.table.bytes,
      sides: this.#searcher.checked.sides,
    };
  }
}
