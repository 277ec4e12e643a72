/**
 * The frame allocator: the manager in terms of page frame numbers and counts, without addresses, `errno` or warnings.
 * For hot paths; `pmm.ts` builds the interface of the specification on it. Its whole state is one flat buffer (see
 * `layout.ts`).
 *
 * Page frame numbers and counts are plain numbers here. Failure is `null` or `false`; misuse throws `PmmPanic` and
 * changes nothing. Counts must be non-negative integers and alignments positive ones: the caller checks them.
 *
 * It works over one `Int32Array` and keeps the largest section in fields: several views, a closure, or a call that the engine
 * may not inline on the way cost as much again.
 */
import {
  bitmapLimit,
  type Call,
  type Config,
  type InspectedRun,
  isPmmPanic,
  type MemoryMap,
  pfnLimit,
  ramPages,
} from '../spec/index.ts';
import {
  conditions,
  conditionsByBits,
  conditionsOf,
  type FlatState,
  freeByStack,
  sectionsIn,
} from './abstraction.ts';
import { broken } from './assert.ts';
import { BitmapZone } from './bitmap-zone.ts';
import { checkBatch, endOfRun, type FrameBatch } from './frame-batch.ts';
import * as freeStack from './free-stack.ts';
import * as heldBits from './held-bits.ts';
import * as layoutWords from './layout.ts';
import { type Layout, layoutOf } from './layout.ts';
import { argumentPanic, duplicatePanic, ownerPanic } from './misuse.ts';
import { livePlaces, loadWords, savedTop, saveWords } from './saved-words.ts';
import { firmwareExtents, NOWHERE, SectionFinder } from './section-finder.ts';
import { type Section, type Sections, sectionsOf } from './sections.ts';
import { copyState, readState } from './snapshot.ts';
import { endWords, initialStackWords, wordsFor, writeInitial } from './state.ts';

/** Copies: the engine folds constants of a module into its code, functions too, but loads imported ones at each use. */
const { FREE_BITMAP_AT, HELD_AT, TOP_AT } = layoutWords;
const { firstFree, isHeld, markRange } = heldBits;
const { lengthOf, markStack, nextOf, pop, popRun, push, pushRun, resetStack, sizeOf, stepOf, wordsOfStack } =
  freeStack;
const { NO_ORDINAL: NONE, RUN_WORDS } = freeStack;

/** Page frames in a piece of a batch that is searched for consecutive ones: keeps the cost of a refused batch linear. */
const LONGEST_PIECE = 256;
/** A stack zone of up to this many page frames (64 GiB) is inspected bit by bit. */
const READ_THROUGH = 2 ** 24;

/** The words of a state that was disposed of. */
const NO_WORDS = new Int32Array(0);

function notFree(ordinal: number): Error {
  return broken('free stack: what pops is free', 'ordinal', ordinal >>> 0);
}

/** Returns the section with most page frames. */
function largestOf(sections: readonly Section[]): Section {
  return sections.reduce((largest, section) => (section.count > largest.count ? section : largest), NOWHERE);
}

/**
 * Frees a page frame of the stack zone, whose ordinal is a signed word. Returns false, and changes nothing, where it is free or
 * {@link push} has no room for it. A constant: the engine compares a declared function at each call with the one it knows.
 */
const release = (words: Int32Array, ordinal: number): boolean => {
  const at = HELD_AT + (ordinal >>> 5);
  const bit = 1 << ordinal;
  const held = words[at];
  if ((held & bit) === 0 || !push(words, ordinal)) return false;
  words[at] = held ^ bit;
  return true;
};

export class FrameAllocator {
  /** RAM page frames. */
  readonly total: number;
  /** First page frame of the stack zone. */
  readonly limit: number;
  /** One past the last page frame that can be handed out. */
  readonly end: number;
  /** One past the last page frame that there can be. */
  readonly #pfnLimit: number;
  readonly #sections: Sections;
  readonly #finder: SectionFinder;
  readonly #layout: Layout;
  readonly #bitmap: BitmapZone;
  readonly #bitmapOrdinals: number;
  /** The words that a saved state consists of; listed when the first one is saved. */
  #live: Int32Array | null = null;
  #words: Int32Array = NO_WORDS;
  /** The largest section of the stack zone: first page frame, page frames, first ordinal. Most calls name a page frame of it. */
  readonly #base = NOWHERE.base;
  readonly #count = NOWHERE.count;
  readonly #first = NOWHERE.first;

  /**
   * Builds the allocator of the memory that `map` describes. O(descriptors), and a bit for each page frame of boot
   * memory. Throws `SpecError` where the map has more than 16 TiB of manageable RAM.
   *
   * Where `state` is given, it works on that: words which hold a state of this map and have room for the largest stack, so
   * that they never move.
   */
  constructor(map: MemoryMap, config: Config, state?: Int32Array) {
    this.limit = bitmapLimit(config);
    this.#pfnLimit = pfnLimit(config);
    this.total = ramPages(map);
    this.#sections = sectionsOf(map, config);
    this.#finder = new SectionFinder(this.#sections, firmwareExtents(map));
    this.#layout = layoutOf(this.#sections);
    this.#bitmap = new BitmapZone(this.#sections, this.#layout, this.limit);
    this.#bitmapOrdinals = this.#sections.bitmapOrdinals;
    const last = this.#sections.list.at(-1) ?? NOWHERE;
    const { base, count, first } = largestOf(sectionsIn(this.#sections, 'stack'));
    this.#base = base;
    this.#count = count;
    this.#first = first;
    this.end = last.base + last.count;
    const { descriptors } = map;
    this.#words = state ?? wordsFor(this.#layout, initialStackWords(this.#sections, descriptors));
    if (state === undefined) writeInitial(this.#words, this.#layout, this.#sections, descriptors);
  }

  /** Free page frames of the bitmap zone. */
  get freeInBitmap(): number {
    return this.#words[FREE_BITMAP_AT] >>> 0;
  }

  /** Free page frames of the stack zone. */
  get freeInStack(): number {
    return sizeOf(this.#words, this.#layout.stackAt);
  }

  /** Bytes of the state's buffer, room for the stack to grow included. */
  get stateBytes(): number {
    return this.#words.byteLength;
  }

  /** Allocates the page frame of the stack zone that was freed last; null where none is free. O(1). */
  alloc(): number | null {
    const words = this.#words;
    const ordinal = pop(words);
    if (ordinal === NONE) return null;
    const at = HELD_AT + (ordinal >>> 5);
    const bit = 1 << ordinal;
    const held = words[at];
    if ((held & bit) !== 0) throw notFree(ordinal);
    words[at] = held | bit;
    const index = (ordinal - this.#first) >>> 0;
    return index < this.#count >>> 0 ? this.#base + index : this.#finder.frameOf(ordinal);
  }

  /**
   * Allocates `count` page frames of the stack zone into `frames[0 .. count)`, as single `alloc`s would; false where
   * fewer are free. O(count).
   *
   * @throws PmmPanic where `frames` is too short, or is a `Uint32Array` and the map has page frame numbers beyond.
   */
  allocPages(frames: FrameBatch, count: number): boolean {
    if (count > this.freeInStack) return false;
    checkBatch('allocPages', frames, count, this.end);
    for (let taken = 0; taken < count; ) taken = this.#takeRun(frames, taken, count);
    return true;
  }

  /**
   * Allocates the lowest run of the bitmap zone that ends at or below page frame `limit` and starts at a multiple of
   * `alignment`; null where none does. `search.ts` states the cost.
   */
  allocBitmap(count: number, limit: number, alignment: number): number | null {
    const first = this.#bitmap.take(this.#words, count, limit, alignment);
    return first === null ? null : this.#takenFrame(first, count, limit, alignment);
  }

  /** Frees one page frame. O(1) in the stack zone, O(log zone) in the bitmap zone. */
  free(frame: number): void {
    const index = frame - this.#base;
    let ordinal = this.#first + index; // made a word at one place, below: the engine then need not box it
    if (!(index === index >>> 0 && index < this.#count)) {
      const section = this.#finder.sectionOf('free', frame);
      ordinal = section.first + (frame - section.base);
      if (ordinal < this.#bitmapOrdinals) {
        this.#releaseInBitmap(ordinal, frame);
        return;
      }
    }
    if (!release(this.#words, ordinal | 0)) this.#releaseRarely('free', frame);
  }

  /** Frees `frames[0 .. count)`, all or nothing. O(count); consecutive page frames go a word at a time. */
  freePages(frames: FrameBatch, count: number): void {
    checkBatch('freePages', frames, count, this.end);
    this.#makeRoom(2 * count); // what joins a single page frame takes two words
    const mark = markStack(this.#words);
    const freeInBitmap = this.freeInBitmap;
    // A panic on the first leaves nothing to undo: to catch it and throw it again takes 250 ns.
    let done = count > 0 ? this.#releaseRun(frames, 0, count) : 0;
    try {
      while (done < count) done = this.#releaseRun(frames, done, count);
    } catch (error) {
      if (!isPmmPanic(error)) throw error;
      resetStack(this.#words, mark);
      this.#words[FREE_BITMAP_AT] = freeInBitmap;
      this.#holdAgain(frames, done);
      if (frames.subarray(0, done).includes(frames[done])) throw duplicatePanic('freePages', frames[done]);
      throw error;
    }
    if (this.freeInBitmap !== freeInBitmap) this.#noteBatch(frames, count);
  }

  /** Throws the panic that `freePages` would, and changes nothing. O(count). */
  checkFreeable(frames: FrameBatch, count: number): void {
    const seen = new Set<number>();
    for (let i = 0; i < count; i += 1) {
      const frame = frames[i];
      if (!isHeld(this.#words, this.#ordinalOf('freePages', frame)))
        throw ownerPanic('freePages', frame, 'pmm');
      if (seen.has(frame)) throw duplicatePanic('freePages', frame);
      seen.add(frame);
    }
  }

  /** Frees the page frames [base, base + count), all or nothing. O(count / 32). */
  freeRegion(base: number, count: number): void {
    const end = base + count;
    for (let from = base; from < end; ) from = this.#checkPiece(from, end);
    if (end > this.limit) this.#makeRoom(RUN_WORDS);
    for (let from = base; from < end; ) from = this.#freePiece(from, end);
  }

  /**
   * Returns the page frames of the sections as runs in one condition, ascending: as the held bits have it, but in a stack
   * zone beyond 64 GiB as the free stack has it, which reads no memory that was never touched. O(words read, and entries ·
   * log entries).
   */
  inspect(): readonly InspectedRun[] {
    const state = this.state;
    if (state.sections.stackFrames <= READ_THROUGH) return conditions(state);
    const bitmap = sectionsIn(state.sections, 'bitmap');
    return [
      ...conditionsByBits(state.words, bitmap),
      ...conditionsOf(sectionsIn(state.sections, 'stack'), freeByStack(state)),
    ];
  }

  /** Releases the memory of the state now, and not when the garbage collector gets to it. No call may follow. */
  dispose(): void {
    const { buffer } = this.#words;
    if (buffer instanceof ArrayBuffer) endWords(buffer);
    this.#words = NO_WORDS;
  }

  /**
   * Returns a copy of the state. Two allocators of one memory map and configuration are in the same state, the order of
   * the free stack included, exactly when their snapshots are equal. O(bytes of state).
   */
  snapshot(): Uint8Array<ArrayBuffer> {
    return copyState(this.#words, this.#layout);
  }

  /** Goes back to the state of a snapshot; throws `RangeError`, and changes nothing, where it is not one of this map. */
  restore(snapshot: Uint8Array): void {
    const words = readState(snapshot, this.state);
    if (words.length > this.#words.length) {
      this.#words = words;
    } else {
      this.#words.set(words);
    }
    this.#bitmap.noteAll(this.#words);
  }

  /**
   * Writes everything that a later answer can depend on to `into`, where it fits, and returns how many words that is. What
   * the words leave out is said in `saved-words.ts`. O(words of state that can change).
   */
  saveState(into: Int32Array): number {
    this.#live ??= livePlaces(this.#sections, this.#layout);
    return saveWords(this.#words, this.#live, this.#layout, into);
  }

  /** Goes back to the state whose words these are, saved by an allocator of the same memory map and configuration. */
  loadState(saved: Int32Array): void {
    this.#live ??= livePlaces(this.#sections, this.#layout);
    this.#makeRoom(savedTop(saved) - this.#words[TOP_AT]);
    loadWords(this.#words, this.#live, this.#layout, saved);
  }

  /** The state, to be read from outside. Calls change its words, or move them. */
  get state(): FlatState {
    return { words: this.#words, sections: this.#sections, layout: this.#layout };
  }

  /** Allocates what is left of `count`, as far as the top run of the stack has it. Returns how many are taken now. */
  #takeRun(frames: FrameBatch, taken: number, count: number): number {
    const words = this.#words;
    const next = nextOf(words);
    const step = stepOf(words);
    const pages = Math.min(lengthOf(words), count - taken);
    const low = step < 0 ? next - pages + 1 : next;
    const isFree = !isHeld(words, low) && !isHeld(words, low + pages - 1);
    if (!isFree) throw notFree(low);
    popRun(words, pages);
    markRange(words, low, pages, true);
    const base = this.#finder.frameOf(low);
    const end = taken + pages;
    if (step < 0) for (let i = taken; i < end; i += 1) frames[i] = base + (end - 1 - i);
    else for (let i = taken; i < end; i += 1) frames[i] = base + (i - taken);
    return end;
  }

  /** Returns the page frame that a run begins with; apart from {@link allocBitmap}, which is small enough to be inlined. */
  #takenFrame(first: number, count: number, limit: number, alignment: number): number {
    const frame = this.#finder.frameOf(first);
    const isAligned = alignment === 1 || frame % alignment === 0; // a division costs as much as all the rest
    const fits = isAligned && frame + count <= limit;
    if (!fits) throw broken('allocBitmap: the run is aligned and ends below the limit', 'page frame', frame);
    return frame;
  }

  /**
   * Frees the consecutive page frames from `frames[from]` on if all may be freed, else that one, which panics where it may
   * not. Returns the index of the first that is left.
   */
  #releaseRun(frames: FrameBatch, from: number, count: number): number {
    const section = this.#finder.sectionOf('freePages', frames[from]);
    const index = frames[from] - section.base;
    const ordinal = section.first + index;
    if (ordinal < this.#bitmapOrdinals) {
      if (!this.#bitmap.release(this.#words, ordinal)) throw ownerPanic('freePages', frames[from], 'pmm');
      return from + 1;
    }
    const end = endOfRun(frames, from, Math.min(count, from + LONGEST_PIECE));
    const pages = end - from;
    const step = frames[end - 1] < frames[from] ? -1 : 1;
    const low = step < 0 ? index - (pages - 1) : index;
    const first = section.first + low;
    const fits = pages > 1 && low >= 0 && low + pages <= section.count;
    if (!fits || firstFree(this.#words, first, first + pages) < first + pages) {
      if (!release(this.#words, ordinal | 0)) this.#releaseRarely('freePages', frames[from]);
      return from + 1;
    }
    markRange(this.#words, first, pages, false);
    pushRun(this.#words, ordinal, pages, step);
    return end;
  }

  /** Frees a page frame of the stack zone that {@link release} did not free: panics where it is free, else makes room. */
  #releaseRarely(call: Call, frame: number): void {
    const ordinal = this.#ordinalOf(call, frame);
    if (!isHeld(this.#words, ordinal)) throw ownerPanic(call, frame, 'pmm');
    this.#makeRoom(RUN_WORDS);
    if (!release(this.#words, ordinal | 0))
      throw broken('free stack: there is room for what is pushed', 'ordinal', ordinal);
  }

  #releaseInBitmap(ordinal: number, frame: number): void {
    if (!isHeld(this.#words, ordinal)) throw ownerPanic('free', frame, 'pmm');
    this.#bitmap.releaseRun(this.#words, ordinal, 1);
  }

  /** Makes room for `more` words on the stack, as many as the largest one has at most. Amortised O(more). */
  #makeRoom(more: number): void {
    const { stackAt } = this.#layout;
    const most = wordsOfStack(this.#sections.stackFrames);
    const needed = Math.min(this.#words[TOP_AT] - stackAt + 1 + more, most);
    const room = this.#words.length - stackAt;
    if (needed <= room) return;
    const grown = wordsFor(this.#layout, Math.min(Math.max(2 * room, needed), most));
    grown.set(this.#words);
    // The old ones are not detached: once a buffer was, the engine checks at each access to any array whether its own is.
    this.#words = grown;
  }

  /** Returns the ordinal of a page frame; panics where it lies in no section. */
  #ordinalOf(call: Call, frame: number): number {
    const section = this.#finder.sectionOf(call, frame);
    return section.first + (frame - section.base);
  }

  /** Undoes what the release of `frames[0 .. count)` did to the held bits. */
  #holdAgain(frames: FrameBatch, count: number): void {
    for (let i = 0; i < count; i += 1) {
      markRange(this.#words, this.#ordinalOf('freePages', frames[i]), 1, true);
    }
  }

  #noteBatch(frames: FrameBatch, count: number): void {
    for (let i = 0; i < count; i += 1) {
      if (frames[i] >= this.limit) continue;
      const ordinal = this.#ordinalOf('freePages', frames[i]);
      this.#bitmap.noteFreed(this.#words, ordinal, ordinal);
    }
  }

  /** Panics unless the page frames of [from, end) that lie in one section with the first may be freed; returns their end. */
  #checkPiece(from: number, end: number): number {
    if (from === this.#pfnLimit)
      throw argumentPanic('freeRegion', () => 'the region ends above physical memory');
    const { base, count, first } = this.#finder.sectionOf('freeRegion', from);
    const until = end < base + count ? end : base + count;
    const free = firstFree(this.#words, first + (from - base), first + (until - base));
    if (free < first + (until - base)) throw ownerPanic('freeRegion', base + (free - first), 'pmm');
    return until;
  }

  /** Frees the page frames of [from, end) that lie in one section with the first, and returns their end. */
  #freePiece(from: number, end: number): number {
    const { base, count, first } = this.#finder.sectionOf('freeRegion', from);
    const until = end < base + count ? end : base + count;
    const ordinal = first + (from - base);
    const pages = until - from;
    if (ordinal < this.#bitmapOrdinals) {
      this.#bitmap.releaseRun(this.#words, ordinal, pages);
    } else {
      markRange(this.#words, ordinal, pages, false);
      pushRun(this.#words, ordinal, pages, 1);
    }
    return until;
  }
}
