/** Rewriting: changes of a draft's program that keep its references meaningful. */
import {
  isAllocation,
  namesResult,
  type Operation,
  type Program,
  type Reference,
  type ResultReference,
} from '../../spec/index.ts';
import { absoluteTo, type Draft, frameOfAddress } from './draft.ts';
import { withType } from './layout.ts';
import { argumentsCost } from './simplicity.ts';
import { mapReferences, placesOfResults, subprogram } from './subprogram.ts';
import type { Counterexample } from './trials.ts';

/** Page frames of a region that are freed one by one. */
const LONG_REGION = 64n;

/** Returns the integers in [from, to). */
export function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** Returns the draft with operation `at` replaced. */
export function withOperation(draft: Draft, at: number, operation: Operation<Reference>): Draft {
  return { ...draft, operations: draft.operations.with(at, operation) };
}

/**
 * Lists the draft with operation `at` replaced by one of the same call whose arguments cost no more: with any other, the draft is not simpler. To say so
 * of an operation costs less than of a program.
 */
export function* withSimpler(
  draft: Draft,
  at: number,
  operations: Iterable<Operation<Reference>>,
): Generator<Draft> {
  const { higherHalf } = draft;
  const operation = draft.operations[at];
  if (operation === undefined) return;
  const most = argumentsCost(operation, higherHalf);
  for (const simpler of operations)
    if (argumentsCost(simpler, higherHalf) <= most) yield withOperation(draft, at, simpler);
}

/** Returns the draft with its references replaced. */
export function withReferences(draft: Draft, f: (reference: Reference) => Reference): Draft {
  return {
    ...draft,
    operations: draft.operations.map((operation) => mapReferences(operation, f) ?? operation),
  };
}

/** Returns the page frame that a reference named in the run of the counterexample, or null. */
export function frameNamed({ run, draft }: Counterexample, reference: Reference): number | null {
  const address = run.results.addressOf(reference);
  return address === null ? null : frameOfAddress(draft.higherHalf, address);
}

function absoluteOf({ run }: Counterexample, reference: Reference): Reference | null {
  const absolute = run.results.addressOf(reference);
  return absolute === null ? null : { absolute };
}

/** Returns the address that a reference named in the run of the counterexample; the reference itself where it named none. */
export function asAbsolute(counterexample: Counterexample, reference: Reference): Reference {
  return absoluteOf(counterexample, reference) ?? reference;
}

/**
 * The replacement for a reference to a deleted result:
 *
 * - `drop`: none.
 * - `absolute`: the address that it named.
 * - `boot`: the same, and the page frame becomes boot memory, so that it may be freed as before.
 * - `first`, `last`: the first page of the first or last remaining result before it.
 */
export type OrphanRule = 'drop' | 'absolute' | 'boot' | 'first' | 'last';

/** Returns the draft without some operations. O(operations). */
export function withoutOperations(
  counterexample: Counterexample,
  deleted: ReadonlySet<number>,
  rule: OrphanRule,
): Draft {
  const { draft } = counterexample;
  const places = placesOfResults(draft.operations);
  const orphans: number[] = [];
  const replacement = (reference: ResultReference, at: number): Reference | null => {
    if (rule === 'drop') return null;
    if (rule === 'absolute' || rule === 'boot') {
      const frame = frameNamed(counterexample, { ...reference, offset: 0n });
      if (frame !== null) orphans.push(frame);
      return absoluteOf(counterexample, reference);
    }
    const isRemaining = (place: number): boolean => place < at && !deleted.has(place);
    const result = rule === 'first' ? places.findIndex(isRemaining) : places.findLastIndex(isRemaining);
    return result < 0 ? null : { result, page: 0, offset: reference.offset };
  };
  const operations = subprogram(draft.operations, (at) => !deleted.has(at), replacement);
  const descriptors =
    rule === 'boot'
      ? orphans.reduce((ds, frame) => withType(ds, frame, 1, 'loaderData'), draft.descriptors)
      : draft.descriptors;
  return { ...draft, descriptors, operations };
}

/** Returns references to the first pages of the results that come from operations before `at`. */
export function earlierResults(operations: Program, at: number): readonly ResultReference[] {
  return placesOfResults(operations)
    .filter((place) => place < at)
    .map((_, result) => ({ result, page: 0, offset: 0n }));
}

/** Returns how many page frames an allocation asks for, or null where it is not a number, or the operation allocates none. */
export function pagesAsked(operation: Operation<Reference>): bigint | null {
  if (operation.call === 'alloc') return 1n;
  const isCounted = isAllocation(operation.call) && 'count' in operation;
  return isCounted && typeof operation.count === 'bigint' ? operation.count : null;
}

/** Returns references to the page frames that an operation frees, in order; null where it frees none, or a long region. */
export function freedBy(
  counterexample: Counterexample,
  operation: Operation<Reference>,
): readonly Reference[] | null {
  if (operation.call === 'free' || operation.call === 'release') return [operation.address];
  if (operation.call === 'freePages') return operation.addresses;
  if (operation.call !== 'freeRegion' || typeof operation.count !== 'bigint') return null;
  if (operation.count > LONG_REGION) return null;
  const { address, count } = operation;
  return range(0, Number(count)).flatMap((k) => {
    if (namesResult(address)) return [{ ...address, page: address.page + k }];
    const frame = frameNamed(counterexample, address);
    return frame === null ? [] : [absoluteTo(counterexample.draft, frame + k)];
  });
}
