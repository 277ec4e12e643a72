/**
 * Frames: the page frames of RAM, numbered without gaps in ascending order, so that arrays are as long as RAM, not as the address
 * space.
 */
import { isRam, type MemoryMap, regionOf } from 'frameproof/spec';

/** Page frames [base, base + count), of which the first has the place `place`. */
interface Band {
  readonly base: number;
  readonly count: number;
  readonly place: number;
}

export class Frames {
  readonly #bands: readonly Band[];
  /** How many there are. */
  readonly count: number;

  constructor({ descriptors }: MemoryMap) {
    let place = 0;
    const regions = descriptors.filter(({ type }) => isRam(type)).map(regionOf);
    this.#bands = regions
      .toSorted((a, b) => a.base - b.base)
      .map(({ base, count }) => {
        const band = { base, count, place };
        place += count;
        return band;
      });
    this.count = place;
  }

  /** Returns the place of a page frame, or null where it is not RAM. */
  placeOf(frame: number): number | null {
    const band = this.#bands.find(({ base, count }) => base <= frame && frame < base + count);
    return band === undefined ? null : band.place + frame - band.base;
  }

  /** Returns the place of a page frame of RAM. */
  at(frame: number): number {
    const place = this.placeOf(frame);
    if (place === null) throw new Error(`page frame ${frame} is no RAM`);
    return place;
  }

  /** Returns the page frames at the places [from, to), as maximal runs, ascending. */
  *between(from: number, to: number): Generator<{ base: number; end: number }> {
    let [base, end] = [0, 0];
    for (const band of this.#bands) {
      const first = band.base + Math.max(from - band.place, 0);
      const last = band.base + Math.min(to - band.place, band.count);
      if (first >= last) continue;
      if (first !== end && base < end) yield { base, end };
      if (first !== end) base = first;
      end = last;
    }
    if (base < end) yield { base, end };
  }

  /** Returns the page frames whose places `isIn` accepts, as maximal runs, ascending. */
  *runs(isIn: (place: number) => boolean): Generator<{ base: number; end: number }> {
    for (let from = 0; from < this.count; ) {
      let to = from;
      while (to < this.count && isIn(to)) to += 1;
      if (from < to) yield* this.between(from, to);
      from = to + 1;
    }
  }
}
