/**
 * Small worlds: the memory maps in which a bug is first looked for. A few page frames from 0 up, each free, boot memory
 * or withheld, the bitmap limit anywhere; and free memory around the edges of words and blocks.
 */
import { HIGHER_HALF_48, type MemoryType } from '../../spec/index.ts';
import type { Draft, DraftDescriptor } from './draft.ts';
import { joined } from './rewrite.ts';

/** A draft without a program. */
export type Ground = Omit<Draft, 'operations' | 'policies'>;

function groundOf(descriptors: readonly DraftDescriptor[], limit: number): Ground {
  return { descriptors, limit, higherHalf: HIGHER_HALF_48 };
}

/** All strings of `length` over the types, as descriptors from page frame 0 up. */
function stripes(types: readonly MemoryType[], length: number): readonly (readonly DraftDescriptor[])[] {
  let lists: (readonly MemoryType[])[] = [[]];
  for (let i = 0; i < length; i += 1) lists = lists.flatMap((list) => types.map((type) => [...list, type]));
  return lists.map((list) => joined(list.map((type, base) => ({ type, base, pages: 1 }))));
}

function limited(descriptors: readonly DraftDescriptor[], pages: number): readonly Ground[] {
  return Array.from({ length: pages + 1 }, (_, limit) => groundOf(descriptors, limit));
}

function plain(pages: number): readonly DraftDescriptor[] {
  return pages === 0 ? [] : [{ type: 'conventional', base: 0, pages }];
}

const MIXED: readonly MemoryType[] = ['conventional', 'loaderData', 'reserved', 'runtimeServicesCode'];
const WITH_HOLES: readonly MemoryType[] = ['conventional', 'loaderData', 'reserved'];
const HANDED_OVER: readonly MemoryType[] = ['conventional', 'loaderData'];

function striped(types: readonly MemoryType[], from: number, to: number): readonly Ground[] {
  const lengths = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return lengths.flatMap((pages) => stripes(types, pages).flatMap((map) => limited(map, pages)));
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

const PLAIN: readonly Ground[] = [0, 1, 2, 3, 4].flatMap((pages) => limited(plain(pages), pages));

/**
 * The worlds in which programs of some length are enumerated: the longer the programs, the fewer.
 */
export function worldsFor(operations: number): readonly Ground[] {
  if (operations <= 1)
    return [...PLAIN, ...striped(MIXED, 1, 2), ...striped(WITH_HOLES, 3, 3), ...REVERSED, ...WIDE];
  if (operations === 2) return [...PLAIN, ...striped(HANDED_OVER, 1, 3), ...REVERSED];
  return [
    ...PLAIN.filter(({ descriptors }) => (descriptors[0]?.pages ?? 0) <= 3),
    ...striped(HANDED_OVER, 2, 2),
  ];
}
