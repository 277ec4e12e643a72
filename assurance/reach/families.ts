/**
 * Families of defects: each shows at a moment with a size, which is drawn from a range, so that no generator can be tuned to it.
 * The ranges end where `npm run reach` must still find them.
 */
import { bitmapLimit, endOf, isRam, ownedRegions, regionOf } from '../../spec/index.ts';
import { type Family, family } from './family.ts';
import { NEIGHBOURS } from './neighbours.ts';
import { type Ended, type Extent, endOfExtent, type Plant } from './planted.ts';

type Test = (ended: Ended) => boolean;

const alloc: Test = ({ call, isGranted }) => isGranted && call === 'alloc';
const free: Test = ({ call, isGranted }) => isGranted && call === 'free';
const run: Test = ({ call, isGranted }) => isGranted && call === 'allocBitmap';
const batch: Test = ({ call, isGranted }) => isGranted && call === 'allocPages';
const freedBatch: Test = ({ call, isGranted }) => isGranted && call === 'freePages';
const region: Test = ({ call, isGranted }) => isGranted && call === 'freeRegion';

/** Shows at the K-th such call in a row. */
const inARow =
  (test: Test): Plant =>
  (size) => {
    let row = 0;
    return (ended) => {
      row = test(ended) ? row + 1 : 0;
      return row === size;
    };
  };

/** Shows at such a call of this size. */
const at =
  (test: (ended: Ended, size: number) => boolean): Plant =>
  (size) =>
  (ended) =>
    test(ended, size);

/** Shows where an extent of such a call ends above K and begins below. */
const across = (test: Test): Plant =>
  at(
    (ended, size) =>
      test(ended) && ended.extents.some(({ base, count }) => base < size && base + count > size),
  );

/** The results of some kind that are held whole, by their first page frames. A region that lies beside all of them costs nothing. */
function heldBy(test: Test): (ended: Ended) => number {
  const held = new Set<number>();
  let [lowest, highest] = [Number.POSITIVE_INFINITY, -1];
  const take = (first: number): void => {
    held.add(first);
    [lowest, highest] = [Math.min(lowest, first), Math.max(highest, first)];
  };
  const giveBack = ({ base, count }: Extent): void => {
    if (base > highest || base + count <= lowest) return;
    if (count <= held.size) for (let i = 0; i < count; i += 1) held.delete(base + i);
    else for (const first of held) if (first >= base && first < base + count) held.delete(first);
  };
  return (ended) => {
    if (test(ended)) take(ended.extents[0]?.base ?? 0);
    else if (ended.call.startsWith('free')) for (const extent of ended.extents) giveBack(extent);
    return held.size;
  };
}

/** Shows where K results are held at once. */
const held =
  (test: Test): Plant =>
  (size) => {
    const count = heldBy(test);
    return (ended) => count(ended) === size;
  };

/** Shows where the page frames of callers and boot in a zone are K extents. */
const fragments =
  (zone: 'bitmap' | 'stack'): Plant =>
  (size, { map, config }) => {
    const limit = bitmapLimit(config);
    // Page frames whose neighbour below is not like them: each extent has two.
    const edges = new Set<number>();
    const toggle = (frame: number): unknown => edges.delete(frame) || edges.add(frame);
    const turn = ({ base, count }: Extent): void => {
      const from = zone === 'stack' ? Math.max(base, limit) : base;
      const end = zone === 'stack' ? base + count : Math.min(base + count, limit);
      if (from < end) for (const frame of [from, end]) toggle(frame);
    };
    for (const one of ownedRegions(map)) if (one.owner === 'boot') turn(one);
    return ({ extents }) => {
      for (const extent of extents) turn(extent);
      return extents.length > 0 && edges.size >= 2 * size;
    };
  };

/** Shows where boot memory is freed across the limit while the number of single pages held is a power of two, K or more. */
const bootAcross: Plant = (size, { map, config }) => {
  const limit = bitmapLimit(config);
  const isBoot = ownedRegions(map).some(
    (one) => one.owner === 'boot' && one.base <= limit && endOf(one) > limit,
  );
  const count = heldBy(alloc);
  return (ended) => {
    const singles = count(ended);
    const isCrossing =
      region(ended) && ended.extents.some((one) => one.base < limit && endOfExtent(one) > limit);
    return isBoot && isCrossing && singles >= size && Number.isInteger(Math.log2(singles));
  };
};

/** Shows where K or more page frames of a run are freed from its middle. */
const middle: Plant = (size) => {
  let runs: Extent[] = [];
  return (ended) => {
    if (run(ended)) runs = [...runs.slice(-63), ...ended.extents];
    return (
      region(ended) &&
      ended.count >= size &&
      ended.extents.some(({ base, count }) =>
        runs.some((one) => one.base < base && endOfExtent(one) > base + count),
      )
    );
  };
};

/** Shows where a region has at least K page frames of boot memory and at least K of a caller's. */
const bootAndCallers: Plant = (size, { map }) => {
  const boot = ownedRegions(map).filter(({ owner }) => owner === 'boot');
  const common = (a: Extent, b: Extent): number =>
    Math.max(0, Math.min(endOfExtent(a), endOfExtent(b)) - Math.max(a.base, b.base));
  let given: Extent[] = [];
  return (ended) => {
    if (run(ended) || alloc(ended)) given = [...given.slice(-255), ...ended.extents];
    if (!region(ended)) return false;
    const [freed] = ended.extents;
    if (freed === undefined) return false;
    const ofBoot = boot.reduce((sum, one) => sum + common(one, freed), 0);
    const ofCallers = given.reduce((sum, one) => sum + common(one, freed), 0);
    return ofBoot >= size && ofCallers >= size;
  };
};

/** Shows where a free that returned K pages one by one is followed by an allocation. */
const afterFrees: Plant = (size) => {
  let row = 0;
  return (ended) => {
    const before = row;
    row = free(ended) ? row + 1 : 0;
    return before >= size && alloc(ended);
  };
};

/** Shows where K pages were held and all are freed again, one by one or in any other way. */
const drained: Plant = (size) => {
  const count = heldBy(alloc);
  let most = 0;
  return (ended) => {
    const now = count(ended);
    most = Math.max(most, now);
    return now === 0 && most >= size;
  };
};

/** Shows where single pages are refused while at least K are held. */
const exhausted: Plant = (size) => {
  const count = heldBy(alloc);
  return (ended) => count(ended) >= size && ended.call === 'alloc' && !ended.isGranted;
};

/** Shows at the K-th free of the page just allocated, in a row. */
const alternating: Plant = (size) => {
  let row = 0;
  let isLastAlloc = false;
  return (ended) => {
    if (free(ended) && isLastAlloc) row += 1;
    else if (!alloc(ended) || isLastAlloc) row = 0;
    isLastAlloc = alloc(ended);
    return row === size;
  };
};

/** Shows at the third run in a row with one odd count, K or more. */
const threeEqual: Plant = (size) => {
  let counts: number[] = [];
  return (ended) => {
    counts = run(ended) ? [...counts.slice(-2), ended.count] : [];
    const [first = 0] = counts;
    return (
      counts.length === 3 && first >= size && first % 2 === 1 && counts.every((count) => count === first)
    );
  };
};

/** Shows at the K-th granted allocation of a kind since init. */
const sinceInit =
  (test: Test): Plant =>
  (size) => {
    let count = 0;
    return (ended) => {
      if (test(ended)) count += 1;
      return count === size;
    };
  };

const isDescending = (extents: readonly Extent[]): boolean =>
  extents.every(({ base }, i) => i === 0 || base < (extents[i - 1]?.base ?? 0));

/** Whether some descriptor of RAM ends at a page frame, and none covers that. */
const lastBefore: Plant = (size, { map }) => {
  const ram = map.descriptors.filter(({ type, pages }) => isRam(type) && pages > 0).map(regionOf);
  return ram.some((one) => endOf(one) === size) && !ram.some(({ base }) => base === size);
};

/** Whether two extents of RAM are K page frames apart. */
const hole: Plant = (size, { map }) => {
  const ram = map.descriptors.filter(({ type, pages }) => isRam(type) && pages > 0).map(regionOf);
  const ascending = ram.toSorted((a, b) => a.base - b.base);
  return ascending.some((one, i) => i > 0 && one.base - endOf(ascending[i - 1] ?? one) === size);
};

const allocatable: Plant = (size, { map }) =>
  ownedRegions(map).reduce((sum, { owner, count }) => sum + (owner === 'pmm' ? count : 0), 0) === size - 1;

const DEEP = [2, 2 ** 14] as const;
const FRAGMENTS = [2, 2 ** 12] as const;
const WIDE = [1, 2 ** 16] as const;
const LANDMARKS = [2 ** 8, 2 ** 32] as const;

const firstAt = (ended: Ended): number => ended.extents[0]?.base ?? -1;

/** All families: deep ones, fragments, sizes, alignments and limits, landmarks, worlds, and several features at once. */
export const FAMILIES: readonly Family[] = [
  family('K single pages in a row', DEEP, inARow(alloc)),
  family('K frees in a row', DEEP, inARow(free)),
  family('K runs in a row', DEEP, inARow(run)),
  family('K batches in a row', [2, 2 ** 12], inARow(batch)),
  family(
    'K refusals in a row',
    DEEP,
    inARow(({ call, isGranted }) => !isGranted && call.startsWith('alloc')),
  ),
  family('K times a page and its free in a row', DEEP, alternating),
  family('K single pages since init', DEEP, sinceInit(alloc)),
  family('K single pages held', DEEP, held(alloc)),
  family('K runs held', DEEP, held(run)),
  family('K pages freed one by one, then a page', DEEP, afterFrees),
  family('K pages held, then none', DEEP, drained),
  family('no page left, K held', DEEP, exhausted),
  family('K fragments of the bitmap zone', FRAGMENTS, fragments('bitmap')),
  family('K fragments of the stack zone', FRAGMENTS, fragments('stack')),
  family(
    'a run of K pages',
    WIDE,
    at((ended, size) => run(ended) && ended.count === size),
  ),
  family(
    'a run of K pages or more',
    [1, 2 ** 20],
    at((ended, size) => run(ended) && ended.count >= size),
  ),
  family(
    'a batch of K pages',
    WIDE,
    at((ended, size) => batch(ended) && ended.count === size),
  ),
  family(
    'a region of K pages freed',
    WIDE,
    at((ended, size) => region(ended) && ended.count === size),
  ),
  family(
    'a batch of K pages or more freed',
    WIDE,
    at((ended, size) => freedBatch(ended) && ended.count >= size),
  ),
  family(
    'a batch of K or more freed, descending',
    [2, 2 ** 12],
    at(
      ({ extents, ...ended }, size) =>
        ended.call === 'freePages' && extents.length >= size && isDescending(extents),
    ),
  ),
  family(
    'a run aligned to K bytes or more, not at 0',
    [2 ** 12, 2 ** 40],
    at((ended, size) => run(ended) && ended.alignment >= size && firstAt(ended) > 0),
    'powers',
  ),
  family(
    'alignment between K and 9/8 K bytes',
    [2 ** 13, 2 ** 40],
    at((ended, size) => run(ended) && ended.alignment >= size && ended.alignment <= (size * 9) / 8),
  ),
  family(
    'an alignment of K pages, odd',
    [3, 2 ** 10],
    at((ended, size) => run(ended) && Math.ceil(ended.alignment / 4096) === size),
    'odd',
  ),
  family(
    'a limit between K and 9/8 K bytes',
    [2 ** 13, 2 ** 48],
    at((ended, size) => run(ended) && ended.maxAddr >= size && ended.maxAddr <= (size * 9) / 8),
  ),
  family('a run across page frame K', LANDMARKS, across(run), 'powers'),
  family('a region freed across page frame K', LANDMARKS, across(region), 'powers'),
  family(
    'a batch freed on both sides of page frame K',
    LANDMARKS,
    at(
      (ended, size) =>
        freedBatch(ended) &&
        ended.extents.some(({ base }) => base === size) &&
        ended.extents.some(({ base }) => base === size - 1),
    ),
    'powers',
  ),
  family(
    'page frame K as a single page',
    LANDMARKS,
    at((ended, size) => alloc(ended) && firstAt(ended) === size),
    'powers',
  ),
  family('RAM that ends at page frame K', LANDMARKS, lastBefore, 'powers'),
  family('a hole of K page frames', [1, 2 ** 8], hole),
  family('K descriptors or more', [2, 100], (size, { map }) => map.descriptors.length >= size),
  family('K - 1 page frames that can be allocated', [1, 2 ** 6], allocatable),
  family('three runs of K pages or more, one odd count', [3, 2 ** 10], threeEqual),
  family('K pages freed from the middle of a run', WIDE, middle),
  family("a region of K pages of boot memory and K of a caller's", [1, 2 ** 8], bootAndCallers),
  family('boot memory across the limit, 2^k >= K pages held', [1, 2 ** 8], bootAcross),
  ...NEIGHBOURS,
];
