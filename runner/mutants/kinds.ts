/**
 * Kinds of managers: for each claim of a profile, a correct manager that needs it and broken ones that it must not excuse. Each is our
 * implementation with some calls changed.
 */
import { createPmm } from '../../impl/manager/index.ts';
import {
  type BreakableClause,
  type DescriptorInput,
  decodeProfile,
  isPageAligned,
  isPmmPanic,
  type MemoryMap,
  memoryMap,
  type Owner,
  ownerAfterInit,
  PAGE_BYTES,
  type Pmm,
  type PmmFactory,
  type PmmOptions,
  PmmPanic,
  pfnAt,
  pfnOf,
  physicalAddress,
  toHex,
  U64_MAX,
} from '../../spec/index.ts';
import { factoryTarget } from '../factory-target.ts';
import { MUTANT_PREFIX } from '../ours.ts';
import type { Target } from '../target.ts';
import { wrapPmm } from '../wrap-pmm.ts';
import { areU64, type Change, factoryOf, missing, type Parts, takeAt } from './mutant.ts';

/** A manager of a kind, and the clause by which it is caught where it is broken. */
interface Variant {
  /** A noun phrase in kebab case. */
  readonly name: string;
  readonly create: PmmFactory;
  readonly clause: BreakableClause;
}

/** A claim, with managers that tell what it excuses. */
export interface Kind {
  /** The claim as JSON. */
  readonly claim: object;
  /** Other claims that the managers need, as JSON. */
  readonly others?: object;
  /** Whether the claim adds to the check: then the managers break nothing without it. Default: it takes something out. */
  readonly adds?: boolean;
  /** A correct manager, with the clause that it breaks where it does not claim this. */
  readonly correct: Variant;
  /** Managers that break a clause with the claim too. */
  readonly broken: readonly [Variant, Variant, ...Variant[]];
}

/** Returns a manager of a kind as a target with these claims. */
export function kindTarget({ name, create }: Variant, claims: object): Target {
  const profile = decodeProfile(claims, name);
  return factoryTarget({ name: `${MUTANT_PREFIX}${name}`, policies: [], profile, create });
}

function variant(name: string, clause: BreakableClause, change: Change): Variant {
  return { name, clause, create: factoryOf(change) };
}

/** Returns a change that panics at the address of a free in which no page frame begins, where it `sees` that. */
function pageAlignedFrees(sees: (address: bigint) => boolean): Change {
  return ({ inner }) => {
    const checked = (call: 'free' | 'freeRegion' | 'freePages', address: bigint): void => {
      if (areU64(address) && !isPageAligned(address) && sees(address))
        throw new PmmPanic(`${call}: ${address} is not aligned`, { call, pfn: null, owner: null });
    };
    return {
      free: (address) => {
        checked('free', address);
        inner.free(address);
      },
      freePages: (addresses, count) => {
        for (const address of addresses.subarray(0, Number(count))) checked('freePages', address);
        inner.freePages(addresses, count);
      },
      freeRegion: (address, count) => {
        if (areU64(count) && count > 0) checked('freeRegion', address);
        inner.freeRegion(address, count);
      },
    };
  };
}

/** Returns a change that passes other arguments of contiguous allocations on. */
function otherRuns(
  passed: (
    parts: Parts,
    run: {
      readonly count: number | bigint;
      readonly maxAddr: number | bigint;
      readonly alignment: number | bigint;
    },
  ) => readonly [number | bigint, number | bigint, number | bigint],
): Change {
  return (parts) => ({
    allocBitmap: (count, maxAddr, alignment) =>
      areU64(count, maxAddr, alignment)
        ? parts.inner.allocBitmap(...passed(parts, { count, maxAddr, alignment }))
        : parts.inner.allocBitmap(count, maxAddr, alignment),
  });
}

const endsAtLimit = missing(({ base, count }, { limit }) => base + count === limit);
const startsAtZero = missing(({ base }) => base === 0);
const TWO_MIB = 0x20_0000n;

/** Returns the limit that an address of as many bits as one below `limit` has, less some bits. */
function limitInBits(limit: bigint | number, less: bigint): bigint {
  const power = powerBelow(BigInt(limit));
  return power === 1n << 63n ? U64_MAX : less < 0n ? power << -less : power >> less;
}

/** Returns the largest power of two that is at most `n`, or 0. */
function powerBelow(n: bigint): bigint {
  return n === 0n ? 0n : 1n << BigInt(n.toString(2).length - 1);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Returns what builds a manager that cannot start with fewer free page frames. */
function withAtLeast(pages: number): PmmFactory {
  return (map, options) => {
    const pmm = createPmm(map, options);
    if (pmm.freeAmount() < pages) throw new Error(`${pages} page frames are needed`);
    return pmm;
  };
}

/** Returns what builds a manager whose bitmap zone ends at an address, whatever the configuration says. */
function withZoneEnd(bitmapMaxAddr: bigint): PmmFactory {
  const fixed = { bitmapMaxAddr: physicalAddress(bitmapMaxAddr) };
  return (map, options) => createPmm(map, { ...options, config: { ...options.config, ...fixed } });
}

/** Returns a change that throws, as a kernel stops, where an allocation `dies` of its value. */
function dyingAllocations(dies: (value: bigint | null) => boolean): Change {
  const living = (value: bigint | null): bigint | null => {
    if (dies(value)) throw new Error('out of memory');
    return value;
  };
  return ({ inner }) => ({
    alloc: () => living(inner.alloc()),
    allocPages: (addresses, count) => {
      if (!inner.allocPages(addresses, count)) throw new Error('out of memory');
      return true;
    },
    allocBitmap: (count, maxAddr, alignment) => living(inner.allocBitmap(count, maxAddr, alignment)),
  });
}

/** A run that is asked for, in page frames. */
interface AskedRun {
  readonly count: number;
  readonly end: number;
  readonly alignment: number;
}

/** Page frames [base, end) in which a run may lie. */
type Stretch = readonly [base: number, end: number];

/** Returns a change that takes the lowest run in the first stretch that has one, of those below `end`. */
function dividedRuns(stretches: (map: MemoryMap, end: number) => readonly Stretch[], isBound = true): Change {
  return (parts) => {
    const { inner, limit } = parts;
    const lowest = ({ count, end, alignment }: AskedRun): number | null => {
      const free = [...inner.inspect()].filter(({ condition }) => condition === 'free');
      for (const [from, to] of stretches(parts.map, end))
        for (const run of free) {
          const base = Math.ceil(Math.max(run.base, from) / alignment) * alignment;
          if (base + count <= Math.min(run.base + run.count, to, isBound ? end : to)) return base;
        }
      return null;
    };
    return {
      allocBitmap: (count, maxAddr, alignment) => {
        const isPlain = areU64(count, maxAddr, alignment) && count > 0 && count < 2 ** 40;
        if (!isPlain) return inner.allocBitmap(count, maxAddr, alignment);
        const base = lowest({
          count: Number(count),
          end: Math.min(limit, Number(BigInt(maxAddr) / PAGE_BYTES)),
          alignment: Math.max(1, Math.ceil(Number(alignment) / 4096)),
        });
        return base === null ? parts.fail('allocBitmap') : takeAt(parts, { base, count: Number(count) });
      },
    };
  };
}

/** Returns where the descriptors of a map begin and end, without `cut` page frames at the end of each. */
function descriptorsOf(map: MemoryMap, cut = 0): readonly Stretch[] {
  const stretches = map.descriptors.map(
    ({ start, pages }): Stretch => [pfnOf(start), pfnOf(start) + pages - cut],
  );
  return stretches.toSorted(([a], [b]) => a - b);
}

/** The zones of {@link zoned}: page frames below 4, and from 4 on. */
const DMA: Stretch = [0, 4];
const NORMAL: Stretch = [4, 2 ** 52];

/** Returns the zones that serve a request: of the ones below its limit, the upper one first. */
function fromTheTop(end: number): readonly Stretch[] {
  return [NORMAL, DMA].filter(([base]) => base < end);
}

/** Returns the same where each zone serves for the other. */
function forEachOther(end: number): readonly Stretch[] {
  return end <= 4 ? [DMA, NORMAL] : [NORMAL, DMA];
}

/** Returns what builds a manager of zones: where runs may lie, and single pages, the preferred zone first. */
function zoned(runs: (end: number) => readonly Stretch[], singles = runs, isBound = true): PmmFactory {
  const taking = (order: typeof runs): Change => dividedRuns((_, end) => order(end), isBound);
  const change: Change = (parts) => {
    const single = taking(singles)(parts).allocBitmap;
    return { ...taking(runs)(parts), alloc: () => single?.(1, U64_MAX, 1) ?? null };
  };
  const all = { bitmapMaxAddr: physicalAddress(MEMORY_OF_ZONES) };
  return (map, options) => factoryOf(change)(map, { ...options, config: { ...options.config, ...all } });
}

const MEMORY_OF_ZONES = 0x400_0000n;
const NAMED_ZONES = [{ name: 'dma', below: '0x4000' }, { name: 'normal' }];
const ORDERED_ZONES = [
  { name: 'dma', below: '0x4000', fallback: ['normal'] },
  { name: 'normal', fallback: ['dma'] },
];
/** A third zone below the two, and the order in which they serve for the last: the lowest before the one between. */
const THREE_ZONES = [{ name: 'low', below: '0x4000' }, { name: 'middle', below: '0x8000' }, { name: 'high' }];
const LOWEST_NEXT = THREE_ZONES.map((zone) =>
  zone.name === 'high' ? { ...zone, fallback: ['low', 'middle'] } : zone,
);
const MIDDLE: Stretch = [4, 8];
const HIGH: Stretch = [8, 2 ** 52];

function lowestNext(end: number): readonly Stretch[] {
  return end <= 4 ? [DMA] : end <= 8 ? [MIDDLE, DMA] : [HIGH, DMA, MIDDLE];
}

const OF_ZONES = {
  calls: ['alloc', 'allocBitmap', 'free', 'freeRegion', 'freeAmount'],
  memoryBelow: toHex(MEMORY_OF_ZONES),
  failures: [],
};

/** Returns a change that says nothing about frees of page frames of some owners, and does nothing then. */
function trustingFrees(owners: readonly Owner[]): Change {
  const trusting = <A extends readonly unknown[]>(call: (...passed: A) => void) => {
    return (...passed: A): void => {
      try {
        call(...passed);
      } catch (error) {
        if (!isPmmPanic(error) || error.owner === null || !owners.includes(error.owner)) throw error;
      }
    };
  };
  return ({ inner }) => ({
    free: trusting((address: bigint) => inner.free(address)),
    freePages: trusting((addresses: BigUint64Array, count: number | bigint) =>
      inner.freePages(addresses, count),
    ),
    freeRegion: trusting((address: bigint, count: number | bigint) => inner.freeRegion(address, count)),
  });
}

/** Returns a manager of the map without its first free page frame, which it keeps; `name` is told which that is. */
function keepingFirst(
  name: (frame: number, map: MemoryMap, keep: NonNullable<PmmOptions['keep']>) => void,
): PmmFactory {
  return (map, options) => {
    const first = map.descriptors.find(({ type, pages }) => pages > 0 && ownerAfterInit(type) === 'pmm');
    if (first === undefined) return createPmm(map, options);
    const frame = pfnOf(first.start);
    name(frame, map, options.keep ?? (() => {}));
    const without = map.descriptors.flatMap((descriptor) =>
      descriptor === first
        ? [
            { ...first, type: 'acpiNvs' as const, pages: 1 },
            { ...first, start: first.start + PAGE_BYTES, pages: first.pages - 1 },
          ]
        : [descriptor],
    );
    return keeping((named) => named === frame, createPmm(memoryMap(without), options));
  };
}

/** Returns what builds a manager that keeps the RAM below an address, as far as firmware does not. */
function keepingBelow(end: bigint): PmmFactory {
  return (map, options) => {
    const low: DescriptorInput[] = [];
    for (const descriptor of map.descriptors) {
      const { type, start, pages } = descriptor;
      const isKept = ['pmm', 'boot'].includes(ownerAfterInit(type));
      const below = isKept ? Math.min(pages, Math.max(0, pfnOf(physicalAddress(end)) - pfnOf(start))) : 0;
      low.push({ ...descriptor, type: 'acpiNvs', pages: below });
      low.push({ ...descriptor, start: start + BigInt(below) * PAGE_BYTES, pages: pages - below });
    }
    const isLow = (frame: number): boolean =>
      map.descriptors.some(
        ({ type, start, pages }) =>
          ['pmm', 'boot'].includes(ownerAfterInit(type)) &&
          frame >= pfnOf(start) &&
          frame < pfnOf(start) + pages &&
          BigInt(frame) * PAGE_BYTES < end,
      );
    return keeping(isLow, createPmm(memoryMap(low), options));
  };
}

/** Returns a manager whose panics say that it keeps some page frames. */
function keeping(isKept: (frame: number) => boolean, inner: Pmm): Pmm {
  const blaming = <A extends readonly unknown[]>(call: (...passed: A) => void) => {
    return (...passed: A): void => {
      try {
        call(...passed);
      } catch (error) {
        if (!isPmmPanic(error) || error.pfn === null || !isKept(error.pfn)) throw error;
        throw new PmmPanic(error.message, { call: error.call, pfn: error.pfn, owner: 'kept' });
      }
    };
  };
  return wrapPmm(inner, {
    free: blaming((address: bigint) => inner.free(address)),
    freePages: blaming((addresses: BigUint64Array, count: number | bigint) =>
      inner.freePages(addresses, count),
    ),
    freeRegion: blaming((address: bigint, count: number | bigint) => inner.freeRegion(address, count)),
  });
}

/** Returns a page frame of RAM that firmware or boot code keeps, or null. */
function withheldFrame({ descriptors }: MemoryMap): number | null {
  const owners = ['firmware', 'boot'];
  const found = descriptors.find(({ type, pages }) => pages > 0 && owners.includes(ownerAfterInit(type)));
  return found === undefined ? null : pfnOf(found.start);
}

/** A region that is given back, and the page frames that were allocated at once from where it begins. */
interface GivenBack {
  readonly given: number;
  readonly run: number;
}

/** Returns a change that panics at a region which was not handed out at once, where it `sees` that; `freed` frees a run. */
function wholeFrees(
  sees: (back: GivenBack) => boolean,
  freed: (parts: Parts, address: bigint, count: number | bigint) => void = ({ inner }, address, count) =>
    inner.freeRegion(address, count),
): Change {
  return (parts) => {
    const { inner, frame } = parts;
    /** The page frames of each run that is held, by its first one. */
    const held = new Map<number, number>();
    const noted = (address: bigint | null, count: number): bigint | null => {
      if (address !== null) held.set(frame(address), count);
      return address;
    };
    const check = (call: 'free' | 'freeRegion', address: bigint, given: number): void => {
      const at = frame(address);
      const run = held.get(at) ?? 0;
      const isBoot = given === 1 && !isWithin(held, at);
      if (given !== run && !isBoot && areHeld(parts, at, given) && sees({ given, run }))
        throw new PmmPanic(`${call}: a part of a run`, { call, pfn: at, owner: 'caller' });
    };
    return {
      alloc: () => noted(inner.alloc(), 1),
      allocBitmap: (count, maxAddr, alignment) =>
        noted(inner.allocBitmap(count, maxAddr, alignment), Number(count)),
      free: (address) => {
        check('free', address, 1);
        inner.free(address);
        held.delete(frame(address));
      },
      freeRegion: (address, count) => {
        if (areU64(address, count) && count > 0) check('freeRegion', address, Number(count));
        freed(parts, address, count);
        if (count > 0) held.delete(frame(address));
      },
    };
  };
}

/** Whether a page frame lies in one of the runs. */
function isWithin(runs: ReadonlyMap<number, number>, frame: number): boolean {
  return [...runs].some(([base, count]) => base <= frame && frame < base + count);
}

/** Whether all of these page frames are held. */
function areHeld({ inner }: Parts, base: number, count: number): boolean {
  let end = base;
  for (const run of inner.inspect())
    if (run.condition === 'held' && run.base <= end) end = Math.max(end, run.base + run.count);
  return base + count <= end;
}

/** Returns a change that zeroes the words of a page frame from its first byte up to `end` when it is handed out. */
function zeroingPages(end: bigint, change: 'alloc' | 'free' = 'alloc'): Change {
  return ({ inner, memory, frame }) => {
    const zero = (address: bigint): void => {
      const start = BigInt(frame(address)) * PAGE_BYTES;
      for (let at = start; at < start + end; at += 8n) memory.write(at, 0n);
    };
    return {
      alloc: () => {
        const address = inner.alloc();
        if (address !== null && change === 'alloc') zero(address);
        return address;
      },
      free: (address) => {
        inner.free(address);
        if (change === 'free') zero(address);
      },
    };
  };
}

const ZONE_END = 0x8000n;

export const KINDS: readonly Kind[] = [
  {
    claim: { unalignedFree: 'misuse' },
    correct: variant(
      'page-aligned-frees',
      'misuse.panics',
      pageAlignedFrees(() => true),
    ),
    broken: [
      variant(
        'last-byte-accepted',
        'free.owner',
        pageAlignedFrees((address) => address % PAGE_BYTES !== 4095n),
      ),
      variant('aligned-frees-of-others', 'free.owner', (parts) => {
        const checked = pageAlignedFrees(() => true)(parts);
        return {
          ...checked,
          free: (address) => (parts.frame(address) === 0 ? undefined : checked.free?.(address)),
        };
      }),
    ],
  },
  {
    claim: { runArguments: ['alignment'] },
    correct: variant(
      'runs-without-a-limit',
      'allocBitmap.complete',
      otherRuns((_, { count, alignment }) => [count, U64_MAX, alignment]),
    ),
    broken: [
      variant(
        'runs-without-a-limit-nor-alignment',
        'allocBitmap.aligned',
        otherRuns((_, { count }) => [count, U64_MAX, 1]),
      ),
      variant('runs-short-of-the-limit', 'allocBitmap.complete', endsAtLimit),
    ],
  },
  {
    claim: { runArguments: ['maxAddr'] },
    correct: variant(
      'runs-without-alignment',
      'allocBitmap.aligned',
      otherRuns((_, { count, maxAddr }) => [count, maxAddr, 1]),
    ),
    broken: [
      variant(
        'runs-without-alignment-nor-limit',
        'allocBitmap.below-max',
        otherRuns((_, { count }) => [count, U64_MAX, 1]),
      ),
      variant(
        'runs-two-by-two',
        'allocBitmap.complete',
        otherRuns((_, { count, maxAddr }) => [count, maxAddr, 2n * PAGE_BYTES]),
      ),
    ],
  },
  {
    claim: { alignments: 'powers-of-two' },
    correct: variant(
      'masked-alignments',
      'allocBitmap.aligned',
      otherRuns((_, { count, maxAddr, alignment }) => [count, maxAddr, powerBelow(BigInt(alignment))]),
    ),
    broken: [
      variant(
        'halved-alignments',
        'allocBitmap.aligned',
        otherRuns((_, { count, maxAddr, alignment }) => [count, maxAddr, powerBelow(BigInt(alignment)) / 2n]),
      ),
      variant('masked-alignments-but-zero', 'allocBitmap.complete', startsAtZero),
    ],
  },
  {
    claim: { limits: 'powers-of-two' },
    correct: variant(
      'limits-in-bits',
      'allocBitmap.complete',
      otherRuns((_, { count, maxAddr, alignment }) => [count, limitInBits(maxAddr, 0n), alignment]),
    ),
    broken: [
      variant(
        'limits-a-bit-short',
        'allocBitmap.complete',
        otherRuns((_, { count, maxAddr, alignment }) => [count, limitInBits(maxAddr, 1n), alignment]),
      ),
      variant(
        'limits-a-bit-long',
        'allocBitmap.below-max',
        otherRuns((_, { count, maxAddr, alignment }) => [count, limitInBits(maxAddr, -1n), alignment]),
      ),
    ],
  },
  {
    claim: { zones: NAMED_ZONES },
    others: OF_ZONES,
    correct: { name: 'zones-from-the-top', clause: 'allocBitmap.zone', create: zoned(fromTheTop) },
    broken: [
      {
        name: 'zones-from-the-bottom',
        clause: 'allocBitmap.zone',
        create: zoned((end) => fromTheTop(end).toReversed(), fromTheTop),
      },
      {
        name: 'single-pages-from-the-bottom',
        clause: 'alloc.zone',
        create: zoned(fromTheTop, () => [DMA, NORMAL]),
      },
      {
        name: 'zones-that-run-together',
        clause: 'allocBitmap.complete',
        create: zoned((end) => [...fromTheTop(end), [0, end]]),
      },
      {
        name: 'zone-without-a-fallback',
        clause: 'alloc.complete',
        create: zoned((end) => fromTheTop(end).slice(0, 1)),
      },
    ],
  },
  {
    claim: { zones: ORDERED_ZONES },
    others: { ...OF_ZONES, zones: NAMED_ZONES },
    correct: {
      name: 'zones-for-each-other',
      clause: 'allocBitmap.below-max',
      create: zoned(forEachOther, forEachOther, false),
    },
    broken: [
      {
        name: 'zones-only-from-the-top',
        clause: 'allocBitmap.complete',
        create: zoned(fromTheTop, fromTheTop, false),
      },
      {
        name: 'normal-for-devices',
        clause: 'allocBitmap.zone',
        create: zoned(() => [NORMAL, DMA], forEachOther, false),
      },
      {
        name: 'devices-for-normal',
        clause: 'alloc.zone',
        create: zoned(forEachOther, () => [DMA, NORMAL], false),
      },
    ],
  },
  {
    claim: { zones: LOWEST_NEXT },
    others: { ...OF_ZONES, calls: ['allocBitmap', 'free', 'freeRegion', 'freeAmount'], zones: THREE_ZONES },
    correct: { name: 'lowest-zone-next', clause: 'allocBitmap.zone', create: zoned(lowestNext) },
    broken: [
      {
        name: 'lowest-zone-first',
        clause: 'allocBitmap.zone',
        create: zoned((end) => lowestNext(end).toReversed(), lowestNext),
      },
      {
        name: 'lowest-zone-for-none',
        clause: 'allocBitmap.complete',
        create: zoned((end) => lowestNext(end).filter((zone) => end <= 4 || zone !== DMA), lowestNext),
      },
    ],
  },
  {
    claim: { fallback: 'none' },
    others: { ...OF_ZONES, zones: NAMED_ZONES },
    correct: {
      name: 'zones-apart',
      clause: 'alloc.complete',
      create: zoned((end) => fromTheTop(end).slice(0, 1)),
    },
    broken: [
      {
        name: 'single-pages-from-elsewhere',
        clause: 'alloc.zone',
        create: zoned((end) => fromTheTop(end).slice(0, 1), fromTheTop),
      },
      {
        name: 'runs-from-elsewhere',
        clause: 'allocBitmap.complete',
        create: zoned(fromTheTop, (end) => fromTheTop(end).slice(0, 1)),
      },
    ],
  },
  {
    claim: { neverBelow: '0x4000' },
    correct: { name: 'low-memory-kept', clause: 'init.free', create: keepingBelow(0x4000n) },
    broken: [
      { name: 'low-memory-free', clause: 'init.free', create: createPmm },
      { name: 'low-memory-kept-too-far', clause: 'init.free', create: keepingBelow(0x5000n) },
      {
        name: 'low-memory-handed-over',
        clause: 'free.owner',
        create: (map, options) => {
          const pmm = keepingBelow(0x4000n)(map, options);
          const free = (address: bigint): void => {
            if (pfnAt(options.config, address) !== 3) pmm.free(address);
          };
          return wrapPmm(pmm, { free });
        },
      },
    ],
  },
  {
    claim: { largestAlignment: '0x200000' },
    correct: variant(
      'alignments-to-2-mib',
      'allocBitmap.aligned',
      otherRuns((_, { count, maxAddr, alignment }) => [count, maxAddr, least(BigInt(alignment), TWO_MIB)]),
    ),
    broken: [
      variant(
        'alignments-to-1-mib',
        'allocBitmap.aligned',
        otherRuns((_, { count, maxAddr, alignment }) => [
          count,
          maxAddr,
          least(BigInt(alignment), TWO_MIB / 2n),
        ]),
      ),
      variant('alignments-to-2-mib-but-zero', 'allocBitmap.complete', startsAtZero),
    ],
  },
  {
    claim: { runsWithin: 'descriptors' },
    correct: variant(
      'runs-in-one-descriptor',
      'allocBitmap.complete',
      dividedRuns((map) => descriptorsOf(map)),
    ),
    broken: [
      variant(
        'last-page-of-a-descriptor-missed',
        'allocBitmap.complete',
        dividedRuns((map) => descriptorsOf(map, 1)),
      ),
      variant('two-descriptors-joined', 'allocBitmap.complete', () => ({})),
    ],
  },
  {
    claim: { freeRuns: 'whole' },
    others: { calls: ['alloc', 'allocBitmap', 'free', 'freeRegion', 'freeAmount'] },
    correct: variant(
      'runs-freed-whole',
      'freeRegion.owner',
      wholeFrees(() => true),
    ),
    broken: [
      variant(
        'first-page-of-a-run-freed',
        'freeRegion.owner',
        wholeFrees(({ given }) => given > 1),
      ),
      variant(
        'shorter-run-freed',
        'freeRegion.owner',
        wholeFrees(({ given, run }) => given === 1 || given > run),
      ),
      variant(
        'longer-run-freed',
        'freeRegion.owner',
        wholeFrees(({ given, run }) => given === 1 || given < run),
      ),
      variant(
        'first-page-for-the-run',
        'freed.returns',
        wholeFrees(
          () => true,
          ({ inner }, address, count) =>
            count > 1 && count < 64 ? inner.free(address) : inner.freeRegion(address, count),
        ),
      ),
    ],
  },
  {
    claim: { uncaught: ['foreign'] },
    correct: variant('foreign-frees-trusted', 'freePages.owner', trustingFrees(['absent', 'firmware'])),
    broken: [
      variant('double-frees-trusted', 'free.owner', trustingFrees(['absent', 'firmware', 'pmm'])),
      variant('nothing-freed', 'free.owner', (parts) => ({
        ...trustingFrees(['absent', 'firmware'])(parts),
        free: () => {
          throw new PmmPanic('free: no', { call: 'free', pfn: null, owner: null });
        },
      })),
    ],
  },
  {
    claim: { outOfMemory: 'undefined' },
    correct: variant(
      'panics-without-memory',
      'allocBitmap.complete',
      dyingAllocations((value) => value === null),
    ),
    broken: [
      variant('panics-at-page-frame-0', 'allocBitmap.complete', (parts) =>
        dyingAllocations((value) => value === null || parts.frame(value) === 0)(parts),
      ),
      variant('panics-at-a-full-batch', 'allocPages.complete', (parts) => ({
        ...dyingAllocations((value) => value === null)(parts),
        allocPages: (addresses, count) => {
          const isFull = Number(count) === parts.inner.freeAmount() && count > 1;
          if (isFull || !parts.inner.allocPages(addresses, count)) throw new Error('out of memory');
          return true;
        },
      })),
    ],
  },
  {
    claim: { keeps: 'named' },
    correct: {
      name: 'table-in-the-first-page',
      clause: 'init.kept',
      create: keepingFirst((frame, _, keep) => keep(frame, 1)),
    },
    broken: [
      {
        name: 'table-named-twice',
        clause: 'init.kept',
        create: keepingFirst((frame, _, keep) => {
          keep(frame, 1);
          keep(frame, 1);
        }),
      },
      {
        name: 'table-and-withheld-memory',
        clause: 'init.kept',
        create: keepingFirst((frame, map, keep) => {
          keep(frame, 1);
          keep(withheldFrame(map) ?? frame, 1);
        }),
      },
      { name: 'table-not-named', clause: 'init.free', create: keepingFirst(() => {}) },
      {
        name: 'table-still-free',
        clause: 'init.free',
        create: (map, options) => {
          keepingFirst((frame, _, keep) => keep(frame, 1))(map, options);
          return createPmm(map, options);
        },
      },
      {
        name: 'two-pages-named-for-one',
        clause: 'init.kept',
        create: keepingFirst((frame, _, keep) => keep(frame, 2)),
      },
    ],
  },
  {
    claim: { contents: 'zeroed' },
    others: { calls: ['alloc', 'free', 'freeAmount'] },
    adds: true,
    correct: variant('pages-zeroed', 'contents.zeroed', zeroingPages(PAGE_BYTES)),
    broken: [
      variant('last-word-not-zeroed', 'contents.zeroed', zeroingPages(PAGE_BYTES - 8n)),
      variant('zeroed-only-when-freed', 'contents.zeroed', zeroingPages(PAGE_BYTES, 'free')),
    ],
  },
  {
    claim: { memoryAtLeast: 8 },
    correct: { name: 'starts-with-eight', clause: 'init.total', create: withAtLeast(8) },
    broken: [
      { name: 'starts-with-nine', clause: 'init.total', create: withAtLeast(9) },
      {
        name: 'keeps-one-of-eight',
        clause: 'init.free',
        create: (map, options) => {
          const pmm = withAtLeast(8)(map, options);
          pmm.alloc();
          pmm.errno = null;
          return pmm;
        },
      },
    ],
  },
  {
    claim: { bitmapZoneEnd: '0x8000' },
    correct: { name: 'fixed-zone', clause: 'allocPages.complete', create: withZoneEnd(ZONE_END) },
    broken: [
      { name: 'fixed-zone-too-long', clause: 'allocBitmap.zone', create: withZoneEnd(ZONE_END + PAGE_BYTES) },
      {
        name: 'fixed-zone-too-short',
        clause: 'allocBitmap.complete',
        create: withZoneEnd(ZONE_END - PAGE_BYTES),
      },
    ],
  },
];
