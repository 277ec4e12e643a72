/**
 * Saved images: the state of a machine as 32-bit words. Saved are static data, the arena and the page frames that are the manager's: where
 * they differ from the image after init, or page frames from the pattern that they held before. Not saved are page frames of
 * others, which hold the pattern, the stack, which is dead between calls, and the desk.
 *
 *     end of the arena │ watched page frames, 32 a word │ place, word │ place, word │ …      ascending places in linear memory
 */
import { PAGE_SIZE } from '../../spec/index.ts';
import { BASE, type Machine } from './machine.ts';
import { PATTERN_WORDS, type WatchedFrames } from './watched-frames.ts';

const PAGE_WORDS = PAGE_SIZE / 4;

export class SavedImage {
  readonly #machine: Machine;
  readonly #watched: WatchedFrames;
  /** The words from static data to the end of the arena after init. */
  readonly #initial: Uint32Array;
  readonly #from: number;
  readonly #frames: number;
  /** For each page frame, whether it is watched. */
  readonly #isWatched: Uint8Array;
  /** Words before the pairs of place and word. */
  readonly #head: number;

  /** Remembers the image after init. `frames`: page frames of the map. */
  constructor(machine: Machine, watched: WatchedFrames, frames: number) {
    this.#machine = machine;
    this.#watched = watched;
    this.#frames = frames;
    this.#isWatched = new Uint8Array(frames);
    this.#head = 1 + Math.ceil(frames / 32);
    const [[from] = [0]] = machine.ownWords;
    this.#from = from;
    this.#initial = machine.words.slice(from, machine.arenaUsed / 4);
  }

  /** Writes the state to `into`, if it fits. Returns its number of words. O(words of the image). */
  save(into: Int32Array): number {
    const machine = this.#machine;
    into[0] = machine.arenaUsed;
    this.#saveWatched(into);
    let length = this.#head;
    for (const [first, end] of machine.ownWords) length = this.#saveOwn(first, end, into, length);
    for (let frame = 0; frame < this.#frames; frame += 1)
      if (this.#isWatched[frame] === 0) length = this.#saveFrame(frame, into, length);
    return length;
  }

  load(saved: Int32Array): void {
    const machine = this.#machine;
    const { words } = machine;
    machine.unwind();
    this.#clear();
    machine.arenaUsed = (saved[0] ?? 0) >>> 0;
    for (let at = this.#head; at < saved.length; at += 2) words[(saved[at] ?? 0) >>> 0] = saved[at + 1] ?? 0;
    const watched: number[] = [];
    for (let frame = 0; frame < this.#frames; frame += 1)
      if (((saved[1 + (frame >>> 5)] ?? 0) >>> (frame & 31)) & 1) watched.push(frame);
    for (let frame = this.#frames; this.#watched.has(frame); frame += 1) watched.push(frame);
    this.#watched.replace(watched);
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
    for (const frame of this.#watched.frames) {
      if (frame >= this.#frames) continue;
      this.#isWatched[frame] = 1;
      const word = 1 + (frame >>> 5);
      into[word] = (into[word] ?? 0) | (1 << (frame & 31));
    }
  }

  #saveOwn(first: number, end: number, into: Int32Array, length: number): number {
    const { words } = this.#machine;
    const [initial, from] = [this.#initial, this.#from];
    let at = length;
    for (let place = first; place < end; place += 1) {
      const word = words[place] ?? 0;
      if (word === (place - from < initial.length ? initial[place - from] : 0)) continue;
      into[at++] = place;
      into[at++] = word;
    }
    return at;
  }

  #saveFrame(frame: number, into: Int32Array, length: number): number {
    const { words } = this.#machine;
    const start = this.#placeOf(frame);
    let at = length;
    for (let i = 0; i < PAGE_WORDS; i += 1) {
      const word = words[start + i];
      if (word === PATTERN_WORDS[i]) continue;
      into[at++] = start + i;
      into[at++] = word ?? 0;
    }
    return at;
  }
}
