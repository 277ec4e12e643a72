/**
 * The section finder: in which section a page frame or an ordinal lies. It remembers the section found last, since the next
 * question is mostly about the same one. That is a cache, not part of the state: sections are constant.
 *
 * Cost: O(1) for the section found last, else O(log sections).
 */
import { type Call, computedOnce, type MemoryMap, type Owner, PFN_LIMIT } from '../spec/index.ts';
import { broken } from './assert.ts';
import { argumentPanic, ownerPanic } from './misuse.ts';
import {
  type Extent,
  mergedExtents,
  type Section,
  type Sections,
  sectionBelow,
  sectionOfOrdinal,
} from './sections.ts';

/** Stands for "no section": holds no page frame. */
export const NOWHERE: Section = { base: 0, count: 0, first: 0 };

/** Page frames outside all sections that are RAM which firmware keeps, ascending. Asked only to word a panic: O(log extents). */
export type FirmwareExtents = readonly Extent[];

/** Returns the page frames that firmware keeps. O(1) for a map that was asked about before. */
export const firmwareExtents = computedOnce(
  (map: MemoryMap): FirmwareExtents => mergedExtents(map, (owner) => owner === 'firmware'),
);

/** Returns the owner of a page frame that lies in no section. */
export function ownerOutside(firmware: FirmwareExtents, frame: number): Owner {
  const below = firmware[sectionBelow({ list: firmware }, frame)];
  return below !== undefined && frame < below.end ? 'firmware' : 'absent';
}

export class SectionFinder {
  readonly #sections: Sections;
  readonly #firmware: FirmwareExtents;
  #near = NOWHERE;

  constructor(sections: Sections, firmware: FirmwareExtents) {
    this.#sections = sections;
    this.#firmware = firmware;
  }

  /** Returns the section that a page frame lies in; panics where it lies in none. */
  sectionOf(call: Call, frame: number): Section {
    const near = this.#near;
    const index = frame - near.base;
    if (index === index >>> 0 && index < near.count) return near;
    return this.#findFrame(call, frame);
  }

  /** Returns the page frame of an ordinal (modulo 2^32), which is not padding. */
  frameOf(ordinal: number): number {
    const near = this.#near;
    const index = (ordinal - near.first) >>> 0;
    return index < near.count ? near.base + index : this.#findOrdinal(ordinal);
  }

  // The two below are separate, so that the two above stay small enough for the engine to inline.

  #findFrame(call: Call, frame: number): Section {
    const section = this.#sections.list[sectionBelow(this.#sections, frame)] ?? NOWHERE;
    const index = frame - section.base;
    const isInside = index >= 0 && index < section.count && Math.floor(index) === index;
    if (!isInside) throw this.#outsidePanic(call, frame);
    this.#near = section;
    return section;
  }

  #findOrdinal(word: number): number {
    const ordinal = word >>> 0;
    const section = this.#sections.list[sectionOfOrdinal(this.#sections, ordinal)] ?? NOWHERE;
    const index = ordinal - section.first;
    if (!(index < section.count))
      throw broken('sections: an ordinal in use is that of a page frame', 'ordinal', ordinal);
    this.#near = section;
    return section.base + index;
  }

  #outsidePanic(call: Call, frame: number): Error {
    const isFrame = Number.isInteger(frame) && frame >= 0 && frame < PFN_LIMIT;
    if (!isFrame) return argumentPanic(call, () => `${frame} is not a page frame number`);
    return ownerPanic(call, frame, ownerOutside(this.#firmware, frame));
  }
}
