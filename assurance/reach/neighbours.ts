/**
 * Families of neighbours: defects that show where page frames on both sides of an edge are freed in one call, or boot memory beside a
 * caller's, or the middle of a run.
 */
import { bitmapLimit, endOf, ownedRegions } from '../../spec/index.ts';
import { type Family, family } from './family.ts';
import { type Extent, endOfExtent, type Plant } from './planted.ts';

type World = Parameters<Plant>[1];

/** Returns the page frames where an edge may lie; a size that is a step between edges gives all that a call may cross. */
type Edges = (size: number, world: World) => (extents: readonly Extent[]) => Iterable<number>;

const limit: Edges =
  (_, { config }) =>
  () => [bitmapLimit(config)];

/** Where two descriptors meet whose page frames can both be freed. */
const meetings: Edges = (_, { map }) => {
  const ends = new Set(freeable(map).map(endOf));
  const edges = freeable(map).flatMap(({ base }) => (ends.has(base) ? [base] : []));
  return () => edges;
};

/** Multiples of the size; of a batch those in it, of a region the first that it crosses. */
const multiples: Edges = (size) => (extents) =>
  extents.flatMap(({ base, count }) => {
    const edge = Math.ceil((count === 1 ? base : base + 1) / size) * size;
    return edge < base + count ? [edge] : [];
  });

function freeable(map: World['map']): ReturnType<typeof ownedRegions> {
  return ownedRegions(map).filter(({ owner }) => owner === 'pmm' || owner === 'boot');
}

const steps = (extents: readonly Extent[]): readonly number[] =>
  extents.slice(1).map(({ base }, i) => base - (extents[i]?.base ?? 0));

/** Shows where a batch is freed in this order that has all page frames up to `width(K)` below an edge and above it. */
const batchAcross =
  (edges: Edges, order: 1 | -1, width: (size: number) => number): Plant =>
  (size, world) => {
    const edgesOf = edges(size, world);
    const each = width(size);
    return ({ call, extents }) => {
      if (call !== 'freePages' || extents.length < 2 * each) return false;
      if (!steps(extents).every((step) => Math.sign(step) === order)) return false;
      const frames = new Set(extents.map(({ base }) => base));
      const isWhole = (edge: number): boolean =>
        Array.from({ length: 2 * each }, (_, i) => edge - each + i).every((frame) => frames.has(frame));
      return [...edgesOf(extents)].some(isWhole);
    };
  };

/** Shows where a region is freed that has `width(K)` page frames or more below an edge and above it, and `most` in all. */
const regionAcross =
  (edges: Edges, width: (size: number) => number, most = Number.POSITIVE_INFINITY): Plant =>
  (size, world) => {
    const edgesOf = edges(size, world);
    return ({ call, isGranted, extents }) =>
      call === 'freeRegion' &&
      isGranted &&
      extents.some(
        (one) =>
          one.count <= most &&
          [...edgesOf(extents)].some(
            (edge) => edge - one.base >= width(size) && endOfExtent(one) - edge >= width(size),
          ),
      );
  };

/** Shows where K page frames or more of boot memory are freed that lie right between page frames that callers were given. */
const bootBetween: Plant = (size, { map }) => {
  const boot = ownedRegions(map).filter(({ owner }) => owner === 'boot');
  let given: readonly Extent[] = [];
  return ({ call, isGranted, extents }) => {
    if (!isGranted) return false;
    if (call.startsWith('alloc')) given = [...given, ...extents].slice(-255);
    if (call !== 'freeRegion') return false;
    return extents.some(
      (one) =>
        one.count >= size &&
        boot.some(({ base, count }) => base <= one.base && base + count >= endOfExtent(one)) &&
        given.some((each) => endOfExtent(each) === one.base) &&
        given.some(({ base }) => base === endOfExtent(one)),
    );
  };
};

/** Shows where a run is freed from its middle so that K page frames or more of it are left on each side. */
const leftOver: Plant = (size) => {
  let runs: readonly Extent[] = [];
  return ({ call, isGranted, extents: [freed] }) => {
    if (!isGranted || freed === undefined) return false;
    if (call === 'allocBitmap') runs = [...runs, freed].slice(-64);
    return (
      call === 'freeRegion' &&
      runs.some((run) => freed.base - run.base >= size && endOfExtent(run) - endOfExtent(freed) >= size)
    );
  };
};

const whole = (size: number): number => size;
const one = (): number => 1;

const SIDES = [1, 2 ** 6] as const;
/** From the page frames of a word to more than the ones of a section. */
const UNITS = [2 ** 5, 2 ** 16] as const;

export const NEIGHBOURS: readonly Family[] = [
  family('a batch freed, K on each side of the limit', SIDES, batchAcross(limit, 1, whole)),
  family('the same, descending', SIDES, batchAcross(limit, -1, whole)),
  family('a batch freed, K of each of two descriptors', SIDES, batchAcross(meetings, 1, whole)),
  family('K of each of two descriptors, descending', SIDES, batchAcross(meetings, -1, whole)),
  family('a batch freed across a multiple of K', UNITS, batchAcross(multiples, 1, one), 'powers'),
  family('across a multiple of K, descending', UNITS, batchAcross(multiples, -1, one), 'powers'),
  family('a region freed, K on each side of the limit', [1, 2 ** 10], regionAcross(limit, whole)),
  family('a region freed, K of each of two descriptors', [1, 2 ** 10], regionAcross(meetings, whole)),
  family('8 pages or fewer freed across a multiple of K', UNITS, regionAcross(multiples, one, 8), 'powers'),
  family('K pages of boot memory freed between others held', [1, 2 ** 8], bootBetween),
  family('a run freed from its middle, K left on each side', [1, 2 ** 14], leftOver),
];
