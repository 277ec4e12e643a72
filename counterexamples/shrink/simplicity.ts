/**
 * Simplicity: the one order in which scenarios are simpler than others. The order is total and well-founded, so every descent
 * ends. Two scenarios are compared by these measures; the first that differs decides:
 *
 *   1  operations         fewer
 *   2  kinds              the sum of their ranks in the table of calls
 *   3  arguments          the sum of their distances from the plain value
 *   4  the map            fewer descriptors, plainer types, fewer page frames, sorted, lower addresses
 *   5  the configuration  a lower bitmap limit, the usual higher half
 *   6  canonical form     the order of their keys
 *
 * Plain values: count 1, `maxAddr` unlimited, `minAddr` and boundary 0, alignment 4096, the first byte of a result. Then follow small numbers, then
 * large ones by their logarithm, then everything that is not an unsigned 64-bit integer. A result is simpler than an address,
 * because it says where the address comes from.
 */
import {
  type Argument,
  addressesOf,
  argumentAt,
  describedCall,
  HIGHER_HALF_48,
  isU64,
  type MemoryType,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Parameter,
  parametersOf,
  type Reference,
  type Scenario,
  U64_MAX,
} from '../../spec/index.ts';
import { type Draft, type DraftDescriptor, draftOf, frameOfAddress, keyOf } from './draft.ts';

/** Types, plainest first: one for each owner after init, then the others. */
export const TYPE_RANK: Readonly<Record<MemoryType, number>> = {
  conventional: 0,
  loaderData: 1,
  reserved: 2,
  runtimeServicesCode: 3,
  acpiReclaim: 4,
  acpiNvs: 5,
  mmio: 6,
  bootServicesCode: 7,
  bootServicesData: 8,
  loaderCode: 9,
  runtimeServicesData: 10,
  unusable: 11,
  mmioPortSpace: 12,
  palCode: 13,
  persistent: 14,
  unaccepted: 15,
};

/** Numbers up to this count in full, larger ones by their logarithm. */
const SMALL = 2 ** 24;

/** Returns how far a non-negative number is from 0: itself, or by its logarithm where it is large. Monotonic. */
function magnitude(n: number): number {
  return n <= SMALL ? n : SMALL * Math.log2(n / (SMALL / 2));
}

/** The distance from which on numbers lie that are not unsigned 64-bit integers: farther than all that are. */
const BAD_NUMBER = SMALL * 100;

function badNumberCost(argument: Argument): number {
  return (
    BAD_NUMBER + (argument === -1n ? 0 : argument === 1.5 ? 1 : 2 + magnitude(Math.abs(Number(argument))))
  );
}

const PAGE = Number(PAGE_BYTES);
/** Numbers up to this one are exact without being a `bigint`, and calculated with in a tenth of the time. */
const MOST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** Returns the distance of a number of bytes from 0 in pages. A part of a page counts for half a page and a little more. */
function pageDistance(bytes: bigint): number {
  const exact = bytes <= MOST_EXACT ? Number(bytes) : null;
  const part = exact === null ? Number(bytes % PAGE_BYTES) : exact % PAGE;
  const pages = exact === null ? Number(bytes / PAGE_BYTES) : (exact - part) / PAGE;
  return magnitude(pages) + (part === 0 ? 0 : 0.5 + part / 10_000);
}

function countCost(count: Argument): number {
  if (!isU64(count)) return badNumberCost(count);
  return count === 1n ? 0 : count === 0n ? 1 : magnitude(Number(count));
}

function maxAddrCost(maxAddr: Argument): number {
  if (!isU64(maxAddr)) return badNumberCost(maxAddr);
  return maxAddr === U64_MAX ? 0 : 1 + pageDistance(maxAddr);
}

function alignmentCost(alignment: Argument): number {
  if (!isU64(alignment)) return badNumberCost(alignment);
  return alignment === PAGE_BYTES ? 0 : 1 + pageDistance(alignment);
}

function referenceCost(reference: Reference, higherHalf: bigint): number {
  if (namesResult(reference)) {
    const { page, offset } = reference;
    return magnitude(page) + (offset === 0n ? 0 : 1 + pageDistance(offset < 0n ? -offset : offset));
  }
  const frame = frameOfAddress(higherHalf, reference.absolute);
  if (frame === null) return BAD_NUMBER + magnitude(Math.abs(Number(reference.absolute)));
  return 1 + pageDistance(reference.absolute - higherHalf);
}

const NULL: Reference = { absolute: 0n };

function numberCost({ kind }: Parameter, value: Argument): number {
  if (kind === 'maxAddr') return maxAddrCost(value);
  if (kind === 'minAddr' || kind === 'boundary')
    return isU64(value) ? pageDistance(value) : badNumberCost(value);
  return kind === 'alignment' ? alignmentCost(value) : countCost(value);
}

/** Returns the distance of an operation's arguments from the plain ones. */
export function argumentsCost(operation: Operation<Reference>, higherHalf: bigint): number {
  let cost = 0;
  for (const parameter of parametersOf(operation.call)) {
    const value = argumentAt(operation, parameter);
    if (typeof value === 'bigint' || typeof value === 'number') cost += numberCost(parameter, value);
    else if (parameter.kind === 'address')
      cost += referenceCost(addressesOf(operation)[0] ?? NULL, higherHalf);
    else cost += sum(addressesOf(operation), (reference) => 1 + referenceCost(reference, higherHalf));
  }
  return cost;
}

function sum<T>(items: readonly T[], f: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += f(item);
  return total;
}

function inversions(descriptors: readonly DraftDescriptor[]): number {
  return sum(descriptors, (d) => {
    const at = descriptors.indexOf(d);
    return descriptors.filter((e, j) => j > at && e.base < d.base).length;
  });
}

type Measure = (draft: Draft) => number;

/** The measures of a program. O(operations). */
const PROGRAM_MEASURES: readonly Measure[] = [
  ({ operations }) => operations.length,
  ({ operations }) => sum(operations, ({ call }) => describedCall(call).rank),
  ({ operations, higherHalf }) => sum(operations, (operation) => argumentsCost(operation, higherHalf)),
];

const WORLD_MEASURES: readonly Measure[] = [
  ({ descriptors }) => descriptors.length,
  ({ descriptors }) => sum(descriptors, ({ type }) => TYPE_RANK[type]),
  ({ descriptors }) => sum(descriptors, ({ pages }) => pages),
  ({ descriptors }) => inversions(descriptors),
  ({ descriptors }) => sum(descriptors, ({ base }) => base),
  ({ limit }) => limit,
  ({ higherHalf }) => (higherHalf === HIGHER_HALF_48 ? 0 : 1),
];

/** The measures, in the order in which they decide. */
const MEASURES: readonly Measure[] = [...PROGRAM_MEASURES, ...WORLD_MEASURES];

/** A draft and its measures: each is taken once, when it is first compared. */
export class Measured {
  readonly draft: Draft;
  readonly #sizes: (number | undefined)[] = [];
  #key: string | null = null;

  constructor(draft: Draft) {
    this.draft = draft;
  }

  size(place: number): number {
    const known = this.#sizes[place];
    if (known !== undefined) return known;
    const size = MEASURES[place]?.(this.draft) ?? 0;
    this.#sizes[place] = size;
    return size;
  }

  get key(): string {
    this.#key ??= keyOf(this.draft);
    return this.#key;
  }
}

/** Returns a negative number where draft `a` is simpler than `b`, 0 where they are the same, else a positive one. */
export function compareMeasured(a: Measured, b: Measured): number {
  const isSameHalf = a.draft.higherHalf === b.draft.higherHalf;
  const isSameProgram = isSameHalf && a.draft.operations === b.draft.operations;
  const isSameWorld =
    isSameHalf && a.draft.descriptors === b.draft.descriptors && a.draft.limit === b.draft.limit;
  const end = isSameWorld ? PROGRAM_MEASURES.length : MEASURES.length;
  for (let i = isSameProgram ? PROGRAM_MEASURES.length : 0; i < end; i += 1) {
    const difference = a.size(i) - b.size(i);
    if (difference !== 0) return difference;
  }
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** The same of drafts that are compared once. */
export function compareDrafts(a: Draft, b: Draft): number {
  return compareMeasured(new Measured(a), new Measured(b));
}

/** Returns a negative number where scenario `a` is simpler than `b`, 0 where they differ only in names, else a positive one. */
export function compareSimplicity(a: Scenario, b: Scenario): number {
  return compareDrafts(draftOf(a), draftOf(b));
}
