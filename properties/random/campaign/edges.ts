/**
 * Edges: how often the arguments of judged operations had the values at which allocators go wrong. Counted from the values, so it
 * does not matter how they were drawn.
 */

import { isWhole, type NumberedCall, type Passed, type StepFacts } from '../../../runner/lean/index.ts';
import { CALLS, PAGE_SIZE, type Parameter, parametersOf, U64_MAX } from '../../../spec/index.ts';
import { landmarksOf } from '../arbitraries/prospect.ts';

/** The kinds of argument. */
export const ARGUMENT_KINDS = ['count', 'maxAddr', 'alignment', 'address'] as const;
export type ArgumentKind = (typeof ARGUMENT_KINDS)[number];

const WRAPS: readonly Passed[] = [U64_MAX, 2 ** 32, 1n << 53n, 1n << 63n, 2 ** 32 - 1, 2 ** 32 + 1];

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

/** The parameters of each call, by its place. */
const PARAMETERS = CALLS.map(parametersOf);

/** Stands for an argument that is not at an edge. */
const NO_EDGE = -1;

/** Returns the edge of a count. */
function countEdge(value: Passed, free: number): number {
  if (!isWhole(value)) return 0;
  // Beyond 2^53 a number is not exact, but still large.
  const pages = Number(value);
  if (pages <= 1) return pages === 0 ? 1 : 2;
  if (pages === free) return 3;
  if (pages === free + 1) return 4;
  return pages >= 2 ** 32 ? 5 : NO_EDGE;
}

function maxAddrEdge(value: Passed, edges: readonly number[]): number {
  if (!isWhole(value)) return 0;
  const bytes = Number(value);
  if (bytes === 0) return 1;
  if (bytes >= 2 ** 32 - 1 && WRAPS.includes(value)) return 2;
  const distance = distanceToEdge(bytes, edges);
  if (distance <= 1) return 3;
  return distance === PAGE_SIZE ? 4 : NO_EDGE;
}

/** Returns the place of the first of ascending numbers that is `n` or more; the number of them if none is. */
function firstFrom(n: number, ascending: readonly number[]): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < n) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the bytes from an address to the nearest edge; exact if they are few. O(log edges). */
function distanceToEdge(bytes: number, edges: readonly number[]): number {
  const next = firstFrom(bytes / PAGE_SIZE, edges);
  const above = (edges[next] ?? Number.POSITIVE_INFINITY) * PAGE_SIZE - bytes;
  const below = next === 0 ? Number.POSITIVE_INFINITY : bytes - (edges[next - 1] ?? 0) * PAGE_SIZE;
  return Math.min(above, below);
}

function alignmentEdge(value: Passed, total: number): number {
  if (!isWhole(value)) return 0;
  const bytes = Number(value);
  if (bytes === PAGE_SIZE) return 3;
  if (bytes <= 1) return bytes === 0 ? 1 : 2;
  if (bytes > total * PAGE_SIZE) return 4;
  return Number.isInteger(Math.log2(bytes)) ? NO_EDGE : 5;
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

  /** Counts the arguments of a judged operation. O(arguments × log descriptors). */
  note(step: StepFacts): void {
    const { call, state } = step;
    const parameters = PARAMETERS[call.place] ?? [];
    for (let i = 0; i < parameters.length; i += 1) {
      const parameter = parameters[i];
      if (parameter !== undefined) this.#noteNumber(step, parameter);
    }
    if (call.named === 0) return;
    this.#noteAddresses(call, landmarksOf(state.world).edges);
  }

  /** Counts addresses. Page frames of a batch lie between the same two edges mostly, so the last two are kept. */
  #noteAddresses({ frames, named }: NumberedCall, edges: readonly number[]): void {
    let below = Number.POSITIVE_INFINITY;
    let above = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < named; i += 1) {
      const frame = frames[i] ?? -1;
      if (frame >= 0 && !(below < frame && frame <= above)) {
        const next = firstFrom(frame, edges);
        below = edges[next - 1] ?? Number.NEGATIVE_INFINITY;
        above = edges[next] ?? Number.POSITIVE_INFINITY;
      }
      if (frame < 0) this.#address.note(frame === -1 ? 0 : 1);
      else this.#address.note(frame <= below + 1 || frame >= above - 1 ? 2 : NO_EDGE);
    }
  }

  #noteNumber({ call, state, inStackBefore, inBitmapBefore }: StepFacts, { kind }: Parameter): void {
    switch (kind) {
      case 'maxAddr':
        this.#maxAddr.note(maxAddrEdge(call.maxAddr, landmarksOf(state.world).edges));
        break;
      case 'alignment':
        this.#alignment.note(alignmentEdge(call.alignment, state.world.total));
        break;
      case 'address':
      case 'addresses':
      case 'minAddr':
      case 'boundary':
        break;
      default:
        this.#count.note(countEdge(call.count, kind === 'batchCount' ? inStackBefore : inBitmapBefore));
    }
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
