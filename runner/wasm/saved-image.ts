/**
 * Saved images: the state of a machine as 32-bit words. Saved are static data, the arena and the page frames that are the manager's: where
 * they differ from the image after init, or page frames from the pattern that they held before. Not saved are page frames of
 * others, which hold the pattern, the stack, which is dead between calls, and the desk.
 *
 *     end of the arena │ watched page frames, 32 a word │ place, word │ place, word │ …      ascending places in linear memory
 */
import { PAGE_SIZE } from '../../spec/index.ts';
import { BASE, joined, type Machine } from './machine.ts';
import { PATTERN, PATTERN_WORDS, type WatchedFrames } from './watched-frames.ts';

const PAGE_WORDS = PAGE_SIZE / 4;
/** Fills dead bytes. No word of the pattern. */
const OTHER_WORD = 0xdead_dead;

export class SavedImage {
  readonly #machine: Machine;
  readonly #watched: WatchedFrames;
  /** The words from static data to the end of the arena after init. */
  readonly #initial: Uint32Array;
  readonly #initialBytes: Buffer;
  readonly #from: number;
  readonly #bytes: Buffer;
  readonly #frames: number;
  /** For each page frame, whether it is watched. */
  readonly #isWatched: Uint8Array;
  readonly #namesLive: boolean;
  /** Words before the pairs of place and word. */
  readonly #head: number;

  /** Remembers the image after init. `frames`: page frames of the map. */
  constructor(machine: Machine, watched: WatchedFrames, frames: number) {
    this.#machine = machine;
    this.#watched = watched;
    this.#frames = frames;
    this.#namesLive = machine.namesLive;
    this.#isWatched = new Uint8Array(frames);
    this.#head = 1 + Math.ceil(frames / 32);
    const [[from] = [0]] = machine.ownWords;
    this.#from = from;
    this.#initial = machine.words.slice(from, machine.arenaUsed / 4);
    this.#initialBytes = Buffer.from(this.#initial.buffer);
    this.#bytes = Buffer.from(machine.buffer);
  }

  /** Writes the state to `into`, if it fits. Returns its number of words. O(words of the image). */
  save(into: Int32Array): number {
    const machine = this.#machine;
    into[0] = machine.arenaUsed;
    this.#saveWatched(into);
    let length = this.#head;
    for (const [first, end] of machine.ownWords) length = this.#saveOwn(first, end, into, length);
    if (this.#namesLive) return this.#saveLive(into, length);
    for (let frame = 0; frame < this.#frames; frame += 1)
      if (this.#isWatched[frame] === 0) length = this.#saveFrame(frame, into, length);
    return length;
  }

  /** The words that are live: those that the target names, and all of the page frames that it keeps. */
  #liveWords(): readonly (readonly [number, number])[] {
    const kept = this.#machine.kept.map(
      ({ base, count }) => [this.#placeOf(base), this.#placeOf(base + count)] as const,
    );
    if (kept.length === 0) return this.#machine.liveWords();
    return joined([...this.#machine.liveWords(), ...kept]);
  }

  /** Fills the bytes of free page frames that the target does not name as live with something else. */
  fillDead(): void {
    const { words } = this.#machine;
    const live = this.#liveWords();
    for (let frame = 0; frame < this.#frames; frame += 1) {
      if (this.#watched.has(frame)) continue;
      let at = this.#placeOf(frame);
      const last = at + PAGE_WORDS;
      for (const [first, end] of live) {
        if (end <= at || first >= last) continue;
        words.fill(OTHER_WORD, at, Math.max(at, first));
        at = end;
      }
      if (at < last) words.fill(OTHER_WORD, at, last);
    }
  }

  load(saved: Int32Array): void {
    const machine = this.#machine;
    const { words } = machine;
    machine.unwind();
    this.#clear();
    machine.arenaUsed = (saved[0] ?? 0) >>> 0;
    for (let at = this.#head; at < saved.length; at += 2) words[(saved[at] ?? 0) >>> 0] = saved[at + 1] ?? 0;
    for (let frame = 0; frame < this.#frames; frame += 1)
      this.#watched.mark(frame, (((saved[1 + (frame >>> 5)] ?? 0) >>> (frame & 31)) & 1) === 1);
  }

  /** Goes back to the image after init, with the pattern in every page frame. */
  #clear(): void {
    const machine = this.#machine;
    const { words } = machine;
    words.fill(0, this.#from + this.#initial.length, machine.arenaUsed / 4);
    words.set(this.#initial, this.#from);
    for (let frame = 0; frame < this.#frames; frame += 1) words.set(PATTERN_WORDS, this.#placeOf(frame));
  }

  #placeOf(frame: number): number {
    return (BASE + frame * PAGE_SIZE) / 4;
  }

  #saveWatched(into: Int32Array): void {
    into.fill(0, 1, this.#head);
    this.#isWatched.fill(0);
    for (let frame = 0; frame < this.#frames; frame += 1) {
      if (!this.#watched.has(frame)) continue;
      this.#isWatched[frame] = 1;
      const word = 1 + (frame >>> 5);
      into[word] = (into[word] ?? 0) | (1 << (frame & 31));
    }
  }

  /** Appends the differences in [first, end). Pages that do not differ are compared in native code. */
  #saveOwn(first: number, end: number, into: Int32Array, length: number): number {
    let at = length;
    for (let place = first; place < end; place += PAGE_WORDS) {
      const most = Math.min(end, place + PAGE_WORDS);
      const from = place - this.#from;
      if (!this.#isSame(place, most, this.#initialBytes, from))
        at = this.#append(place, most, this.#initial, from, into, at);
    }
    return at;
  }

  /** Appends the live words of page frames that are not watched, where they differ from the pattern. */
  #saveLive(into: Int32Array, length: number): number {
    let at = length;
    for (const [first, end] of this.#liveWords())
      for (let place = first; place < end; ) {
        const frame = Math.floor((4 * place - BASE) / PAGE_SIZE);
        const start = this.#placeOf(frame);
        const most = Math.min(end, start + PAGE_WORDS);
        const isFree = frame >= 0 && frame < this.#frames && this.#isWatched[frame] === 0;
        if (isFree) at = this.#append(place, most, PATTERN_WORDS, place - start, into, at);
        place = most;
      }
    return at;
  }

  #saveFrame(frame: number, into: Int32Array, length: number): number {
    const start = this.#placeOf(frame);
    if (this.#isSame(start, start + PAGE_WORDS, PATTERN, 0)) return length;
    return this.#append(start, start + PAGE_WORDS, PATTERN_WORDS, 0, into, length);
  }

  /** Whether the words in [first, end) equal the words of another image from a place on. */
  #isSame(first: number, end: number, image: Buffer, from: number): boolean {
    const [start, most] = [4 * from, 4 * (from + end - first)];
    return most <= image.length && this.#bytes.compare(image, start, most, 4 * first, 4 * end) === 0;
  }

  /** Appends each word in [first, end) that differs from another image, beyond whose end all words are 0, with its place. */
  #append(
    first: number,
    end: number,
    image: Uint32Array,
    from: number,
    into: Int32Array,
    length: number,
  ): number {
    const { words } = this.#machine;
    const shift = from - first;
    let at = length;
    for (let place = first; place < end; place += 1) {
      const word = words[place] ?? 0;
      if (word === (image[place + shift] ?? 0)) continue;
      into[at++] = place;
      into[at++] = word;
    }
    return at;
  }
}
