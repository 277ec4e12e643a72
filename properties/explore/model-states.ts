/**
 * Model states in two parts, numbered separately: the owner of each page frame (*ownership*), and the order of the free stack
 * (*order*). A small world has few ownerships and many orders, and only one clause depends on the order.
 *
 *     ownership   bits for each page frame that can change hands: 0 pmm, 1 caller, 2 boot, 3 caller, the rest of a run that is freed
 *                 whole, from 4 on a caller's with two references, three, and so on, and 255 absent. Two bits; eight where references
 *                 are counted, or memory is added or removed
 *     order       the place of each free page frame of the stack zone among those, bottom first; empty where not tracked
 */
import { ModelState } from '../../model/index.ts';
import {
  askedOf,
  type Call,
  movesMemory,
  type Operation,
  type Owner,
  type PageCount,
  type Pfn,
  type Policy,
  type Profile,
  pageCount,
  pfn,
  type Region,
  SpecError,
  unnamedIn,
  WHOLE,
} from '../../spec/index.ts';
import { WordLists } from './word-tables.ts';
import { framesOfWorld, type HeldWorld } from './world.ts';

/** References of a page frame that a search tells apart, where the manager claims no bound or a larger one. */
const SEARCHED_REFERENCES = 3;
const MOST_REFERENCES = 64;

/**
 * Returns the references to a page frame that a search tries: the most that there can be, or a few; null where none are counted.
 * @internal
 */
export function referencesOf({ calls, mostReferences }: Profile): number | null {
  if (!calls.includes('retain')) return null;
  return mostReferences !== null && mostReferences <= MOST_REFERENCES ? mostReferences : SEARCHED_REFERENCES;
}

const ABSENT = 255;
const CODES: Readonly<Record<string, number>> = { pmm: 0, caller: 1, boot: 2, absent: ABSENT };
const OWNERS = ['pmm', 'caller', 'boot', 'caller'] as const satisfies readonly Owner[];
const REST = 3;
/** The code of two references. */
const SHARED = 4;
const WORD_BITS = 32;
const ONE: PageCount = pageCount(1);

function isShared(code: number): boolean {
  return code >= SHARED && code !== ABSENT;
}

/** The kinds of action on an order, the first word of an action; the places that are popped or pushed follow, one after the other. */
export const [UNCHANGED, POP, PUSH] = [0, 1, 2];

/** Calls after which the free stack is not as pops and pushes leave it. */
const OUT_OF_ORDER: readonly Call[] = ['allocAt', 'addRegion', 'removeRegion'];

interface StateParts {
  readonly ownership: number;
  readonly order: number;
  readonly saved: Int32Array<ArrayBuffer>;
}

export class ModelStates {
  /** Whether the target promises `lifo`, so that the order counts. */
  readonly tracksOrder: boolean;
  /** Number of words of an ownership. */
  readonly ownershipWords: number;
  readonly ownerships = new WordLists();
  readonly orders = new WordLists();
  /** References that page frames have at most in the search; null where none are counted. */
  readonly references: number | null;
  /** Bits of a page frame in an ownership, and how many of these a word holds. */
  readonly #bits: number;
  readonly #perWord: number;
  readonly #frames: readonly Pfn[];
  readonly #stackFrames: readonly Pfn[];
  readonly #stackPlaces: ReadonlyMap<number, number>;
  readonly #limit: number;
  /** The state after init, with the order and without. */
  readonly #initial: ModelState;
  readonly #initialPlain: ModelState;
  readonly #plain: (ModelState | undefined)[] = [];
  readonly #freeInStack: number[] = [];
  readonly #scratch: Int32Array;

  constructor({ map, config, profile, kept }: HeldWorld, policies: readonly Policy[]) {
    const { manageable, limit } = framesOfWorld({ map, config, profile });
    this.#initial = ModelState.init(map, config, policies, profile, kept);
    this.#frames = manageable.map(pfn).filter((frame) => this.#initial.ownerOf(frame) !== 'kept');
    this.#limit = limit;
    this.#stackFrames = this.#frames.filter((frame) => frame >= limit);
    this.#stackPlaces = new Map(this.#stackFrames.map((frame, place) => [frame, place]));
    this.tracksOrder = policies.includes('lifo');
    const taking = profile?.calls.find((call) => OUT_OF_ORDER.includes(call));
    if (this.tracksOrder && taking !== undefined)
      throw new SpecError(
        `policy: a search does not follow the order of the free stack where calls has ${taking}: pass --policy none`,
      );
    if (unnamedIn(profile ?? WHOLE) > 0)
      throw new SpecError(
        'profile: a search follows no page frames that are kept and not named: keeps is "named"',
      );
    this.references = referencesOf(profile ?? WHOLE);
    this.#bits = this.references === null && !movesMemory(profile ?? WHOLE) ? 2 : 8;
    this.#perWord = WORD_BITS / this.#bits;
    this.ownershipWords = Math.ceil(this.#frames.length / this.#perWord);
    this.#scratch = new Int32Array(this.ownershipWords + this.#frames.length);
    this.#initialPlain = ModelState.init(
      map,
      config,
      policies.filter((policy) => policy !== 'lifo'),
      profile,
      kept,
    );
  }

  /** The ownership after init. */
  initialOwnership(): number {
    return this.ownershipOf(this.#initialPlain);
  }

  /** The order after init. */
  initialOrder(): number {
    return this.orderOf(this.#initial);
  }

  /** Returns the number of the ownership of a state. */
  ownershipOf(state: ModelState): number {
    const words = this.#scratch.fill(0, 0, this.ownershipWords);
    for (let i = 0; i < this.#frames.length; i += 1) {
      const frame = this.#frames[i] ?? pfn(0);
      const owner = state.ownerOf(frame);
      const references = this.references === null ? 1 : state.referencesTo(frame);
      const isRest = owner === 'caller' && state.heldRun(frame) === 0;
      const code = references > 1 ? SHARED + references - 2 : isRest ? REST : (CODES[owner] ?? 0);
      const at = Math.floor(i / this.#perWord);
      words[at] = (words[at] ?? 0) | (code << (this.#bits * (i % this.#perWord)));
    }
    return this.ownerships.numberOf(words, 0, this.ownershipWords);
  }

  /** Returns the number of the order of a state; that of the empty order if orders are not tracked. */
  orderOf(state: ModelState): number {
    const free = this.tracksOrder ? (state.stackTop(state.freeIn('stack')) ?? []) : [];
    const words = this.#scratch;
    for (let i = 0; i < free.length; i += 1) words[i] = this.placeOf(free[free.length - 1 - i] ?? 0) ?? 0;
    return this.orders.numberOf(words, 0, free.length);
  }

  /** Returns the state of an ownership without the order. Built once for each ownership. */
  plainState(ownership: number): ModelState {
    const known = this.#plain[ownership];
    if (known !== undefined) return known;
    const state = this.#owned(this.#initialPlain, ownership, []);
    this.#plain[ownership] = state;
    return state;
  }

  /** Forgets the states that were built; they are built again. */
  forget(): void {
    this.#plain.fill(undefined);
  }

  /** Returns the state of an ownership and an order. O(page frames). */
  fullState(ownership: number, order: number): ModelState {
    if (!this.tracksOrder) return this.plainState(ownership);
    const frames = this.orders.toArray(order).map((place) => this.#stackFrames[place] ?? pfn(0));
    return this.#owned(this.#initial, ownership, frames);
  }

  /** Returns the number of free page frames in the stack zone. */
  freeInStack(ownership: number): number {
    const known = this.#freeInStack[ownership];
    if (known !== undefined) return known;
    const free = this.plainState(ownership).freeIn('stack');
    this.#freeInStack[ownership] = free;
    return free;
  }

  /** Returns the parts of a state of the search, of `length` words: ownership and order, and the manager's words between these. */
  partsOf(words: Int32Array<ArrayBuffer>, length: number): StateParts {
    const ownership = this.ownerships.numberOf(words, 0, this.ownershipWords);
    const orderAt = length - (this.tracksOrder ? this.freeInStack(ownership) : 0);
    const order = this.orders.numberOf(words, orderAt, length);
    return { ownership, order, saved: words.subarray(this.ownershipWords, orderAt) };
  }

  /** Returns the page frame that lies below `k` others in an order. */
  fromTop(order: number, k: number): number {
    return this.#stackFrames[this.orders.wordAt(order, this.orders.lengthOf(order) - 1 - k)] ?? 0;
  }

  /** Returns the place of a page frame in the stack zone; undefined for others. */
  placeOf(frame: number | null): number | undefined {
    return this.#stackPlaces.get(frame ?? -1);
  }

  /** Returns the order that an action leads to; -1 where what it pops does not lie on top. */
  orderAfter(order: number, actions: WordLists, action: number): number {
    const words = this.#scratch;
    const length = this.orders.copyTo(order, words, 0);
    const moved = actions.lengthOf(action) - 1;
    if (actions.wordAt(action, 0) === POP) {
      for (let k = 0; k < moved; k += 1)
        if (words[length - 1 - k] !== actions.wordAt(action, 1 + k)) return -1;
      return this.orders.numberOf(words, 0, length - moved);
    }
    for (let k = 0; k < moved; k += 1) words[length + k] = actions.wordAt(action, 1 + k);
    return this.orders.numberOf(words, 0, length + moved);
  }

  /**
   * Returns the page frames that an operation pushes on the free stack, in order, if it succeeds in a state of this ownership. They
   * do not depend on the order.
   */
  pushesOf(ownership: number, after: (state: ModelState) => ModelState): readonly Pfn[] {
    const below = this.plainState(ownership).freeIn('stack');
    const frames = this.#framesOwned(ownership, 'pmm').filter((frame) => frame >= this.#limit);
    const state = after(this.#owned(this.#initial, ownership, frames));
    const free = state.stackTop(state.freeIn('stack')) ?? [];
    return free.slice(0, free.length - below).toReversed();
  }

  #framesOwned(ownership: number, owner: (typeof OWNERS)[number]): readonly Pfn[] {
    return this.#frames.filter((_, i) => (OWNERS[this.#codeAt(ownership, i)] ?? 'caller') === owner);
  }

  /** The page frames of callers, as the runs that they are freed in where that is one run. */
  #runsHeld(ownership: number): readonly Region[] {
    const runs: { base: Pfn; count: PageCount }[] = [];
    for (const [i, frame] of this.#frames.entries()) {
      const code = this.#codeAt(ownership, i);
      const last = runs.at(-1);
      if (code === CODES.caller || isShared(code)) runs.push({ base: frame, count: ONE });
      else if (code === REST && last !== undefined) last.count = pageCount(last.count + 1);
    }
    return runs;
  }

  #codeAt(ownership: number, place: number): number {
    const word = this.ownerships.wordAt(ownership, Math.floor(place / this.#perWord));
    return (word >>> (this.#bits * (place % this.#perWord))) & (2 ** this.#bits - 1);
  }

  /** Leads the state after init to an ownership; the page frames of `order` are freed last, in order. */
  #owned(initial: ModelState, ownership: number, order: readonly Pfn[]): ModelState {
    const one = (base: Pfn): Region => ({ base, count: ONE });
    const handedOver = this.#frames.filter((frame) => initial.ownerOf(frame) === 'boot');
    const kept = new Set(this.#framesOwned(ownership, 'boot'));
    const absent = this.#frames.filter((_, i) => this.#codeAt(ownership, i) === ABSENT);
    const added = this.#frames.filter(
      (frame) => initial.ownerOf(frame) === 'absent' && !absent.includes(frame),
    );
    const removed = absent.filter((frame) => initial.ownerOf(frame) !== 'absent');
    const free = this.#framesOwned(ownership, 'pmm');
    const last = new Set(order);
    const freed = added
      .reduce((state, frame) => state.revealed(one(frame), 'pmm'), initial)
      .freed(handedOver.filter((frame) => !kept.has(frame)).map(one));
    const all = removed.reduce((state, frame) => state.removed(one(frame)), freed);
    const none = all
      .allocated(this.#runsHeld(ownership), 'runs')
      .allocated(free.filter((frame) => all.ownerOf(frame) === 'pmm').map(one));
    return none
      .freed([...free.filter((frame) => !last.has(frame)), ...order].map(one))
      .referenced(this.#furtherReferences(ownership), 1);
  }

  /** Each page frame once for each of its references but the first. */
  #furtherReferences(ownership: number): readonly Pfn[] {
    if (this.references === null) return [];
    return this.#frames.flatMap((frame, i) => {
      const code = this.#codeAt(ownership, i);
      return isShared(code) ? Array<Pfn>(code - SHARED + 1).fill(frame) : [];
    });
  }

  /** Whether an operation would add a reference that the search does not try. */
  exceedsReferences(state: ModelState, operation: Operation): boolean {
    const { references } = this;
    if (references === null || operation.call !== 'retain') return false;
    const [frame = null] = askedOf(state, operation).pfns;
    return (
      references !== state.world.profile.mostReferences &&
      frame !== null &&
      state.referencesTo(frame) >= references
    );
  }
}
