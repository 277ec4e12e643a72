/**
 * Small worlds: the memory maps in which a bug is looked for by enumeration. A few page frames from 0 up, each free, boot
 * memory, withheld or a hole, with the bitmap limit anywhere; and free memory that ends around the edges of words and blocks.
 */
import { HIGHER_HALF_48, type MemoryType } from '../../spec/index.ts';
import type { Draft, DraftDescriptor } from './draft.ts';
import { joined } from './layout.ts';

/** A draft without a program. */
export type SmallWorld = Omit<Draft, 'operations' | 'policies'>;

function worldOf(descriptors: readonly DraftDescriptor[], limit: number): SmallWorld {
  return { descriptors, limit, higherHalf: HIGHER_HALF_48 };
}

/** The type of one page frame; null for a hole. */
type FrameType = MemoryType | null;

function descriptorsOf(types: readonly FrameType[]): readonly DraftDescriptor[] {
  return joined(types.flatMap((type, base) => (type === null ? [] : [{ type, base, pages: 1 }])));
}

/** All sequences of `pages` types, except those that end in a hole and so are shorter. */
function sequences(of: readonly FrameType[], pages: number): readonly (readonly FrameType[])[] {
  let lists: (readonly FrameType[])[] = [[]];
  for (let i = 0; i < pages; i += 1) lists = lists.flatMap((list) => of.map((type) => [...list, type]));
  return lists.filter((list) => list.at(-1) !== null);
}

function limited(descriptors: readonly DraftDescriptor[], pages: number): readonly SmallWorld[] {
  return Array.from({ length: pages + 1 }, (_, limit) => worldOf(descriptors, limit));
}

/** Every map of `from` to `to` page frames from 0 up, with every limit. */
function mapsOf(of: readonly FrameType[], from: number, to: number): readonly SmallWorld[] {
  const lengths = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return lengths.flatMap((pages) =>
    sequences(of, pages).flatMap((types) => limited(descriptorsOf(types), pages)),
  );
}

function plain(pages: number): readonly DraftDescriptor[] {
  return pages === 0 ? [] : [{ type: 'conventional', base: 0, pages }];
}

function plainUpTo(pages: number): readonly SmallWorld[] {
  return Array.from({ length: pages + 1 }, (_, n) => limited(plain(n), n)).flat();
}

/** Two free descriptors, the higher one listed first. */
const REVERSED: readonly SmallWorld[] = [0, 1, 2].map((limit) =>
  worldOf(
    [
      { type: 'conventional', base: 1, pages: 1 },
      { type: 'conventional', base: 0, pages: 1 },
    ],
    limit,
  ),
);

/** Words of 32 and 64 bits, blocks of 511 and 1024. */
const EDGES = [31, 32, 33, 63, 64, 65, 511, 512, 513, 1024, 1025] as const;

const WIDE: readonly SmallWorld[] = EDGES.flatMap((pages) => [
  worldOf(plain(pages), 0),
  worldOf(plain(pages), pages),
]);

const EACH_OWNER: readonly FrameType[] = [
  'conventional',
  'loaderData',
  null,
  'reserved',
  'runtimeServicesCode',
];
const WITH_HOLES: readonly FrameType[] = ['conventional', 'loaderData', null];
const FREEABLE: readonly FrameType[] = ['conventional', 'loaderData'];

/** Worlds for programs of up to one operation, of two, and of three. */
const WORLDS: readonly (readonly SmallWorld[])[] = [
  [...plainUpTo(4), ...mapsOf(EACH_OWNER, 1, 2), ...mapsOf(WITH_HOLES, 3, 3), ...REVERSED, ...WIDE],
  [...plainUpTo(4), ...mapsOf(WITH_HOLES, 1, 2), ...mapsOf(FREEABLE, 3, 3), ...REVERSED],
  [...plainUpTo(3), ...mapsOf(FREEABLE, 2, 2)],
];

/** The same for arguments that are not plain: programs of up to one operation, and of two. */
const NARROW: readonly (readonly SmallWorld[])[] = [
  [...plainUpTo(4), ...mapsOf(WITH_HOLES, 1, 2), ...REVERSED],
  [...plainUpTo(2), ...mapsOf(FREEABLE, 1, 2)],
];

/** Returns the worlds in which programs of some length are enumerated with plain arguments. The longer, the fewer. */
export function worldsFor(operations: number): readonly SmallWorld[] {
  return WORLDS[Math.max(1, operations) - 1] ?? [];
}

/** Returns the worlds in which programs of some length are enumerated with all arguments that make a difference. */
export function narrowWorldsFor(operations: number): readonly SmallWorld[] {
  return NARROW[Math.max(1, operations) - 1] ?? [];
}
