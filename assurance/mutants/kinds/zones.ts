/** Kinds of zones: where they end, their names, and which serve for which. */
import { createPmm } from '../../../impl/manager/index.ts';
import { type Change, factoryOf } from '../../../runner/mutants/index.ts';
import { PAGE_BYTES, type PmmFactory, physicalAddress, toHex, U64_MAX } from '../../../spec/index.ts';
import type { Kind } from './kind.ts';
import { dividedRuns, type Stretch } from './runs.ts';

/** Returns what builds a manager whose bitmap zone ends at an address, whatever the configuration says. */
function withZoneEnd(bitmapMaxAddr: bigint): PmmFactory {
  const fixed = { bitmapMaxAddr: physicalAddress(bitmapMaxAddr) };
  return (map, options) => createPmm(map, { ...options, config: { ...options.config, ...fixed } });
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

const ZONE_END = 0x8000n;

export const ZONE_KINDS: readonly Kind[] = [
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
    claim: { singlePages: 'any-zone' },
    others: { ...OF_ZONES, zones: NAMED_ZONES },
    correct: {
      name: 'single-pages-from-any-zone',
      clause: 'alloc.zone',
      create: zoned(fromTheTop, () => [DMA, NORMAL]),
    },
    broken: [
      {
        name: 'single-pages-from-one-zone',
        clause: 'alloc.complete',
        create: zoned(fromTheTop, () => [DMA]),
      },
      {
        name: 'runs-from-any-zone',
        clause: 'allocBitmap.zone',
        create: zoned(
          (end) => fromTheTop(end).toReversed(),
          () => [DMA, NORMAL],
        ),
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
