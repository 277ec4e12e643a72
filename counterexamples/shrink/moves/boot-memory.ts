/**
 * Boot memory in place of allocations: page frames that a program allocates only to free them again can be boot memory from
 * the start, which may be freed without having been allocated.
 */
import { type Operation, PAGE_BYTES, type Reference } from '../../../spec/index.ts';
import { type Draft, endOfDescriptor } from '../draft.ts';
import { joined } from '../layout.ts';
import { frameNamed, range, withoutOperations } from '../rewrite.ts';
import { mapReferences, placesOfResults, resultsNamed } from '../subprogram.ts';
import type { Counterexample } from '../trials.ts';

/** Programs longer than this are left to other moves: an allocation and one later free are tried pair by pair. */
const LONGEST = 24;
/** Page frames of a result that are looked at. */
const MOST_PAGES = 64;

/** Boot memory added to the map, one page frame after the other from its end. */
class AddedBootMemory {
  readonly #draft: Draft;
  readonly #base: number;
  #pages = 0;

  constructor(draft: Draft) {
    this.#draft = draft;
    this.#base = draft.descriptors.reduce((end, d) => Math.max(end, endOfDescriptor(d)), 0);
  }

  /** Adds a page frame, and returns the address in it that is as many bytes in as `address` is into its own. */
  next(address: bigint): Reference {
    this.#pages += 1;
    const start = this.#draft.higherHalf + BigInt(this.#base + this.#pages - 1) * PAGE_BYTES;
    return { absolute: start + BigInt.asUintN(12, address) };
  }

  /** Returns a draft with the added page frames, in the zone of the end of memory; if that is the stack zone's, also with them in the bitmap zone. */
  addedTo(draft: Draft): readonly Draft[] {
    const added = { type: 'loaderData', base: this.#base, pages: this.#pages } as const;
    const descriptors = joined([...draft.descriptors, added]);
    const inEndZone = { ...draft, descriptors };
    if (draft.limit < this.#base) return [inEndZone];
    return [inEndZone, { ...inEndZone, limit: this.#base + this.#pages }];
  }
}

/** Whether an operation frees page frames one by one, so that each may be replaced by another. */
function freesSingly({ call }: Operation<Reference>): boolean {
  return call === 'free' || call === 'freePages';
}

/** Deletes allocations, and lets the frees that `isReplaced` picks free boot memory instead. */
function replaced(
  counterexample: Counterexample,
  deleted: ReadonlySet<number>,
  isReplaced: (frame: number | null, at: number) => boolean,
): readonly Draft[] {
  const { draft, run } = counterexample;
  const added = new AddedBootMemory(draft);
  const operations = draft.operations.map((operation, at) => {
    if (!freesSingly(operation)) return operation;
    const freed = mapReferences(operation, (reference) =>
      isReplaced(frameNamed(counterexample, reference), at)
        ? added.next(run.results.addressOf(reference) ?? 0n)
        : reference,
    );
    return freed ?? operation;
  });
  const rewritten = { ...counterexample, draft: { ...draft, operations } };
  return added.addedTo(withoutOperations(rewritten, deleted, 'absolute'));
}

function framesOfResult(counterexample: Counterexample, result: number): readonly (number | null)[] {
  const pages = Math.min(counterexample.run.results.pagesOf(result), MOST_PAGES);
  return range(0, pages).map((page) => frameNamed(counterexample, { result, page, offset: 0n }));
}

/** Deletes all allocations whose results are named, at once: what was freed singly is boot memory. */
export function* freeOnlyBootMemory(counterexample: Counterexample): Generator<Draft> {
  const { operations } = counterexample.draft;
  const places = placesOfResults(operations);
  const named = new Set(operations.flatMap(resultsNamed).map((result) => places[result] ?? -1));
  if (named.size > 0) yield* replaced(counterexample, named, () => true);
}

/** Deletes allocations; the operations that free their page frames free boot memory instead. */
export function* freeBootMemory(counterexample: Counterexample): Generator<Draft> {
  const { operations } = counterexample.draft;
  if (operations.length > LONGEST) return;
  const last = operations.length - 1;
  const places = placesOfResults(operations);
  const earlier = places.filter((at) => at < last);
  if (earlier.length === 0) return;
  yield* replaced(counterexample, new Set(earlier), () => true);
  for (const [result, place] of places.entries()) {
    if (place === last) continue;
    const frames = new Set(framesOfResult(counterexample, result));
    const isOfResult = (frame: number | null, at: number): boolean =>
      frame !== null && at > place && frames.has(frame);
    yield* replaced(counterexample, new Set([place]), isOfResult);
    for (let j = place + 1; j <= last; j += 1)
      yield* replaced(counterexample, new Set([place]), (frame, at) => at === j && isOfResult(frame, at));
  }
}
