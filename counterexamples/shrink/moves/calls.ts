/** Calls and their order: a simpler call in the place of one, and one operation moved to another place. */
import {
  type Argument,
  addressesOf,
  isAllocation,
  isU64,
  type Operation,
  type OperationOf,
  type Reference,
} from '../../../spec/index.ts';
import { type Draft, operationKey } from '../draft.ts';
import { asAbsolute, freedBy, pagesAsked, range, withOperation, withReferences } from '../rewrite.ts';
import { mapReferences, placesOfResults } from '../subprogram.ts';
import type { Counterexample } from '../trials.ts';

/** Operations are moved in programs up to this long. */
const LONGEST = 24;
/** Of a batch longer than this, only the first and the last four page frames are freed singly. */
const LONG_BATCH = 8;

const AMOUNTS: readonly Operation<Reference>[] = [
  { call: 'totalAmount' },
  { call: 'freeAmount' },
  { call: 'reservedAmount' },
];

function u64OrOne(count: Argument): Argument {
  return isU64(count) ? count : 1n;
}

/** The same run, wherever it starts and whatever it crosses. */
function withoutBounds({ count, maxAddr, alignment }: OperationOf<'allocWithin'>): Operation<Reference> {
  return { call: 'allocBitmap', count, maxAddr, alignment };
}

function simplerAllocations(operation: Operation<Reference>): readonly Operation<Reference>[] {
  if (operation.call !== 'allocPages' && !('maxAddr' in operation)) return [];
  return [
    { call: 'alloc' },
    { call: 'allocPages', count: 1n },
    { call: 'allocPages', count: u64OrOne(operation.count) },
    ...(operation.call === 'allocWithin' ? [withoutBounds(operation)] : []),
  ];
}

function simplerFrees(
  counterexample: Counterexample,
  operation: Operation<Reference>,
): readonly Operation<Reference>[] {
  if (operation.call === 'release') return [{ call: 'free', address: operation.address }];
  if (operation.call !== 'freePages' && operation.call !== 'freeRegion') return [];
  const freed = freedBy(counterexample, operation) ?? addressesOf(operation);
  const tried = freed.length > LONG_BATCH ? [...freed.slice(0, 4), ...freed.slice(-4)] : freed;
  return [
    ...tried.map((address): Operation<Reference> => ({ call: 'free', address })),
    { call: 'freePages', addresses: freed },
    { call: 'freePages', addresses: freed.slice(0, 1) },
  ];
}

/** Simpler operations to try in the place of one. */
function simplerOperations(
  counterexample: Counterexample,
  operation: Operation<Reference>,
): readonly Operation<Reference>[] {
  if (isAllocation(operation.call)) return simplerAllocations(operation);
  return [...simplerFrees(counterexample, operation), ...AMOUNTS];
}

/** References to pages that the result of the operation at `at` no longer has, moved to its first page. */
function withinResult(draft: Draft, at: number): Draft {
  const operation = draft.operations[at];
  const result = placesOfResults(draft.operations).indexOf(at);
  const pages = operation === undefined ? null : pagesAsked(operation);
  if (result < 0 || pages === null) return draft;
  return withReferences(draft, (reference) =>
    'result' in reference && reference.result === result && reference.page >= pages
      ? { ...reference, page: 0 }
      : reference,
  );
}

/** References to the result of the operation at `at`, written as addresses. */
function withResultAbsolute(counterexample: Counterexample, draft: Draft, at: number): Draft {
  const result = placesOfResults(draft.operations).indexOf(at);
  return withReferences(draft, (reference) =>
    'result' in reference && reference.result === result ? asAbsolute(counterexample, reference) : reference,
  );
}

function withAllAbsolute(counterexample: Counterexample, draft: Draft): Draft {
  return withReferences(draft, (reference) => asAbsolute(counterexample, reference));
}

/** The draft with `alloc` in the place of an operation without a result: later results have the next number. */
function withAllocAt(draft: Draft, at: number): Draft {
  const result = placesOfResults(draft.operations).filter((place) => place < at).length;
  const renumbered = withReferences(draft, (reference) =>
    'result' in reference && reference.result >= result
      ? { ...reference, result: reference.result + 1 }
      : reference,
  );
  return withOperation(renumbered, at, { call: 'alloc' });
}

/** Replaces one operation by a simpler call; references to its result stay, are clamped, or become addresses. */
export function* simplifyCalls(counterexample: Counterexample): Generator<Draft> {
  const { draft } = counterexample;
  for (let at = draft.operations.length - 1; at >= 0; at -= 1) {
    const operation = draft.operations[at];
    if (operation === undefined) continue;
    if (!isAllocation(operation.call) && at < draft.operations.length - 1) yield withAllocAt(draft, at);
    for (const simpler of simplerOperations(counterexample, operation)) {
      const replaced = withOperation(draft, at, simpler);
      yield replaced;
      if (!isAllocation(operation.call)) continue;
      yield withinResult(replaced, at);
      yield withResultAbsolute(counterexample, replaced, at);
      // The run was in the other zone than single pages are. Without a bitmap zone a single page may do.
      yield { ...withinResult(replaced, at), limit: 0 };
      yield { ...withAllAbsolute(counterexample, replaced), limit: 0 };
    }
  }
}

/** Writes all references as addresses, so that the results may become something else. */
export function* useAddresses(counterexample: Counterexample): Generator<Draft> {
  yield withAllAbsolute(counterexample, counterexample.draft);
}

/** The program with the operation at `from` moved to `to`; null where it would precede a result that it names. */
function relocated({ draft }: Counterexample, from: number, to: number): Draft | null {
  const order = range(0, draft.operations.length).toSpliced(from, 1).toSpliced(to, 0, from);
  const newPlaces = placesOfResults(draft.operations).map((place) => order.indexOf(place));
  const ascending = newPlaces.toSorted((a, b) => a - b);
  const renumbered = (reference: Reference): Reference =>
    'result' in reference
      ? { ...reference, result: ascending.indexOf(newPlaces[reference.result] ?? -1) }
      : reference;
  const operations = order.flatMap((at) => {
    const operation = draft.operations[at];
    return operation === undefined ? [] : [mapReferences(operation, renumbered) ?? operation];
  });
  const isOrdered = operations.every((operation, at) =>
    addressesOf(operation).every(
      (reference) => !('result' in reference) || (ascending[reference.result] ?? at) < at,
    ),
  );
  return isOrdered ? { ...draft, operations } : null;
}

/** Returns the draft in which the operations between two allocations are sorted: all that they name comes before them. */
function sortedBetweenAllocations(draft: Draft): Draft {
  const sorted: Operation<Reference>[] = [];
  let between: Operation<Reference>[] = [];
  const settle = (): void => {
    sorted.push(...between.toSorted((a, b) => (operationKey(a) < operationKey(b) ? -1 : 1)));
    between = [];
  };
  for (const operation of draft.operations) {
    if (!isAllocation(operation.call)) between.push(operation);
    else {
      settle();
      sorted.push(operation);
    }
  }
  settle();
  return { ...draft, operations: sorted };
}

/** Sorts operations, or moves one to another place. */
export function* reorder(counterexample: Counterexample): Generator<Draft> {
  const { draft } = counterexample;
  const { length } = draft.operations;
  yield sortedBetweenAllocations(draft);
  if (length > LONGEST) return;
  for (let from = 0; from < length; from += 1)
    for (let to = 0; to < length; to += 1) {
      const relocation = from === to ? null : relocated(counterexample, from, to);
      if (relocation !== null) yield relocation;
    }
}
