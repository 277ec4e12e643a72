/**
 * The expander: performs every operation in a state, has each answer judged, and looks up where it leads. One thread has one;
 * what it found in a level it hands over as numbers.
 */
import { sweep, type Tally, type Violation } from '../../model/index.ts';
import { CLAUSE_NAMES, type InspectedRun, SpecError } from '../../spec/index.ts';
import type { Driver } from './driver.ts';
import type { MemoJudge } from './memo-judge.ts';
import { FULL_TABLE, KNOWN, type StateTable } from './state-table.ts';
import { withoutStacks } from './without-stacks.ts';
import { MOST_FRAMES } from './world.ts';

/** An operation in a state of the level, by its place there, that breaks a clause. */
export interface BrokenStep {
  readonly cost: number;
  readonly parent: number;
  readonly operation: number;
}

/** What a thread found in its part of a level. */
export interface Findings {
  /** Records of the states that it added. */
  readonly added: readonly number[];
  readonly transitions: number;
  /** Transitions to another state, or another order. */
  readonly changing: number;
  /** The simplest step that breaks a clause by its answer. */
  readonly broken: BrokenStep | null;
  /** Records of added states in which a sweep breaks one. */
  readonly unswept: readonly number[];
  /** Whether there was no room for a state. */
  readonly isFull: boolean;
}

/** Words that a state may have at first; grows with need. */
const INITIAL_WORDS = 1 << 10;

/** Which sides of which clauses have been checked: bit 0 and 1 of each, in the order of `CLAUSE_NAMES`. */
export class MetSides {
  readonly sides = new Uint8Array(CLAUSE_NAMES.length);

  readonly note: Tally = (_, side, place) => {
    this.sides[place] = (this.sides[place] ?? 0) | (1 << side);
  };

  /** Adds what another thread has met. */
  join(other: Uint8Array): void {
    for (let i = 0; i < this.sides.length; i += 1) this.sides[i] = (this.sides[i] ?? 0) | (other[i] ?? 0);
  }
}

interface ExpanderParts {
  readonly driver: Driver;
  readonly judge: MemoJudge;
  readonly table: StateTable;
  readonly met: MetSides;
  /** What each operation counts for in the order of simplicity. */
  readonly costs: Float64Array;
  readonly targetName: string;
}

/** The state that is expanded. */
interface From {
  ownership: number;
  order: number;
  /** The words of the manager. */
  saved: Int32Array;
  depth: number;
  cost: number;
  /** Its place in its level. */
  place: number;
}

export class Expander {
  readonly #driver: Driver;
  readonly #judge: MemoJudge;
  readonly #table: StateTable;
  readonly #met: MetSides;
  readonly #costs: Float64Array;
  readonly #name: string;
  /** For each ownership, what the manager said of every page frame when that was accepted last. */
  readonly #swept = new Map<number, string>();
  /** The state that is expanded, and the one that an operation leads to: ownership, target, order. */
  #words = new Int32Array(INITIAL_WORDS);
  #next = new Int32Array(INITIAL_WORDS);
  #nextTarget: Int32Array;
  readonly #from: From = {
    ownership: 0,
    order: 0,
    saved: new Int32Array(0),
    depth: 0,
    cost: 0,
    place: 0,
  };
  #added: number[] = [];
  #unswept: number[] = [];
  #broken: BrokenStep | null = null;
  #transitions = 0;
  #changing = 0;
  #isFull = false;

  constructor({ driver, judge, table, met, costs, targetName }: ExpanderParts) {
    this.#driver = driver;
    this.#judge = judge;
    this.#table = table;
    this.#met = met;
    this.#costs = costs;
    this.#name = targetName;
    this.#nextTarget = this.#next.subarray(judge.states.ownershipWords, INITIAL_WORDS - MOST_FRAMES);
  }

  /** Transitions judged since the last {@link take}. */
  get transitions(): number {
    return this.#transitions;
  }

  /** Adds the state after init, and returns its record; the manager has just been built. */
  begin(): number {
    const { states } = this.#judge;
    const length = this.#compose(states.initialOwnership(), states.initialOrder(), this.#saveNext());
    return this.#table.add(this.#next, length, 0, 0, 0, 0);
  }

  /** Hands over what was found since the last time. */
  take(): Findings {
    const findings: Findings = {
      added: this.#added,
      transitions: this.#transitions,
      changing: this.#changing,
      broken: this.#broken,
      unswept: this.#unswept,
      isFull: this.#isFull,
    };
    this.#added = [];
    this.#unswept = [];
    this.#broken = null;
    this.#transitions = 0;
    this.#changing = 0;
    return findings;
  }

  /** Performs every operation in the state of a record, which has a place in its level. */
  expand(record: number, place: number): void {
    const { states } = this.#judge;
    const from = this.#from;
    this.#reserve(this.#table.lengthOf(record));
    const length = this.#table.copyTo(record, this.#words);
    from.ownership = states.ownerships.numberOf(this.#words, 0, states.ownershipWords);
    const orderWords = states.tracksOrder ? states.freeInStack(from.ownership) : 0;
    from.order = states.orders.numberOf(this.#words, length - orderWords, length);
    from.saved = this.#words.subarray(states.ownershipWords, length - orderWords);
    from.depth = this.#table.depthOf(record);
    from.cost = this.#table.costOf(record);
    from.place = place;
    const withStacks = withoutStacks();
    try {
      this.#driver.load(from.saved);
      for (let operation = 0; operation < this.#costs.length; operation += 1) this.#step(operation);
    } finally {
      withStacks();
    }
  }

  /** Performs one operation in the state that is loaded, and goes back to it. */
  #step(operation: number): void {
    const { ownership, order, saved } = this.#from;
    const judge = this.#judge;
    const driver = this.#driver;
    const hasFingerprint = driver.perform(operation, ownership, order);
    const { first, second, third } = driver.fingerprints;
    const targetWords = this.#saveNext();
    this.#transitions += 1;
    if (!hasFingerprint || !judge.accepts(ownership, order, operation, first, second, third))
      if (!this.#judgeInFull(operation, hasFingerprint ? [first, second, third] : null, targetWords)) {
        driver.load(saved);
        return;
      }
    if (judge.ownership === ownership && judge.order === order && this.#isSame(saved, targetWords)) return;
    this.#arrive(operation, targetWords);
    driver.load(saved);
  }

  /** Judges the response as a whole, which must be what its fingerprint said. Returns whether it is accepted. */
  #judgeInFull(
    operation: number,
    fingerprint: readonly [number, number, number] | null,
    targetWords: number,
  ): boolean {
    const { ownership, order, saved } = this.#from;
    const driver = this.#driver;
    driver.load(saved);
    const response = driver.respond(operation, ownership, order);
    const again = driver.fingerprints.take(response);
    const { first, second, third } = driver.fingerprints;
    const isSame =
      fingerprint === null
        ? !again
        : again && fingerprint[0] === first && fingerprint[1] === second && fingerprint[2] === third;
    if (!isSame || !this.#savesAgain(targetWords)) throw this.#twoAnswers();
    const verdict = this.#judge.learn(ownership, order, operation, response, fingerprint);
    if (!verdict.accepted) this.#noteBroken(operation);
    return verdict.accepted;
  }

  #noteBroken(operation: number): void {
    const cost = this.#from.cost + (this.#costs[operation] ?? 0);
    const { place: parent } = this.#from;
    const known = this.#broken;
    const isSimpler =
      known === null ||
      cost < known.cost ||
      (cost === known.cost &&
        (parent < known.parent || (parent === known.parent && operation < known.operation)));
    if (isSimpler) this.#broken = { cost, parent, operation };
  }

  /** Looks up the state that an operation leads to. */
  #arrive(operation: number, targetWords: number): void {
    const { ownership, order } = this.#judge;
    const { depth, cost, place } = this.#from;
    this.#changing += 1;
    const length = this.#compose(ownership, order, targetWords);
    const total = cost + (this.#costs[operation] ?? 0);
    const record = this.#table.add(this.#next, length, depth + 1, total, place, operation);
    if (record === KNOWN) return;
    if (record === FULL_TABLE) this.#isFull = true;
    else {
      this.#added.push(record);
      if (this.sweep(ownership) !== null) this.#unswept.push(record);
    }
  }

  /** Compares what the manager says of every page frame, where it offers that, with an ownership. */
  sweep(ownership: number): Violation | null {
    const runs = this.#driver.inspect();
    if (runs === null) return null;
    const text = runs.map(textOfRun).join();
    if (this.#swept.get(ownership) === text) return null;
    const violation = sweep(this.#judge.states.plainState(ownership), runs, this.#met.note);
    if (violation === null) this.#swept.set(ownership, text);
    return violation;
  }

  /** Saves the manager's state behind the place of an ownership, and returns its words. */
  #saveNext(): number {
    const words = this.#driver.save(this.#nextTarget);
    if (words <= this.#nextTarget.length) return words;
    this.#reserve(words);
    return this.#driver.save(this.#nextTarget);
  }

  /** Sees to it that a state with so many words of its manager fits. */
  #reserve(targetWords: number): void {
    const { ownershipWords } = this.#judge.states;
    const most = targetWords + ownershipWords + MOST_FRAMES;
    if (most <= this.#next.length) return;
    this.#words = new Int32Array(2 * most);
    this.#next = new Int32Array(2 * most);
    this.#nextTarget = this.#next.subarray(ownershipWords, 2 * most - MOST_FRAMES);
  }

  /** Puts ownership and order round the manager's words, which are in place, and returns how many words there are. */
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

  /** Whether the manager is in the state that was saved last. */
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
