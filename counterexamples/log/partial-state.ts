/**
 * Partial states: what is known of page ownership where a log began in the middle, or lost lines. A page frame has no known owner
 * until an answer speaks of it; then the answer says which owner it must have had. So an answer is a violation only if no owner
 * at the start explains it.
 *
 *     free 7      page frame 7 was a caller's, and is free now          undecided: seen for the first time
 *     alloc -> 7  it was free                                            decided
 *     alloc -> 7  a violation: it is a caller's
 *
 * A ModelState holds what is known, with the other page frames as `absent`. The state grows with the page frames that were seen.
 * The references to a page frame are known from its allocation on; of one that was allocated before, a release says only that it was held.
 * Amounts are judged by their changes: the free page frames among the unknown ones are a number that one reading tells.
 */
import { ModelState, step, type Tally, type Verdict, type Violation } from '../../model/index.ts';
import {
  askedOf,
  type Call,
  CLAUSE_NAMES,
  type ClauseName,
  describedCall,
  freeForSingles,
  grantedBy,
  isAllocation,
  isFreeable,
  isFree as isFreeing,
  isU64,
  leftUndefined,
  movesMemory,
  namesRegion,
  type Operation,
  type Owner,
  ownedRegions,
  type PageCount,
  PFN_LIMIT,
  pageCount,
  pfn,
  type Reading,
  type Region,
  type Response,
  type World,
} from '../../spec/index.ts';

/** The reason why an answer decides nothing: it might be right, and might be wrong. */
export type Undecided =
  | 'not seen before'
  | 'allocations are not in the log'
  | 'refused, and memory is partly unknown'
  | 'a lost call explains it'
  | 'out of order between two processors';

/** An answer that some owner explains, with the state it leads to. */
export interface Explained {
  readonly accepted: true;
  readonly state: PartialState;
  /** Null where what was known decides that the answer is right. */
  readonly undecided: Undecided | null;
}

/** A call that the profile leaves undefined, and why. */
export interface LeftUndefined {
  readonly accepted: null;
  readonly why: string;
}

export type PartialVerdict = Explained | Extract<Verdict, { readonly accepted: false }> | LeftUndefined;

/** Facts that hold for the whole log. */
interface Facts {
  readonly world: World;
  /** The state after init, which says what may be free or held; null where there is no map. */
  readonly initial: ModelState | null;
  /** Whether some allocations are not in the log: then a page frame last seen free may have an owner. */
  readonly unseen: boolean;
}

/** Counts that are known in addition to owners. */
interface Counts {
  /** The total amount, as the manager reports it. */
  readonly total: Reading | null;
  /** Free page frames among the unknown ones. */
  readonly elsewhere: number | null;
  /** Lost calls that have explained nothing yet. Each may have changed the owner of one page frame. */
  readonly lostCalls: number;
  /** Page frames of callers whose references nobody knows. */
  readonly uncounted: ReadonlySet<number>;
}

const NONE: ReadonlySet<number> = new Set();

/** Whether each call changes the owner of one page frame, so that a lost call explains no more than that. */
function hasSingleCalls({ profile }: World): boolean {
  const isSingle = (call: Call): boolean =>
    describedCall(call).effect === 'none' || call === 'alloc' || call === 'free';
  return profile.calls.every(isSingle) && profile.singlePages !== 'stack-zone-first';
}

export class PartialState {
  readonly #facts: Facts;
  readonly #known: ModelState;
  readonly #counts: Counts;

  private constructor(facts: Facts, known: ModelState, counts: Counts) {
    this.#facts = facts;
    this.#known = known;
    this.#counts = counts;
  }

  /** Returns the state in which nothing is known but the memory map; nothing at all where that is empty. O(descriptors). */
  static unknown(world: World, { unseen = false }: { readonly unseen?: boolean } = {}): PartialState {
    const { map, config, profile } = world;
    const initial = map.descriptors.length > 0 ? ModelState.init(map, config, [], profile) : null;
    const facts = { world: { ...world, end: PFN_LIMIT }, initial, unseen };
    const total = initial === null || movesMemory(profile) ? null : world.total;
    return new PartialState(facts, PartialState.#nothing(facts), {
      total,
      elsewhere: null,
      lostCalls: 0,
      uncounted: NONE,
    });
  }

  /** Returns the state after this one and a number of calls that nobody knows; null for any number. O(extents). */
  static after(
    state: ModelState,
    lost: number | null,
    options: { readonly unseen?: boolean } = {},
  ): PartialState {
    const unknown = PartialState.unknown(state.world, options);
    if (lost === null || !hasSingleCalls(state.world)) return unknown;
    const { policies } = unknown.#known;
    const known = ModelState.of(unknown.#facts.world, policies, { ...state.parts(), stack: undefined });
    return new PartialState(unknown.#facts, known, { ...unknown.#counts, lostCalls: lost });
  }

  static #nothing({ world }: Facts): ModelState {
    const policies = world.profile.policies.filter((policy) => policy !== 'lifo');
    const empty = ModelState.of(world, policies, { starts: [0], owners: ['absent'], stack: undefined });
    return ownedRegions(world.map)
      .filter(({ owner }) => owner === 'firmware')
      .reduce((state, region) => state.revealed(region, 'firmware'), empty);
  }

  /**
   * Returns the state after a number of calls that nobody knows; null for any number. Where a call changes the owner of one page frame, they
   * explain that many changes; elsewhere only the total is left.
   */
  forgotten(lost: number | null): PartialState {
    const { lostCalls } = this.#counts;
    const total = movesMemory(this.#facts.world.profile) ? null : this.#counts.total;
    if (lost === null || !hasSingleCalls(this.#facts.world))
      return new PartialState(this.#facts, PartialState.#nothing(this.#facts), {
        total,
        elsewhere: null,
        lostCalls: 0,
        uncounted: NONE,
      });
    return new PartialState(this.#facts, this.#known, {
      total,
      elsewhere: null,
      lostCalls: lostCalls + lost,
      uncounted: NONE,
    });
  }

  /** Returns the state in which nobody knows who owns these page frames. O(extents): it is rare. */
  doubting({ base, count }: Region): PartialState {
    const end = base + count;
    const parts = [
      ...this.#known.ownersIn(0, base),
      { base, end, owner: 'absent' as const },
      ...this.#known.ownersIn(end, PFN_LIMIT),
    ].filter((part) => part.end > part.base);
    const known = ModelState.of(this.#facts.world, this.#known.policies, {
      starts: parts.map((part) => part.base),
      owners: parts.map(({ owner }) => owner),
      stack: undefined,
    });
    return new PartialState(this.#facts, known, { ...this.#counts, elsewhere: null });
  }

  /** Page frames that are known to be held. */
  get held(): PageCount {
    return this.#known.countOf('caller');
  }

  /** Judges an answer by what is known. Cost: that of {@link step}, and the extents of the page frames that the answer speaks of. */
  step(operation: Operation, response: Response, tally: Tally): PartialVerdict {
    const uncounted = this.#uncountedIn(operation);
    return uncounted.length > 0
      ? this.#stepUncounted(operation, response, uncounted, tally)
      : this.#stepKnown(operation, response, tally);
  }

  #stepKnown(operation: Operation, response: Response, tally: Tally): PartialVerdict {
    const before = this.#explaining(operation, response);
    if (before === null) return { accepted: true, state: this, undecided: 'not seen before' };
    const { known, undecided } = before;
    const why = leftUndefined(known, operation);
    if (why !== null) return { accepted: null, why };
    const mayBeTaken = this.#facts.unseen || freeForSingles(known) <= this.#counts.lostCalls;
    if (response.outcome.kind === 'failed' && isAllocation(operation.call) && mayBeTaken)
      return { accepted: true, state: this, undecided };
    // Amounts count page frames that are unknown here.
    const { amounts: _, ...observed } = response;
    const isAmount = describedCall(operation.call).returns === 'amount';
    const verdict = isAmount ? null : step(known, operation, observed, tally);
    if (verdict?.accepted === false) return verdict;
    return this.#counted(verdict?.state ?? known, { before, operation, response, tally });
  }

  /** Returns the named page frames whose references nobody knows, where the call depends on them. */
  #uncountedIn(operation: Operation): readonly Region[] {
    const { call } = operation;
    if (!this.#facts.world.profile.calls.includes('retain') || !(call === 'retain' || isFreeing(call)))
      return [];
    const { uncounted } = this.#counts;
    const isUnknown = (region: Region): boolean => this.#unknownIn(this.#known, region).length > 0;
    const hasUncounted = ({ base, count }: Region): boolean =>
      [...uncounted].some((frame) => frame >= base && frame < base + count);
    return regionsNamed(this.#known, operation).filter((region) => isUnknown(region) || hasUncounted(region));
  }

  /** Judges a call of page frames whose references nobody knows. */
  #stepUncounted(
    operation: Operation,
    response: Response,
    regions: readonly Region[],
    tally: Tally,
  ): PartialVerdict {
    const { call } = operation;
    const undecided = 'not seen before';
    if (response.outcome.kind !== 'done') return { accepted: true, state: this, undecided };
    if (call === 'retain') {
      const { known } = this.#explained(regions, 'caller');
      const uncounted = new Set([...this.#counts.uncounted, ...regions.map(({ base }) => base)]);
      const counts = { ...this.#counts, elsewhere: null, uncounted };
      return { accepted: true, state: new PartialState(this.#facts, known, counts), undecided };
    }
    const isIn = (frame: number): boolean =>
      regions.some(({ base, count }) => frame >= base && frame < base + count);
    const uncounted = new Set([...this.#counts.uncounted].filter((frame) => !isIn(frame)));
    const counted = new PartialState(this.#facts, this.#known, { ...this.#counts, uncounted });
    const takesAll = call !== 'release' && this.#facts.world.profile.freesShared === 'never';
    if (takesAll) return counted.#stepKnown(operation, response, tally);
    const state = regions.reduce((doubted, region) => doubted.doubting(region), counted);
    return { accepted: true, state, undecided };
  }

  /**
   * Returns what is known before an answer, with the owners that explain it; null where page frames are unknown that a refused
   * free names, or a lost call may have freed.
   */
  #explaining(operation: Operation, response: Response): Before | null {
    const { outcome } = response;
    const asKnown: Before = { known: this.#known, freed: 0, spent: 0, undecided: null };
    if (isAllocation(operation.call)) {
      const granted = grantedBy(this.#known, operation, response);
      if (granted !== null) return this.#explained(granted.runs, 'pmm');
      return outcome.kind === 'failed' ? { ...asKnown, undecided: this.#undecidedRefusal() } : asKnown;
    }
    const { effect } = describedCall(operation.call);
    if (!(isFreeing(operation.call) || effect === 'added' || effect === 'removed')) return asKnown;
    const regions = regionsNamed(this.#known, operation);
    if (outcome.kind === 'done' && effect === 'added') return asKnown;
    if (outcome.kind === 'done') return this.#explained(regions, effect === 'removed' ? 'pmm' : 'caller');
    const isKnown = regions.every(
      (region) =>
        this.#unknownIn(this.#known, region).length === 0 &&
        (this.#counts.lostCalls === 0 || partsOf(this.#known, region, isFreeable).length === 0),
    );
    return isKnown ? asKnown : null;
  }

  #undecidedRefusal(): Undecided {
    return this.#facts.unseen ? 'allocations are not in the log' : 'refused, and memory is partly unknown';
  }

  /** Gives the unknown page frames of these regions to an owner, and those that a lost call may have changed. */
  #explained(regions: readonly Region[], owner: Owner): Before {
    let [known, freed, spent] = [this.#known, 0, 0];
    let undecided: Undecided | null = null;
    for (const region of regions) {
      for (const part of this.#unknownIn(known, region)) {
        known = known.revealed(part, owner);
        if (owner === 'pmm') freed += part.count;
        undecided = 'not seen before';
      }
      for (const part of partsOf(known, region, owner === 'pmm' ? isFreeable : isFree)) {
        const isExplained = this.#counts.lostCalls - spent >= part.count;
        if (!isExplained && !(this.#facts.unseen && owner === 'caller')) continue;
        undecided = isExplained ? 'a lost call explains it' : 'allocations are not in the log';
        if (isExplained) spent += part.count;
        freed += owner === 'pmm' ? part.count : -part.count;
        known = owner === 'pmm' ? known.freed([part]) : known.allocated([part]);
      }
    }
    return { known, freed, spent, undecided };
  }

  #unknownIn(known: ModelState, region: Region): readonly Region[] {
    const { initial } = this.#facts;
    const unknown = partsOf(known, region, isAbsent);
    return initial === null || movesMemory(this.#facts.world.profile)
      ? unknown
      : unknown.flatMap((part) => partsOf(initial, part, isManaged));
  }

  /** Judges the amounts that were read, and takes note of them. */
  #counted(known: ModelState, { before, operation, response, tally }: Counting): PartialVerdict {
    const { freed, spent, undecided } = before;
    const read = readingsOf(operation, response);
    const { total, elsewhere, lostCalls } = this.#counts;
    const counts = {
      total: total === null ? null : Number(total) + addedBy(known, operation, response),
      elsewhere: elsewhere === null ? null : elsewhere - freed,
      lostCalls: lostCalls - spent,
      uncounted: this.#counts.uncounted,
    };
    if (read === null || this.#facts.unseen)
      return { accepted: true, state: new PartialState(this.#facts, known, counts), undecided };
    const [violation, learned] = judgedAmounts(read, counts, known.countOf('pmm'), tally);
    if (violation !== null) return { accepted: false, violation };
    const isFirst = describedCall(operation.call).returns === 'amount' && learned !== counts;
    const state = new PartialState(this.#facts, known, learned);
    return { accepted: true, state, undecided: isFirst ? 'not seen before' : undecided };
  }
}

/** Knowledge before an answer, with the owners that explain it. */
interface Before {
  readonly known: ModelState;
  /** Page frames that turn out to be free, less those that turn out not to be. */
  readonly freed: number;
  /** Lost calls that explain it. */
  readonly spent: number;
  readonly undecided: Undecided | null;
}

interface Counting {
  readonly before: Before;
  readonly operation: Operation;
  readonly response: Response;
  readonly tally: Tally;
}

const isAbsent = (owner: Owner): boolean => owner === 'absent';
const isFree = (owner: Owner): boolean => owner === 'pmm';
const isManaged = (owner: Owner): boolean => owner === 'pmm' || owner === 'boot';

/** Returns the parts of a region whose owner meets the test. */
function partsOf(
  state: ModelState,
  { base, count }: Region,
  test: (owner: Owner) => boolean,
): readonly Region[] {
  return state
    .ownersIn(base, base + count)
    .filter(({ owner }) => test(owner))
    .map((part) => ({ base: pfn(part.base), count: pageCount(part.end - part.base) }));
}

/** Returns the page frames that a call names, as regions. */
function regionsNamed(state: ModelState, operation: Operation): readonly Region[] {
  const { pfns } = askedOf(state, operation);
  const most = (base: number): number => PFN_LIMIT - base;
  return pfns.flatMap((base) => {
    if (base === null) return [];
    if (!namesRegion(operation.call) || !('count' in operation)) return [{ base, count: pageCount(1) }];
    if (!isU64(operation.count)) return [];
    const count = operation.count > BigInt(most(base)) ? most(base) : Number(operation.count);
    return [{ base, count: pageCount(count) }];
  });
}

/** Returns how many page frames of RAM there are more after a call. */
function addedBy(state: ModelState, operation: Operation, { outcome }: Response): number {
  const { effect } = describedCall(operation.call);
  if (outcome.kind !== 'done' || !(effect === 'added' || effect === 'removed')) return 0;
  const pages = regionsNamed(state, operation).reduce((sum, { count }) => sum + count, 0);
  return effect === 'added' ? pages : -pages;
}

type Readings = Partial<Readonly<Record<'total' | 'free' | 'reserved', Reading>>>;

/** Returns the amounts that an answer tells, or null where it tells none. */
function readingsOf({ call }: Operation, { outcome, amounts }: Response): Readings | null {
  if (outcome.kind !== 'amount') return amounts ?? null;
  const name = call === 'totalAmount' ? 'total' : call === 'freeAmount' ? 'free' : 'reserved';
  return { ...amounts, [name]: outcome.amount };
}

function wrong(name: 'total' | 'free' | 'reserved', read: Reading, must: string): Violation {
  const clause: ClauseName = `amounts.${name}`;
  return { clause, explanation: `${name}Amount() is ${read}, and must be ${must}`, pfn: null, owner: null };
}

/** Judges readings by the amounts known so far; returns the violation or null, and what is known now. */
function judgedAmounts(
  { total, free, reserved }: Readings,
  known: Counts,
  knownFree: number,
  tally: Tally,
): readonly [Violation | null, Counts] {
  const check = (name: 'total' | 'free' | 'reserved'): void => {
    const clause: ClauseName = `amounts.${name}`;
    tally(clause, 0, CLAUSE_NAMES.indexOf(clause));
  };
  let learned = known;
  if (total !== undefined) {
    check('total');
    if (learned.total !== null && learned.total !== total)
      return [wrong('total', total, `${learned.total}`), known];
    if (learned.total === null) learned = { ...learned, total };
  }
  const fromReserved =
    reserved !== undefined && learned.total !== null ? Number(learned.total) - Number(reserved) : undefined;
  for (const [name, read, value] of [
    ['free', free, free],
    ['reserved', fromReserved, reserved],
  ] as const) {
    if (read === undefined || value === undefined) continue;
    check(name);
    const must = learned.elsewhere === null ? null : learned.elsewhere + knownFree;
    if (must !== null && Number(read) !== must) {
      const right = name === 'free' ? must : Number(learned.total) - must;
      return [wrong(name, value, `${right}`), known];
    }
    if (must !== null) continue;
    const least = knownFree - known.lostCalls;
    if (Number(read) < least && name === 'free') return [wrong(name, value, `at least ${least}`), known];
    learned = { ...learned, elsewhere: Number(read) - knownFree };
  }
  return [null, learned];
}
