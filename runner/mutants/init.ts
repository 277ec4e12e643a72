/** Mutants of init: what the memory map is taken for, and what becomes of it. */
import { createPmm } from '../../impl/manager/index.ts';
import {
  bitmapLimit,
  type Config,
  config,
  type Descriptor,
  type DescriptorInput,
  isRam,
  type MemoryMap,
  type MemoryType,
  memoryMap,
  ownerAfterInit,
  PAGE_BYTES,
  PHYSICAL_LIMIT,
  pfnOf,
} from '../../spec/index.ts';
import { type Mutant, readdressed, withCalls, withMap, withOptions } from './mutant.ts';

function retyped(from: readonly MemoryType[], to: MemoryType): (map: MemoryMap) => MemoryMap {
  return (map) => memoryMap(map.descriptors.map((d) => (from.includes(d.type) ? { ...d, type: to } : d)));
}

/** Splits a descriptor at the limit, and withholds the first page frame above it. */
function splitLate(descriptor: Descriptor, limit: number): readonly DescriptorInput[] {
  const { type, start, pages } = descriptor;
  const below = limit - pfnOf(start);
  if (!isRam(type) || below <= 0 || below >= pages) return [descriptor];
  const at = start + BigInt(below) * PAGE_BYTES;
  return [
    { type, start, pages: below },
    { type: 'runtimeServicesData', start: at, pages: 1 },
    { type, start: at + PAGE_BYTES, pages: pages - below - 1 },
  ];
}

function straddlingLate(map: MemoryMap, config: Config): MemoryMap {
  return memoryMap(map.descriptors.flatMap((d) => splitLate(d, bitmapLimit(config))));
}

function withLimitRaised({ bitmapMaxAddr, ...rest }: Config): Config {
  const raised = bitmapMaxAddr + PAGE_BYTES;
  return config({ bitmapMaxAddr: raised < PHYSICAL_LIMIT ? raised : bitmapMaxAddr, ...rest });
}

/** The first page frame of the stack zone that firmware keeps, or null. */
function firmwareFrame(map: MemoryMap, limit: number): number | null {
  const kept = map.descriptors.find(
    ({ type, start, pages }) => ownerAfterInit(type) === 'firmware' && pages > 0 && pfnOf(start) >= limit,
  );
  return kept === undefined ? null : pfnOf(kept.start);
}

export const INIT_MUTANTS: readonly Mutant[] = [
  withMap(
    {
      name: 'reserved-frames-free',
      sentence: 'Reserved page frames start free.',
      clause: 'init.free',
      shortest: 0,
    },
    retyped(['runtimeServicesCode', 'runtimeServicesData', 'acpiNvs'], 'conventional'),
  ),
  withMap(
    {
      name: 'boot-memory-free',
      sentence: 'Boot memory is free from the start.',
      clause: 'init.free',
      shortest: 0,
    },
    retyped(['loaderData', 'acpiReclaim'], 'conventional'),
  ),
  withMap(
    { name: 'mmio-as-ram', sentence: 'MMIO counts as RAM.', clause: 'init.total', shortest: 0 },
    retyped(['mmio'], 'runtimeServicesData'),
  ),
  withMap(
    {
      name: 'late-half-of-straddling-descriptor',
      sentence: 'The second half of a descriptor across the limit starts a page frame late.',
      clause: 'init.free',
      shortest: 0,
    },
    straddlingLate,
  ),
  {
    name: 'unclaimed-keep',
    sentence: 'Init names page frame 0 as kept, and the profile does not say that it keeps any.',
    clause: 'init.kept',
    shortest: 0,
    create: (map, options) => {
      options.keep?.(0, 1);
      return createPmm(map, options);
    },
  },
  withOptions(
    {
      name: 'limit-frame-in-bitmap-zone',
      sentence: 'The page frame at the limit goes to the bitmap zone.',
      clause: 'allocPages.complete',
    },
    (options) => ({ ...options, config: withLimitRaised(options.config) }),
  ),
  withCalls(
    {
      name: 'firmware-frame-handed-out',
      sentence: 'A page frame that firmware keeps is handed out as a single page.',
      clause: 'init.withheld',
    },
    readdressed((found, { map, limit, address }) => {
      const kept = firmwareFrame(map, limit);
      return kept === null ? found : address(kept);
    }),
  ),
  withCalls(
    {
      name: 'reserve-short-of-one',
      sentence: 'The reserved amount leaves out the first page frame that is not free.',
      clause: 'amounts.reserved',
      shortest: 0,
    },
    ({ inner }) => ({ reservedAmount: () => Math.max(0, inner.reservedAmount() - 1) }),
  ),
  withCalls(
    {
      name: 'inspection-without-last-run',
      sentence: 'Asked about every page frame, it leaves out the last run.',
      clause: 'owner.agrees',
      shortest: 0,
    },
    ({ inner }) => ({ inspect: () => [...inner.inspect()].slice(0, -1) }),
  ),
];
