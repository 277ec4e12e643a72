/**
 * Rewriting: changes of a draft that keep its references meaningful. Deleting operations renumbers the results after
 * them and decides what becomes of references to the results that are gone; moving page frames takes the addresses
 * along that name them.
 */
import {
  addressesOf,
  isAllocation,
  type MemoryType,
  mapAddresses,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Program,
  type Reference,
  type ResultReference,
} from '../../spec/index.ts';
import { type Draft, type DraftDescriptor, endOfDescriptor, frameOfAddress } from './draft.ts';
import type { Failure } from './trials.ts';

/** A call of a program. */
export type Step = Operation<Reference>;

/** Returns the place in the program of each result. */
export function placesOfResults(operations: Program): readonly number[] {
  return operations.flatMap(({ call }, at) => (isAllocation(call) ? [at] : []));
}

/** Returns the program with operation `at` replaced. */
export function withStep(draft: Draft, at: number, step: Step): Draft {
  return { ...draft, operations: draft.operations.with(at, step) };
}

/** Returns an operation with its references replaced; those for which `f` returns null are left out of a batch, elsewhere the operation is. */
export function mapReferences(step: Step, f: (reference: Reference) => Reference | null): Step | null {
  if (step.call !== 'freePages') return mapAddresses(step, f);
  const addresses = step.addresses.map(f).filter((reference) => reference !== null);
  return addresses.length === 0 && step.addresses.length > 0 ? null : { call: 'freePages', addresses };
}

/**
 * What becomes of references to results that are deleted:
 *
 * - `drop`: they go, and the operations that have no other.
 * - `absolute`: they name the page frame as such.
 * - `boot`: so they do, and the map says that boot code hands it over; so it may be freed as before.
 * - `first`, `last`: they name the first page frame of the first or last result before them that is left.
 */
export type Retarget = 'drop' | 'absolute' | 'boot' | 'first' | 'last';

/** Returns the page frame that a reference named when the failure happened, or null. */
export function frameNamed({ run, draft }: Failure, reference: Reference): number | null {
  const address = run.results.addressOf(reference);
  return address === null ? null : frameOfAddress(draft.higherHalf, address);
}

/** Returns a reference to the address that another one named when the failure happened, as such. */
export function asAbsolute({ run }: Failure, reference: Reference): Reference | null {
  const absolute = run.results.addressOf(reference);
  return absolute === null ? null : { absolute };
}

/** Returns the draft without some operations. O(operations). */
export function withoutSteps(failure: Failure, doomed: ReadonlySet<number>, retarget: Retarget): Draft {
  const { draft } = failure;
  const places = placesOfResults(draft.operations);
  const left = places.flatMap((at, result) => (doomed.has(at) ? [] : [{ at, result }]));
  const renumbered = new Map(left.map(({ result }, k) => [result, k]));
  const orphans: number[] = [];
  const adopt = (reference: ResultReference, at: number): Reference | null => {
    const result = renumbered.get(reference.result);
    if (result !== undefined) return { ...reference, result };
    if (retarget === 'drop') return null;
    if (retarget === 'absolute' || retarget === 'boot') {
      const frame = frameNamed(failure, { ...reference, offset: 0n });
      if (frame !== null) orphans.push(frame);
      return asAbsolute(failure, reference);
    }
    const earlier = left.filter((other) => other.at < at);
    const adopter = retarget === 'first' ? earlier[0] : earlier.at(-1);
    const adopted = adopter === undefined ? undefined : renumbered.get(adopter.result);
    return adopted === undefined ? null : { result: adopted, page: 0, offset: reference.offset };
  };
  const kept = keptSteps(draft.operations, doomed, adopt);
  const descriptors =
    retarget === 'boot'
      ? orphans.reduce((ds, frame) => withType(ds, frame, 1, 'loaderData'), draft.descriptors)
      : draft.descriptors;
  return { ...draft, descriptors, operations: kept };
}

/** The steps that are left, their references to results replaced. What loses its references never allocates: ordinals hold. */
function keptSteps(
  operations: Program,
  doomed: ReadonlySet<number>,
  f: (reference: ResultReference, at: number) => Reference | null,
): Program {
  return operations.flatMap((step, at) => {
    if (doomed.has(at)) return [];
    const mapped = mapReferences(step, (r) => (namesResult(r) ? f(r, at) : r));
    return mapped === null ? [] : [mapped];
  });
}

/** Returns descriptors in which [base, base + pages) has a type, wherever a descriptor covers it. Neighbours are joined. */
function withType(
  descriptors: readonly DraftDescriptor[],
  base: number,
  pages: number,
  type: MemoryType,
): readonly DraftDescriptor[] {
  const end = base + pages;
  const cut = descriptors.flatMap((d): readonly DraftDescriptor[] => {
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
  return joined(cut);
}

/** Returns descriptors in the same order, those joined that follow one another in the list and in memory with one type. */
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

/** Which of a draft's numbers go along when page frames move. */
interface MoveOptions {
  readonly limit: boolean;
  readonly maxAddr: boolean;
}

function movedReference(reference: Reference, draft: Draft, f: (frame: number) => number): Reference {
  if (namesResult(reference)) return reference;
  const frame = frameOfAddress(draft.higherHalf, reference.absolute);
  if (frame === null) return reference;
  return { absolute: reference.absolute + BigInt(f(frame) - frame) * PAGE_BYTES };
}

function movedStep(step: Step, draft: Draft, f: (frame: number) => number, maxAddr: boolean): Step {
  if (step.call === 'allocBitmap') {
    const address = step.maxAddr;
    if (!maxAddr || typeof address !== 'bigint' || address < 0n || address >> 52n !== 0n) return step;
    const frame = Number(address / PAGE_BYTES);
    return { ...step, maxAddr: address + BigInt(f(frame) - frame) * PAGE_BYTES };
  }
  return mapAddresses(step, (reference) => movedReference(reference, draft, f)) ?? step;
}

/**
 * Returns the draft in which every page frame n has become f(n), descriptors by their two ends; the addresses in the
 * program move along.
 */
export function moved(draft: Draft, f: (frame: number) => number, { limit, maxAddr }: MoveOptions): Draft {
  return {
    ...draft,
    descriptors: draft.descriptors.map((d) => ({
      type: d.type,
      base: f(d.base),
      pages: f(endOfDescriptor(d)) - f(d.base),
    })),
    limit: limit ? f(draft.limit) : draft.limit,
    operations: draft.operations.map((step) => movedStep(step, draft, f, maxAddr)),
  };
}

/** Returns the draft with the page frames [base, base + pages) taken out of memory, and all above moved down. */
export function excised(draft: Draft, base: number, pages: number, options: MoveOptions): Draft {
  const f = (frame: number): number => (frame <= base ? frame : frame < base + pages ? base : frame - pages);
  return moved(draft, f, options);
}

/** Returns the references that name a result of the program before place `at`, first page frame. */
export function earlierResults(operations: Program, at: number): readonly ResultReference[] {
  return placesOfResults(operations)
    .filter((place) => place < at)
    .map((_, result) => ({ result, page: 0, offset: 0n }));
}

/** Returns the page frames at which something begins or ends: descriptors, the limit, and what the program names as such. */
export function pointsOf(draft: Draft): readonly number[] {
  const named = draft.operations
    .flatMap((step) => addressesOf(step))
    .map((r) => (namesResult(r) ? null : frameOfAddress(draft.higherHalf, r.absolute)))
    .filter((frame) => frame !== null);
  const ends = draft.descriptors.flatMap((d) => [d.base, endOfDescriptor(d)]);
  const all = [0, draft.limit, ...ends, ...named, ...named.map((frame) => frame + 1)];
  return [...new Set(all)].sort((a, b) => a - b);
}
