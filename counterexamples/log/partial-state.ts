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
 * Amounts are judged by their changes: the free page frames among the unknown ones are a number that one reading tells.
 */
import { ModelState, step, type Tally, type Verdict, type Violation } from '../../model/index.ts';
import {
  askedOf,
  CLAUSE_NAMES,
  type ClauseName,
  describedCall,
  grantedBy,
  isAllocation,
  isFree as isFreeing,
  isU64,
  leftUndefined,
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

/** What holds for the whole of a log. */
interface Facts {
  readonly world: World;
  /** The state after init, which says what may be free or held; null where there is no map. */
  readonly initial: ModelState | null;
  /** Whether some allocations are not in the log: then a page frame last seen free may have an owner. */
  readonly unseen: boolean;
}

/** The amounts that are known, as the manager reports them. */
interface KnownAmounts {
  readonly total: Reading | null;
  /** Free page frames among the unknown ones. */
  readonly elsewhere: number | null;
}

export class PartialState {
  readonly #facts: Facts;
  readonly #known: ModelState;
  readonly #amounts: KnownAmounts;

  private constructor(facts: Facts, known: ModelState, amounts: KnownAmounts) {
    this.#facts = facts;
    this.#known = known;
    this.#amounts = amounts;
  }

  /** Returns the state in which nothing is known but the memory map; nothing at all where that is empty. O(descriptors). */
  static unknown(world: World, { unseen = false }: { readonly unseen?: boolean } = {}): PartialState {
    const { map, config, profile } = world;
    const initial = map.descriptors.length > 0 ? ModelState.init(map, config, [], profile) : null;
    const facts = { world: { ...world, end: PFN_LIMIT }, initial, unseen };
    const total = initial === null ? null : world.total;
    return new PartialState(facts, PartialState.#nothing(facts), { total, elsewhere: null });
  }

  static #nothing({ world }: Facts): ModelState {
    const policies = world.profile.policies.filter((policy) => policy !== 'lifo');
    const empty = ModelState.of(world, policies, { starts: [0], owners: ['absent'], stack: undefined });
    return ownedRegions(world.map)
      .filter(({ owner }) => owner === 'firmware')
      .reduce((state, region) => state.revealed(region, 'firmware'), empty);
  }

  /** Returns the state after calls that nobody knows: of it, only the total is left. */
  forgotten(): PartialState {
    return new PartialState(this.#facts, PartialState.#nothing(this.#facts), {
      total: this.#amounts.total,
      elsewhere: null,
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
    return new PartialState(this.#facts, known, { ...this.#amounts, elsewhere: null });
  }

  /** Page frames that are known to be held. */
  get held(): PageCount {
    return this.#known.countOf('caller');
  }

  /** Judges an answer by what is known. Cost: that of {@link step}, and the extents of the page frames that the answer speaks of. */
  step(operation: Operation, response: Response, tally: Tally): PartialVerdict {
    const before = this.#explaining(operation, response);
    if (before === null) return { accepted: true, state: this, undecided: 'not seen before' };
    const { known, undecided } = before;
    const why = leftUndefined(known, operation);
    if (why !== null) return { accepted: null, why };
    if (undecided === 'allocations are not in the log' && response.outcome.kind === 'failed')
      return { accepted: true, state: this, undecided };
    // Amounts count page frames that are unknown here.
    const { amounts: _, ...observed } = response;
    const isAmount = describedCall(operation.call).returns === 'amount';
    const verdict = isAmount ? null : step(known, operation, observed, tally);
    if (verdict?.accepted === false) return verdict;
    return this.#counted(verdict?.state ?? known, { before, operation, response, tally });
  }

  /**
   * Returns what is known before an answer, with the owners that explain it; null where page frames are unknown that a refused
   * free names.
   */
  #explaining(operation: Operation, response: Response): Before | null {
    const { outcome } = response;
    if (isAllocation(operation.call)) {
      const granted = grantedBy(this.#known, operation, response);
      if (granted !== null) return this.#explained(granted.runs, 'pmm');
      if (outcome.kind !== 'failed') return { known: this.#known, revealed: 0, undecided: null };
      const undecided = this.#facts.unseen
        ? 'allocations are not in the log'
        : 'refused, and memory is partly unknown';
      return { known: this.#known, revealed: 0, undecided };
    }
    if (!isFreeing(operation.call)) return { known: this.#known, revealed: 0, undecided: null };
    const regions = regionsNamed(this.#known, operation);
    if (outcome.kind === 'done') return { ...this.#explained(regions, 'caller'), revealed: 0 };
    const isKnown = regions.every((region) => this.#unknownIn(this.#known, region).length === 0);
    return isKnown ? { known: this.#known, revealed: 0, undecided: null } : null;
  }

  /** Gives the unknown page frames of these regions to an owner. */
  #explained(regions: readonly Region[], owner: Owner): Before {
    let known = this.#known;
    let revealed = 0;
    let undecided: Undecided | null = null;
    for (const region of regions) {
      for (const part of this.#unknownIn(known, region)) {
        known = known.revealed(part, owner);
        revealed += part.count;
        undecided = 'not seen before';
      }
      if (owner !== 'caller' || !this.#facts.unseen) continue;
      for (const part of partsOf(known, region, isFree)) {
        known = known.allocated([part]);
        undecided = 'allocations are not in the log';
      }
    }
    return { known, revealed, undecided };
  }

  #unknownIn(known: ModelState, region: Region): readonly Region[] {
    const { initial } = this.#facts;
    const unknown = partsOf(known, region, isAbsent);
    return initial === null ? unknown : unknown.flatMap((part) => partsOf(initial, part, isManaged));
  }

  /** Judges the amounts that were read, and takes note of them. */
  #counted(known: ModelState, { before, operation, response, tally }: Counting): PartialVerdict {
    const { revealed, undecided } = before;
    const read = readingsOf(operation, response);
    const elsewhere = this.#amounts.elsewhere === null ? null : this.#amounts.elsewhere - revealed;
    const amounts = { ...this.#amounts, elsewhere };
    if (read === null || this.#facts.unseen)
      return { accepted: true, state: new PartialState(this.#facts, known, amounts), undecided };
    const [violation, learned] = judgedAmounts(read, amounts, known.countOf('pmm'), tally);
    if (violation !== null) return { accepted: false, violation };
    const isFirst = describedCall(operation.call).returns === 'amount' && learned !== amounts;
    const state = new PartialState(this.#facts, known, learned);
    return { accepted: true, state, undecided: isFirst ? 'not seen before' : undecided };
  }
}

/** What is known before an answer that it explains. */
interface Before {
  readonly known: ModelState;
  /** Page frames that the answer shows to have been free. */
  readonly revealed: number;
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

/** Returns the page frames that a free names, as regions. */
function regionsNamed(state: ModelState, operation: Operation): readonly Region[] {
  const { pfns } = askedOf(state, operation);
  const most = (base: number): number => PFN_LIMIT - base;
  return pfns.flatMap((base) => {
    if (base === null) return [];
    if (operation.call !== 'freeRegion') return [{ base, count: pageCount(1) }];
    if (!isU64(operation.count)) return [];
    const count = operation.count > BigInt(most(base)) ? most(base) : Number(operation.count);
    return [{ base, count: pageCount(count) }];
  });
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
  known: KnownAmounts,
  knownFree: number,
  tally: Tally,
): readonly [Violation | null, KnownAmounts] {
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
    if (Number(read) < knownFree && name === 'free')
      return [wrong(name, value, `at least ${knownFree}`), known];
    if (must === null) learned = { ...learned, elsewhere: Number(read) - knownFree };
  }
  return [null, learned];
}
