/**
 * Differences: the page frames that two memory maps say different things of. What no descriptor names is a hole.
 *
 *     before  |conventional        |reserved|                 |
 *     after   |conventional  |acpiNvs       |conventional     |
 *     differ                 |      |       |                 |
 */
import { type MemoryMap, type MemoryType, ownerAfterInit, regionOf } from '../../memory-map.ts';
import type { Owner } from '../../owner.ts';
import { endOf, type Pfn, pfn } from '../../units.ts';

/** Page frames [base, end) that have one type in one map, and another one in the other. */
export interface Difference {
  readonly base: Pfn;
  readonly end: Pfn;
  readonly before: MemoryType | 'hole';
  readonly after: MemoryType | 'hole';
  /** Whether they have another owner after init too. */
  readonly isOwner: boolean;
}

/** Page frames [base, end) of a type. */
interface Stretch {
  readonly base: number;
  readonly end: number;
  readonly type: MemoryType;
}

function stretchesOf({ descriptors }: MemoryMap): readonly Stretch[] {
  return descriptors
    .filter(({ pages }) => pages > 0)
    .map((d) => ({ base: regionOf(d).base, end: endOf(regionOf(d)), type: d.type }))
    .sort((a, b) => a.base - b.base);
}

/** Reads the types of a map upwards. */
class Cursor {
  readonly #stretches: readonly Stretch[];
  #next = 0;

  constructor(map: MemoryMap) {
    this.#stretches = stretchesOf(map);
  }

  /** Returns the type of a page frame that is none below the one asked before. */
  at(frame: number): MemoryType | 'hole' {
    while ((this.#stretches[this.#next]?.end ?? Number.POSITIVE_INFINITY) <= frame) this.#next += 1;
    const stretch = this.#stretches[this.#next];
    return stretch !== undefined && stretch.base <= frame ? stretch.type : 'hole';
  }
}

function ownerOf(type: MemoryType | 'hole'): Owner {
  return type === 'hole' ? 'absent' : ownerAfterInit(type);
}

/** Returns what differs between two maps, ascending; neighbours differ in what they were or became. O(n log n). */
export function differencesOf(before: MemoryMap, after: MemoryMap): readonly Difference[] {
  const edges = [before, after].flatMap((map) => stretchesOf(map).flatMap(({ base, end }) => [base, end]));
  const sorted = [...new Set(edges)].sort((a, b) => a - b);
  const [one, other] = [new Cursor(before), new Cursor(after)];
  const found: Difference[] = [];
  for (const [i, base] of sorted.entries()) {
    const [was, is, end] = [one.at(base), other.at(base), sorted[i + 1]];
    if (was === is || end === undefined) continue;
    const last = found.at(-1);
    const isNext = last?.end === base && last.before === was && last.after === is;
    const from = isNext ? last.base : pfn(base);
    if (isNext) found.pop();
    found.push({ base: from, end: pfn(end), before: was, after: is, isOwner: ownerOf(was) !== ownerOf(is) });
  }
  return found;
}
