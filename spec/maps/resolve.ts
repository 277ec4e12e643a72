/**
 * Resolution: from what firmware says, byte by byte and sometimes twice, to disjoint descriptors of whole page frames.
 *
 * The rule, one page frame at a time:
 *
 *   1. The least usable type of the entries that touch the page frame is its type.
 *   2. A type that the manager would own also needs every byte: where the entries of such types, taken together, leave
 *      out a byte of the page frame, nothing is known of that byte and the page frame belongs to no descriptor.
 *
 * So usable RAM is rounded inward, everything else outward. Usable entries that touch inside a page frame count as one:
 *
 *     bytes     |uuuuuuuu uuuu:uuuu uuu.....|   u: usable in two entries that touch at ':'
 *     frames    |   u    |    u    |        |
 *
 * Source: section 6 of the requirements; Linux rounds the same way (`e820__memblock_setup`).
 */
import { type DescriptorInput, type MemoryType, ownerAfterInit } from '../memory-map.ts';
import { PAGE_BYTES } from '../units.ts';
import { byStart, type Entry, type Extent } from './entry.ts';

/**
 * All memory types, the most usable first. By owner: what the manager owns, what boot code hands over, what firmware
 * keeps, what is no RAM. Among those, ordinary memory before what something lives in, and broken memory last.
 */
export const BY_USABILITY: readonly MemoryType[] = [
  'conventional',
  'bootServicesData',
  'bootServicesCode',
  'loaderCode',
  'loaderData',
  'acpiReclaim',
  'acpiNvs',
  'runtimeServicesData',
  'runtimeServicesCode',
  'unaccepted',
  'persistent',
  'palCode',
  'mmioPortSpace',
  'mmio',
  'reserved',
  'unusable',
];

/** Layers of the sweep: one for each type, by rank in {@link BY_USABILITY}, and one for page frames that are all RAM. */
const WHOLE_LAYER = BY_USABILITY.length;

/** At page frame `at`, `change` more extents of a layer are open than before. */
interface Edge {
  readonly at: number;
  readonly layer: number;
  readonly change: 1 | -1;
}

/** Page frames [base, end) of one type. */
interface Stretch {
  readonly type: MemoryType;
  readonly base: number;
  readonly end: number;
}

function isUsable(type: MemoryType): boolean {
  return ownerAfterInit(type) === 'pmm';
}

/** Returns the union of extents as disjoint ones that do not touch, ascending. */
function union(extents: readonly Extent[]): readonly Extent[] {
  const merged: Extent[] = [];
  for (const { start, end } of extents.toSorted(byStart)) {
    const last = merged.at(-1);
    if (last === undefined || last.end < start) merged.push({ start, end });
    else if (last.end < end) merged[merged.length - 1] = { start: last.start, end };
  }
  return merged;
}

function frameBelow(address: bigint): number {
  return Number(address / PAGE_BYTES);
}

function frameAbove(address: bigint): number {
  return Number((address + PAGE_BYTES - 1n) / PAGE_BYTES);
}

function edges(layer: number, base: number, end: number): readonly Edge[] {
  return base < end
    ? [
        { at: base, layer, change: 1 },
        { at: end, layer, change: -1 },
      ]
    : [];
}

function outward({ type, start, end }: Entry): readonly Edge[] {
  return edges(BY_USABILITY.indexOf(type), frameBelow(start), frameAbove(end));
}

function inward({ start, end }: Extent): readonly Edge[] {
  return edges(WHOLE_LAYER, frameAbove(start), frameBelow(end));
}

/** Returns the type of a page frame that `open[layer]` extents of each layer cover; null where it has none. */
function typeUnder(open: readonly number[]): MemoryType | null {
  const type = BY_USABILITY.findLast((_, rank) => (open[rank] ?? 0) > 0);
  if (type === undefined) return null;
  return isUsable(type) && (open[WHOLE_LAYER] ?? 0) === 0 ? null : type;
}

function* sweep(sorted: readonly Edge[]): Generator<Stretch> {
  const open = new Array<number>(WHOLE_LAYER + 1).fill(0);
  let base = 0;
  for (const { at, layer, change } of sorted) {
    const type = at > base ? typeUnder(open) : null;
    if (type !== null) yield { type, base, end: at };
    open[layer] = (open[layer] ?? 0) + change;
    base = at;
  }
}

/** Returns the stretches; neighbours of one type are joined. They come ascending and disjoint. */
function joined(stretches: Iterable<Stretch>): readonly Stretch[] {
  const out: Stretch[] = [];
  for (const next of stretches) {
    const last = out.at(-1);
    if (last?.type === next.type && last.end === next.base) out[out.length - 1] = { ...last, end: next.end };
    else out.push(next);
  }
  return out;
}

function descriptorOf({ type, base, end }: Stretch): DescriptorInput {
  return { type, start: BigInt(base) * PAGE_BYTES, pages: end - base };
}

/**
 * Returns the descriptors of the entries: disjoint, ascending, none empty, and no two of one type touch.
 * O(n log n) for n entries, whatever they cover. Empty entries say nothing.
 */
export function resolve(entries: readonly Entry[]): readonly DescriptorInput[] {
  const present = entries.filter(({ start, end }) => start < end);
  const usable = union(present.filter(({ type }) => isUsable(type)));
  const all = [...present.flatMap(outward), ...usable.flatMap(inward)].sort((a, b) => a.at - b.at);
  return joined(sweep(all)).map(descriptorOf);
}

function isAligned({ start, end }: Extent): boolean {
  return start % PAGE_BYTES === 0n && end % PAGE_BYTES === 0n;
}

function isDisjoint(entries: readonly Entry[]): boolean {
  const sorted = entries.filter(({ start, end }) => start < end).sort(byStart);
  return sorted.every(({ start }, i) => (sorted[i - 1]?.end ?? 0n) <= start);
}

/**
 * Returns the entries as they are, in their order and with the empty ones, where they are descriptors already (disjoint
 * and aligned, as EFI promises); resolves them otherwise. O(n log n).
 */
export function resolveUnlessOrderly(entries: readonly Entry[]): readonly DescriptorInput[] {
  if (!entries.every(isAligned) || !isDisjoint(entries)) return resolve(entries);
  return entries.map(({ type, start, end }) => ({ type, start, pages: Number((end - start) / PAGE_BYTES) }));
}
