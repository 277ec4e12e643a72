/**
 * Buffer states: the words of an allocator, read the plain way: bit by bit and entry by entry, without its kernels. What the
 * representation invariant is said of.
 */
import { type Anatomy, anatomyOf } from '../../impl/index.ts';
import type { World } from '../../runner/index.ts';

/** An entry of the free stack: the ordinals that pop first and last. */
interface Entry {
  readonly next: number;
  readonly last: number;
}

/** A node of the summary. */
interface Node {
  readonly level: number;
  readonly index: number;
  /** What it falls short of the longest run that counts. */
  readonly shortfall: number;
}

export class BufferState {
  readonly anatomy: Anatomy;
  readonly words: Int32Array;

  constructor(world: World, words?: Int32Array) {
    this.anatomy = anatomyOf(world.map, world.config);
    this.words = words ?? new Int32Array(this.anatomy.words);
  }

  word(at: number): number {
    const word = this.words[at];
    if (word === undefined) throw new RangeError(`word ${at} of ${this.words.length}`);
    return word;
  }

  /** An unsigned word of the header. */
  header(place: keyof Anatomy['at']): number {
    return this.word(this.anatomy.at[place]) >>> 0;
  }

  isHeld(ordinal: number): boolean {
    return ((this.word(this.anatomy.at.held + Math.floor(ordinal / 32)) >>> (ordinal % 32)) & 1) === 1;
  }

  /** Ordinals of page frames, of the bitmap zone or of the stack zone, ascending. */
  ordinalsIn(zone: 'bitmap' | 'stack'): readonly number[] {
    const { sections, bitmapSections } = this.anatomy;
    const chosen = zone === 'bitmap' ? sections.slice(0, bitmapSections) : sections.slice(bitmapSections);
    return chosen.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
  }

  /** Ordinals of no page frame. */
  padding(): readonly number[] {
    const isFrame = new Set([...this.ordinalsIn('bitmap'), ...this.ordinalsIn('stack')]);
    return Array.from({ length: this.anatomy.ordinals }, (_, i) => i).filter((i) => !isFrame.has(i));
  }

  /** Entries of the free stack from the floor up, the top one last. */
  entries(): readonly Entry[] {
    const { stackAt, entryWords, at } = this.anatomy;
    const below = Array.from({ length: this.header('depth') }, (_, k) => stackAt + k * entryWords);
    return [...below.map((place) => this.#entryAt(place, place + 1)), this.#entryAt(at.topNext, at.topLast)];
  }

  #entryAt(next: number, last: number): Entry {
    return { next: this.word(next), last: this.word(last) };
  }

  /** Entries without the floor, their ordinals as unsigned numbers. */
  runs(): readonly Entry[] {
    return this.entries()
      .slice(1)
      .map(({ next, last }) => ({ next: next >>> 0, last: last >>> 0 }));
  }

  nodes(): readonly Node[] {
    return this.anatomy.levels.flatMap(({ at, nodes }, level) =>
      Array.from({ length: nodes }, (_, index) => ({ level, index, shortfall: this.word(at + index) })),
    );
  }

  /** Returns the page frame of an ordinal that is one's. */
  frameOf(ordinal: number): number {
    const section = this.anatomy.sections.find(
      ({ first, count }) => first <= ordinal && ordinal < first + count,
    );
    if (section === undefined) throw new RangeError(`ordinal ${ordinal} is no page frame`);
    return section.base + (ordinal - section.first);
  }
}

/** Returns the ordinals of an entry in the order in which they pop. */
export function popped({ next, last }: Entry): readonly number[] {
  const step = next <= last ? 1 : -1;
  return Array.from({ length: Math.abs(last - next) + 1 }, (_, i) => next + step * i);
}

/** Returns how long the free run is that begins at each ordinal of the bitmap zone; 0 where it is held. */
function freeRunLengths(state: BufferState): readonly number[] {
  const lengths = new Array<number>(state.anatomy.bitmapOrdinals + 1).fill(0);
  for (let i = state.anatomy.bitmapOrdinals - 1; i >= 0; i -= 1)
    lengths[i] = state.isHeld(i) ? 0 : (lengths[i + 1] ?? 0) + 1;
  return lengths.slice(0, -1);
}

/** Returns the shortfall of each leaf that claims exactly what there is. */
export function exactShortfalls(state: BufferState): readonly number[] {
  const { leafOrdinals, longestCounted } = state.anatomy;
  const lengths = freeRunLengths(state);
  return Array.from({ length: lengths.length / leafOrdinals }, (_, leaf) => {
    const longest = Math.max(...lengths.slice(leaf * leafOrdinals, (leaf + 1) * leafOrdinals));
    return longestCounted - Math.min(longest, longestCounted);
  });
}
