/**
 * The lean judge: ownership, amounts and the order of the free stack in numbers. It compares the answer to a call with them, and says
 * "as the model" or looks closer: the model then judges the whole response, from the same state. Who makes the calls, or where
 * answers were recorded, is not its business.
 *
 * `lifo` and `first-fit` are compared first: the page frame that they name is free, aligned and of the right zone.
 */
import { type ModelState, step, type Tally } from '../../model/index.ts';
import {
  claimNames,
  isWarningOf,
  PAGE_BYTES,
  PAGE_SIZE,
  PFN_LIMIT,
  type Profile,
  pfnEnd,
  pfnLimit,
  type Response,
  type SettledStep,
  STANDARD_CALLS,
  WHOLE,
} from '../../spec/index.ts';
import type { Claims } from '../target.ts';
import type { World } from '../world.ts';
import {
  ADDRESS,
  ADDRESSES,
  ALL_OBSERVED,
  AMOUNT,
  ANY_NUMBER,
  DONE,
  FAILED,
  NOBODY,
  NumberedAnswer,
  OBSERVED,
  PANICKED,
} from './answer.ts';
import { HigherHalf, halfOf, isWhole, NO_ADDRESS, NumberedCall, type Passed } from './numbered-call.ts';
import { isFreeableOwner, LeanState, OWNERS, PMM } from './state.ts';
import {
  BIT,
  GRANTED,
  type KindCounts,
  kindOf,
  type Lessons,
  lessonsOf,
  MISUSED,
  REFUSED,
  StepFacts,
} from './steps.ts';

/** The claims that a judge holds a manager to. */
type JudgedClaims = Pick<Claims, 'policies' | 'profile'>;

/** Who watches the judge. */
export interface LeanObserver {
  /** Counts steps by their kinds. */
  readonly kinds: KindCounts;
  /** Takes note of a check that was made. */
  readonly tally: Tally;
  /** Takes note of a step that was accepted. */
  onFacts(facts: StepFacts): void;
  /** The same of a step that the model had to look at. */
  onStep(step: SettledStep): void;
}

/** The claims that the lean judge follows whatever they say, or that leave nothing to judge. The others it knows only as in `WHOLE`. */
const FOLLOWED: readonly string[] = [
  'calls',
  'policies',
  'runArguments',
  'memoryAtLeast',
  'memoryBelow',
  'bitmapZoneBelow',
  'bitmapZoneEnd',
] satisfies readonly (keyof Profile)[];

/** Whether the lean judge knows a manager of this profile; others are left to the model's judge. */
export function isKnown(profile: Profile): boolean {
  if (profile === WHOLE) return true;
  const isFollowed = claimNames(profile).every((claim) => FOLLOWED.includes(claim));
  return isFollowed && profile.calls.every((call) => STANDARD_CALLS.includes(call));
}

/** Whether every page frame of a world has an address, and a number is exact for every byte of physical memory. */
export function isAddressable({ map, config }: World): boolean {
  const isExact = pfnLimit(config) * PAGE_SIZE <= Number.MAX_SAFE_INTEGER + 1;
  return isExact && pfnEnd(map) * PAGE_SIZE <= HigherHalf.roomOf(config);
}

const HIGHER_HALF_48 = 0xffff_8000_0000_0000n;
const FOUR_GIB_FRAME = 2 ** 20;
/** A batch of this many runs of page frames is compared run by run, one of more is sorted. */
const FEW_RUNS = 64;
/** The first and the last page frame of each of these runs. */
const [LEAST, MOST] = [new Float64Array(FEW_RUNS), new Float64Array(FEW_RUNS)];

/** Returns the whole pages in a number of bytes and some more: exact, where a `bigint` as a number would be rounded. */
function pagesIn(bytes: Passed, more: number): number {
  return typeof bytes === 'bigint'
    ? Number((bytes + BigInt(more)) / PAGE_BYTES)
    : Math.floor((bytes + more) / PAGE_SIZE);
}

/** Whether page frames ascend or descend: then none is named twice. */
function isMonotonic(frames: Float64Array, count: number): boolean {
  const ascends = (frames[0] ?? 0) < (frames[1] ?? 0);
  for (let i = 1; i < count; i += 1) {
    const before = frames[i - 1] ?? 0;
    const frame = frames[i] ?? 0;
    if (ascends ? frame <= before : frame >= before) return false;
  }
  return true;
}

/** Returns the place after the page frames from a place on that follow one another, upwards or downwards. */
function runEnd(frames: Float64Array, from: number, end: number): number {
  const first = frames[from] ?? 0;
  let i = from + 1;
  if (i < end && frames[i] === first - 1) while (i < end && frames[i] === first - (i - from)) i += 1;
  else while (i < end && frames[i] === first + (i - from)) i += 1;
  return i;
}

/** Whether no page frame is named twice. */
export function areDistinct(frames: Float64Array, count: number): boolean {
  if (isMonotonic(frames, count)) return true;
  for (let i = 0, runs = 0; i < count; runs += 1) {
    if (runs === FEW_RUNS) return isMonotonic(frames.slice(0, count).sort(), count);
    const end = runEnd(frames, i, count);
    const least = Math.min(frames[i] ?? 0, frames[end - 1] ?? 0);
    const most = least + (end - 1 - i);
    for (let k = 0; k < runs; k += 1) if (least <= (MOST[k] ?? 0) && (LEAST[k] ?? 0) <= most) return false;
    LEAST[runs] = least;
    MOST[runs] = most;
    i = end;
  }
  return true;
}

/** The parts that one judge after another works with: to make them takes as long as a dozen calls. */
class Workspace {
  readonly call = new NumberedCall();
  readonly answer = new NumberedAnswer();
  readonly state: LeanState;
  readonly facts: StepFacts;

  constructor(state: ModelState) {
    this.state = new LeanState(state);
    this.facts = new StepFacts(this.call, this.state);
  }

  /** Returns one that no judge works with now. */
  static at(state: ModelState): Workspace {
    const free = FREE_WORKSPACES.pop();
    if (free === undefined) return new Workspace(state);
    free.state.set(state);
    return free;
  }
}

const FREE_WORKSPACES: Workspace[] = [];

export class LeanJudge {
  readonly half: HigherHalf;
  /** The call to judge next, and its answer. They and the state are another judge's after {@link leave}. */
  readonly call: NumberedCall;
  readonly answer: NumberedAnswer;
  readonly state: LeanState;
  /** The response that the model had to look at; null where the last answer was judged in numbers. */
  response: Response | null = null;
  readonly #world: World;
  readonly #claims: JudgedClaims;
  readonly #isFirstFit: boolean;
  readonly #lessons: Lessons;
  readonly #observer: LeanObserver | null;
  readonly #whole: () => Response;
  readonly #workspace: Workspace;
  readonly #facts: StepFacts;
  readonly #total: number = ANY_NUMBER;
  readonly #base48: number;

  /** Judges from a state on; `whole` returns the response at hand as data. */
  constructor(state: ModelState, claims: JudgedClaims, observer: LeanObserver | null, whole: () => Response) {
    const { world } = state;
    this.#world = world;
    this.half = halfOf(world.config);
    this.#claims = claims;
    this.#isFirstFit = claims.policies.includes('first-fit');
    this.#lessons = lessonsOf(claims, ALL_OBSERVED);
    this.#observer = observer;
    this.#whole = whole;
    this.#workspace = Workspace.at(state);
    this.call = this.#workspace.call;
    this.answer = this.#workspace.answer;
    this.state = this.#workspace.state;
    this.#facts = this.#workspace.facts;
    this.#total = world.total;
    this.#base48 = world.config.higherHalf === HIGHER_HALF_48 ? 0 : BIT.otherBase;
  }

  /** Judges the answer to the call, which is resolved. Returns whether the specification admits it; the state is the next one then. */
  judge(): boolean {
    const { state } = this;
    const facts = this.#facts;
    this.response = null;
    facts.inBitmapBefore = state.freeInBitmap;
    facts.inStackBefore = state.freeInStack;
    facts.bootBefore = state.boot;
    facts.base = NOBODY;
    facts.pages = 0;
    facts.fitCount = NOBODY;
    facts.panicOwner = null;
    return (!this.answer.hasStrayEntries && this.#isAsModel()) || this.#isAdmittedByModel();
  }

  /** Lets the next judge have the workspace. The last use. */
  leave(): void {
    FREE_WORKSPACES.push(this.#workspace);
  }

  /** Judges in numbers. False where that does not suffice; nothing has changed then. */
  #isAsModel(): boolean {
    switch (this.call.effect) {
      case 'single':
        return this.#single();
      case 'batch':
        return this.#batch();
      case 'run':
        return this.#run();
      case 'named':
        return this.#named();
      case 'region':
        return this.#region();
      default:
        return this.#amount();
    }
  }

  #single(): boolean {
    const { answer, state } = this;
    if (state.freeInStack === 0) return this.#failed();
    const { frame } = answer;
    if (answer.kind !== ADDRESS) return false;
    if (state.isStackTracked ? frame !== state.top : !this.#isFreeInStack(frame)) return false;
    const bits = this.#handedOut(frame, 1, state.freeInBitmap > 0);
    if (!this.#accepts(GRANTED, bits, -1)) return false;
    state.take(frame, 1);
    return this.#ended();
  }

  #batch(): boolean {
    const { answer, call, state } = this;
    const { count } = call;
    if (!isWhole(count)) return this.#misused(NOBODY, 0);
    if (count > state.freeInStack) return this.#failed();
    const { frames, pages } = answer;
    if (answer.kind !== ADDRESSES || pages !== count || !this.#isBatch()) return false;
    this.#facts.frames = frames;
    const bits = this.#handedOut(pages === 0 ? NOBODY : (frames[0] ?? 0), pages, state.freeInBitmap > 0);
    if (!this.#accepts(GRANTED, bits, -pages)) return false;
    for (let i = 0; i < pages; ) {
      const end = runEnd(frames, i, pages);
      state.take(Math.min(frames[i] ?? 0, frames[end - 1] ?? 0), end - i);
      i = end;
    }
    return this.#ended();
  }

  #isFreeInStack(frame: number): boolean {
    const { state } = this;
    return frame >= state.world.bitmapLimit && frame < PFN_LIMIT && state.ownerAt(frame) === PMM;
  }

  /** Whether the page frames of a batch may be handed out. */
  #isBatch(): boolean {
    const { frames, pages } = this.answer;
    if (this.state.isStackTracked) return this.state.isTop(frames, pages);
    for (let i = 0; i < pages; i += 1) if (!this.#isFreeInStack(frames[i] ?? 0)) return false;
    return areDistinct(frames, pages);
  }

  #run(): boolean {
    const { answer, call, state } = this;
    const { count, maxAddr, alignment } = call;
    if (!isWhole(count) || !isWhole(maxAddr) || !isWhole(alignment)) return this.#misused(NOBODY, 0);
    const facts = this.#facts;
    const { bitmapLimit } = state.world;
    const limit = Math.min(pagesIn(maxAddr, 0), bitmapLimit);
    const align = Math.min(Math.max(1, pagesIn(alignment, PAGE_SIZE - 1)), PFN_LIMIT);
    const pages = Number(count);
    let lowest = NOBODY;
    if (pages > 0 && pages <= limit) {
      facts.fitCount = pages;
      facts.fitLimit = limit;
      facts.fitAlignment = align;
      lowest = state.lowestRun(pages, limit, align);
    }
    if (lowest < 0) return this.#failed();
    const { frame } = answer;
    if (answer.kind !== ADDRESS) return false;
    const isRight = this.#isFirstFit
      ? frame === lowest
      : frame >= 0 && frame % align === 0 && frame + pages <= limit && state.isAll(frame, frame + pages, PMM);
    if (!isRight) return false;
    facts.lowestUnaligned = state.lowestUnaligned;
    const bits =
      this.#handedOut(frame, 1, state.freeInStack > 0) |
      (align === 1 ? BIT.plain : 0) |
      (limit < bitmapLimit ? BIT.narrow : 0);
    if (!this.#accepts(GRANTED, bits, -pages)) return false;
    state.take(frame, pages);
    facts.pages = pages;
    return this.#ended();
  }

  #named(): boolean {
    const { answer, state } = this;
    const { frames, named } = this.call;
    const seen = areDistinct(frames, named) ? null : new Set<number>();
    for (let i = 0; i < named; i += 1) {
      const frame = frames[i] ?? 0;
      if (frame < 0) return this.#misused(NOBODY, 0);
      if (!isFreeableOwner(state.ownerAt(frame))) return this.#misused(frame, 0);
      if (seen?.has(frame) === true) return this.#misused(frame, BIT.narrow);
      seen?.add(frame);
    }
    if (answer.kind !== DONE || !this.#accepts(GRANTED, this.#freed(), named)) return false;
    for (let i = 0; i < named; ) {
      const first = frames[i] ?? 0;
      let end = i + 1;
      while (end < named && frames[end] === first + (end - i)) end += 1;
      state.giveBack(first, end - i);
      i = end;
    }
    return this.#ended();
  }

  #region(): boolean {
    const { answer, call, state } = this;
    const { count } = call;
    const base = call.frames[0] ?? 0;
    if (base === NO_ADDRESS || !isWhole(count)) return this.#misused(NOBODY, 0);
    const pages = Number(count);
    if (pages > 0) {
      if (base < 0) return this.#misused(NOBODY, 0);
      const physicalEnd = pfnLimit(this.#world.config);
      const end = Math.min(base + pages, physicalEnd);
      const kept = state.firstKept(base, end);
      if (kept < end) return this.#misused(kept, 0);
      if (base + pages > physicalEnd) return this.#misused(NOBODY, 0);
    }
    if (answer.kind !== DONE || !this.#accepts(GRANTED, this.#freed(), pages)) return false;
    if (pages > 0) state.giveBack(base, pages);
    return this.#ended();
  }

  #amount(): boolean {
    const { answer } = this;
    const { call } = this.call;
    const { free } = this.state;
    const must = call === 'totalAmount' ? this.#total : call === 'freeAmount' ? free : this.#total - free;
    return answer.kind === AMOUNT && answer.amount === must && this.#accepts(GRANTED, 0, 0) && this.#ended();
  }

  #handedOut(frame: number, pages: number, otherZoneHasFree: boolean): number {
    this.#facts.base = frame;
    this.#facts.pages = pages;
    return (
      this.#base48 |
      (frame >= 0 && frame < FOUR_GIB_FRAME ? BIT.low : 0) |
      (otherZoneHasFree ? BIT.otherZoneHasFree : 0) |
      (pages === 0 ? 0 : pages === 1 ? BIT.one : BIT.several)
    );
  }

  #freed(): number {
    const { frames, named } = this.call;
    const first = frames[0] ?? 0;
    return (
      (named === 0 || first < 0 ? BIT.otherBase : first >= this.state.world.bitmapLimit ? BIT.low : 0) |
      (named === 0 ? 0 : named === 1 ? BIT.one : BIT.several)
    );
  }

  /** Judges the answer to a call that must fail. */
  #failed(): boolean {
    return this.answer.kind === FAILED && this.#accepts(REFUSED, 0, 0) && this.#ended();
  }

  /** Judges the answer to a misuse that this page frame is to blame for; {@link NOBODY} where none is. */
  #misused(frame: number, bits: number): boolean {
    const { kind, panic } = this.answer;
    if (kind !== PANICKED || panic === null || panic.call !== this.call.call) return false;
    const isTwice = bits === BIT.narrow;
    const owner = frame < 0 ? null : (OWNERS[this.state.ownerAt(frame)] ?? null);
    if (frame < 0 ? panic.pfn !== null : panic.pfn !== frame) return false;
    if (frame >= 0 && !isTwice && panic.owner !== owner) return false;
    const { named } = this.call;
    const isFew = named === 0 ? 0 : named === 1 ? BIT.one : BIT.several;
    if (!this.#accepts(MISUSED, bits | isFew | (frame < 0 ? BIT.plain : 0), 0)) return false;
    this.#facts.panicOwner = panic.owner;
    return this.#ended();
  }

  /** Whether all else that was observed is as it must be; counts the clauses of the step. The state is still the one before. */
  #accepts(expected: number, few: number, change: number): boolean {
    const { answer, state } = this;
    const free = state.free + change;
    if (!this.#isQuiet(expected === REFUSED, change > 0) || !this.#hasAmounts(free)) return false;
    const { observed } = answer;
    const lessons = observed === ALL_OBSERVED ? this.#lessons : lessonsOf(this.#claims, observed);
    const kind = kindOf(
      this.call.place,
      expected,
      few |
        (state.held > 0 ? BIT.callersOwn : 0) |
        (state.withheld > 0 ? BIT.withheld : 0) |
        (change === 0 ? 0 : BIT.changed) |
        (free === this.#total ? BIT.allFree : 0),
    );
    let place = lessons.placeOf(kind);
    if (place === 0) place = this.#learn(lessons, kind);
    if (place === 0) return false;
    this.#observer?.kinds.note(lessons, place);
    return true;
  }

  #learn(lessons: Lessons, kind: number): number {
    const operation = this.call.toResolved(this.half);
    return lessons.learn(kind, this.state.toModel(), operation, this.#whole());
  }

  #hasAmounts(free: number): boolean {
    const { answer } = this;
    const { observed } = answer;
    return (
      (answer.total === this.#total || (observed & OBSERVED.total) === 0) &&
      (answer.free === free || (observed & OBSERVED.free) === 0) &&
      (answer.reserved === this.#total - free || (observed & OBSERVED.reserved) === 0)
    );
  }

  /** Whether errno, the warnings and what was written fit a failure, or anything else. A free may write into what it frees. */
  #isQuiet(isFailure: boolean, isFree: boolean): boolean {
    const { errno, observed, warnings, writes } = this.answer;
    if (errno !== (isFailure ? 'ENOMEM' : 'unchanged') && (observed & OBSERVED.errno) !== 0) return false;
    if ((observed & OBSERVED.warnings) !== 0) {
      if (warnings.length !== (isFailure ? 1 : 0)) return false;
      if (isFailure && !isWarningOf(this.call.call, warnings[0] ?? '')) return false;
    }
    for (let i = 0; i < writes.length; i += 1) {
      const frame = writes[i] ?? 0;
      if (this.state.ownerAt(frame) !== PMM && !(isFree && this.call.namesFrame(frame))) return false;
    }
    return true;
  }

  #ended(): true {
    if (this.#observer === null) return true;
    const facts = this.#facts;
    facts.ended = this.answer.kind;
    facts.inBitmapAfter = this.state.freeInBitmap;
    facts.inStackAfter = this.state.freeInStack;
    facts.bootAfter = this.state.boot;
    facts.heldAfter = this.state.held;
    facts.extentsAfter = this.state.extents;
    this.#observer.onFacts(facts);
    return true;
  }

  /** Lets the model judge the answer at hand. Returns whether it admits it; the state is the one that follows then. */
  #isAdmittedByModel(): boolean {
    const response = this.#whole();
    this.response = response;
    const checks: (() => void)[] = [];
    const tally: Tally = (...check) => checks.push(() => this.#observer?.tally(...check));
    const verdict = step(this.state.toModel(), this.call.toResolved(this.half), response, tally);
    if (!verdict.accepted) return false;
    for (const note of checks) note();
    this.#follow(verdict.step);
    this.#observer?.onStep(verdict.step);
    return true;
  }

  #follow({ granted, expected, asked, operation }: SettledStep): void {
    if (granted !== null) for (const { base, count } of granted.runs) this.state.take(base, count);
    else if (expected.kind === 'granted') {
      const count = 'count' in operation ? Number(operation.count) : 1;
      for (const base of asked.pfns) if (base !== null && count > 0) this.state.giveBack(base, count);
    }
  }
}
