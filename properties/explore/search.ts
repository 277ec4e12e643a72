/**
 * The search: breadth-first over (model state, target state), level by level, to closure. A level's states are put in order
 * before it is expanded, by the simplest way there; so what a search finds does not depend on how many threads it has.
 */
import { init } from '../../model/index.ts';
import type { World } from '../../runner/index.ts';
import type { Operation, Policy } from '../../spec/index.ts';
import type { Crew, LevelFindings } from './crew.ts';
import type { Driver } from './driver.ts';
import { Expander, MetSides } from './expander.ts';
import { MemoJudge } from './memo-judge.ts';
import { costOf } from './operation-order.ts';
import { CONTROL, StateTable, type TableBuffers } from './state-table.ts';

/** What bounds a search. */
export interface Bounds {
  /** States after which it ends. */
  readonly states?: number;
  /** Seconds after which it ends. */
  readonly seconds?: number;
  /** Levels after which it ends: programs of up to so many operations. */
  readonly depth?: number;
  readonly signal?: AbortSignal;
}

/**
 * - `closed`: every state that can be reached has been expanded.
 * - `violated`: an operation broke a clause; the level that it is in has been finished.
 * - `depth`, `states`, `time`, `memory`, `interrupted`: what ended the search before.
 */
export type SearchEnd = 'closed' | 'violated' | 'depth' | 'states' | 'time' | 'memory' | 'interrupted';

/** What has been done so far. */
export interface SearchProgress {
  readonly states: number;
  readonly transitions: number;
  /** The level that is being expanded. */
  readonly depth: number;
  readonly expanded: number;
  readonly seconds: number;
}

export interface SearchResult {
  readonly end: SearchEnd;
  readonly states: number;
  /** States of the model among those. */
  readonly modelStates: number;
  readonly expanded: number;
  readonly transitions: number;
  /** Transitions that lead to another state. */
  readonly changing: number;
  /** Levels that were expanded as a whole: every program of up to so many operations has been judged. */
  readonly depth: number;
  /** States of each level, from that of init on. */
  readonly levels: readonly number[];
  /** Of a violation: its operations, by number. */
  readonly program: readonly number[] | null;
  readonly seconds: number;
  /** Bytes of the table of states. */
  readonly tableBytes: number;
  /** Which sides of which clauses were checked: see `MetSides`. */
  readonly met: Uint8Array;
}

/** What a thread searches with. */
export interface SearchParts {
  readonly world: World;
  readonly policies: readonly Policy[];
  readonly operations: readonly Operation[];
  readonly targetName: string;
  readonly buffers: TableBuffers;
  readonly driver: (judge: MemoJudge) => Driver;
}

/** A thread's own parts, built. */
export interface Station {
  readonly driver: Driver;
  readonly judge: MemoJudge;
  readonly table: StateTable;
  readonly met: MetSides;
  readonly expander: Expander;
}

/** Builds what one thread searches with. */
export function stationOf({
  world,
  policies,
  operations,
  targetName,
  buffers,
  driver,
}: SearchParts): Station {
  const met = new MetSides();
  const judge = new MemoJudge(world, policies, operations, met.note);
  const table = new StateTable(buffers);
  const made = driver(judge);
  const { higherHalf } = world.config;
  const costs = Float64Array.from(operations, (operation) => costOf(operation, higherHalf));
  const expander = new Expander({ driver: made, judge, table, met, costs, targetName });
  return { driver: made, judge, table, met, expander };
}

/** The order of the places in the next level: the simplest way there, then the first parent, then the first operation. */
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
  readonly bounds?: Bounds;
  readonly onProgress?: (progress: SearchProgress) => void;
  /** Told of each level before it is expanded. */
  readonly onLevel?: (search: LevelView) => void;
}

/** A level that is about to be expanded. */
export interface LevelView {
  readonly depth: number;
  readonly size: number;
  /** Returns the operations, by number, of the simplest shortest program that leads to the state at a place. */
  programTo(place: number): readonly number[];
  /** Returns the words of the manager in the state at a place. */
  savedAt(place: number): Int32Array;
}

/** Orders are fewer than this. */
const ORDER_LIMIT = 2 ** 26;

/** Milliseconds between two looks at the bounds. */
const WATCH = 100;

export class Search {
  readonly #station: Station;
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

  constructor(parts: SearchParts, station: Station, crew: Crew, options: SearchOptions = {}) {
    this.#parts = parts;
    this.#station = station;
    this.#crew = crew;
    this.#options = options;
  }

  /** Runs to closure, to the first level in which a clause is broken, or to a bound. */
  async run(): Promise<SearchResult> {
    const watch = setInterval(() => this.#look(), WATCH);
    try {
      const program = this.#beginsWell() ? await this.#levelsToTheEnd() : [];
      for (const met of await this.#crew.close()) this.#station.met.join(met);
      return this.#result(program);
    } finally {
      clearInterval(watch);
    }
  }

  /** Judges init and sweeps the state after it. */
  #beginsWell(): boolean {
    const { driver, judge, met, expander } = this.#station;
    const {
      world: { map, config },
      policies,
    } = this.#parts;
    const verdict = init({ map, config, policies }, driver.started, met.note);
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
      const found = await this.#crew.expand(level);
      this.#count(found);
      const program = this.#programFound(found, depth);
      if (program !== null) this.#end = 'violated';
      else if (found.isFull) this.#end ??= 'memory';
      if (program !== null || found.expanded < level.length || found.isFull) return program;
      this.#complete += 1;
      this.#levels.push(inOrder(this.#station.table, found.added));
    }
  }

  #count({ transitions, changing, expanded }: LevelFindings): void {
    this.#transitions += transitions;
    this.#changing += changing;
    this.#expanded += expanded;
  }

  /** Returns the simplest program of those that broke a clause in a level: by an answer, or by what a sweep then showed. */
  #programFound({ broken, unswept }: LevelFindings, depth: number): readonly number[] | null {
    const { table } = this.#station;
    const swept = inOrder(table, unswept)[0];
    const cost = swept === undefined ? Number.POSITIVE_INFINITY : table.costOf(swept);
    if (broken !== null && broken.cost <= cost)
      return [...this.#programTo(depth, broken.parent), broken.operation];
    return swept === undefined
      ? null
      : [...this.#programTo(depth, table.parentOf(swept)), table.operationOf(swept)];
  }

  #programTo(depth: number, place: number): readonly number[] {
    const { table } = this.#station;
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
      depth,
      size: level.length,
      programTo: (place) => this.#programTo(depth, place),
      savedAt: (place) => this.#partsOf(level[place] ?? 0).saved,
    };
  }

  /** Returns a state in parts. */
  #partsOf(record: number): {
    readonly ownership: number;
    readonly order: number;
    readonly saved: Int32Array;
  } {
    const { table, judge } = this.#station;
    const { states } = judge;
    const words = new Int32Array(table.lengthOf(record));
    table.copyTo(record, words);
    const ownership = states.ownerships.numberOf(words, 0, states.ownershipWords);
    const orderAt = words.length - (states.tracksOrder ? states.freeInStack(ownership) : 0);
    const order = states.orders.numberOf(words, orderAt, words.length);
    return { ownership, order, saved: words.subarray(states.ownershipWords, orderAt) };
  }

  /** Counts the states of the model among those that were met. */
  #modelStates(): number {
    const met = new Set<number>();
    for (const level of this.#levels)
      for (const record of level) {
        const { ownership, order } = this.#partsOf(record);
        met.add(ownership * ORDER_LIMIT + order);
      }
    return met.size;
  }

  /** Looks at the bounds, and says how far the search is. */
  #look(): void {
    const { bounds = {}, onProgress } = this.#options;
    const progress = this.#progress();
    onProgress?.(progress);
    if (bounds.signal?.aborted === true) this.#end ??= 'interrupted';
    if (progress.states >= (bounds.states ?? Number.POSITIVE_INFINITY)) this.#end ??= 'states';
    if (progress.seconds >= (bounds.seconds ?? Number.POSITIVE_INFINITY)) this.#end ??= 'time';
    if (this.#end !== null) this.#crew.stop();
  }

  #progress(): SearchProgress {
    return {
      states: this.#station.table.states,
      transitions: this.#crew.transitions(),
      depth: this.#levels.length - 1,
      expanded: this.#expanded,
      seconds: (performance.now() - this.#start) / 1000,
    };
  }

  #result(program: readonly number[] | null): SearchResult {
    const levels = this.#levels.map((level) => level.length);
    return {
      end: this.#end ?? 'closed',
      states: this.#station.table.states,
      modelStates: this.#modelStates(),
      expanded: this.#expanded,
      transitions: this.#transitions,
      changing: this.#changing,
      depth: this.#complete,
      levels: levels.filter((size) => size > 0),
      program,
      seconds: (performance.now() - this.#start) / 1000,
      tableBytes: this.#station.table.bytes,
      met: this.#station.met.sides,
    };
  }
}

/** Whether a crew has been told to stop. */
export function isStopped(control: Int32Array): boolean {
  return Atomics.load(control, CONTROL.stop) !== 0;
}
