/** Layout: the page frames of a draft. Page frames change their type, move, or are taken out; addresses in the program move along. */
import {
  type Argument,
  addressesOf,
  type MemoryType,
  mapAddresses,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Reference,
} from '../../spec/index.ts';
import { type Draft, type DraftDescriptor, endOfDescriptor, frameOfAddress } from './draft.ts';

/** Returns descriptors in which [base, base + pages) has a type, wherever a descriptor covers it. Neighbours are joined. */
export function withType(
  descriptors: readonly DraftDescriptor[],
  base: number,
  pages: number,
  type: MemoryType,
): readonly DraftDescriptor[] {
  const end = base + pages;
  const divided = descriptors.flatMap((d): readonly DraftDescriptor[] => {
    const dEnd = endOfDescriptor(d);
    if (dEnd <= base || d.base >= end || d.type === type) return [d];
    const [from, to] = [Math.max(d.base, base), Math.min(dEnd, end)];
    const parts = [
      { type: d.type, base: d.base, pages: from - d.base },
      { type, base: from, pages: to - from },
      { type: d.type, base: to, pages: dEnd - to },
    ];
    return parts.filter((part) => part.pages > 0);
  });
  return joined(divided);
}

/** Returns descriptors in the same order, with neighbours of one type joined where they follow one another in the list and in memory. */
export function joined(descriptors: readonly DraftDescriptor[]): readonly DraftDescriptor[] {
  const result: DraftDescriptor[] = [];
  for (const d of descriptors) {
    const last = result.at(-1);
    if (last !== undefined && last.type === d.type && endOfDescriptor(last) === d.base)
      result[result.length - 1] = { ...last, pages: last.pages + d.pages };
    else result.push(d);
  }
  return result;
}

/** Whether the bitmap limit, and the `maxAddr` of allocations, move along with the page frames. */
export interface MoveOptions {
  readonly limit: boolean;
  readonly maxAddr: boolean;
}

function movedReference(reference: Reference, draft: Draft, f: (frame: number) => number): Reference {
  if (namesResult(reference)) return reference;
  const frame = frameOfAddress(draft.higherHalf, reference.absolute);
  if (frame === null) return reference;
  return { absolute: reference.absolute + BigInt(f(frame) - frame) * PAGE_BYTES };
}

/** Returns the physical address with its page frame moved; one beyond all memory stays. */
function movedAddress(address: Argument, f: (frame: number) => number): Argument {
  if (typeof address !== 'bigint' || address < 0n || address >> 52n !== 0n) return address;
  const frame = Number(address / PAGE_BYTES);
  return address + BigInt(f(frame) - frame) * PAGE_BYTES;
}

function movedOperation(
  operation: Operation<Reference>,
  draft: Draft,
  f: (frame: number) => number,
  withMaxAddr: boolean,
): Operation<Reference> {
  if ('maxAddr' in operation) {
    if (!withMaxAddr) return operation;
    const limited = { ...operation, maxAddr: movedAddress(operation.maxAddr, f) };
    return limited.call === 'allocWithin'
      ? { ...limited, minAddr: movedAddress(limited.minAddr, f) }
      : limited.maxAddr === operation.maxAddr
        ? operation
        : limited;
  }
  return mapAddresses(operation, (reference) => movedReference(reference, draft, f)) ?? operation;
}

/** Returns the draft in which every page frame n has become f(n): both ends of each descriptor, and the addresses in the program. */
export function moved(draft: Draft, f: (frame: number) => number, { limit, maxAddr }: MoveOptions): Draft {
  return {
    ...draft,
    descriptors: draft.descriptors.map((d) => ({
      type: d.type,
      base: f(d.base),
      pages: f(endOfDescriptor(d)) - f(d.base),
    })),
    limit: limit ? f(draft.limit) : draft.limit,
    operations: draft.operations.map((operation) => movedOperation(operation, draft, f, maxAddr)),
  };
}

/** Returns the draft without the page frames [base, base + pages); all above are moved down. */
export function withoutPageFrames(draft: Draft, base: number, pages: number, options: MoveOptions): Draft {
  const f = (frame: number): number => (frame <= base ? frame : frame < base + pages ? base : frame - pages);
  return moved(draft, f, options);
}

/** Of longer batches only the first address and the last are points: page frames are taken out between any two. */
const LONG_BATCH = 64;

/** Returns the page frames that a program names by their addresses; of batches longer than `most`, the first and the last. */
export function framesNamed(
  { operations, higherHalf }: Draft,
  most = Number.POSITIVE_INFINITY,
): readonly number[] {
  return operations
    .flatMap((operation) => {
      const addresses = addressesOf(operation);
      return addresses.length <= most ? addresses : [...addresses.slice(0, 1), ...addresses.slice(-1)];
    })
    .map((reference) => (namesResult(reference) ? null : frameOfAddress(higherHalf, reference.absolute)))
    .filter((frame) => frame !== null);
}

/** Returns the page frames at which something begins or ends: descriptors, the limit, and the addresses in the program. */
export function pointsOf(draft: Draft): readonly number[] {
  const named = framesNamed(draft, LONG_BATCH);
  const ends = draft.descriptors.flatMap((d) => [d.base, endOfDescriptor(d)]);
  const all = [0, draft.limit, ...ends, ...named, ...named.map((frame) => frame + 1)];
  return [...new Set(all)].sort((a, b) => a - b);
}
