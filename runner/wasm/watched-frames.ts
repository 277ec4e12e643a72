/**
 * Watched page frames: the ones that the manager does not own. They hold a pattern, so that a write of the manager shows. Up to 8
 * page frames of an allocation are compared whole, of more the first two and the last two words: all of a batch of up to 32, else the
 * ones at each power of two from the first, where the parts of a block begin, and the last two. After each call as many are compared as
 * cost less than the call's judgement; the rest when they are freed, and at the end.
 *
 * The first write to a page frame takes the system a microsecond or two, as long as a fifth of a judged call: hence few samples.
 */
import { type MemoryMap, ownedRegions, PAGE_SIZE, pfnEnd } from '../../spec/index.ts';

/** Page frames of one allocation that are compared whole, and that are all compared. */
const WHOLE = 8;
const ALL = 32;
/** Page frames that are compared whole after each call; if there are more, samples are. */
const WHOLE_A_CALL = 12;
const SAMPLED_A_CALL = 6;
/** A world of at most this many page frames is watched entirely, and all of it holds the pattern before init. */
const SMALL = 64;
/** Of a larger one, so many page frames at the start of each free region hold it, where tables are carved out, and the last one does. */
const FIRST_PAINTED = 4;
/** Free regions of which that is so: a page frame takes a microsecond. */
const REGIONS_PAINTED = 8;
/** Page frames beyond the end of the map that are watched too. */
export const BEYOND = 1;

const WORDS = PAGE_SIZE / 4;
export const PATTERN_WORDS = Uint32Array.from({ length: WORDS }, (_, word) =>
  Math.imul(word + 1, 0x9e3779b9),
);
export const PATTERN = Buffer.from(PATTERN_WORDS.buffer);
const ZEROS = Buffer.alloc(PAGE_SIZE);

/** The words of a sample: the first two and the last two of 64 bits. */
const [HEAD, TAIL] = [4, WORDS - 4];
const SAMPLE = [...PATTERN_WORDS.subarray(0, HEAD), ...PATTERN_WORDS.subarray(TAIL)] as const;

/** Returns how many of `count` page frames are watched. */
function sampleSize(count: number): number {
  return count <= ALL ? count : Math.floor(Math.log2(count - 1)) + 4;
}

/** Returns the index of the i-th watched page frame of `count`, of which `size` are watched: 0, 1, 2, 4, 8 … and the last two. */
function sampled(i: number, count: number, size: number): number {
  if (size === count) return i;
  return i < size - 2 ? Math.floor(2 ** (i - 1)) : count - size + i;
}

/** Returns the page frames that are nobody's before init, or not the manager's, as extents [first, end). */
function foreignExtents(map: MemoryMap): readonly (readonly [number, number])[] {
  const extents: (readonly [number, number])[] = [];
  let at = 0;
  for (const { base, count, owner } of ownedRegions(map).toSorted((a, b) => a.base - b.base)) {
    if (base > at) extents.push([at, base]);
    if (owner !== 'pmm') extents.push([base, base + count]);
    at = base + count;
  }
  return [...extents, [at, at + BEYOND]];
}

/** Returns the first page frames and the last one of each free region, of as many as are painted. */
function startsOfFree(map: MemoryMap): readonly number[] {
  const free = ownedRegions(map).filter(({ owner, count }) => owner === 'pmm' && count > 0);
  return free
    .slice(0, REGIONS_PAINTED)
    .flatMap(({ base, count }) => [
      ...Array.from({ length: Math.min(count, FIRST_PAINTED) }, (_, i) => base + i),
      base + count - 1,
    ]);
}

const NONE: readonly number[] = [];

export class WatchedFrames {
  readonly isSmall: boolean;
  readonly #end: number;
  /** Byte offset of page frame 0 in the linear memory. */
  readonly #base: number;
  #bytes: Buffer = Buffer.alloc(0);
  #words = new Uint32Array(0);
  /** In any order, with the place of each. */
  readonly #frames: number[] = [];
  readonly #isWhole: boolean[] = [];
  readonly #places = new Map<number, number>();
  #next = 0;

  constructor(map: MemoryMap, base: number, buffer: ArrayBuffer) {
    this.#base = base;
    this.#end = pfnEnd(map) + BEYOND;
    this.follow(buffer);
    this.isSmall = this.#end <= SMALL + BEYOND;
    for (const frame of this.isSmall ? Array(this.#end).keys() : startsOfFree(map)) this.#paint(frame, true);
    for (const [first, end] of foreignExtents(map))
      if (this.isSmall) for (let frame = first; frame < end; frame += 1) this.#watch(frame, true);
      else for (const frame of new Set([first, end - 1])) this.#watch(frame, true);
  }

  /** Follows the linear memory to another buffer: it has grown. */
  follow(buffer: ArrayBuffer): void {
    this.#bytes = Buffer.from(buffer);
    this.#words = new Uint32Array(buffer);
  }

  /** Whether a page frame is watched. */
  has(frame: number): boolean {
    return this.#places.has(frame);
  }

  /** The page frames that are watched, in any order. */
  get frames(): readonly number[] {
    return this.#frames;
  }

  /** Watches these page frames instead, all of them whole. */
  replace(frames: readonly number[]): void {
    this.#frames.length = 0;
    this.#places.clear();
    for (const frame of frames) this.#watch(frame, true);
  }

  /** Returns the page frames that hold other than zeros, of some that were handed out: all of few, or samples. */
  unzeroed(count: number, frameAt: (i: number) => number): readonly number[] {
    const size = sampleSize(count);
    const frames = Array.from({ length: size }, (_, i) => frameAt(sampled(i, count, size)));
    return frames.filter((frame) => this.#isMemory(frame) && !this.#isZero(frame));
  }

  #isMemory(frame: number): boolean {
    return Number.isInteger(frame) && frame >= 0 && frame < this.#end;
  }

  #isZero(frame: number): boolean {
    const start = this.#base + frame * PAGE_SIZE;
    return this.#bytes.compare(ZEROS, 0, PAGE_SIZE, start, start + PAGE_SIZE) === 0;
  }

  /** Paints page frames that were handed out, and watches them. */
  handOut(count: number, frameAt: (i: number) => number): void {
    const size = sampleSize(count);
    for (let i = 0; i < size; i += 1) this.#watch(frameAt(sampled(i, count, size)), count <= WHOLE);
  }

  /** Stops watching page frames that were freed. O(count or watched). */
  forget(first: number, count: number): void {
    for (const frame of this.#within(first, count)) this.#drop(frame);
  }

  /** Returns the page frames of a region that were written to, compared as they are watched, and paints them again. */
  compare(first: number, count: number): readonly number[] {
    const changed = this.#within(first, count).filter((frame) =>
      this.#isChanged(this.#places.get(frame) ?? 0),
    );
    for (const frame of changed) this.#paint(frame, true);
    return changed;
  }

  /** Returns all page frames that were written to. */
  compareAll(): readonly number[] {
    return this.#changedOf(this.#frames.length, (place) => this.#isChanged(place));
  }

  /** Returns page frames that were written to, of as many as are compared after each call. */
  compareSome(): readonly number[] {
    const { length } = this.#frames;
    if (length <= WHOLE_A_CALL) return this.#changedOf(length, (place) => this.#isChanged(place));
    return this.#changedOf(Math.min(length, SAMPLED_A_CALL), (place) =>
      this.#isSampleChanged(this.#startOf(place)),
    );
  }

  #changedOf(count: number, isChanged: (place: number) => boolean): readonly number[] {
    let changed: number[] | null = null;
    for (let i = 0; i < count; i += 1) {
      this.#next = this.#next + 1 < this.#frames.length ? this.#next + 1 : 0;
      if (!isChanged(this.#next)) continue;
      const frame = this.#frames[this.#next] ?? 0;
      changed ??= [];
      changed.push(frame);
      this.#paint(frame, true);
    }
    return changed ?? NONE;
  }

  #within(first: number, count: number): readonly number[] {
    if (count === 1) return this.#places.has(first) ? [first] : NONE;
    if (count > this.#frames.length)
      return this.#frames.filter((frame) => frame >= first && frame - first < count);
    return Array.from({ length: count }, (_, i) => first + i).filter((frame) => this.#places.has(frame));
  }

  #startOf(place: number): number {
    return this.#base + (this.#frames[place] ?? 0) * PAGE_SIZE;
  }

  #isChanged(place: number): boolean {
    const start = this.#startOf(place);
    return this.#isWhole[place] === true
      ? this.#bytes.compare(PATTERN, 0, PAGE_SIZE, start, start + PAGE_SIZE) !== 0
      : this.#isSampleChanged(start);
  }

  #isSampleChanged(start: number): boolean {
    const [words, head, tail] = [this.#words, start / 4, start / 4 + TAIL];
    for (let i = 0; i < HEAD; i += 1)
      if (words[head + i] !== SAMPLE[i] || words[tail + i] !== SAMPLE[HEAD + i]) return true;
    return false;
  }

  #watch(frame: number, isWhole: boolean): void {
    // A frame that is not memory cannot be painted. The judge notices that it was handed out.
    if (!this.#isMemory(frame)) return;
    const place = this.#places.get(frame) ?? this.#frames.length;
    this.#frames[place] = frame;
    this.#isWhole[place] = isWhole;
    this.#places.set(frame, place);
    this.#paint(frame, isWhole);
  }

  #paint(frame: number, isWhole: boolean): void {
    const start = this.#base + frame * PAGE_SIZE;
    if (isWhole) {
      this.#bytes.set(PATTERN, start);
      return;
    }
    const [words, head, tail] = [this.#words, start / 4, start / 4 + TAIL];
    for (let i = 0; i < HEAD; i += 1) {
      words[head + i] = SAMPLE[i] ?? 0;
      words[tail + i] = SAMPLE[HEAD + i] ?? 0;
    }
  }

  #drop(frame: number): void {
    const place = this.#places.get(frame);
    const [last, isLastWhole] = [this.#frames.pop(), this.#isWhole.pop()];
    if (place === undefined || last === undefined || isLastWhole === undefined) return;
    this.#places.delete(frame);
    if (last === frame) return;
    this.#frames[place] = last;
    this.#isWhole[place] = isLastWhole;
    this.#places.set(last, place);
  }
}
