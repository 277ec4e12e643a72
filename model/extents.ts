/**
 * Extents: who owns which page frames, as a persistent step function over all page frame numbers. An extent goes from
 * where it starts to where the next one does; what is not RAM is an extent like any other, of the owner `absent`. So the
 * size grows with what happened, not with memory: a 12 TiB machine starts with a few dozen extents.
 *
 *   0      16       64                 256
 *   ├ pmm ─┼ absent ┼───── caller ─────┼ absent ─ ─      starts [0, 16, 64, 256], owners [pmm, absent, caller, absent]
 *
 * They lie in leaves of some dozens, in order. A change builds anew the leaf that it touches and the list of leaves, and
 * shares the others: with a few extents, as nearly all generated programs have, that is one copy of two short arrays.
 *
 * Every function is pure. Cost: O(log n) for a look-up, O(n / leaf + leaf) copied words for a change, n the number of
 * extents, plus the extents touched.
 */
import { type Owner, PFN_LIMIT } from '../spec/index.ts';

/** Consecutive extents: where each starts, ascending, and whose it is. Never empty; neighbours have different owners. */
interface Leaf {
  readonly starts: readonly number[];
  readonly owners: readonly Owner[];
}

/** Leaves in order. The first starts at page frame 0, each of the others where the one before it ends. */
export type Extents = readonly Leaf[];

/** A leaf with more extents than this is split into halves. */
const LONGEST_LEAF = 128;

/** Returns extents of which all are absent: there is no RAM. */
export function noExtents(): Extents {
  return [{ starts: [0], owners: ['absent'] }];
}

/** Returns the extents that start at these page frames and have these owners. */
export function extentsFrom(starts: readonly number[], owners: readonly Owner[]): Extents {
  const list: Leaf[] = [];
  for (let i = 0; i < starts.length; i += LONGEST_LEAF)
    list.push({ starts: starts.slice(i, i + LONGEST_LEAF), owners: owners.slice(i, i + LONGEST_LEAF) });
  return list;
}

/** Returns where all extents start, and whose they are. */
export function flatExtents(extents: Extents): Leaf {
  return extents.length === 1
    ? (extents[0] ?? { starts: [], owners: [] })
    : { starts: extents.flatMap(({ starts }) => starts), owners: extents.flatMap(({ owners }) => owners) };
}

/** Returns how many extents there are. O(leaves). */
export function numberOf(extents: Extents): number {
  let number = 0;
  for (const [place, { owners }] of extents.entries()) {
    // A border of two leaves may lie within an extent.
    const goesOn = place > 0 && extents[place - 1]?.owners.at(-1) === owners[0];
    number += owners.length - (goesOn ? 1 : 0);
  }
  return number;
}

/** Returns the place of the last of ascending numbers that is `n` or less; the first one is. */
function lastUpTo(numbers: readonly number[], n: number): number {
  let low = 0;
  let high = numbers.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= n) low = middle;
    else high = middle;
  }
  return low;
}

/** Returns the place of the leaf that a page frame lies in. */
function leafAt(extents: Extents, frame: number): number {
  let low = 0;
  let high = extents.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((extents[middle]?.starts[0] ?? 0) <= frame) low = middle;
    else high = middle;
  }
  return low;
}

/** Returns the owner of a page frame. */
export function ownerAt(extents: Extents, frame: number): Owner {
  const leaf = extents[leafAt(extents, frame)];
  return leaf?.owners[lastUpTo(leaf.starts, frame)] ?? 'absent';
}

/**
 * Returns the first page frame of the first extent in [base, end), cut to it, for which `test` holds; null where there is
 * none. Extents come in ascending order, the absent ones too; one may come in two parts, at the border of two leaves.
 */
export function findExtent(
  extents: Extents,
  base: number,
  end: number,
  test: (owner: Owner, from: number, to: number) => boolean,
): number | null {
  let from = base;
  for (let place = leafAt(extents, base); from < end; place += 1) {
    const leaf = extents[place];
    if (leaf === undefined) return null;
    const { starts, owners } = leaf;
    for (let i = lastUpTo(starts, from); i < owners.length && from < end; i += 1) {
      const next = i + 1 < starts.length ? starts[i + 1] : extents[place + 1]?.starts[0];
      const to = Math.min(next ?? PFN_LIMIT, end);
      if (test(owners[i] ?? 'absent', from, to)) return from;
      from = to;
    }
  }
  return null;
}

/** Returns the extents with [base, end) given to `owner`; base < end. */
export function give(extents: Extents, base: number, end: number, owner: Owner): Extents {
  const [first, last] = [leafAt(extents, base), leafAt(extents, end - 1)];
  const [head, tail] = [extents[first], extents[last]];
  if (head === undefined || tail === undefined) return extents;
  const border = extents[last + 1]?.starts[0] ?? PFN_LIMIT;
  const changed = leaves(given(head, tail, { base, end, owner, border }));
  return extents.length === 1 ? changed : extents.toSpliced(first, last - first + 1, ...changed);
}

/** A change of owner: page frames that lie in a head, a tail and the leaves between, which end at `border`. */
interface Change {
  readonly base: number;
  readonly end: number;
  readonly owner: Owner;
  readonly border: number;
}

/** Returns the head before `base`, the change, and the tail from `end` on, as one leaf in which neighbours are joined. */
function given(head: Leaf, tail: Leaf, { base, end, owner, border }: Change): Leaf {
  const { starts, owners } = head === tail ? head : concatenated(head, tail);
  const reached = lastUpTo(head.starts, base);
  const kept = starts[reached] === base ? reached : reached + 1;
  const begins = kept === 0 || owners[kept - 1] !== owner;
  const next = starts.length - tail.starts.length + lastUpTo(tail.starts, end);
  const after = end < border ? (owners[next] ?? owner) : owner;
  const gone = next + 1 - kept;
  if (after === owner)
    return begins
      ? { starts: starts.toSpliced(kept, gone, base), owners: owners.toSpliced(kept, gone, owner) }
      : { starts: starts.toSpliced(kept, gone), owners: owners.toSpliced(kept, gone) };
  return begins
    ? { starts: starts.toSpliced(kept, gone, base, end), owners: owners.toSpliced(kept, gone, owner, after) }
    : { starts: starts.toSpliced(kept, gone, end), owners: owners.toSpliced(kept, gone, after) };
}

function concatenated(head: Leaf, tail: Leaf): Leaf {
  return { starts: head.starts.concat(tail.starts), owners: head.owners.concat(tail.owners) };
}

/** Returns a leaf as it is, or in two halves where it has become too long. */
function leaves(leaf: Leaf): Extents {
  const { starts, owners } = leaf;
  if (starts.length <= LONGEST_LEAF) return [leaf];
  const half = starts.length >> 1;
  return [
    { starts: starts.slice(0, half), owners: owners.slice(0, half) },
    { starts: starts.slice(half), owners: owners.slice(half) },
  ];
}
