/**
 * The expander: performs every operation in a state, has each answer judged, and looks up the state that it leads to. Each thread
 * has one, and hands over its findings in a level as numbers.
 */
import { sweep, type Tally, type Violation } from '../../model/index.ts';
import { inspection, omitStacks, refuseChanges, restoreStacks } from '../../runner/index.ts';
import { CLAUSE_NAMES, type InspectedRun, SpecError } from '../../spec/index.ts';
import type { Driver } from './driver.ts';
import type { MemoJudge } from './memo-judge.ts';
import type { Edges } from './state-graph.ts';
import { FULL_TABLE, KNOWN, type StateTable } from './state-table.ts';
import { MOST_FRAMES } from './world.ts';

/** A step that breaks a clause: an operation in a state of the level, which is given by its place. */
export interface BrokenStep {
  readonly cost: number;
  readonly parent: number;
  readonly operation: number;
}

/** The findings of a thread in its part of a level. */
export class Findings {
  /** Number of states expanded; fewer than there are where it was stopped or ran out of room. */
  expanded = 0;
  /** Records of the states that it added. */
  readonly added: number[] = [];
  transitions = 0;
  /** Number of transitions to another state or another order. */
  changing = 0;
  /** The simplest step whose answer breaks a clause. */
  broken: BrokenStep | null = null;
  /** Records of added states in which the sweep breaks a clause. */
  readonly sweepFailures: number[] = [];
  /** Whether the table had no room for a state. */
  isFull = false;
}

/** Initial size of the buffers for a state; they grow. */
const INITIAL_WORDS = 1 << 10;

/** The sides of clauses that have been checked: bits 0 and 1 of one byte a clause, in the order of `CLAUSE_NAMES`. */
export class CheckedSides {
  readonly sides = new Uint8Array(CLAUSE_NAMES.length);

  readonly note: Tally = (_, side, place) => {
    this.sides[place] = (this.sides[place] ?? 0) | (1 << side);
  };

  /** Adds the sides that another thread has checked. */
  join(other: Uint8Array): void {
    for (let i = 0; i < this.sides.length; i += 1) this.sides[i] = (this.sides[i] ?? 0) | (other[i] ?? 0);
  }
}

/** What a thread drives, judges by, and keeps. */
export interface SearchTools {
  readonly driver: Driver;
  readonly judge: MemoJudge;
  readonly table: StateTable;
  readonly checked: CheckedSides;
}

interface ExpanderParts extends SearchTools {
  /** The cost of each operation in the order of simplicity. */
  readonly costs: Float64Array;
  readonly targetName: string;
  /** Where transitions are noted; null where nobody asks for them. */
  readonly edges: Edges | null;
}

export class Expander {
  readonly #driver: Driver;
  readonly #judge: MemoJudge;
  readonly #table: StateTable;
  readonly #checked: CheckedSides;
  readonly #costs: Float64Array;
  readonly #name: string;
  readonly #edges: Edges | null;
  /** For each ownership, the last accepted answer of the manager to `inspect()`. */
  readonly #swept = new Map<number, string>();
  /** The words of the state being expanded, and of the one that an operation leads to: ownership, target, order. */
  #words = new Int32Array(INITIAL_WORDS);
  #next = new Int32Array(INITIAL_WORDS);
  #nextTarget: Int32Array;
  /** The state that is being expanded: `saved` are the words of the manager, `place` is its place in its level. */
  #from = { record: 0, place: 0, depth: 0, cost: 0, ownership: 0, order: 0, saved: new Int32Array(0) };
  #found = new Findings();
  #operation = 0;

  constructor({ driver, judge, table, checked, costs, targetName, edges }: ExpanderParts) {
    this.#driver = driver;
    this.#judge = judge;
    this.#table = table;
    this.#checked = checked;
    this.#costs = costs;
    this.#name = targetName;
    this.#edges = edges;
    this.#nextTarget = this.#next.subarray(judge.states.ownershipWords, INITIAL_WORDS - MOST_FRAMES);
  }

  /** Transitions judged since the last {@link take}. */
  get transitions(): number {
    return this.#found.transitions;
  }

  /** The operation that was performed last, and the place of the state that it was performed in. */
  get underWay(): { readonly place: number; readonly operation: number } {
    return { place: this.#from.place, operation: this.#operation };
  }

  /** Adds the state after init, and returns its record; the manager has just been built. */
  begin(): number {
    const { states } = this.#judge;
    const length = this.#compose(states.initialOwnership(), states.initialOrder(), this.#saveNext());
    return this.#table.add(this.#next, length, 0, 0, 0, 0);
  }

  /** Returns the findings since the last call. */
  take(): Findings {
    const found = this.#found;
    this.#found = new Findings();
    return found;
  }

  /** Performs every operation in the state of a record; `place` is its place in the level. */
  expand(record: number, place: number): void {
    const table = this.#table;
    if (this.#judge.forget()) this.#swept.clear();
    this.#reserve(table.lengthOf(record));
    const { ownership, order, saved } = this.#judge.states.partsOf(
      this.#words,
      table.copyTo(record, this.#words),
    );
    const [depth, cost] = [table.depthOf(record), table.costOf(record)];
    this.#from = { record, place, depth, cost, ownership, order, saved };
    const stacks = omitStacks();
    try {
      this.#driver.load(saved);
      for (let operation = 0; operation < this.#costs.length; operation += 1) this.#step(operation);
    } finally {
      restoreStacks(stacks);
      refuseChanges(this.#name);
    }
    this.#found.expanded += 1;
  }

  /** Performs one operation in the loaded state, and restores that state. */
  #step(operation: number): void {
    const { ownership, order, saved } = this.#from;
    const judge = this.#judge;
    const driver = this.#driver;
    this.#operation = operation;
    if (judge.isUndefined(ownership, operation)) return;
    const hasFingerprint = driver.perform(operation, ownership, order);
    const targetWords = this.#saveNext();
    this.#found.transitions += 1;
    if (!hasFingerprint || !judge.accepts(ownership, order, operation, driver.fingerprints))
      if (!this.#judgeInFull(operation, hasFingerprint, targetWords)) {
        driver.load(saved);
        return;
      }
    if (judge.ownership === ownership && judge.order === order && this.#isSame(saved, targetWords)) return;
    this.#arrive(operation, targetWords);
    driver.load(saved);
  }

  /** Repeats the operation for the full response, which must have the same fingerprint, and judges it. Returns whether it is accepted. */
  #judgeInFull(operation: number, hasFingerprint: boolean, targetWords: number): boolean {
    const { ownership, order, saved } = this.#from;
    const driver = this.#driver;
    const { fingerprints } = driver;
    const { first, second, third } = fingerprints;
    driver.load(saved);
    const response = driver.respond(operation, ownership, order);
    const again = fingerprints.ofResponse(response, this.#judge.operation(operation).call);
    const isEqual =
      fingerprints.first === first && fingerprints.second === second && fingerprints.third === third;
    const isSame = hasFingerprint === again && (isEqual || !again);
    if (!isSame || !this.#savesAgain(targetWords)) throw this.#twoAnswers();
    const verdict = this.#judge.learn(ownership, order, operation, response, again ? fingerprints : null);
    if (!verdict.accepted) this.#noteBroken(operation);
    return verdict.accepted;
  }

  #noteBroken(operation: number): void {
    const cost = this.#from.cost + (this.#costs[operation] ?? 0);
    const { place: parent } = this.#from;
    const known = this.#found.broken;
    const isSimpler =
      known === null ||
      cost < known.cost ||
      (cost === known.cost &&
        (parent < known.parent || (parent === known.parent && operation < known.operation)));
    if (isSimpler) this.#found.broken = { cost, parent, operation };
  }

  /** Looks up the state that an operation leads to, and adds it if it is new. */
  #arrive(operation: number, targetWords: number): void {
    const { ownership, order } = this.#judge;
    const { depth, cost, place } = this.#from;
    this.#found.changing += 1;
    const length = this.#compose(ownership, order, targetWords);
    const total = cost + (this.#costs[operation] ?? 0);
    const record = this.#table.add(this.#next, length, depth + 1, total, place, operation);
    if (record !== FULL_TABLE) this.#edges?.note(this.#from.record, operation, this.#table.last);
    if (record === KNOWN) return;
    if (record === FULL_TABLE) this.#found.isFull = true;
    else {
      this.#found.added.push(record);
      if (this.sweep(ownership) !== null) this.#found.sweepFailures.push(record);
    }
  }

  /** Compares the manager's answer to `inspect()`, if it offers that, with an ownership. Returns the violation or null. */
  sweep(ownership: number): Violation | null {
    return inspection(this.#driver, (runs) => {
      const text = runs.map(textOfRun).join();
      if (this.#swept.get(ownership) === text) return null;
      const violation = sweep(this.#judge.states.plainState(ownership), runs, this.#checked.note);
      if (violation === null) this.#swept.set(ownership, text);
      return violation;
    });
  }

  /** Saves the manager's state behind the words of an ownership. Returns its number of words. */
  #saveNext(): number {
    const words = this.#driver.save(this.#nextTarget);
    if (words <= this.#nextTarget.length) return words;
    this.#reserve(words);
    return this.#driver.save(this.#nextTarget);
  }

  /** Grows the buffers so that a state with this many words of the manager fits. */
  #reserve(targetWords: number): void {
    const { ownershipWords } = this.#judge.states;
    const most = targetWords + ownershipWords + MOST_FRAMES;
    if (most <= this.#next.length) return;
    this.#words = new Int32Array(2 * most);
    this.#next = new Int32Array(2 * most);
    this.#nextTarget = this.#next.subarray(ownershipWords, 2 * most - MOST_FRAMES);
  }

  /** Writes ownership and order around the manager's words, which are in place. Returns the number of words of the state. */
  #compose(ownership: number, order: number, targetWords: number): number {
    const { states } = this.#judge;
    const at = states.ownerships.copyTo(ownership, this.#next, 0);
    return states.orders.copyTo(order, this.#next, at + targetWords);
  }

  #isSame(saved: Int32Array, targetWords: number): boolean {
    if (saved.length !== targetWords) return false;
    const next = this.#nextTarget;
    for (let i = 0; i < targetWords; i += 1) if (next[i] !== saved[i]) return false;
    return true;
  }

  /** Whether the manager is still in the state that was saved last. */
  #savesAgain(targetWords: number): boolean {
    const before = this.#nextTarget.slice(0, targetWords);
    return this.#saveNext() === targetWords && this.#isSame(before, targetWords);
  }

  #twoAnswers(): SpecError {
    return new SpecError(
      `${this.#name}: expected one answer to one call in one state, found two: saveState() leaves something out, or loadState() does not put all of it back`,
    );
  }
}

function textOfRun({ base, count, condition }: InspectedRun): string {
  return `${base}+${count}${condition}`;
}
