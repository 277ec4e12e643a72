/** Merging: two operations become one. Allocations add up, frees become one batch or one region. */
import { addressesOf, type Operation, type Reference } from '../../../spec/index.ts';
import { type Draft, endOfDescriptor } from '../draft.ts';
import { joined } from '../layout.ts';
import { frameNamed, freedBy, pagesAsked, withReferences } from '../rewrite.ts';
import { placesOfResults } from '../subprogram.ts';
import type { Counterexample } from '../trials.ts';

/** Pairs are merged in programs up to this long. */
const LONGEST = 24;
/** Maps are not enlarged by more page frames than this to save operations. */
const MOST_ADDED = 1n << 16n;

/** Two allocations merged in the place of the first, and their results into one. */
function mergedAllocations({ draft }: Counterexample, i: number, j: number): readonly Draft[] {
  const { operations } = draft;
  const [a, b] = [operations[i], operations[j]];
  if (a === undefined || b === undefined) return [];
  const [pagesA, pagesB] = [pagesAsked(a), pagesAsked(b)];
  if (pagesA === null || pagesB === null || 'maxAddr' in a !== 'maxAddr' in b) return [];
  const count = pagesA + pagesB;
  const merged: Operation<Reference> = 'maxAddr' in a ? { ...a, count } : { call: 'allocPages', count };
  const places = placesOfResults(operations);
  const [resultA, resultB] = [places.indexOf(i), places.indexOf(j)];
  const renumbered = (reference: Reference): Reference => {
    if (!('result' in reference) || reference.result < resultB) return reference;
    if (reference.result > resultB) return { ...reference, result: reference.result - 1 };
    return { ...reference, result: resultA, page: reference.page + Number(pagesA) };
  };
  return [withReferences({ ...draft, operations: operations.with(i, merged).toSpliced(j, 1) }, renumbered)];
}

/** The draft without its frees, unless the last operation is one, and with `count` more free page frames. */
function withRoom(draft: Draft, count: bigint): Draft {
  const end = draft.descriptors.reduce((max, d) => Math.max(max, endOfDescriptor(d)), 0);
  const room = { type: 'conventional', base: Math.max(end, draft.limit), pages: Number(count) } as const;
  const last = draft.operations.length - 1;
  const operations = draft.operations.filter(
    (operation, at) => at === last || addressesOf(operation).length === 0,
  );
  return { ...draft, operations, descriptors: joined([...draft.descriptors, room]) };
}

/** Two allocations of single pages merged, with more memory in place of the frees in between. */
function mergedWithRoom(counterexample: Counterexample, i: number, j: number): readonly Draft[] {
  return mergedAllocations(counterexample, i, j).flatMap((draft) => {
    const merged = draft.operations[i];
    if (merged?.call !== 'allocPages' || typeof merged.count !== 'bigint') return [];
    return merged.count < MOST_ADDED ? [withRoom(draft, merged.count)] : [];
  });
}

/** Drops all frees at once, with as much more memory as all single pages and batches take. */
export function* dropFrees({ draft }: Counterexample): Generator<Draft> {
  const asked = draft.operations.map((operation) => ('maxAddr' in operation ? null : pagesAsked(operation)));
  const count = asked.reduce<bigint>((sum, pages) => sum + (pages ?? 0n), 0n);
  if (count < MOST_ADDED) yield withRoom(draft, count);
}

function lowest(counterexample: Counterexample, references: readonly Reference[]): Reference | null {
  let found: { readonly reference: Reference; readonly frame: number } | null = null;
  for (const reference of references) {
    const frame = frameNamed(counterexample, reference);
    if (frame !== null && (found === null || frame < found.frame)) found = { reference, frame };
  }
  return found?.reference ?? null;
}

/** Two frees merged into one region or one batch, in the place of the later or the earlier. */
function mergedFrees(counterexample: Counterexample, i: number, j: number): readonly Draft[] {
  const { draft } = counterexample;
  const [a, b] = [draft.operations[i], draft.operations[j]];
  if (a === undefined || b === undefined) return [];
  const [freedA, freedB] = [freedBy(counterexample, a), freedBy(counterexample, b)];
  if (freedA === null || freedB === null) return [];
  const addresses = [...freedA, ...freedB];
  const [first] = addresses;
  if (first === undefined) return [];
  const address = lowest(counterexample, addresses) ?? first;
  const frees: readonly Operation<Reference>[] = [
    { call: 'freeRegion', address, count: BigInt(addresses.length) },
    { call: 'freePages', addresses },
  ];
  return frees.flatMap((merged) => [
    { ...draft, operations: draft.operations.with(j, merged).toSpliced(i, 1) },
    { ...draft, operations: draft.operations.with(i, merged).toSpliced(j, 1) },
  ]);
}

/** Merges two operations into one. */
export function* mergeOperations(counterexample: Counterexample): Generator<Draft> {
  const { length } = counterexample.draft.operations;
  if (length > LONGEST) return;
  for (let i = 0; i < length; i += 1)
    for (let j = i + 1; j < length; j += 1) {
      yield* mergedAllocations(counterexample, i, j);
      yield* mergedWithRoom(counterexample, i, j);
      yield* mergedFrees(counterexample, i, j);
    }
}
