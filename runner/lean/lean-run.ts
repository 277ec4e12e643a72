/**
 * Lean runs: one program on a manager in this process, judged in numbers. An answer is what the model would accept, which is
 * told by a few comparisons, or is looked at more closely: the model then judges it, from the same state. What breaks a
 * clause ends the run, and {@link LeanRun.recording} has all answers, for an execution that names it and keeps the trace.
 *
 * `lifo` and `first-fit` are compared first: the page frame that they name is free, aligned and of the right zone.
 */
import { init, ModelState, step, type Tally } from '../../model/index.ts';
import {
  CALLS,
  type Call,
  CLAUSE_NAMES,
  callPlace,
  claimNames,
  describedCall,
  type Frames,
  type InspectedRun,
  isPmmPanic,
  isWarningOf,
  isWorldRefused,
  type Operation,
  type Outcome,
  outcomePlace,
  PAGE_SIZE,
  PFN_LIMIT,
  type Pmm,
  type PmmFactory,
  type Policy,
  type Profile,
  pfnEnd,
  pfnLimit,
  type Response,
  type SettledStep,
  WHOLE,
} from '../../spec/index.ts';
import { CALLERS_ERRNO, CallEnd, omitStacks, restoreStacks } from '../call-end.ts';
import { sweepInterval } from '../execution.ts';
import { NO_WRITES, type Performer } from '../performer.ts';
import { inspectedRuns, keeping, letGo, ofInit, withAmounts } from '../session.ts';
import { SimulatedMemory } from '../simulated-memory.ts';
import type { Claims } from '../target.ts';
import { malformedBy } from '../thrown.ts';
import type { World } from '../world.ts';
import { StepFacts } from './facts.ts';
import {
  BIT,
  GRANTED,
  type KindCounts,
  kindOf,
  type Lessons,
  lessonsOf,
  MISUSED,
  REFUSED,
} from './kinds-of-steps.ts';
import { HigherHalf, isWhole, NO_ADDRESS, NumberedCall } from './numbered-call.ts';
import { LeanResults } from './results.ts';
import { isFreeableOwner, LeanState, OWNERS, PMM } from './state.ts';

/** Who watches a lean run. */
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
  return profile === WHOLE || claimNames(profile).every((claim) => FOLLOWED.includes(claim));
}

/** Whether every page frame of a world has an address, and a number is exact for every byte of physical memory. */
export function isAddressable({ map, config }: World): boolean {
  const isExact = pfnLimit(config) * PAGE_SIZE <= Number.MAX_SAFE_INTEGER + 1;
  return isExact && pfnEnd(map) * PAGE_SIZE <= new HigherHalf(config).room;
}

const HIGHER_HALF_48 = 0xffff_8000_0000_0000n;
const FOUR_GIB_FRAME = 2 ** 20;
/** The contents of both halves of an entry of the caller's array before a call. */
const UNTOUCHED = 0x5555_5555;
/** Entries beyond those asked for, that a call must leave alone. */
const MARGIN = 2;
const WHOLE_ARRAY = 4096;
const SHORT_ARRAY = 16;
/** A batch of this many page frames is searched for one named twice, a longer one is indexed. */
const SHORT_BATCH = 64;

const EFFECTS = CALLS.map((call) => describedCall(call).effect);
const ADDRESS = outcomePlace('address');
const ADDRESSES = outcomePlace('addresses');
const AMOUNT = outcomePlace('amount');
const DONE = outcomePlace('done');
const FAILED = outcomePlace('failed');
const PANICKED = outcomePlace('panicked');

let entries = new BigUint64Array(8192);
let halves = new Uint32Array(entries.buffer);
/** The arrays of few entries that were passed before, by their lengths: to make one takes as long as a call. */
let passedArrays: BigUint64Array[] = [];
const FEW_ENTRIES = 256;

/** The same of a batch before the call that it is passed to. */
let passedHalves = new Uint32Array(256);

/** Returns an array of `length` entries, all untouched; the same memory for as long as it suffices. */
function untouched(length: number): BigUint64Array {
  if (entries.length < length) {
    entries = new BigUint64Array(2 * length);
    halves = new Uint32Array(entries.buffer);
    passedArrays = [];
  }
  halves.fill(UNTOUCHED, 0, 2 * length);
  return arrayOf(length);
}

/** Returns the first entries as an array. */
function arrayOf(length: number): BigUint64Array {
  if (length >= FEW_ENTRIES) return entries.subarray(0, length);
  passedArrays[length] ??= entries.subarray(0, length);
  return passedArrays[length];
}

function isStray(from: number, end: number): boolean {
  for (let i = 2 * from; i < 2 * end; i += 1) if (halves[i] !== UNTOUCHED) return true;
  return false;
}

/** Whether page frames ascend or descend: then none is named twice. */
function isMonotonic(frames: Float64Array, count: number): boolean {
  const ascends = (frames[0] ?? 0) < (frames[1] ?? 0);
  for (let i = 1; i < count; i += 1) {
    const [before, frame] = [frames[i - 1] ?? 0, frames[i] ?? 0];
    if (ascends ? frame <= before : frame >= before) return false;
  }
  return true;
}

/** Returns the outcome of a call that threw. */
function thrown(error: unknown): Outcome {
  const end = new CallEnd();
  end.threw(error);
  return end.outcome();
}

/** Returns the outcome of a call that returned; the addresses of a batch are read elsewhere. */
function outcomeOf(call: Call, value: unknown): Outcome {
  const end = new CallEnd();
  end.returned(value, describedCall(call).returns);
  return end.outcome();
}

/** The record of an answer: the value as it came, a panic, or the whole response where the model judged it. */
type Recorded = unknown;

/** The response of a call that the model judged. */
class WholeResponse {
  readonly response: Response;

  constructor(response: Response) {
    this.response = response;
  }
}

const NO_LINES: readonly string[] = [];
const OWNER_AGREES = CLAUSE_NAMES.indexOf('owner.agrees');
const NOBODY = -1;

/** A manager's report on every page frame, or what it threw. */
type Inspected = { readonly runs: readonly InspectedRun[] } | { readonly threw: unknown };

/** The workspace of one run after another: to make these takes as long as a dozen calls. */
interface Workspace {
  readonly call: NumberedCall;
  readonly state: LeanState;
  readonly facts: StepFacts;
}

/** Those that no run works with now. */
const FREE_WORKSPACES: Workspace[] = [];

function workspaceAt(state: ModelState): Workspace {
  const free = FREE_WORKSPACES.pop();
  if (free !== undefined) {
    free.state.set(state);
    return free;
  }
  const call = new NumberedCall();
  const lean = new LeanState(state);
  return { call, state: lean, facts: new StepFacts(call, lean) };
}

export class LeanRun {
  readonly results = new LeanResults();
  readonly half: HigherHalf;
  /** The call to make next. It and the state belong to another run once this one has finished. */
  readonly call: NumberedCall;
  readonly state: LeanState;
  readonly world: World;
  readonly #profile: Profile;
  readonly #policies: readonly Policy[];
  readonly #lessons: Lessons;
  readonly #observer: LeanObserver | null;
  readonly #facts: StepFacts;
  readonly #workspace: Workspace;
  readonly #pmm: Pmm | null;
  readonly #memory = new SimulatedMemory();
  readonly #started: Response;
  readonly #sweepInterval: number;
  readonly #total: number;
  readonly #base48: number;
  readonly #stackTraceLimit: number | undefined;
  /** The answers so far. */
  readonly #recorded: Recorded[] = [];
  readonly #freeAfter: number[] = [];
  readonly #writes = new Map<number, readonly number[]>();
  readonly #lines: string[] = [];
  /** Warnings of the call at hand. */
  #warnings: string[] = [];
  #sweeps = 0;
  #inspected: Inspected | null = null;
  /** Why the run has ended: in a call, in a sweep or in init; or null. */
  #ended: 'init' | 'call' | 'sweep' | null = null;
  /** The answer at hand. */
  #value: unknown;
  #threw = false;
  #stray = false;
  #freeNow = 0;
  #wrote: readonly number[] = [];

  constructor(create: PmmFactory, claims: Claims, world: World, observer: LeanObserver | null) {
    this.world = world;
    this.half = new HigherHalf(world.config);
    this.#profile = claims.profile;
    this.#policies = claims.policies;
    this.#lessons = lessonsOf(claims.policies, claims.profile);
    this.#observer = observer;
    let pmm: Pmm | null = null;
    let outcome: Outcome = { kind: 'done' };
    const kept: Frames[] = [];
    try {
      const warn = (message: string): void => {
        this.#warnings.push(message);
      };
      const keep = keeping(kept);
      pmm = create(world.map, { config: world.config, warn, memory: this.#memory, keep });
    } catch (error) {
      outcome = isWorldRefused(error) ? { kind: 'failed' } : malformedBy(error);
    }
    this.#stackTraceLimit = omitStacks();
    this.#pmm = pmm;
    this.#started = ofInit(this.#observed(outcome), kept);
    this.#warnings = [];
    const given = { ...world, policies: claims.policies, profile: claims.profile };
    const checks: (() => void)[] = [];
    const verdict = init(given, this.#started, (...check) => checks.push(() => observer?.tally(...check)));
    if (!verdict.accepted) this.#ended = 'init';
    else for (const note of checks) note();
    const state = verdict.accepted
      ? verdict.state
      : ModelState.init(world.map, world.config, this.#policies, this.#profile);
    this.#workspace = workspaceAt(state);
    this.call = this.#workspace.call;
    this.state = this.#workspace.state;
    this.#facts = this.#workspace.facts;
    this.#total = state.world.total;
    this.#base48 = world.config.higherHalf === HIGHER_HALF_48 ? 0 : BIT.otherBase;
    this.#sweepInterval = sweepInterval(state);
    if (Number.isFinite(this.#sweepInterval)) this.#sweep();
  }

  /** Number of calls that were made. */
  get performed(): number {
    return this.#recorded.length;
  }

  /** Whether nothing has been found that the model does not accept. */
  get holds(): boolean {
    return this.#ended === null;
  }

  /** Makes the call that {@link call} holds, and judges it. Returns whether the specification still holds. */
  perform(): boolean {
    const pmm = this.#pmm;
    if (pmm === null || this.#ended !== null) return false;
    this.call.resolve(this.half);
    const at = this.#recorded.length;
    this.#threw = false;
    this.#stray = false;
    this.#wrote = NO_WRITES;
    const facts = this.#facts;
    facts.inBitmapBefore = this.state.freeInBitmap;
    facts.inStackBefore = this.state.freeInStack;
    facts.bootBefore = this.state.counts[2] ?? 0;
    facts.base = NOBODY;
    facts.pages = 0;
    facts.fitCount = NOBODY;
    facts.panicOwner = null;
    const holds = (this.#isReset(pmm) && this.#judged(pmm)) || this.#isAcceptedByModel();
    if (!holds) {
      this.#ended = 'call';
      this.#recorded.push(this.#response());
      return false;
    }
    return (at + 1) % this.#sweepInterval !== 0 || this.#sweep();
  }

  /** Sweeps one last time and lets the manager go. Returns whether the specification held throughout. */
  finish(): boolean {
    if (this.#ended === null) this.#sweep();
    letGo(this.#pmm);
    this.abandon();
    return this.#ended === null;
  }

  /** Leaves the manager as it is: somewhere in a call, maybe. The last use. */
  abandon(): void {
    restoreStacks(this.#stackTraceLimit);
    FREE_WORKSPACES.push(this.#workspace);
  }

  /** Returns what performs the same program again, as it was answered. `onLast` is told before the answer that broke a clause. */
  recording(onLast: () => void): Performer {
    if (this.#ended === 'init') onLast();
    let next = 0;
    let sweep = 0;
    let allocated = 0;
    let failed = 0;
    return {
      started: this.#started,
      isRecorded: false,
      omission: null,
      lateWrites: () => NO_WRITES,
      passOver: () => {},
      close: () => {},
      perform: (operation) => {
        const at = next++;
        if (at === this.#recorded.length - 1 && this.#ended === 'call') onLast();
        const result = allocated;
        if (['single', 'batch', 'run'].includes(EFFECTS[callPlace(operation.call)] ?? '')) allocated += 1;
        const recorded = this.#recorded[at];
        if (recorded instanceof WholeResponse) return recorded.response;
        return this.#reconstructed(operation, at, result, () => this.#lines[failed++] ?? '');
      },
      inspect: () => {
        sweep += 1;
        if (sweep < this.#sweeps || this.#ended !== 'sweep') return null;
        onLast();
        const inspected = this.#inspected;
        if (inspected !== null && 'threw' in inspected) throw inspected.threw;
        return inspected?.runs ?? null;
      },
    };
  }

  #reconstructed(operation: Operation, at: number, result: number, line: () => string): Response {
    const value = this.#recorded[at];
    const outcome: Outcome =
      value === true && operation.call === 'allocPages'
        ? { kind: 'addresses', addresses: this.#addressesOf(result) }
        : isPmmPanic(value)
          ? thrown(value)
          : outcomeOf(operation.call, value);
    const isFailed = outcome.kind === 'failed';
    const free = this.#freeAfter[at] ?? 0;
    return {
      outcome,
      errno: isFailed ? 'ENOMEM' : null,
      amounts: { total: this.#total, free, reserved: this.#total - free },
      warnings: isFailed ? [line()] : NO_LINES,
      strayEntries: false,
      writes: this.#writes.get(at) ?? [],
    };
  }

  #addressesOf(result: number): readonly bigint[] {
    return Array.from({ length: this.results.pagesOf(result) }, (_, page) =>
      this.half.addressOf(this.results.frameOf(result, page) * PAGE_SIZE),
    );
  }

  #isReset(pmm: Pmm): boolean {
    try {
      pmm.errno = CALLERS_ERRNO;
      return true;
    } catch (error) {
      this.#note(error);
      return false;
    }
  }

  /** Makes the call and judges it in numbers. False where that does not suffice; nothing but the manager has changed then. */
  #judged(pmm: Pmm): boolean {
    switch (EFFECTS[this.call.place]) {
      case 'single':
        return this.#single(pmm);
      case 'batch':
        return this.#batch(pmm);
      case 'run':
        return this.#run(pmm);
      case 'named':
        return this.#named(pmm);
      case 'region':
        return this.#region(pmm);
      default:
        return this.#amount(pmm);
    }
  }

  #single(pmm: Pmm): boolean {
    try {
      this.#value = pmm.alloc();
    } catch (error) {
      this.#note(error);
    }
    const { state } = this;
    if (this.#threw) return false;
    if (state.freeInStack === 0) return this.#value === null && this.#failed(0);
    const frame = this.half.frameIn(this.#value);
    const isRight = state.isStackTracked
      ? frame === state.top
      : frame >= state.world.bitmapLimit && frame < PFN_LIMIT && state.ownerAt(frame) === PMM;
    if (!isRight) return false;
    const bits = this.#handedOut(frame, 1, state.freeInBitmap > 0);
    if (!this.#accepts(GRANTED, bits, -1)) return false;
    state.take(frame, 1);
    this.results.add(frame, 1);
    return this.#record(ADDRESS);
  }

  #batch(pmm: Pmm): boolean {
    const { call, state } = this;
    const { count } = call;
    const most = Math.max(state.freeInStack, WHOLE_ARRAY);
    const asked = typeof count === 'number' && isWhole(count) && count <= most ? count : SHORT_ARRAY;
    const end = asked + MARGIN;
    const given = untouched(end);
    try {
      this.#value = pmm.allocPages(given, count);
    } catch (error) {
      this.#note(error);
    }
    this.#stray = isStray(this.#value === true && !this.#threw ? asked : 0, end);
    if (this.#stray) return false;
    if (!isWhole(count)) return this.#misused(NOBODY, 0);
    if (this.#threw) return false;
    if (count > state.freeInStack) return this.#value === false && this.#failed(0);
    if (this.#value !== true || asked !== count || !this.#readBatch(asked)) return false;
    const { frames } = this.#facts;
    const bits = this.#handedOut(asked === 0 ? NOBODY : (frames[0] ?? 0), asked, state.freeInBitmap > 0);
    if (!this.#accepts(GRANTED, bits, -asked)) return false;
    for (let i = 0; i < asked; ) i = this.#takeRun(frames, i, asked);
    this.results.addBatch(frames, asked);
    return this.#record(ADDRESSES);
  }

  /** Reads what a batch handed out. Returns whether it may have been. */
  #readBatch(pages: number): boolean {
    const facts = this.#facts;
    const { half, state } = this;
    if (facts.frames.length < pages) facts.frames = new Float64Array(2 * pages);
    const { frames } = facts;
    for (let i = 0; i < pages; i += 1) {
      const frame = half.frameAtStart(halves[2 * i] ?? 0, halves[2 * i + 1] ?? 0);
      if (frame < 0) return false;
      frames[i] = frame;
    }
    if (state.isStackTracked) return state.isTop(frames, pages);
    for (let i = 0; i < pages; i += 1) {
      const frame = frames[i] ?? 0;
      if (frame < state.world.bitmapLimit || frame >= PFN_LIMIT || state.ownerAt(frame) !== PMM) return false;
    }
    const ascending = frames.slice(0, pages).sort();
    for (let i = 1; i < pages; i += 1) if (ascending[i] === ascending[i - 1]) return false;
    return true;
  }

  /** Takes the page frames from a place on for as long as they follow one another. Returns the place after them. */
  #takeRun(frames: Float64Array, from: number, end: number): number {
    const first = frames[from] ?? 0;
    let i = from + 1;
    if (i < end && frames[i] === first - 1) while (i < end && frames[i] === first - (i - from)) i += 1;
    else while (i < end && frames[i] === first + (i - from)) i += 1;
    this.state.take(Math.min(first, frames[i - 1] ?? first), i - from);
    return i;
  }

  #run(pmm: Pmm): boolean {
    const { call, state } = this;
    const { count, maxAddr, alignment } = call;
    try {
      this.#value = pmm.allocBitmap(count, maxAddr, alignment);
    } catch (error) {
      this.#note(error);
    }
    if (!isWhole(count) || !isWhole(maxAddr) || !isWhole(alignment)) return this.#misused(NOBODY, 0);
    if (this.#threw) return false;
    const facts = this.#facts;
    const { bitmapLimit } = state.world;
    const limit = Math.min(Math.floor(Number(maxAddr) / PAGE_SIZE), bitmapLimit);
    const align = Math.min(Math.max(1, Math.ceil(Number(alignment) / PAGE_SIZE)), PFN_LIMIT);
    const pages = Number(count);
    let lowest = NOBODY;
    if (pages > 0 && pages <= limit) {
      facts.fitCount = pages;
      facts.fitLimit = limit;
      facts.fitAlignment = align;
      lowest = state.lowestRun(pages, limit, align);
    }
    if (lowest < 0) return this.#value === null && this.#failed(0);
    const frame = this.half.frameIn(this.#value);
    const isRight = this.#policies.includes('first-fit')
      ? frame === lowest
      : frame >= 0 && frame % align === 0 && frame + pages <= limit && state.isAll(frame, frame + pages, PMM);
    if (!isRight) return false;
    facts.lowestUnaligned = align === 1 ? NOBODY : state.lowestRun(pages, limit, 1);
    const bits =
      this.#handedOut(frame, 1, state.freeInStack > 0) |
      (align === 1 ? BIT.plain : 0) |
      (limit < bitmapLimit ? BIT.narrow : 0);
    if (!this.#accepts(GRANTED, bits, -pages)) return false;
    state.take(frame, pages);
    facts.pages = pages;
    this.results.add(frame, pages);
    return this.#record(ADDRESS);
  }

  #named(pmm: Pmm): boolean {
    const { call, half, state } = this;
    const { frames, named } = call;
    const isBatch = call.call === 'freePages';
    if (isBatch) {
      untouched(named + MARGIN);
      call.write(halves, half);
      const low = this.#copyOf(named);
      try {
        this.#value = pmm.freePages(arrayOf(named), named);
      } catch (error) {
        this.#note(error);
      }
      for (let i = 0; i < 2 * named; i += 1) if (halves[i] !== low[i]) this.#stray = true;
      if (this.#stray) return false;
    } else
      try {
        this.#value = pmm.free(call.addressAt(0, half));
      } catch (error) {
        this.#note(error);
      }
    const seen = named > SHORT_BATCH && !isMonotonic(frames, named) ? new Set<number>() : null;
    for (let i = 0; i < named; i += 1) {
      const frame = frames[i] ?? 0;
      if (frame < 0) return this.#misused(NOBODY, 0);
      if (!isFreeableOwner(state.ownerAt(frame))) return this.#misused(frame, 0);
      for (let j = 0; j < i && named <= SHORT_BATCH; j += 1)
        if (frames[j] === frame) return this.#misused(frame, BIT.narrow);
      if (seen?.has(frame) === true) return this.#misused(frame, BIT.narrow);
      seen?.add(frame);
    }
    if (this.#threw || !this.#accepts(GRANTED, this.#freed(), named)) return false;
    for (let i = 0; i < named; ) {
      const first = frames[i] ?? 0;
      let end = i + 1;
      while (end < named && frames[end] === first + (end - i)) end += 1;
      state.giveBack(first, end - i);
      i = end;
    }
    return this.#record(DONE);
  }

  /** Copies the first entries of the array. */
  #copyOf(count: number): Uint32Array {
    if (passedHalves.length < 2 * count) passedHalves = new Uint32Array(4 * count);
    for (let i = 0; i < 2 * count; i += 1) passedHalves[i] = halves[i] ?? 0;
    return passedHalves;
  }

  #region(pmm: Pmm): boolean {
    const { call, state } = this;
    const { count } = call;
    try {
      this.#value = pmm.freeRegion(call.addressAt(0, this.half), count);
    } catch (error) {
      this.#note(error);
    }
    const base = call.frames[0] ?? 0;
    if (base === NO_ADDRESS || !isWhole(count)) return this.#misused(NOBODY, 0);
    const pages = Number(count);
    if (pages > 0) {
      if (base < 0) return this.#misused(NOBODY, 0);
      const physicalEnd = pfnLimit(this.world.config);
      const end = Math.min(base + pages, physicalEnd);
      const kept = state.firstKept(base, end);
      if (kept < end) return this.#misused(kept, 0);
      if (base + pages > physicalEnd) return this.#misused(NOBODY, 0);
    }
    if (this.#threw || !this.#accepts(GRANTED, this.#freed(), pages)) return false;
    if (pages > 0) state.giveBack(base, pages);
    return this.#record(DONE);
  }

  #amount(pmm: Pmm): boolean {
    const { call } = this.call;
    try {
      this.#value =
        call === 'totalAmount'
          ? pmm.totalAmount()
          : call === 'freeAmount'
            ? pmm.freeAmount()
            : pmm.reservedAmount();
    } catch (error) {
      this.#note(error);
    }
    const { free } = this.state;
    const must = call === 'totalAmount' ? this.#total : call === 'freeAmount' ? free : this.#total - free;
    return !this.#threw && this.#value === must && this.#accepts(GRANTED, 0, 0) && this.#record(AMOUNT);
  }

  #note(error: unknown): void {
    this.#value = error;
    this.#threw = true;
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

  #failed(bits: number): boolean {
    if (!this.#accepts(REFUSED, bits, 0)) return false;
    const [line] = this.#warnings;
    if (line !== undefined) this.#lines.push(line);
    this.#addNoResult();
    return this.#record(FAILED);
  }

  #addNoResult(): void {
    const effect = EFFECTS[this.call.place];
    if (effect === 'single' || effect === 'batch' || effect === 'run') this.results.add(0, 0);
  }

  /** Judges the answer to a misuse that this page frame is to blame for; {@link NOBODY} where none is. */
  #misused(frame: number, bits: number): boolean {
    const panic = this.#value;
    if (!this.#threw || !isPmmPanic(panic) || panic.call !== this.call.call) return false;
    const isTwice = bits === BIT.narrow;
    const owner = frame < 0 ? null : (OWNERS[this.state.ownerAt(frame)] ?? null);
    if (frame < 0 ? panic.pfn !== null : panic.pfn !== frame) return false;
    if (frame >= 0 && !isTwice && panic.owner !== owner) return false;
    const { named } = this.call;
    const isFew = named === 0 ? 0 : named === 1 ? BIT.one : BIT.several;
    if (!this.#accepts(MISUSED, bits | isFew | (frame < 0 ? BIT.plain : 0), 0)) return false;
    this.#facts.panicOwner = panic.owner;
    this.#addNoResult();
    return this.#record(PANICKED);
  }

  /** Whether all else that was observed is as it must be; counts the clauses of the step. The state is still the one before. */
  #accepts(expected: number, few: number, change: number): boolean {
    const { state } = this;
    const pmm = this.#pmm;
    const free = state.free + change;
    if (pmm === null) return false;
    try {
      if (!this.#isQuiet(pmm, expected === REFUSED, change > 0)) return false;
      if (pmm.totalAmount() !== this.#total || pmm.freeAmount() !== free) return false;
      if (pmm.reservedAmount() !== this.#total - free) return false;
    } catch {
      return false; // The model's judge reads them again, and says what they threw.
    }
    this.#freeNow = free;
    const kind = kindOf(
      this.call.place,
      expected,
      few |
        (state.held > 0 ? BIT.callersOwn : 0) |
        (state.withheld > 0 ? BIT.withheld : 0) |
        (change === 0 ? 0 : BIT.changed) |
        (free === this.#total ? BIT.allFree : 0),
    );
    if (!this.#lessons.has(kind)) {
      const { response } = this.#response();
      const operation = this.call.toResolved(this.half);
      if (!this.#lessons.learn(kind, state.toModel(), operation, response)) return false;
    }
    this.#observer?.kinds.note(kind);
    return true;
  }

  /** Whether errno, the warnings and what was written fit a failure, or anything else. A free may write into what it frees. */
  #isQuiet(pmm: Pmm, isFailure: boolean, isFree: boolean): boolean {
    const warnings = this.#warnings;
    this.#wrote = this.#memory.takeWrites();
    if (pmm.errno !== (isFailure ? 'ENOMEM' : CALLERS_ERRNO) || warnings.length !== (isFailure ? 1 : 0))
      return false;
    if (isFailure && !isWarningOf(this.call.call, warnings[0] ?? '')) return false;
    for (let i = 0; i < this.#wrote.length; i += 1) {
      const frame = this.#wrote[i] ?? 0;
      if (this.state.ownerAt(frame) !== PMM && !(isFree && this.call.namesFrame(frame))) return false;
    }
    return true;
  }

  #record(ended: number): true {
    if (this.#wrote.length > 0) this.#writes.set(this.#recorded.length, this.#wrote);
    this.#recorded.push(this.#value);
    this.#freeAfter.push(this.#freeNow);
    if (this.#warnings.length > 0) this.#warnings = [];
    const observer = this.#observer;
    if (observer === null) return true;
    const facts = this.#facts;
    facts.ended = ended;
    facts.inBitmapAfter = this.state.freeInBitmap;
    facts.inStackAfter = this.state.freeInStack;
    facts.bootAfter = this.state.counts[2] ?? 0;
    facts.heldAfter = this.state.held;
    facts.extentsAfter = this.state.extents;
    observer.onFacts(facts);
    return true;
  }

  /** Lets the model judge the answer at hand. Returns whether it accepts it; the state is the one that follows then. */
  #isAcceptedByModel(): boolean {
    const whole = this.#response();
    const { response } = whole;
    const checks: (() => void)[] = [];
    const tally: Tally = (...check) => checks.push(() => this.#observer?.tally(...check));
    const verdict = step(this.state.toModel(), this.call.toResolved(this.half), response, tally);
    if (!verdict.accepted) return false;
    for (const note of checks) note();
    this.#settle(verdict.step);
    this.#recorded.push(whole);
    this.#freeAfter.push(this.state.free);
    this.#warnings = [];
    this.#observer?.onStep(verdict.step);
    return true;
  }

  #settle({ granted, expected, asked, operation, response }: SettledStep): void {
    if (granted !== null) for (const { base, count } of granted.runs) this.state.take(base, count);
    else if (expected.kind === 'granted') {
      const count = 'count' in operation ? Number(operation.count) : 1;
      for (const base of asked.pfns) if (base !== null && count > 0) this.state.giveBack(base, count);
    }
    const { kind } = response.outcome;
    if (kind === 'addresses') {
      const frames = Float64Array.from(granted?.pfns ?? [], (frame) => frame ?? 0);
      this.results.addBatch(frames, frames.length);
    } else if (kind === 'address') this.results.add(granted?.pfns[0] ?? 0, asked.fit?.count ?? 1);
    else this.#addNoResult();
  }

  /** Returns all that was observed of the call at hand. */
  #response(): WholeResponse {
    const { call } = this.call;
    const outcome: Outcome = this.#threw
      ? thrown(this.#value)
      : call === 'allocPages' && this.#value === true
        ? { kind: 'addresses', addresses: [...entries.subarray(0, this.#asked())] }
        : outcomeOf(call, this.#value);
    return new WholeResponse(this.#observed(outcome));
  }

  #asked(): number {
    const { count } = this.call;
    const most = Math.max(this.state.freeInStack, WHOLE_ARRAY);
    return typeof count === 'number' && isWhole(count) && count <= most ? count : SHORT_ARRAY;
  }

  #observed(outcome: Outcome): Response {
    const writes = [...this.#wrote, ...this.#memory.takeWrites()];
    this.#wrote = writes;
    const warnings = [...this.#warnings];
    return withAmounts(this.#pmm, { outcome, warnings, strayEntries: this.#stray, writes });
  }

  /** Compares what the manager says of every page frame, where it offers that, with the state. */
  #sweep(): boolean {
    if (this.#ended !== null) return false;
    this.#sweeps += 1;
    if (this.#agrees()) return true;
    this.#inspected = this.#inspect();
    if (this.#inspected === null) return true;
    this.#ended = 'sweep';
    return false;
  }

  /** Whether the manager says of every page frame what the state does; counts that. */
  #agrees(): boolean {
    try {
      const runs = this.#pmm?.inspect?.();
      if (runs === undefined || !this.state.agreesWith(runs)) return false;
    } catch {
      return false; // It is asked once more, and what it throws then is noted.
    }
    const side = this.state.held + (this.state.counts[2] ?? 0) === 0 ? 0 : 1;
    this.#observer?.tally('owner.agrees', side, OWNER_AGREES);
    return true;
  }

  #inspect(): Inspected | null {
    try {
      const runs = inspectedRuns(this.#pmm);
      return runs === null ? null : { runs };
    } catch (threw) {
      return { threw };
    }
  }
}
