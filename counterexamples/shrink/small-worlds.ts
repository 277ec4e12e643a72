/**
 * Small worlds: the memory maps in which a bug is looked for by enumeration. A few page frames from 0 up, each free, boot
 * memory, withheld or a hole, the bitmap limit anywhere; and free memory around the edges of words and blocks.
 */
import { HIGHER_HALF_48, type MemoryType } from '../../spec/index.ts';
import type { Draft, DraftDescriptor } from './draft.ts';
import { joined } from './rewrite.ts';

/** A draft without a program. */
export type Ground = Omit<Draft, 'operations' | 'policies'>;

function groundOf(descriptors: readonly DraftDescriptor[], limit: number): Ground {
  return { descriptors, limit, higherHalf: HIGHER_HALF_48, physicalLimit: undefined };
}

/** What one page frame of a stripe is; null for a hole. */
type Stripe = MemoryType | null;

function descriptorsOf(stripes: readonly Stripe[]): readonly DraftDescriptor[] {
  return joined(stripes.flatMap((type, base) => (type === null ? [] : [{ type, base, pages: 1 }])));
}

/** All strings of `pages` stripes, but for those that end in a hole and so are shorter. */
function strings(of: readonly Stripe[], pages: number): readonly (readonly Stripe[])[] {
  let lists: (readonly Stripe[])[] = [[]];
  for (let i = 0; i < pages; i += 1) lists = lists.flatMap((list) => of.map((type) => [...list, type]));
  return lists.filter((list) => list.at(-1) !== null);
}

function limited(descriptors: readonly DraftDescriptor[], pages: number): readonly Ground[] {
  return Array.from({ length: pages + 1 }, (_, limit) => groundOf(descriptors, limit));
}

/** Every map of `from` to `to` page frames from 0 up, with every limit. */
function striped(of: readonly Stripe[], from: number, to: number): readonly Ground[] {
  const lengths = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return lengths.flatMap((pages) =>
    strings(of, pages).flatMap((stripes) => limited(descriptorsOf(stripes), pages)),
  );
}

function plain(pages: number): readonly DraftDescriptor[] {
  return pages === 0 ? [] : [{ type: 'conventional', base: 0, pages }];
}

function plainUpTo(pages: number): readonly Ground[] {
  return Array.from({ length: pages + 1 }, (_, n) => limited(plain(n), n)).flat();
}

/** Two free descriptors, the higher one listed first. */
const REVERSED: readonly Ground[] = [0, 1, 2].map((limit) =>
  groundOf(
    [
      { type: 'conventional', base: 1, pages: 1 },
      { type: 'conventional', base: 0, pages: 1 },
    ],
    limit,
  ),
);

/** Words of 32 and 64 bits, blocks of 511 and 1024. */
const EDGES = [31, 32, 33, 63, 64, 65, 511, 512, 513, 1024, 1025] as const;

const WIDE: readonly Ground[] = EDGES.flatMap((pages) => [
  groundOf(plain(pages), 0),
  groundOf(plain(pages), pages),
]);

const EACH_OWNER: readonly Stripe[] = ['conventional', 'loaderData', null, 'reserved', 'runtimeServicesCode'];
const WITH_HOLES: readonly Stripe[] = ['conventional', 'loaderData', null];
const FREEABLE: readonly Stripe[] = ['conventional', 'loaderData'];

/** Worlds for programs of one operation at most, of two, and of three. */
const WORLDS: readonly (readonly Ground[])[] = [
  [...plainUpTo(4), ...striped(EACH_OWNER, 1, 2), ...striped(WITH_HOLES, 3, 3), ...REVERSED, ...WIDE],
  [...plainUpTo(4), ...striped(WITH_HOLES, 1, 2), ...striped(FREEABLE, 3, 3), ...REVERSED],
  [...plainUpTo(3), ...striped(FREEABLE, 2, 2)],
];

/** The same for arguments that are not plain. */
const NARROW: readonly (readonly Ground[])[] = [
  [...plainUpTo(4), ...striped(WITH_HOLES, 1, 2), ...REVERSED],
  [...plainUpTo(2), ...striped(FREEABLE, 1, 2)],
];

/** Returns the worlds in which programs of some length with plain arguments are enumerated: the longer, the fewer. */
export function worldsFor(operations: number): readonly Ground[] {
  return WORLDS[Math.max(1, operations) - 1] ?? [];
}

/** Returns the worlds in which they are with all arguments that a small world tells apart. */
export function narrowWorldsFor(operations: number): readonly Ground[] {
  return NARROW[Math.max(1, operations) - 1] ?? [];
}
