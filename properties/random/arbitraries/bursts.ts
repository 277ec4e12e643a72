/**
 * Bursts: one command that makes many calls, so that programs get deep. What is repeated depends on the call that the command stands
 * for: an allocation is made again and again, alone, or each time with the free of what it returned, or with a count that grows; a
 * call that frees goes through what is held, in order or in reverse, all of it or every k-th. Bursts one after the other fill memory,
 * fragment it, drain it and churn it. In a program they are operations like any other.
 */

import type { NumberedCall } from '../../../runner/lean/index.ts';
import {
  type Call,
  callPlace,
  describedCall,
  freeForSingles,
  PAGE_SIZE,
  pfn,
  U64_MAX,
} from '../../../spec/index.ts';
import { Digits } from '../draws.ts';
import { type Drawn, drawCall, isHeldAlone, type Prospect, type Repertoire } from './operations.ts';

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
  /** One command in this number is a burst. */
  readonly every: number;
}

/** The bursts of a program together are at most this many times as long as the longest. */
const TOTAL = 2;
/** Page frames that the batches of a burst hand out together, at most. */
const MOST_PAGES = 2 ** 16 + 1;
/** Allocations in a row that hand out nothing, at most: they change nothing, and were two thirds of all calls of bursts. */
const MOST_REFUSED = 2 ** 8 + 1;

/** Returns the calls that the bursts of a program may make at most. */
export function mostCalls({ longest }: Bursts): number {
  return TOTAL * longest;
}

/** The bursts of a program that is running. */
export class BurstBudget {
  readonly #bursts: Bursts;
  #left: number;

  constructor(bursts: Bursts) {
    this.#bursts = bursts;
    this.#left = mostCalls(bursts);
  }

  /** Makes the calls of a command, if it is a burst. Returns whether it is. */
  make(stage: Stage, drawn: Drawn, calls: Repertoire): boolean {
    const digits = new Digits(drawn[0]);
    const chosen = calls[digits.next(calls.length)] ?? calls[0];
    const { longest, every } = this.#bursts;
    if (this.#left === 0 || digits.next(every) !== every - 1) return false;
    const most = Math.min(longest, this.#left);
    const burst = new Burst(stage, most);
    burst.make(chosen, digits, drawn, calls);
    this.#left -= burst.made;
    return true;
  }
}

const WAYS = ['same', 'same', 'pairs', 'growing'] as const;
/** A run that is freed at once costs no more where it is long: so those grow more often, and for as long as they may. */
const WAYS_OF_RUNS = ['same', 'pairs', 'growing', 'growing'] as const;

const STRIDES = [1, 1, 1, 2, 2, 3, 4, 8] as const;

class Burst {
  made = 0;
  readonly #stage: Stage;
  readonly #most: number;
  readonly #call: NumberedCall;
  #refused = 0;

  constructor(stage: Stage, most: number) {
    this.#stage = stage;
    this.#most = most;
    this.#call = stage.call;
  }

  make(chosen: Call, digits: Digits, drawn: Drawn, calls: Repertoire): void {
    const { effect } = describedCall(chosen);
    if (effect === 'named' || effect === 'region') this.#drain(chosen, digits, drawn[1]);
    else if (chosen === 'allocAt') {
      drawCall(this.#stage, drawn, calls);
      this.#repeat(2);
    } else if (effect === 'shared') this.#share(digits, drawn, calls);
    else {
      const way = digits.of(effect === 'run' ? WAYS_OF_RUNS : WAYS);
      drawCall(this.#stage, drawn, calls);
      const length = this.#length(digits, effect === 'run');
      if (way === 'same') this.#repeat(length);
      else if (way === 'pairs') this.#pairs(length, 0);
      else this.#grow(effect === 'run' ? this.#most : length, digits);
    }
  }

  /** Returns how often something is repeated: any number of times, once more than it can be granted, or as often as a burst may. */
  #length(digits: Digits, isRun: boolean): number {
    const { state } = this.#stage;
    const free = isRun ? state.freeIn('bitmap') : freeForSingles(state);
    const length =
      [free + 1, free + 1, this.#most][digits.next(8)] ?? digits.magnitude(Math.log2(this.#most));
    return Math.min(Math.max(1, length), this.#most);
  }

  /** Makes pairs of which the count grows: from the one that was drawn, or from any that fits. */
  #grow(times: number, digits: Digits): void {
    const step = digits.of([1, 1, -1, 2]);
    const isAnywhere = digits.next(2) === 1;
    const free = Math.min(this.#stage.state.freeIn('bitmap'), MOST_PAGES);
    if (isAnywhere && this.#call.call === 'allocBitmap')
      this.#call.count = Math.floor((digits.next(2 ** 12) / 2 ** 12) * free);
    this.#pairs(times, step);
  }

  get #isOver(): boolean {
    return this.#stage.isOver || this.made >= this.#most || this.#refused >= MOST_REFUSED;
  }

  #makeOne(): void {
    this.made += 1;
    this.#stage.make();
  }

  /** Makes an allocation. Returns whether it has handed out anything. */
  #allocate(): boolean {
    const { results } = this.#stage;
    const before = results.handedOut.length;
    this.#makeOne();
    const isGranted = results.handedOut.length > before;
    this.#refused = isGranted ? 0 : this.#refused + 1;
    return isGranted;
  }

  /** Adds references to one page frame, as many as it may have or any number; in half of the cases they are taken away again. */
  #share(digits: Digits, drawn: Drawn, calls: Repertoire): void {
    drawCall(this.#stage, drawn, calls);
    const { mostReferences, calls: has } = this.#stage.state.world.profile;
    const most = Math.min(this.#most, mostReferences ?? this.#most);
    const times = digits.next(2) === 0 ? most : digits.magnitude(Math.log2(most));
    for (let i = 0; i < times && !this.#isOver; i += 1) this.#makeOne();
    if (digits.next(2) === 0 || !has.includes('release')) return;
    this.#call.place = callPlace('release');
    for (let i = 0; i < times && !this.#isOver; i += 1) this.#makeOne();
  }

  /** Makes the call that is drawn so often. */
  #repeat(times: number): void {
    const pages = this.#call.call === 'allocPages' ? Number(this.#call.count) : 1;
    const most =
      pages <= this.#stage.state.freeIn('stack') ? Math.ceil(MOST_PAGES / Math.max(1, pages)) : times;
    const isQuery = describedCall(this.#call.call).effect === 'none';
    for (let i = 0; i < Math.min(times, most) && !this.#isOver; i += 1)
      if (isQuery) this.#makeOne();
      else this.#allocate();
  }

  /** Makes the allocation that is drawn and frees what it returned, so often. The count grows by `step` each time. */
  #pairs(times: number, step: number): void {
    const call = this.#call;
    const { results } = this.#stage;
    const { place, maxAddr, alignment } = call;
    const isPlain = step !== 0 && this.#stage.state.world.profile.contiguous === 'any';
    let pages = 0;
    let count = typeof call.count === 'number' ? call.count : 1;
    for (let i = 0; i < times && pages <= MOST_PAGES && !this.#isOver; i += 1) {
      call.start(place);
      call.count = count;
      call.maxAddr = isPlain ? U64_MAX : maxAddr;
      call.alignment = isPlain ? PAGE_SIZE : alignment;
      const isGranted = this.#allocate();
      const result = results.handedOut[results.handedOut.length - 1] ?? 0;
      if (isGranted && !this.#isOver) {
        if (call.call === 'allocPages') pages += results.pagesOf(result);
        this.#freeResult(result);
      }
      if (isPlain && Number.isInteger(count)) count = Math.max(0, count + step);
    }
  }

  /** Frees all of a result that was just handed out. */
  #freeResult(result: number): void {
    const call = this.#call;
    const { results } = this.#stage;
    const pages = results.pagesOf(result);
    const kind = call.call === 'allocPages' ? 'freePages' : call.call === 'alloc' ? 'free' : 'freeRegion';
    if (!this.#stage.state.world.profile.calls.includes(kind)) return;
    call.start(callPlace(kind));
    const named = kind === 'freePages' ? pages : 1;
    for (let page = 0; page < named; page += 1)
      call.nameResult(result, page, results.frameOf(result, page), 0);
    call.count = pages;
    this.#makeOne();
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
    const list = [...results.handedOut];
    if (isReverse) list.reverse();
    const place = callPlace(chosen);
    call.start(place);
    let unit = 0;
    for (const result of list) {
      const pages = chosen === 'freeRegion' ? 1 : Math.min(results.pagesOf(result), MOST_PAGES);
      for (let page = 0; page < pages; page += 1) {
        if (this.#isOver || this.made >= most || call.named >= most) break;
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
