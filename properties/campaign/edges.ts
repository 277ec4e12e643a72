/**
 * Edges: how often the arguments of judged operations took the values at which allocators go wrong. Counted from the
 * values themselves, so it does not matter how they were drawn.
 */
import {
  type Argument,
  addressesOf,
  frameAt,
  isU64,
  type Operation,
  PAGE_BYTES,
  U64_MAX,
} from '../../spec/index.ts';
import { landmarksOf } from '../arbitraries/landmarks.ts';
import type { JudgedStep, World } from '../execution.ts';

/** The kinds of argument. */
export const ARGUMENT_KINDS = ['count', 'maxAddr', 'alignment', 'address'] as const;
export type ArgumentKind = (typeof ARGUMENT_KINDS)[number];

const WRAPS = [1n << 32n, 1n << 53n, 1n << 63n, U64_MAX, (1n << 32n) - 1n, (1n << 32n) + 1n];

/** Returns the name of the edge that a count is, or null. */
function countEdge(value: Argument, free: number): string | null {
  if (!isU64(value)) return 'no unsigned 64-bit integer';
  if (value === 0n || value === 1n) return String(value);
  if (value === BigInt(free)) return 'exactly what is free';
  if (value === BigInt(free) + 1n) return 'one more than is free';
  return value >= 1n << 32n ? '2^32 and more' : null;
}

function maxAddrEdge(value: Argument, world: World): string | null {
  if (!isU64(value)) return 'no unsigned 64-bit integer';
  if (value === 0n) return '0';
  if (WRAPS.includes(value)) return 'where arithmetic wraps';
  const distance = nearestEdge(value, world);
  if (distance <= 1n) return 'an edge of the map, to the byte';
  return distance === PAGE_BYTES ? 'an edge of the map, to the page frame' : null;
}

function nearestEdge(address: bigint, world: World): bigint {
  const { edges } = landmarksOf(world);
  return edges.reduce((best, edge) => {
    const distance = address - BigInt(edge) * PAGE_BYTES;
    const size = distance < 0n ? -distance : distance;
    return size < best ? size : best;
  }, U64_MAX);
}

function alignmentEdge(value: Argument, total: number): string | null {
  if (!isU64(value)) return 'no unsigned 64-bit integer';
  if (value === 0n || value === 1n || value === PAGE_BYTES) return String(value);
  if (value > BigInt(total) * PAGE_BYTES) return 'larger than memory';
  return (value & (value - 1n)) === 0n ? null : 'not a power of two';
}

function addressEdge(address: bigint, world: World): string | null {
  if (!isU64(address)) return 'no unsigned 64-bit integer';
  const frame = frameAt(world.config, address);
  if (frame === null) return 'not in the higher half';
  const isNear = landmarksOf(world).edges.some((edge) => Math.abs(frame - edge) <= 1);
  return isNear ? 'an edge of the map, to the page frame' : null;
}

/** How many arguments of a kind there were, and how many of them were which edge. */
export interface EdgeCount {
  readonly drawn: number;
  readonly edges: Readonly<Record<string, number>>;
}

export class EdgeCounts {
  readonly #drawn: Record<ArgumentKind, number> = { count: 0, maxAddr: 0, alignment: 0, address: 0 };
  readonly #edges: Record<ArgumentKind, Map<string, number>> = {
    count: new Map(),
    maxAddr: new Map(),
    alignment: new Map(),
    address: new Map(),
  };

  /** Takes note of the arguments of a judged operation. O(arguments × descriptors). */
  note({ before, operation }: JudgedStep): void {
    const { world } = before;
    if ('count' in operation) this.#note('count', countEdge(operation.count, freeFor(before, operation)));
    if (operation.call === 'allocBitmap') {
      this.#note('maxAddr', maxAddrEdge(operation.maxAddr, world));
      this.#note('alignment', alignmentEdge(operation.alignment, world.total));
    }
    for (const address of addressesOf(operation)) this.#note('address', addressEdge(address, world));
  }

  /** Returns the counts by kind of argument. */
  toRecord(): Readonly<Record<ArgumentKind, EdgeCount>> {
    const of = (kind: ArgumentKind): EdgeCount => ({
      drawn: this.#drawn[kind],
      edges: Object.fromEntries([...this.#edges[kind]].sort(([a], [b]) => a.localeCompare(b))),
    });
    return { count: of('count'), maxAddr: of('maxAddr'), alignment: of('alignment'), address: of('address') };
  }

  #note(kind: ArgumentKind, edge: string | null): void {
    this.#drawn[kind] += 1;
    if (edge !== null) this.#edges[kind].set(edge, (this.#edges[kind].get(edge) ?? 0) + 1);
  }
}

function freeFor(before: JudgedStep['before'], { call }: Operation): number {
  return before.freeIn(call === 'allocPages' ? 'stack' : 'bitmap');
}
