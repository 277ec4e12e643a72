/**
 * The frame allocator: the manager in terms of page frame numbers and frame counts, without addresses, `errno` or
 * warnings. Its whole state is one flat buffer (see `layout.ts`).
 *
 * Arguments are plain numbers here, checked where a wrong one could do harm; `pmm.ts` puts the interface of the
 * specification on top.
 */
import {
  bitmapLimit,
  type Call,
  type Config,
  type InspectedRun,
  isRam,
  type MemoryMap,
  type Owner,
  ownerAfterInit,
  PFN_LIMIT,
} from '../spec/index.ts';
import * as stack from './free-stack.ts';
import { firstOrdinal, isHeld, markRange } from './held-bits.ts';
import {
  checksum,
  DEPTH_AT,
  ENTRY_WORDS,
  FREE_BITMAP_AT,
  FREE_STACK_AT,
  type Layout,
  layoutOf,
  MAGIC,
  MAGIC_AT,
  MAP_AT,
} from './layout.ts';
import { panicOnArgument, panicOnDuplicate, panicOnOwner } from './misuse.ts';
import {
  type Extent,
  extentOf,
  frameOf,
  mergedExtents,
  ordinalOf,
  type Section,
  type Sections,
  sectionBelow,
  sectionsOf,
} from './sections.ts';

/** What `allocBitmap` asks for, in page frames: the run ends at or below `limit` and starts at a multiple of `alignment`. */
export interface RunRequest {
  readonly count: number;
  readonly limit: number;
  readonly alignment: number;
}

/** Entries the stack starts with room for, beyond those that init needs: one for each 64 page frames of its zone. */
const FRAMES_PER_INITIAL_ENTRY = 64;

export class FrameAllocator {
  /** RAM page frames. */
  readonly total: number;
  /** First page frame of the stack zone. */
  readonly limit: number;
  readonly #sections: Sections;
  readonly #firmware: readonly Extent[];
  readonly #layout: Layout;
  #words: Int32Array;

  /** Builds the allocator of the memory that `map` describes. O(descriptors), and a bit for each boot page frame. */
  constructor(map: MemoryMap, config: Config) {
    this.limit = bitmapLimit(config);
    this.total = map.descriptors.reduce((sum, d) => sum + (isRam(d.type) ? d.pages : 0), 0);
    this.#sections = sectionsOf(map, config);
    this.#firmware = mergedExtents(map, (owner) => owner === 'firmware');
    this.#layout = layoutOf(this.#sections);
    const { stackFrames } = this.#sections;
    const entries = map.descriptors.length + Math.floor(stackFrames / FRAMES_PER_INITIAL_ENTRY);
    this.#words = new Int32Array(this.#layout.stackAt + Math.min(entries, stackFrames) * ENTRY_WORDS);
    this.#words[MAGIC_AT] = MAGIC;
    this.#words[MAP_AT] = checksum(this.#sections);
    this.#holdPadding();
    for (const descriptor of map.descriptors) {
      if (descriptor.pages === 0) continue;
      const owner = ownerAfterInit(descriptor.type);
      if (owner === 'boot') this.#eachPiece(extentOf(descriptor), (first, n) => this.#mark(first, n, true));
      if (owner === 'pmm') this.#eachPiece(extentOf(descriptor), (first, n) => this.#give(first, n));
    }
  }

  /** Free page frames of the bitmap zone. */
  get freeInBitmap(): number {
    return this.#words[FREE_BITMAP_AT] >>> 0;
  }

  /** Free page frames of the stack zone. */
  get freeInStack(): number {
    return this.#words[FREE_STACK_AT] >>> 0;
  }

  /** Allocates the page frame of the stack zone that was freed last; null where none is free. O(1). */
  alloc(): number | null {
    if (this.freeInStack === 0) return null;
    const ordinal = stack.pop(this.#words, this.#layout.stackAt);
    this.#mark(ordinal, 1, true);
    this.#words[FREE_STACK_AT] -= 1;
    return frameOf(this.#sections, ordinal);
  }

  /** Allocates the lowest run of the bitmap zone that fits; null where none does. O(page frames of the zone). */
  allocBitmap(request: RunRequest): number | null {
    if (request.count === 0) return null;
    for (const section of this.#sections.list.slice(0, this.#sections.bitmapSections)) {
      const ordinal = this.#lowestFit(section, request);
      if (ordinal === null) continue;
      this.#mark(ordinal, request.count, true);
      this.#words[FREE_BITMAP_AT] -= request.count;
      return section.base + (ordinal - section.first);
    }
    return null;
  }

  /** Frees one page frame. */
  free(frame: number): void {
    this.#release(this.#heldOrdinal('free', frame), 1);
  }

  /** Frees the page frames of `frames`, all or nothing. */
  freePages(frames: ArrayLike<number>): void {
    this.checkFreeable(frames);
    for (let i = 0; i < frames.length; i += 1) this.#release(this.#heldOrdinal('freePages', frames[i]), 1);
  }

  /** Throws the panic of `freePages` unless each of `frames` may be freed and none is named twice. */
  checkFreeable(frames: ArrayLike<number>): void {
    const seen = new Set<number>();
    for (let i = 0; i < frames.length; i += 1) {
      const frame = frames[i];
      this.#heldOrdinal('freePages', frame);
      if (seen.has(frame)) panicOnDuplicate('freePages', frame);
      seen.add(frame);
    }
  }

  /** Frees the page frames [base, base + count), all or nothing. O(count / 32). */
  freeRegion(base: number, count: number): void {
    if (count === 0) return;
    const region = { base, end: base + count };
    this.#checkRegion(region);
    this.#eachPiece(region, (first, n) => this.#release(first, n));
  }

  /** Returns the page frames of the sections as runs in one condition, ascending. */
  *inspect(): Generator<InspectedRun> {
    for (const { base, count, first } of this.#sections.list) {
      let from = first;
      while (from < first + count) {
        const held = isHeld(this.#words, this.#layout.heldAt, from);
        const end = firstOrdinal(this.#words, this.#layout.heldAt, from, first + count, !held);
        yield { base: base + (from - first), count: end - from, condition: held ? 'held' : 'free' };
        from = end;
      }
    }
  }

  /** Returns a copy of the state. Two allocators of one map are in the same state exactly when the copies are equal. */
  snapshot(): Uint8Array {
    const depth = this.#words[DEPTH_AT] >>> 0;
    return new Uint8Array(this.#words.slice(0, this.#layout.stackAt + depth * ENTRY_WORDS).buffer);
  }

  /** Goes back to the state of a snapshot of this memory map; throws `RangeError` for any other. */
  restore(snapshot: Uint8Array): void {
    const words = new Int32Array(snapshot.slice().buffer);
    const isOurs = words[MAGIC_AT] === MAGIC && words[MAP_AT] === this.#words[MAP_AT];
    if (!isOurs) throw new RangeError('not a snapshot of an allocator with this memory map');
    if (words.length > this.#words.length) this.#words = words;
    else this.#words.set(words);
  }

  #holdPadding(): void {
    let from = 0;
    for (const { first, count } of this.#sections.list) {
      if (first > from) this.#mark(from, first - from, true);
      from = first + count;
    }
    if (this.#sections.ordinals > from) this.#mark(from, this.#sections.ordinals - from, true);
  }

  #mark(first: number, count: number, held: boolean): void {
    markRange(this.#words, this.#layout.heldAt, first, count, held);
  }

  /** Calls `visit` with the ordinals of each section's part of an extent, ascending. */
  #eachPiece({ base, end }: Extent, visit: (first: number, count: number) => void): void {
    let [from, index] = [base, sectionBelow(this.#sections, base)];
    while (from < end) {
      const section = this.#sections.list[index];
      const until = Math.min(end, section.base + section.count);
      visit(section.first + (from - section.base), until - from);
      [from, index] = [until, index + 1];
    }
  }

  /** Makes held ordinals of one section free. */
  #release(first: number, count: number): void {
    this.#give(first, count);
    this.#mark(first, count, false);
  }

  /** Counts ordinals of one section, whose bits say free, as free, and pushes those of the stack zone. */
  #give(first: number, count: number): void {
    if (first < this.#sections.bitmapOrdinals) {
      this.#words[FREE_BITMAP_AT] += count;
    } else {
      this.#growForOneMore();
      stack.pushRun(this.#words, this.#layout.stackAt, first, count);
      this.#words[FREE_STACK_AT] += count;
    }
  }

  #growForOneMore(): void {
    const { stackAt } = this.#layout;
    const used = stackAt + (this.#words[DEPTH_AT] >>> 0) * ENTRY_WORDS;
    if (used + ENTRY_WORDS <= this.#words.length) return;
    const capacity = Math.min((used - stackAt) * 2 + ENTRY_WORDS, this.#sections.stackFrames * ENTRY_WORDS);
    const grown = new Int32Array(stackAt + capacity);
    grown.set(this.#words);
    this.#words = grown;
  }

  /** Returns the ordinal of a page frame that may be freed; throws the panic for any other. */
  #heldOrdinal(call: Call, frame: number): number {
    const ordinal = ordinalOf(this.#sections, frame);
    if (ordinal === null) panicOnOwner(call, frame, this.#ownerOutside(frame));
    if (!isHeld(this.#words, this.#layout.heldAt, ordinal)) panicOnOwner(call, frame, 'pmm');
    return ordinal;
  }

  #ownerOutside(frame: number): Owner {
    return this.#firmware.some(({ base, end }) => base <= frame && frame < end) ? 'firmware' : 'absent';
  }

  #checkRegion({ base, end }: Extent): void {
    const { heldAt } = this.#layout;
    let [from, index] = [base, sectionBelow(this.#sections, base)];
    while (from < end) {
      if (from === PFN_LIMIT) panicOnArgument('freeRegion', 'the region ends above 2^52');
      const section = this.#sections.list[index];
      if (section === undefined || section.base > from || section.base + section.count <= from) {
        panicOnOwner('freeRegion', from, this.#ownerOutside(from));
      }
      const [first, until] = [section.first - section.base, Math.min(end, section.base + section.count)];
      const free = firstOrdinal(this.#words, heldAt, first + from, first + until, false);
      if (free < first + until) panicOnOwner('freeRegion', free - first, 'pmm');
      [from, index] = [until, index + 1];
    }
  }

  /** Returns the ordinal of the lowest fitting run of a section, or null. Tries each aligned start, bit by bit. */
  #lowestFit({ base, count, first }: Section, request: RunRequest): number | null {
    const { limit, alignment } = request;
    const end = Math.min(limit, base + count);
    let start = Math.ceil(base / alignment) * alignment;
    while (start + request.count <= end) {
      const from = first + (start - base);
      const held = firstOrdinal(this.#words, this.#layout.heldAt, from, from + request.count, true);
      if (held === from + request.count) return from;
      start = Math.ceil((base + (held - first) + 1) / alignment) * alignment;
    }
    return null;
  }
}
