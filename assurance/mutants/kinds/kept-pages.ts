/** Kinds of managers that keep page frames for themselves. */
import { createPmm } from '../../../impl/manager/index.ts';
import { wrapPmm } from '../../../runner/index.ts';
import {
  type DescriptorInput,
  type MemoryMap,
  memoryMap,
  type Owner,
  ownerAfterInit,
  PAGE_BYTES,
  PHYSICAL_LIMIT,
  type Pmm,
  type PmmFactory,
  type PmmOptions,
  PmmPanic,
  pfnAt,
  pfnOf,
  physicalAddress,
} from '../../../spec/index.ts';
import { freesAnswering, type Kind } from './kind.ts';

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

/** Returns what builds a manager that keeps the RAM of these owners below an address. */
function keepingBelow(end: bigint, owners: readonly Owner[] = ['pmm', 'boot']): PmmFactory {
  return (map, options) => {
    const low: DescriptorInput[] = [];
    for (const descriptor of map.descriptors) {
      const { type, start, pages } = descriptor;
      const isKept = owners.includes(ownerAfterInit(type));
      const below = isKept ? Math.min(pages, Math.max(0, pfnOf(physicalAddress(end)) - pfnOf(start))) : 0;
      low.push({ ...descriptor, type: 'acpiNvs', pages: below });
      low.push({ ...descriptor, start: start + BigInt(below) * PAGE_BYTES, pages: pages - below });
    }
    const isLow = (frame: number): boolean =>
      map.descriptors.some(
        ({ type, start, pages }) =>
          owners.includes(ownerAfterInit(type)) &&
          frame >= pfnOf(start) &&
          frame < pfnOf(start) + pages &&
          BigInt(frame) * PAGE_BYTES < end,
      );
    return keeping(isLow, createPmm(memoryMap(low), options));
  };
}

/** Returns a manager whose panics say that it keeps some page frames. */
function keeping(isKept: (frame: number) => boolean, inner: Pmm): Pmm {
  const frees = freesAnswering(inner, (panic) => {
    const { message, call, pfn } = panic;
    if (pfn === null || !isKept(pfn)) throw panic;
    throw new PmmPanic(message, { call, pfn, owner: 'kept' });
  });
  return wrapPmm(inner, frees);
}

/** Returns a page frame of RAM that firmware or boot code keeps, or null. */
function withheldFrame({ descriptors }: MemoryMap): number | null {
  const owners = ['firmware', 'boot'];
  const found = descriptors.find(({ type, pages }) => pages > 0 && owners.includes(ownerAfterInit(type)));
  return found === undefined ? null : pfnOf(found.start);
}

export const KEPT_KINDS: readonly Kind[] = [
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
    claim: { bootMemory: 'kept' },
    correct: {
      name: 'boot-memory-kept',
      clause: 'free.owner',
      create: keepingBelow(PHYSICAL_LIMIT, ['boot']),
    },
    broken: [
      { name: 'boot-memory-handed-over', clause: 'free.owner', create: createPmm },
      {
        name: 'boot-memory-free',
        clause: 'init.free',
        create: ({ descriptors }, options) =>
          createPmm(
            memoryMap(
              descriptors.map((one) =>
                ownerAfterInit(one.type) === 'boot' ? { ...one, type: 'conventional' } : one,
              ),
            ),
            options,
          ),
      },
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
];
