/**
 * Watched page frames: the ones that the manager does not own. Its stores are noted (stores.ts), so that a write into any of them shows. They
 * are written to as their owners would: up to 8 page frames of an allocation whole, of more the first two and the last two words, of more than
 * 32 only the ones at each power of two from the first, where the parts of a block begin, and the last two. So a manager that reads
 * what others own does not find what it has left there.
 */
import { type MemoryMap, ownedRegions, PAGE_SIZE, pfnEnd } from '../../spec/index.ts';

/** Page frames of one allocation that are painted whole, and that are all painted. */
const WHOLE = 8;
const ALL = 32;
/** A world of at most this many page frames holds the pattern before init, all of it. */
const SMALL = 64;
/** In a larger one, this many page frames at the start of each free region hold it, where tables are carved out, and its last one. */
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
/**
 * The words that every other page frame holds before init in a world that is not small: states, orders and counts of a table from before a reboot. In
 * every fourth one the first bit is 0, in the others it is 1.
 */
const [STALE, STALE_EVEN] = [1, 0x0100_0000].map((set) =>
  Buffer.from(PATTERN_WORDS.map((word) => (word & 0x0303_0302) | set).buffer),
);
const ZEROS = Buffer.alloc(PAGE_SIZE);

/** The words of a sample: the first two and the last two of 64 bits. */
const [HEAD, TAIL] = [4, WORDS - 4];
const SAMPLE = [...PATTERN_WORDS.subarray(0, HEAD), ...PATTERN_WORDS.subarray(TAIL)] as const;

/** Returns how many of `count` page frames are painted. */
function sampleSize(count: number): number {
  return count <= ALL ? count : Math.floor(Math.log2(count - 1)) + 4;
}

/** Returns the index of the i-th painted page frame of `count`, of which `size` are painted: 0, 1, 2, 4, 8 … and the last two. */
function sampled(i: number, count: number, size: number): number {
  if (size === count) return i;
  return i < size - 2 ? Math.floor(2 ** (i - 1)) : count - size + i;
}

/** The page frames of a machine, and the writes noted of them. */
interface Noted {
  readonly buffer: ArrayBuffer;
  /** For each page frame, whether it is not the manager's. */
  readonly isForeign: Uint8Array;
  /** The page frames that were not the manager's when the last call wrote to them. */
  readonly strays: readonly number[];
  /** Notes that a page frame is written to from outside. */
  touch(frame: number): void;
}

/** Returns the first page frames and the last one of each free region that is painted. */
function startsOfFree(map: MemoryMap): readonly number[] {
  const free = ownedRegions(map).filter(({ owner, count }) => owner === 'pmm' && count > 0);
  return free
    .slice(0, REGIONS_PAINTED)
    .flatMap(({ base, count }) => [
      ...Array.from({ length: Math.min(count, FIRST_PAINTED) }, (_, i) => base + i),
      base + count - 1,
    ]);
}

export class WatchedFrames {
  readonly isSmall: boolean;
  readonly #machine: Noted;
  /** Byte offset of page frame 0 in the linear memory. */
  readonly #base: number;
  #bytes: Buffer = Buffer.alloc(0);
  #words = new Uint32Array(0);
  #isForeign: Uint8Array = new Uint8Array(0);

  constructor(map: MemoryMap, base: number, machine: Noted) {
    this.#base = base;
    this.#machine = machine;
    this.follow();
    this.isSmall = pfnEnd(map) <= SMALL;
    this.#isForeign.fill(1);
    for (const { base: first, count, owner } of ownedRegions(map))
      if (owner === 'pmm') this.#isForeign.fill(0, first, first + count);
    const end = pfnEnd(map) + BEYOND;
    for (const frame of this.isSmall ? Array(end).keys() : startsOfFree(map)) {
      this.#paint(frame, true);
      const stale = frame % 4 === 1 ? STALE : frame % 4 === 3 ? STALE_EVEN : undefined;
      if (!this.isSmall && stale !== undefined) this.#bytes.set(stale, base + frame * PAGE_SIZE);
    }
  }

  /** Follows the linear memory to another buffer: it has grown. */
  follow(): void {
    const { buffer, isForeign } = this.#machine;
    this.#bytes = Buffer.from(buffer);
    this.#words = new Uint32Array(buffer);
    this.#isForeign = isForeign;
  }

  /** Whether a page frame is watched. */
  has(frame: number): boolean {
    return this.#isForeign[frame] === 1;
  }

  /** Watches a page frame that holds the pattern, or no longer. */
  mark(frame: number, isWatched: boolean): void {
    this.#isForeign[frame] = isWatched ? 1 : 0;
  }

  /** Returns the page frames that hold other than zeros, of some that were handed out: all of few, or samples. */
  unzeroed(count: number, frameAt: (i: number) => number): readonly number[] {
    const size = sampleSize(count);
    const frames = Array.from({ length: size }, (_, i) => frameAt(sampled(i, count, size)));
    return frames.filter((frame) => this.#isMemory(frame) && !this.#isZero(frame));
  }

  #isMemory(frame: number): boolean {
    return Number.isInteger(frame) && frame >= 0 && frame < this.#isForeign.length;
  }

  #isZero(frame: number): boolean {
    const start = this.#base + frame * PAGE_SIZE;
    return this.#bytes.compare(ZEROS, 0, PAGE_SIZE, start, start + PAGE_SIZE) === 0;
  }

  /** Watches a run that was handed out, and paints it. O(page frames / 4096). */
  handOutRun(first: number, count: number): void {
    // A frame that is not memory cannot be painted. The judge notices that it was handed out.
    if (!this.#isMemory(first)) return;
    this.#isForeign.fill(1, first, first + count);
    this.#paintSome(count, (i) => first + i);
  }

  /** Watches page frames that were handed out, and paints them. */
  handOut(count: number, frameAt: (i: number) => number): void {
    for (let i = 0; i < count; i += 1) {
      const frame = frameAt(i);
      if (this.#isMemory(frame)) this.#isForeign[frame] = 1;
    }
    this.#paintSome(count, frameAt);
  }

  #paintSome(count: number, frameAt: (i: number) => number): void {
    const size = sampleSize(count);
    for (let i = 0; i < size; i += 1) {
      const frame = frameAt(sampled(i, count, size));
      if (this.#isMemory(frame)) this.#paint(frame, count <= WHOLE);
    }
  }

  /** Stops watching page frames that were freed. O(page frames / 4096). */
  forget(first: number, count: number): void {
    if (this.#isMemory(first)) this.#isForeign.fill(0, first, first + count);
  }

  /** Returns the page frames of others that the last call wrote to, and paints them again. */
  written(): readonly number[] {
    const { strays } = this.#machine;
    if (strays.length === 0) return strays;
    const written = strays.filter((frame) => this.has(frame));
    for (const frame of written) this.#paint(frame, true);
    return written;
  }

  #paint(frame: number, isWhole: boolean): void {
    this.#machine.touch(frame);
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
}
