/** A bitmap zone on its own, for tests: its words, and what belongs to them. */
import { config as configOf, type DescriptorInput, memoryMap } from '../../spec/index.ts';
import type { FlatState } from '../abstraction.ts';
import { markRange } from '../held-bits.ts';
import { HELD_AT, layoutOf } from '../layout.ts';
import { paddingOf, type Sections, sectionsOf } from '../sections.ts';
import { rebuild } from '../summary.ts';

export interface Zone extends FlatState {
  readonly words: Int32Array<ArrayBuffer>;
}

/** Page frames [base, base + count). */
export type Stretch = readonly [base: number, count: number];

export function usable([base, pages]: Stretch): DescriptorInput {
  return { type: 'conventional', start: BigInt(base) * 4096n, pages };
}

/** Returns the sections of a map that has usable RAM at these stretches, where the bitmap zone ends at a page frame. */
export function sectionsWith(limit: number, ...stretches: readonly Stretch[]): Sections {
  return sectionsOf(memoryMap(stretches.map(usable)), configOf({ bitmapMaxAddr: BigInt(limit) * 4096n }));
}

/** Returns a zone of these stretches, all free, with an exact summary. */
export function zoneOf(...stretches: readonly Stretch[]): Zone {
  const sections = sectionsWith(2 ** 30, ...stretches);
  const layout = layoutOf(sections);
  const words = new Int32Array(layout.stackAt);
  for (const { first, count } of paddingOf(sections)) markRange(words, first, count, true);
  rebuild(words, layout);
  return { words, sections, layout };
}

/** How often words were read: held bits, and nodes of the summary. */
export interface Reads {
  bits: number;
  nodes: number;
}

/** Returns the zone with words that count how often they are read from now on. */
export function counted(zone: Zone): { readonly zone: Zone; readonly reads: Reads } {
  const reads: Reads = { bits: 0, nodes: 0 };
  const bitsEnd = zone.layout.levels[0]?.at ?? 0;
  const words = new Proxy(zone.words, {
    get(target, key) {
      const at = Number(key);
      if (at >= HELD_AT && at < bitsEnd) reads.bits += 1;
      else if (at >= bitsEnd) reads.nodes += 1;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value; // the methods of arrays want an array
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
  return { zone: { ...zone, words }, reads };
}
