/**
 * Edges: how often the arguments of judged operations had the values at which allocators go wrong. Counted from the values, so it
 * does not matter how they were drawn.
 */

import type { JudgedStep, World } from '../../../runner/index.ts';
import {
  type Argument,
  addressesOf,
  argumentAt,
  isU64,
  PAGE_BYTES,
  PAGE_SIZE,
  type Parameter,
  parametersOf,
  U64_MAX,
  wholePages,
} from '../../../spec/index.ts';
import { landmarksOf } from '../arbitraries/landmarks.ts';

/** The kinds of argument. */
export const ARGUMENT_KINDS = ['count', 'maxAddr', 'alignment', 'address'] as const;
export type ArgumentKind = (typeof ARGUMENT_KINDS)[number];

const WRAPS = [U64_MAX, 1n << 32n, 1n << 53n, 1n << 63n, (1n << 32n) - 1n, (1n << 32n) + 1n];

/** The edges of each kind of argument, identified by their places in these lists. */
const EDGES = {
  count: [
    'not an unsigned 64-bit integer',
    '0',
    '1',
    'exactly what is free',
    'one more than is free',
    '2^32 and more',
  ],
  maxAddr: [
    'not an unsigned 64-bit integer',
    '0',
    'where arithmetic wraps',
    'an edge of the map, to the byte',
    'an edge of the map, to the page frame',
  ],
  alignment: ['not an unsigned 64-bit integer', '0', '1', '4096', 'larger than memory', 'not a power of two'],
  address: [
    'not in the higher half',
    'not an unsigned 64-bit integer',
    'an edge of the map, to the page frame',
  ],
} as const satisfies Readonly<Record<ArgumentKind, readonly string[]>>;

/** The names of all edges. */
export const EDGE_NAMES: readonly string[] = Object.values(EDGES).flat();

/** Stands for an argument that is not at an edge. */
const NO_EDGE = -1;

/** Returns the edge of a count. */
function countEdge(value: Argument, free: number): number {
  if (!isU64(value)) return 0;
  // Beyond 2^53 a number is not exact, but still large.
  const pages = Number(value);
  if (pages <= 1) return pages === 0 ? 1 : 2;
  if (pages === free) return 3;
  if (pages === free + 1) return 4;
  return pages >= 2 ** 32 ? 5 : NO_EDGE;
}

function maxAddrEdge(value: Argument, edges: readonly number[]): number {
  if (!isU64(value)) return 0;
  const bytes = Number(value);
  if (bytes === 0) return 1;
  if (bytes >= 2 ** 32 - 1 && WRAPS.includes(value)) return 2;
  const distance = distanceToEdge(value, edges);
  if (distance <= 1) return 3;
  return distance === PAGE_SIZE ? 4 : NO_EDGE;
}

/** Returns the bytes from an address to the nearest edge; exact if they are few. */
function distanceToEdge(address: bigint, edges: readonly number[]): number {
  const frame = Number(wholePages(address));
  const offset = Number(BigInt.asUintN(12, address));
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < edges.length; i += 1) {
    const distance = Math.abs((frame - (edges[i] ?? 0)) * PAGE_SIZE + offset);
    if (distance < least) least = distance;
  }
  return least;
}

function alignmentEdge(value: Argument, total: number): number {
  if (!isU64(value)) return 0;
  if (value === PAGE_BYTES) return 3;
  const bytes = Number(value);
  if (bytes <= 1) return bytes === 0 ? 1 : 2;
  if (bytes > total * PAGE_SIZE) return 4;
  return BigInt.asUintN(64, value & BigInt.asUintN(64, value - 1n)) === 0n ? NO_EDGE : 5;
}

function addressEdge(frame: number | null, address: bigint, edges: readonly number[]): number {
  if (frame === null) return isU64(address) ? 0 : 1;
  for (let i = 0; i < edges.length; i += 1) if (Math.abs(frame - (edges[i] ?? 0)) <= 1) return 2;
  return NO_EDGE;
}

/**
 * The number of arguments of a kind, and how many of them were at each edge.
 * @public
 */
export interface EdgeCount {
  readonly drawn: number;
  readonly edges: Readonly<Record<string, number>>;
}

class KindCounts {
  readonly #names: readonly string[];
  readonly #times: Float64Array;
  #drawn = 0;

  constructor(kind: ArgumentKind) {
    this.#names = EDGES[kind];
    this.#times = new Float64Array(this.#names.length);
  }

  /** Counts an argument at an edge, or at {@link NO_EDGE}. */
  note(edge: number): void {
    this.#drawn += 1;
    if (edge !== NO_EDGE) this.#times[edge] = (this.#times[edge] ?? 0) + 1;
  }

  toRecord(): EdgeCount {
    const edges = this.#names
      .map((name, place): readonly [string, number] => [name, this.#times[place] ?? 0])
      .filter(([, times]) => times > 0)
      .toSorted(([a], [b]) => a.localeCompare(b));
    return { drawn: this.#drawn, edges: Object.fromEntries(edges) };
  }
}

export class EdgeCounts {
  readonly #count = new KindCounts('count');
  readonly #maxAddr = new KindCounts('maxAddr');
  readonly #alignment = new KindCounts('alignment');
  readonly #address = new KindCounts('address');

  /** Counts the arguments of a judged operation. O(arguments × descriptors). */
  note({ before, operation, asked: { pfns } }: JudgedStep): void {
    const { world } = before;
    for (const parameter of parametersOf(operation.call)) {
      const value = argumentAt(operation, parameter);
      if (typeof value === 'bigint' || typeof value === 'number') this.#noteNumber(before, parameter, value);
    }
    const addresses = addressesOf(operation);
    for (let i = 0; i < pfns.length; i += 1) this.#noteAddress(world, pfns[i] ?? null, addresses[i] ?? 0n);
  }

  #noteNumber(before: JudgedStep['before'], { kind }: Parameter, value: Argument): void {
    switch (kind) {
      case 'maxAddr':
        this.#maxAddr.note(maxAddrEdge(value, landmarksOf(before.world).edges));
        break;
      case 'alignment':
        this.#alignment.note(alignmentEdge(value, before.world.total));
        break;
      case 'address':
        break;
      default:
        this.#count.note(countEdge(value, before.freeIn(kind === 'batchCount' ? 'stack' : 'bitmap')));
    }
  }

  #noteAddress(world: World, frame: number | null, address: bigint): void {
    this.#address.note(addressEdge(frame, address, landmarksOf(world).edges));
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
