/**
 * Extents: who owns which page frames, as a persistent map from the first page frame of each maximal extent to that
 * extent. Page frames that no extent covers are absent. Neighbours of one owner are joined, so the size is that of what
 * happened, not of memory: a 12 TiB machine starts with a few dozen extents.
 *
 *   0      16      64                256
 *   ├─ pmm ─┤       ├───── caller ─────┤      { 0 → [0, 16) pmm, 64 → [64, 256) caller }
 *
 * Every function is pure. Cost: O(log n) for a look-up or a change, n the number of extents, plus the extents touched;
 * a changed map shares all but a path with its origin (copy-on-write B+ tree of `sorted-btree`).
 */
import BTreeModule from 'sorted-btree';
import type { Owner } from '../spec/index.ts';

// The package is CommonJS: its class sits on `default` of the module object that Node hands over.
const BTree = BTreeModule.default;

/** An extent [base, end) of page frames with one owner. */
export interface Extent {
  readonly base: number;
  readonly end: number;
  readonly owner: Owner;
}

export type Extents = InstanceType<typeof BTree<number, Extent>>;

export function noExtents(): Extents {
  return new BTree<number, Extent>(undefined, (a, b) => a - b);
}

/** Returns the extent that covers a page frame, or null where it is absent. */
export function extentAt(extents: Extents, frame: number): Extent | null {
  const extent = extents.getPairOrNextLower(frame)?.[1];
  return extent === undefined || extent.end <= frame ? null : extent;
}

/** Returns the extent that covers a page frame, or else the next one above it; null where there is none. */
export function extentFrom(extents: Extents, frame: number): Extent | null {
  return extentAt(extents, frame) ?? extents.nextHigherPair(frame)?.[1] ?? null;
}

/** Returns the extents that reach into [base, end), ascending, not cut to it. */
export function extentsIn(extents: Extents, base: number, end: number): readonly Extent[] {
  const first = extentAt(extents, base);
  const found = first === null ? [] : [first];
  const from = first === null ? base : first.end;
  if (from < end)
    extents.forRange(from, end, false, (_, extent) => {
      found.push(extent);
    });
  return found;
}

/** Returns the extents with [base, end) given to `owner`; `owner` is not `absent` and base < end. */
export function give(extents: Extents, base: number, end: number, owner: Owner): Extents {
  const next = extents.clone();
  let from = base;
  let to = end;
  for (const old of extentsIn(extents, Math.max(0, base - 1), end + 1)) {
    const isJoined = old.owner === owner;
    if (!isJoined && (old.end <= base || old.base >= end)) continue;
    // What starts at `from` needs no deletion: the joined extent takes its place at last.
    if (old.base > from) next.delete(old.base);
    if (isJoined) {
      from = Math.min(from, old.base);
      to = Math.max(to, old.end);
      continue;
    }
    if (old.base < base) next.set(old.base, { base: old.base, end: base, owner: old.owner });
    if (old.end > end) next.set(end, { base: end, end: old.end, owner: old.owner });
  }
  next.set(from, { base: from, end: to, owner });
  return next;
}
