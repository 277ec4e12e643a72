/**
 * Extents: who owns which page frames, as a persistent map from the first page frame of each maximal extent to its end
 * and owner. Page frames that no extent covers are absent. Neighbours of one owner are joined, so the size is that of
 * what happened, not of memory: a 12 TiB machine starts with a few dozen extents.
 *
 *   0      16      64                256
 *   ├─ pmm ─┤       ├───── caller ─────┤      { 0 → [16, pmm], 64 → [256, caller] }
 *
 * Every function is pure. Cost: O(log n) for a look-up or a change, n the number of extents, plus the extents touched;
 * a changed map shares all but a path with its origin (copy-on-write B+ tree of `sorted-btree`).
 */
import BTreeModule from 'sorted-btree';
import type { Owner } from '../spec/index.ts';

// The package is CommonJS: its class sits on `default` of the module object that Node hands over.
const BTree = BTreeModule.default;

/** The rest of an extent, which its key starts. */
interface Rest {
  /** Exclusive. */
  readonly end: number;
  readonly owner: Owner;
}

/** An extent [base, end) of page frames with one owner. */
export interface Extent extends Rest {
  readonly base: number;
}

export type Extents = InstanceType<typeof BTree<number, Rest>>;

export function noExtents(): Extents {
  return new BTree<number, Rest>(undefined, (a, b) => a - b);
}

/** Returns the extent that covers a page frame, or null where it is absent. */
export function extentAt(extents: Extents, frame: number): Extent | null {
  const found = extents.getPairOrNextLower(frame);
  if (found === undefined || found[1].end <= frame) return null;
  return { base: found[0], ...found[1] };
}

/** Yields the extents that reach into [base, end), ascending, not cut to it. */
export function* extentsIn(extents: Extents, base: number, end: number): Generator<Extent, void> {
  const first = extentAt(extents, base);
  if (first !== null) yield first;
  for (const [next, rest] of extents.entries(first === null ? base : first.end)) {
    if (next >= end) return;
    yield { base: next, ...rest };
  }
}

/** Returns the extents with [base, end) given to `owner`; `owner` is not `absent` and base < end. */
export function give(extents: Extents, base: number, end: number, owner: Owner): Extents {
  const next = extents.clone();
  const touched = [...extentsIn(extents, Math.max(0, base - 1), end + 1)];
  let [from, to] = [base, end];
  for (const old of touched) {
    next.delete(old.base);
    if (old.owner === owner) {
      from = Math.min(from, old.base);
      to = Math.max(to, old.end);
      continue;
    }
    if (old.base < base) next.set(old.base, { end: Math.min(old.end, base), owner: old.owner });
    if (old.end > end) next.set(Math.max(old.base, end), { end: old.end, owner: old.owner });
  }
  next.set(from, { end: to, owner });
  return next;
}
