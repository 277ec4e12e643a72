/**
 * Memory maps: the memory that the firmware reports. A list of descriptors, each a type and a region of page frames; unsorted,
 * with holes and empty descriptors, as UEFI hands it over.
 *
 * Source: UEFI 2.10, section 7.2 (EFI_MEMORY_TYPE); type 15 is "unaccepted memory".
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { closed, decode, withJsonForm } from './decode.ts';
import { HexPageAddress, toHex } from './hex.ts';
import type { Owner } from './owner.ts';
import {
  addressOf,
  endOf,
  isPageAddress,
  PageCount,
  PFN_LIMIT,
  type PhysicalAddress,
  pageCount,
  pfnOf,
  physicalAddress,
  type Region,
} from './units.ts';

/** The rule for a memory type: the owner of its page frames after init. */
interface TypeRule {
  /** The number that UEFI gives the type. */
  readonly efi: number;
  readonly owner: Owner;
}

/** All EFI memory types. Every type whose owner is not `absent` is RAM. */
export const MEMORY_TYPES = {
  reserved: { efi: 0, owner: 'absent' },
  loaderCode: { efi: 1, owner: 'pmm' },
  loaderData: { efi: 2, owner: 'boot' },
  bootServicesCode: { efi: 3, owner: 'pmm' },
  bootServicesData: { efi: 4, owner: 'pmm' },
  runtimeServicesCode: { efi: 5, owner: 'firmware' },
  runtimeServicesData: { efi: 6, owner: 'firmware' },
  conventional: { efi: 7, owner: 'pmm' },
  unusable: { efi: 8, owner: 'absent' },
  acpiReclaim: { efi: 9, owner: 'boot' },
  acpiNvs: { efi: 10, owner: 'firmware' },
  mmio: { efi: 11, owner: 'absent' },
  mmioPortSpace: { efi: 12, owner: 'absent' },
  palCode: { efi: 13, owner: 'absent' },
  persistent: { efi: 14, owner: 'absent' },
  unaccepted: { efi: 15, owner: 'absent' },
} as const satisfies Record<string, TypeRule>;

export const MemoryType = t.keyof(MEMORY_TYPES, `a memory type (${Object.keys(MEMORY_TYPES).join(', ')})`);
export type MemoryType = t.TypeOf<typeof MemoryType>;

/** An owner that page frames can have after init. Nothing is allocated yet. */
export type InitialOwner = (typeof MEMORY_TYPES)[MemoryType]['owner'];

/** Returns the owner that page frames of a type have after init. */
export function ownerAfterInit(type: MemoryType): InitialOwner {
  return MEMORY_TYPES[type].owner;
}

/** Whether a type counts in `totalAmount`. */
export function isRam(type: MemoryType): boolean {
  return ownerAfterInit(type) !== 'absent';
}

/** One entry of a memory map: `pages` page frames of one type from physical address `start` (a multiple of 4096). */
export const Descriptor = t.readonly(
  closed(t.type({ type: MemoryType, start: HexPageAddress, pages: PageCount }, 'a descriptor')),
);
export type Descriptor = t.TypeOf<typeof Descriptor>;

/** Returns the page frames that a descriptor covers. */
export function regionOf(descriptor: Descriptor): Region {
  return { base: pfnOf(descriptor.start), count: descriptor.pages };
}

/** The page frames of one descriptor, with their owner after init. */
export interface OwnedRegion extends Region {
  readonly owner: InitialOwner;
}

/** How many objects a function of {@link computedOnce} remembers. */
const REMEMBERED = 8;

/**
 * Returns a function that computes the first time that it is asked about an object, and remembers the last few that it was asked
 * about: for what follows from a memory map or other constant data, which a program asks for again and again. A list, since a
 * campaign has a map for each program: each entry of a `WeakMap` costs the garbage collector more than the look-up saves.
 */
export function computedOnce<K extends WeakKey, T>(compute: (of: K) => T): (of: K) => T {
  const known: { readonly of: K; readonly value: T }[] = [];
  let oldest = 0;
  return (of) => {
    for (let i = 0; i < known.length; i += 1) {
      const one = known[i];
      if (one?.of === of) return one.value;
    }
    const value = compute(of);
    known[oldest] = { of, value };
    oldest = (oldest + 1) % REMEMBERED;
    return value;
  };
}

/** A memory map, whatever it is called. */
type Described = Pick<MemoryMap, 'descriptors'>;

/**
 * Returns the descriptors as regions with their owners after init, in the order of the map, empty ones left out. O(1) for a map that
 * was asked about before, as are all below.
 */
export const ownedRegions = computedOnce(({ descriptors }: Described): readonly OwnedRegion[] =>
  descriptors
    .filter(({ pages }) => pages > 0)
    .map(({ type, start, pages }) => ({ owner: ownerAfterInit(type), base: pfnOf(start), count: pages })),
);

/** Returns the page frames at which descriptors begin, ascending. */
export const descriptorBases = computedOnce((map: Described): readonly number[] =>
  ownedRegions(map)
    .map(({ base }): number => base)
    .sort((a, b) => a - b),
);

/** Returns how many page frames of RAM a map has. */
export const ramPages = computedOnce(({ descriptors }: Described): number =>
  descriptors.reduce((sum, { type, pages }) => sum + (isRam(type) ? pages : 0), 0),
);

/** Returns one past the last page frame that any descriptor of the map covers; 0 for an empty map. */
export const pfnEnd = computedOnce((map: Described): number =>
  ownedRegions(map).reduce((end, region) => Math.max(end, endOf(region)), 0),
);

/** Returns the first page frame above `frame` at which a descriptor begins; infinity where none does. O(log descriptors). */
export function nextDescriptor(map: Described, frame: number): number {
  const bases = descriptorBases(map);
  let [low, high] = [0, bases.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bases[middle] ?? 0) <= frame) low = middle + 1;
    else high = middle;
  }
  return bases[low] ?? Number.POSITIVE_INFINITY;
}

/** Returns the physical address at which a descriptor ends (exclusive). */
export function endAddressOf(descriptor: Descriptor): PhysicalAddress {
  return addressOf(endOf(regionOf(descriptor)));
}

const Body = closed(
  t.intersection([
    t.type({
      format: t.literal('frameproof/memory-map'),
      version: t.literal(1),
      descriptors: t.readonlyArray(Descriptor, 'an array of descriptors'),
    }),
    t.partial({ name: t.string }),
  ]),
);

function describe(descriptors: readonly Descriptor[], index: number): string {
  const d = descriptors[index];
  return d === undefined
    ? `descriptor ${index}`
    : `descriptor ${index} (${d.type}, ${d.pages} pages from ${toHex(d.start)})`;
}

function beyondEnd(descriptors: readonly Descriptor[]): string | null {
  const index = descriptors.findIndex((d) => pfnOf(d.start) + d.pages > PFN_LIMIT);
  return index < 0 ? null : `${describe(descriptors, index)} ends above 2^56`;
}

function overlap(descriptors: readonly Descriptor[]): string | null {
  const order = descriptors
    .map((d, index) => ({ index, base: pfnOf(d.start), end: pfnOf(d.start) + d.pages }))
    .filter((e) => e.end > e.base)
    .sort((a, b) => a.base - b.base || a.index - b.index);
  for (let i = 1; i < order.length; i += 1) {
    const [a, b] = [order[i - 1], order[i]];
    if (a === undefined || b === undefined || a.end <= b.base) continue;
    const [first, second] = [Math.min(a.index, b.index), Math.max(a.index, b.index)];
    return `${describe(descriptors, first)} overlaps ${describe(descriptors, second)}`;
  }
  return null;
}

type Body = t.TypeOf<typeof Body>;

/**
 * A memory map. Decoding refuses descriptors that overlap (both are named), are not page-aligned, or end above
 * 2^56; a configuration may say less. Firmware dumps that overlap or are not aligned go through an importer first.
 */
export const MemoryMap = new t.Type<Body, t.OutputOf<typeof Body>, unknown>(
  'a memory map',
  Body.is,
  (u, context) =>
    either.chain<t.Errors, Body, Body>((body) => {
      const fault = beyondEnd(body.descriptors) ?? overlap(body.descriptors);
      return fault === null
        ? either.right(body)
        : t.failure(u, context, `expected disjoint descriptors below 2^56: ${fault}`);
    })(Body.validate(u, context)),
  Body.encode,
);
withJsonForm(MemoryMap, Body);
export type MemoryMap = t.TypeOf<typeof MemoryMap>;

/** A descriptor in source code: a type, a first byte (a multiple of 4096) and a number of page frames. */
export interface DescriptorInput {
  readonly type: MemoryType;
  readonly start: bigint;
  readonly pages: number;
}

function isValid({ type, start, pages }: DescriptorInput): boolean {
  return (
    Object.hasOwn(MEMORY_TYPES, type) && isPageAddress(start) && Number.isSafeInteger(pages) && pages >= 0
  );
}

/** Returns the memory map of valid descriptors without the codec, or null where they are not a memory map. */
function directly(inputs: readonly DescriptorInput[], name: string | undefined): MemoryMap | null {
  if (!inputs.every(isValid)) return null;
  const descriptors = inputs.map(({ type, start, pages }) => ({
    type,
    start: physicalAddress(start),
    pages: pageCount(pages),
  }));
  const named = name === undefined ? {} : { name };
  const fault = beyondEnd(descriptors) ?? overlap(descriptors);
  return fault === null ? { format: 'frameproof/memory-map', version: 1, ...named, descriptors } : null;
}

/** Returns the memory map of these descriptors; throws `SpecError` where they overlap, are unaligned or end above 2^56. */
export function memoryMap(descriptors: readonly DescriptorInput[], name?: string): MemoryMap {
  // Campaigns draw a map for each program. The codec, which is slower, only words the error.
  return directly(descriptors, name) ?? decodedMap(descriptors, name);
}

function decodedMap(descriptors: readonly DescriptorInput[], name: string | undefined): MemoryMap {
  const encoded = descriptors.map(({ type, start, pages }) => ({ type, start: toHex(start), pages }));
  const named = name === undefined ? {} : { name };
  return decode(
    MemoryMap,
    { format: 'frameproof/memory-map', version: 1, ...named, descriptors: encoded },
    name ?? 'memory map',
  );
}
