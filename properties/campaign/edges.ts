/**
 * Edges: how often the arguments of judged operations took the values at which allocators go wrong. Counted from the
 * values themselves, so it does not matter how they were drawn.
 */
import {
  type Argument,
  addressesOf,
  isU64,
  type Operation,
  PAGE_BYTES,
  PAGE_SIZE,
  U64_MAX,
  wholePages,
} from '../../spec/index.ts';
import { landmarksOf } from '../arbitraries/landmarks.ts';
import type { JudgedStep } from '../execution.ts';
import { NameCounts } from './name-counts.ts';
import { countOf } from './step-facts.ts';

/** The kinds of argument. */
export const ARGUMENT_KINDS = ['count', 'maxAddr', 'alignment', 'address'] as const;
export type ArgumentKind = (typeof ARGUMENT_KINDS)[number];

const WRAPS = [1n << 32n, 1n << 53n, 1n << 63n, U64_MAX, (1n << 32n) - 1n, (1n << 32n) + 1n];

/** Returns the name of the edge that a count is, or null. */
function countEdge(value: Argument, free: number): string | null {
  if (!isU64(value)) return 'no unsigned 64-bit integer';
  // Beyond 2^53 a number is not exact, and is large all the same.
  const pages = Number(value);
  if (pages <= 1) return pages === 0 ? '0' : '1';
  if (pages === free) return 'exactly what is free';
  if (pages === free + 1) return 'one more than is free';
  return pages >= 2 ** 32 ? '2^32 and more' : null;
}

function maxAddrEdge(value: Argument, edges: readonly number[]): string | null {
  if (!isU64(value)) return 'no unsigned 64-bit integer';
  if (value === 0n) return '0';
  if (WRAPS.includes(value)) return 'where arithmetic wraps';
  const distance = distanceToEdge(value, edges);
  if (distance <= 1) return 'an edge of the map, to the byte';
  return distance === PAGE_SIZE ? 'an edge of the map, to the page frame' : null;
}

/** Bytes from an address to the nearest edge; exact where it is small. */
function distanceToEdge(address: bigint, edges: readonly number[]): number {
  const frame = Number(wholePages(address));
  const offset = Number(BigInt.asUintN(12, address));
  let least = Number.POSITIVE_INFINITY;
  for (const edge of edges) least = Math.min(least, Math.abs((frame - edge) * PAGE_SIZE + offset));
  return least;
}

function alignmentEdge(value: Argument, total: number): string | null {
  if (!isU64(value)) return 'no unsigned 64-bit integer';
  if (value === PAGE_BYTES) return '4096';
  const bytes = Number(value);
  if (bytes <= 1) return bytes === 0 ? '0' : '1';
  if (bytes > total * PAGE_SIZE) return 'larger than memory';
  return (value & (value - 1n)) === 0n ? null : 'not a power of two';
}

function addressEdge(frame: number | null, address: bigint, edges: readonly number[]): string | null {
  if (frame === null) return isU64(address) ? 'not in the higher half' : 'no unsigned 64-bit integer';
  for (const edge of edges) if (Math.abs(frame - edge) <= 1) return 'an edge of the map, to the page frame';
  return null;
}

/** How many arguments of a kind there were, and how many of them were which edge. */
export interface EdgeCount {
  readonly drawn: number;
  readonly edges: Readonly<Record<string, number>>;
}

class KindCounts {
  #drawn = 0;
  readonly #edges = new NameCounts();

  /** Takes note of an argument, and of the edge that it is. */
  note(edge: string | null): void {
    this.#drawn += 1;
    if (edge !== null) this.#edges.note(edge);
  }

  toRecord(): EdgeCount {
    const edges = this.#edges.entries().toSorted(([a], [b]) => a.localeCompare(b));
    return { drawn: this.#drawn, edges: Object.fromEntries(edges) };
  }
}

export class EdgeCounts {
  readonly #count = new KindCounts();
  readonly #maxAddr = new KindCounts();
  readonly #alignment = new KindCounts();
  readonly #address = new KindCounts();

  /** Takes note of the arguments of a judged operation. O(arguments × descriptors). */
  note({ before, operation, asked: { frames } }: JudgedStep): void {
    const { world } = before;
    const count = countOf(operation);
    if (count !== null) this.#count.note(countEdge(count, freeFor(before, operation)));
    if (operation.call === 'allocBitmap') {
      this.#maxAddr.note(maxAddrEdge(operation.maxAddr, landmarksOf(world).edges));
      this.#alignment.note(alignmentEdge(operation.alignment, world.total));
    }
    const addresses = addressesOf(operation);
    for (let i = 0; i < addresses.length; i += 1)
      this.#address.note(addressEdge(frames[i] ?? null, addresses[i] ?? 0n, landmarksOf(world).edges));
  }

  /** Returns the counts by kind of argument. */
  toRecord(): Readonly<Record<ArgumentKind, EdgeCount>> {
    return {
      count: this.#count.toRecord(),
      maxAddr: this.#maxAddr.toRecord(),
      alignment: this.#alignment.toRecord(),
      address: this.#address.toRecord(),
    };
  }
}

function freeFor(before: JudgedStep['before'], { call }: Operation): number {
  return before.freeIn(call === 'allocPages' ? 'stack' : 'bitmap');
}
