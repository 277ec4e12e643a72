/**
 * Bursts: one command that makes many calls, so that programs get deep. What is repeated depends on the call that the command stands
 * for: an allocation is made
 *
 *   same      again and again, until it is refused and beyond
 *   pairs     each time with the free of what it returned
 *   sweep     so too, each time with the next count, through all that are free, and round again
 *   phases    many times, then what is held or every k-th of it is freed, then many times again
 *   probed    again and again; whenever a power of two of its kind are held, from a drawn one on, some other call is made
 *   one more  until none is left, then each time after the free of one page: where free page frames are held back, as many as may be
 *
 * and a call that frees goes through what is held, in order or in reverse, all of it or every k-th. Bursts one after the other fill
 * memory, fragment it, drain it and churn it. In a program they are operations like any other.
 */

import { type CallNumbers, isWhole, type NumberedCall, type Passed } from '../../../runner/lean/index.ts';
import {
  CALLS,
  type Call,
  callPlace,
  describedCall,
  freeForSingles,
  isFreeable,
  PAGE_SIZE,
  pageCount,
  pfn,
  U64_MAX,
} from '../../../spec/index.ts';
import { bitsOf, Digits } from '../draws.ts';
import { REGION_KINDS } from './addresses.ts';
import { type Drawn, drawCall, isAnyAlignmentClaimed, largestRun, type Repertoire } from './operations.ts';
import { isHeld, isHeldAlone, type Prospect } from './prospect.ts';
import { LARGEST_BATCH, PAGES_OF_BATCHES } from './sizes.ts';

/** A run in which a burst makes its calls. */
export interface Stage extends Prospect {
  /** Whether the run has ended. */
  readonly isOver: boolean;
  /** Makes the call that is drawn. */
  make(): void;
}

/**
 * How many bursts a program has, and of which length.
 * @public
 */
export interface Bursts {
  /** Calls of a burst at most. */
  readonly longest: number;
  /** Counts that the sweeps of a program try together, at most. */
  readonly sweep: number;
  /** One command in this number is a burst. */
  readonly every: number;
  /** The count with which sweeps of batches begin. Default: any. */
  readonly batchesFrom?: number;
}

/** The bursts of a program together are at most this many times as long as the longest, sweeps aside. */
const TOTAL = 2;
/** Page frames that the batches of a burst hand out together, and that a drain looks at, at most. */
const MOST_PAGES = LARGEST_BATCH + 1;
/** A sweep of alignments ends here, in pages. */
const LARGEST_ALIGNMENT = 2 ** 30;
/** Allocations in a row that hand out nothing, at most, in seven of eight bursts: they change nothing. */
const MOST_REFUSED = 2 ** 8 + 1;

/** Extents that are looked through for runs in a burst, at most: each run that does not fit the lowest costs all below it. */
const MOST_EXTENTS = 2 ** 25;
/** Page frames that the runs of a burst hand out together, at most: a manager marks each of them. Half a second on ours. */
const MOST_RUN_PAGES = 2 ** 32;

/** Returns the calls that the bursts of a program may make at most. */
export function mostCalls({ longest, sweep }: Bursts): number {
  return TOTAL * longest + 2 * sweep;
}

/** The bursts of a program that is running. */
export class BurstBudget {
  readonly #bursts: Bursts;
  #calls: number;
  #counts: number;

  constructor(bursts: Bursts) {
    this.#bursts = bursts;
    this.#calls = TOTAL * bursts.longest;
    this.#counts = bursts.sweep;
  }

  /** Makes the calls of a command, if it is a burst. Returns whether it is. */
  make(stage: Stage, drawn: Drawn, calls: Repertoire): boolean {
    const { longest, every, batchesFrom } = this.#bursts;
    // Hardly any command is one, and digits would be an object for each.
    const isBurst = Math.floor(drawn[0] / calls.length) % every === every - 1;
    if (this.#calls === 0 || !isBurst) return false;
    const digits = new Digits(drawn[0]);
    const chosen = calls[digits.next(calls.length)] ?? calls[0];
    digits.next(every);
    const burst = new Burst(stage, { longest, calls: this.#calls, counts: this.#counts, batchesFrom });
    burst.make(chosen, digits, drawn, calls);
    this.#calls -= burst.made;
    this.#counts -= burst.swept;
    return true;
  }
}

const WAYS = {
  single: ['same', 'same', 'pairs', 'phases', 'phases', 'probed', 'probed'],
  batch: ['same', 'same', 'pairs', 'sweep', 'phases', 'probed'],
  run: ['same', 'same', 'pairs', 'sweep', 'sweep', 'phases', 'probed'],
} as const;

const STRIDES = [1, 1, 1, 2, 2, 3, 4, 8] as const;

type Way = (typeof WAYS)[keyof typeof WAYS][number];

/** The calls that free all of what an allocation returned. */
const FREES: Readonly<Partial<Record<Call, Call>>> = {
  alloc: 'free',
  allocPages: 'freePages',
  allocBitmap: 'freeRegion',
  allocWithin: 'freeRegion',
};

/** Returns the numbers of a run that fits anywhere, or of a batch. */
function plainAllocation(place: number, count: Passed, alignment = PAGE_SIZE): CallNumbers {
  return { place, count, minAddr: 0, maxAddr: U64_MAX, alignment, boundary: 0 };
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** Returns other numbers in place of drawn ones, for the k-th call that they draw. */
function redrawn([c, x, y, z]: Drawn, k: number): Drawn {
  const other = (n: number): number => Math.imul(n ^ k, 0x9e37_79b1) >>> 1;
  return [other(c), other(x), other(y), other(z)];
}

/** The limits of a burst. */
interface Room {
  readonly longest: number;
  readonly calls: number;
  readonly counts: number;
  readonly batchesFrom: number | undefined;
}

class Burst {
  made = 0;
  /** Counts that a sweep has tried. */
  swept = 0;
  readonly #stage: Stage;
  readonly #call: NumberedCall;
  readonly #longest: number;
  readonly #room: Room;
  #most: number;
  #mostRefused = MOST_REFUSED;
  #refused = 0;
  #extents = 0;
  #runPages = 0;

  constructor(stage: Stage, room: Room) {
    this.#stage = stage;
    this.#call = stage.call;
    this.#room = room;
    this.#longest = Math.min(room.longest, room.calls);
    this.#most = this.#longest;
  }

  make(chosen: Call, digits: Digits, drawn: Drawn, calls: Repertoire): void {
    const { effect } = describedCall(chosen);
    if (effect === 'named' || effect === 'region') {
      this.#drain(chosen, digits, drawn[1]);
      return;
    }
    drawCall(this.#stage, drawn, calls);
    const { holdsBack } = this.#stage.state.world.profile;
    if (holdsBack > 0 && this.#call.call in FREES && digits.next(3) === 0) this.#oneMore(3 * (holdsBack + 1));
    else if (effect === 'shared') this.#share(digits);
    else if (chosen === 'allocAt' || effect === 'added' || effect === 'removed') this.#repeat(2);
    else if (effect === 'none') this.#repeat(this.#length(digits));
    else this.#allocateIn(digits.of(WAYS[effect]), digits, drawn, calls);
  }

  #allocateIn(way: Way, digits: Digits, drawn: Drawn, calls: Repertoire): void {
    if (way === 'sweep' && this.#room.counts > 0) {
      this.#sweep(digits);
      return;
    }
    if (this.#isRun) this.#simplify(digits);
    else if (digits.next(8) === 7) this.#mostRefused = this.#longest;
    const length = this.#length(digits);
    this.#most = this.#room.calls;
    // A length of any magnitude leaves few digits.
    const more = new Digits(redrawn(drawn, 0)[0]);
    if (way === 'same') this.#repeat(length);
    else if (way === 'phases') this.#phases(length, more);
    else if (way === 'probed') this.#probe(length, more, drawn, calls);
    else this.#pairs(length);
  }

  /** Makes half of the runs that are repeated plain ones that fit anywhere, and a quarter of these single pages. */
  #simplify(digits: Digits): void {
    const chosen = digits.next(8);
    if (chosen < 4) return;
    const { place, count } = this.#call;
    this.#call.startAgain(plainAllocation(place, chosen === 7 ? 1 : count));
  }

  get #isRun(): boolean {
    return this.#call.effect === 'run';
  }

  /** Returns how often something is repeated: any number of times, once more than it can be granted, or as often as a burst may. */
  #length(digits: Digits): number {
    const { state } = this.#stage;
    const free = this.#isRun ? state.freeIn('bitmap') : freeForSingles(state);
    const length =
      [free + 1, free + 1, this.#most][digits.next(8)] ?? digits.magnitude(Math.log2(this.#most));
    return Math.min(Math.max(1, length), this.#most);
  }

  get #isOver(): boolean {
    const isCostly = this.#extents > MOST_EXTENTS || this.#runPages > MOST_RUN_PAGES;
    return isCostly || this.#stage.isOver || this.made >= this.#most || this.#refused >= this.#mostRefused;
  }

  #makeOne(): void {
    this.made += 1;
    this.#stage.make();
  }

  /** Makes an allocation. Returns whether it has handed out anything. */
  #allocate(): boolean {
    const { results, state } = this.#stage;
    const before = results.handedOut.length;
    if (this.#isRun) this.#extents += state.extents;
    this.#makeOne();
    const isGranted = results.handedOut.length > before;
    this.#refused = isGranted ? 0 : this.#refused + 1;
    if (isGranted && this.#isRun) this.#runPages += Number(this.#call.count);
    return isGranted;
  }

  /** Makes an allocation once more, after other calls. Returns whether it has handed out anything. */
  #allocateAgain(allocation: CallNumbers): boolean {
    this.#call.startAgain(allocation);
    return this.#allocate();
  }

  get #allocation(): CallNumbers {
    const { place, count, minAddr, maxAddr, alignment, boundary } = this.#call;
    return { place, count, minAddr, maxAddr, alignment, boundary };
  }

  /** Adds references to one page frame, up to the most that it may have or any number; in half of the cases all are taken away, the first too. */
  #share(digits: Digits): void {
    const { mostReferences, calls: has } = this.#stage.state.world.profile;
    // A counter of 16 bits is as deep as a count is.
    const longest = Math.max(this.#longest, this.#room.counts);
    const most = Math.min(longest, mostReferences ?? longest);
    const times = digits.next(2) === 0 ? most : digits.magnitude(Math.log2(most));
    this.#most = 2 * times + 1;
    for (let i = 0; i < times && !this.#isOver; i += 1) this.#makeOne();
    const isTaken = digits.next(2) === 1 && has.includes('release');
    if (isTaken) this.#call.place = callPlace('release');
    for (let i = 0; i <= times && isTaken && !this.#isOver; i += 1) this.#makeOne();
    if (times <= this.#longest) return;
    this.swept = times;
    this.made = 0;
  }

  /** Makes the call that is drawn so often. */
  #repeat(times: number): void {
    const pages = this.#call.call === 'allocPages' ? Number(this.#call.count) : 1;
    const most =
      pages <= this.#stage.state.freeIn('stack') ? Math.ceil(MOST_PAGES / Math.max(1, pages)) : times;
    const isQuery = this.#call.effect === 'none';
    for (let i = 0; i < Math.min(times, most) && !this.#isOver; i += 1)
      if (isQuery) this.#makeOne();
      else this.#allocate();
  }

  /**
   * Takes all single pages. Then one is freed at a time and another asked for: once more are free than may be held back, it must be granted,
   * and a page frame that was lost before is one too few. What is handed over meanwhile is, too, so this goes on for as many again.
   */
  #oneMore(times: number): void {
    this.#most = this.#room.calls;
    const single = plainAllocation(this.#call.place, 1);
    const free = FREES[this.#call.call];
    while (!this.#isOver && this.#allocateAgain(single));
    const { handedOut } = this.#stage.results;
    for (const result of handedOut.filter((each) => this.#isHeldLike(each, single)).slice(0, times)) {
      this.#refused = 0;
      if (this.#isOver || !this.#freeResult(result, free) || this.#isOver) return;
      this.#allocateAgain(single);
    }
  }

  /** Makes the allocation that is drawn and frees what it returned, so often. */
  #pairs(times: number): void {
    const allocation = this.#allocation;
    let pages = 0;
    for (let i = 0; i < times && pages <= MOST_PAGES && !this.#isOver; i += 1)
      pages += this.#pair(allocation);
  }

  /** Makes an allocation, and frees what it returned. Returns how many addresses that were. */
  #pair(allocation: CallNumbers): number {
    const { results } = this.#stage;
    if (!this.#allocateAgain(allocation) || this.#isOver) return 0;
    const result = results.handedOut[results.handedOut.length - 1] ?? 0;
    const isBatch = this.#call.call === 'allocPages';
    const free = FREES[this.#call.call];
    const last = results.perhapsHeld.length - 1;
    const isFreed = this.#freeAsRegion(result) || this.#freeResult(result, free);
    if (isFreed) results.noteFreed(last);
    return isBatch ? results.pagesOf(result) : 0;
  }

  /**
   * Makes pairs, each of the next count: from the one that was drawn or any other, up to one more than fits and round again. Long
   * batches cost the time of their pages, so as many begin with each doubling. One in four sweeps of runs tries alignments, in pages, and
   * then larger ones than the zone is, which only page frame 0 has.
   */
  #sweep(digits: Digits): void {
    const { world } = this.#stage.state;
    const isRun = this.#isRun;
    const isOfAlignments = isRun && digits.next(4) === 3 && isAnyAlignmentClaimed(world.profile);
    const largest = isOfAlignments ? world.bitmapLimit : this.#largest();
    const step = digits.of([1, 1, -1, 2]);
    const first = this.#firstCount(digits, largest, isRun);
    const { counts, batchesFrom } = this.#room;
    const most = isRun || batchesFrom === undefined ? MOST_PAGES : PAGES_OF_BATCHES;
    const isFixed = isRun && world.profile.contiguous !== 'any';
    const { place } = this.#call;
    this.#most = 2 * counts;
    for (let pages = 0; this.swept < Math.min(counts, largest + 1) && !this.#isOver; this.swept += 1) {
      const value = 1 + modulo(first - 1 + this.swept * step, largest + 1);
      pages += this.#pair(
        isOfAlignments
          ? plainAllocation(place, 1, value * PAGE_SIZE)
          : plainAllocation(place, isFixed ? first : value),
      );
      if (pages > most) break;
    }
    if (isOfAlignments) this.#sweepLarger(place, largest, counts >> 3);
    this.made = 0;
  }

  /** Goes on with alignments that are larger than a zone, so often at most: each a sixteenth larger than the one before. */
  #sweepLarger(place: number, zone: number, times: number): void {
    this.#most = this.made + 2 * times;
    for (let value = zone + 2; value < LARGEST_ALIGNMENT && !this.#isOver; value += 1 + (value >> 4))
      this.#pair(plainAllocation(place, 1, value * PAGE_SIZE));
  }

  /** Returns the largest count of the allocation that is drawn that can be granted. */
  #largest(): number {
    const { state } = this.#stage;
    return this.#isRun ? largestRun(state) : Math.min(freeForSingles(state), MOST_PAGES);
  }

  #firstCount(digits: Digits, largest: number, isRun: boolean): number {
    const { count } = this.#call;
    if (this.#room.batchesFrom !== undefined) return this.#room.batchesFrom;
    if (digits.next(2) === 0 && isWhole(count) && count <= largest) return Number(count);
    return isRun
      ? 1 + Math.floor((digits.next(2 ** 12) / 2 ** 12) * largest)
      : digits.magnitude(Math.log2(Math.max(1, largest)));
  }

  /** Fills, frees what was handed out, or every k-th of it, and fills once more. */
  #phases(times: number, digits: Digits): void {
    const { handedOut } = this.#stage.results;
    const allocation = this.#allocation;
    const free = FREES[this.#call.call];
    const before = handedOut.length;
    const stride = digits.of(STRIDES);
    this.#repeat(times);
    // In half of the cases older results too, so that nothing may be left.
    const like =
      digits.next(2) === 0
        ? handedOut.slice(before)
        : handedOut.filter((result) => this.#isHeldLike(result, allocation));
    const filled = like.filter((_, i) => i % stride === 0);
    if (digits.next(2) === 1) filled.reverse();
    this.#refused = 0;
    for (const result of filled) if (!this.#isOver) this.#freeResult(result, free);
    if (this.#isOver) return;
    this.#allocateAgain(allocation);
    this.#repeat(times - 1);
  }

  /**
   * Makes the allocation so often. Whenever twice as many like it are held as the last time, it makes another call: the first time where
   * a power of two that is drawn are held, since what a call frees is not there for a later one.
   */
  #probe(times: number, digits: Digits, drawn: Drawn, calls: Repertoire): void {
    const allocation = this.#allocation;
    let held = this.#heldLike(allocation);
    let next = Math.max(2 ** digits.next(bitsOf(times) + 1), 2 ** Math.ceil(Math.log2(held + 1)));
    for (let i = 0; i < times && !this.#isOver; i += 1) {
      if (!this.#allocateAgain(allocation)) continue;
      held += 1;
      if (held !== next || this.#isOver) continue;
      next *= 2;
      const [c, x, y, z] = redrawn(drawn, i);
      // In half of the cases a region is freed: across an edge where one can be, and all that can be from its first page frame on.
      const isRegion = calls.includes('freeRegion') && c % 2 === 0;
      drawCall(
        this.#stage,
        isRegion ? [c, x, y - (y % REGION_KINDS.length), z | 3] : [c, x, y, z],
        isRegion ? ['freeRegion'] : calls,
      );
      this.#makeOne();
      held = this.#heldLike(allocation);
    }
  }

  /** Returns how many allocations are held that have as many pages, in the same zone. O(results). */
  #heldLike(allocation: CallNumbers): number {
    const { results } = this.#stage;
    const frames = new Set<number>();
    for (const result of results.handedOut)
      if (this.#isHeldLike(result, allocation)) frames.add(results.frameOf(result, 0));
    return frames.size;
  }

  /** Whether a result is held, by its first page frame, that has as many pages as an allocation in its zone. */
  #isHeldLike(result: number, { place, count }: CallNumbers): boolean {
    const { results, state } = this.#stage;
    const frame = results.frameOf(result, 0);
    const isRun = describedCall(CALLS[place] ?? 'alloc').effect === 'run';
    const { zones, singlePages } = state.world.profile;
    const isAnywhere = zones !== 2 || (!isRun && singlePages !== 'stack-zone');
    const isInZone = isAnywhere || frame < state.world.bitmapLimit === isRun;
    return isInZone && results.pagesOf(result) === Number(count) && isHeld(this.#stage, frame);
  }

  /** Frees all of a result, by a call of this kind if there is one. Returns whether there is. */
  #freeResult(result: number, kind: Call | undefined): boolean {
    const { state, results } = this.#stage;
    if (kind === undefined || !state.world.profile.calls.includes(kind)) return false;
    const call = this.#call;
    const pages = results.pagesOf(result);
    call.start(callPlace(kind));
    const named = kind === 'freePages' ? pages : 1;
    for (let page = 0; page < named; page += 1)
      call.nameResult(result, page, results.frameOf(result, page), 0);
    call.count = pages;
    this.#makeOne();
    return true;
  }

  /**
   * Frees the page frames of a batch as one region, if they follow one another and the program is there to try long batches: to name each would
   * take most of the time. Returns whether it has.
   */
  #freeAsRegion(result: number): boolean {
    const { state, results } = this.#stage;
    if (this.#room.batchesFrom === undefined) return false;
    const last = results.pagesOf(result) - 1;
    const [first, end] = [results.frameOf(result, 0), results.frameOf(result, last)];
    const region = { base: pfn(Math.min(first, end)), count: pageCount(last + 1) };
    if (Math.abs(end - first) !== last || state.firstFailing(region, isFreeable) !== null) return false;
    this.#call.start(callPlace('freeRegion'));
    this.#call.nameResult(result, first < end ? 0 : last, region.base, 0);
    this.#call.count = region.count;
    this.#makeOne();
    return true;
  }

  /** Whether a drain frees what begins at a page frame. */
  #isDue(chosen: Call, frame: number): boolean {
    const run = chosen === 'freeRegion' && frame >= 0 ? this.#stage.state.heldRun(pfn(frame)) : null;
    return run === null ? isHeldAlone(this.#stage, frame) : run > 0;
  }

  /** Frees what is held: from one end of the results to the other, every k-th page or result. */
  #drain(chosen: Call, digits: Digits, x: number): void {
    const call = this.#call;
    const { results } = this.#stage;
    const isReverse = digits.next(2) === 1;
    const stride = digits.of(STRIDES);
    const choice = new Digits(x);
    const most = choice.next(3) === 0 ? this.#most : Math.ceil(choice.magnitude(Math.log2(this.#most)));
    const list = results.perhapsHeld.toSorted((a, b) => a - b);
    if (isReverse) list.reverse();
    const place = callPlace(chosen);
    call.start(place);
    let unit = 0;
    for (const result of list) {
      const pages = chosen === 'freeRegion' ? 1 : Math.min(results.pagesOf(result), MOST_PAGES);
      for (let page = 0; page < pages; page += 1) {
        if (this.#isOver || this.made >= most || call.named >= most || unit >= MOST_PAGES) break;
        const at = isReverse ? pages - 1 - page : page;
        const frame = results.frameOf(result, at);
        unit += 1;
        if (unit % stride !== 0 || !this.#isDue(chosen, frame)) continue;
        if (chosen !== 'freePages') call.start(place);
        call.nameResult(result, at, frame, 0);
        call.count = results.pagesOf(result);
        if (chosen !== 'freePages') this.#makeOne();
      }
    }
    if (chosen === 'freePages' && !this.#isOver) this.#makeOne();
  }
}
