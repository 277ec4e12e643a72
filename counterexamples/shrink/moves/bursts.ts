/**
 * Simpler bursts: all operations of a program get plain arguments at once, and the gaps of its world are closed. One by one, as in short programs,
 * would take an execution of the whole for each of thousands of operations.
 */
import {
  addressesOf,
  isAllocation,
  isBurst,
  lengthOfStep,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Reference,
  stepsOf,
  U64_MAX,
} from '../../../spec/index.ts';
import { type Draft, endOfDescriptor } from '../draft.ts';
import { withoutPageFrames } from '../layout.ts';
import { withSimpler } from '../rewrite.ts';
import { mapReferences } from '../subprogram.ts';
import type { Counterexample } from '../trials.ts';
import { lowered } from './arguments.ts';

/** The same call for one page frame, the first of each result that it names. */
function plain(operation: Operation<Reference>): Operation<Reference> {
  const seen = new Set<number>();
  const first = (reference: Reference): Reference | null => {
    if (!namesResult(reference)) return reference;
    if (seen.has(reference.result)) return null;
    seen.add(reference.result);
    return { ...reference, page: 0, offset: 0n };
  };
  const named = mapReferences(operation, first) ?? operation;
  if (!('count' in named)) return named;
  const one = { ...named, count: 1n };
  return 'maxAddr' in one ? { ...one, maxAddr: U64_MAX, alignment: PAGE_BYTES } : one;
}

/** Gives all operations plain arguments; and makes all allocations of one page frame single ones. */
export function* plainBursts({ draft }: Counterexample): Generator<Draft> {
  const operations = draft.operations.map(plain);
  const singles = operations.map(
    (operation): Operation<Reference> =>
      isAllocation(operation.call) && addressesOf(operation).length === 0 ? { call: 'alloc' } : operation,
  );
  yield { ...draft, operations: singles };
  yield { ...draft, operations: singles, limit: 0 };
  yield { ...draft, operations };
}

/** Operations outside of bursts are looked at one by one where they are no more than these. */
const MOST_SINGLES = 24;

function* simplerSingles(single: Operation<Reference>): Generator<Operation<Reference>> {
  yield plain(single);
  if ('maxAddr' in single) {
    yield { ...single, maxAddr: U64_MAX };
    yield { ...single, alignment: PAGE_BYTES };
  }
  if ('count' in single) for (const count of lowered(single.count, 1n)) yield { ...single, count };
}

/** Simplifies the arguments of the operations that belong to no burst. */
export function* simplifySingles({ draft }: Counterexample): Generator<Draft> {
  const singles: number[] = [];
  let at = 0;
  for (const step of stepsOf(draft.operations)) {
    if (!isBurst(step)) singles.push(at);
    at += lengthOfStep(step);
  }
  if (singles.length > MOST_SINGLES) return;
  for (const place of singles.toReversed()) {
    const single = draft.operations[place];
    if (single !== undefined) yield* withSimpler(draft, place, simplerSingles(single));
  }
}

/** Closes all gaps below and between the descriptors. */
export function* closeGaps({ draft }: Counterexample): Generator<Draft> {
  const descending = draft.descriptors.toSorted((a, b) => b.base - a.base);
  const closed = (along: boolean): Draft =>
    descending.reduce((rest, { base }, i) => {
      const below = descending[i + 1];
      const from = below === undefined ? 0 : endOfDescriptor(below);
      return base > from
        ? withoutPageFrames(rest, from, base - from, { limit: along, maxAddr: along })
        : rest;
    }, draft);
  yield closed(true);
  yield closed(false);
}
