/** Simpler references: to other results, to the first page, to addresses at which something begins or ends; and shorter batches. */
import { addressesOf, namesResult, type Operation, PAGE_BYTES, type Reference } from '../../../spec/index.ts';
import { absoluteTo, type Draft } from '../draft.ts';
import { pointsOf } from '../layout.ts';
import { earlierResults, frameNamed, range, withOperation, withSimpler } from '../rewrite.ts';
import type { Counterexample } from '../trials.ts';

/** Batches longer than this are shortened before their references are looked at one by one. */
const LONG_BATCH = 12;
/** Pages of a result that are compared with a page frame, one by one. */
const MOST_PAGES = 4096;

/** References to the pages of earlier results that were this page frame. */
function* resultsAt(counterexample: Counterexample, at: number, frame: number): Generator<Reference> {
  const { run, draft } = counterexample;
  for (const first of earlierResults(draft.operations, at)) {
    const pages = run.results.pagesOf(first.result);
    // Of a run, and of most batches, this is the only page that it can be.
    const straight = Math.abs(frame - (frameNamed(counterexample, first) ?? frame));
    for (const page of new Set([straight, ...range(0, Math.min(pages, MOST_PAGES))])) {
      const reference = { ...first, page };
      if (frameNamed(counterexample, reference) === frame) yield reference;
    }
  }
}

/** Lower pages of a result: the first ones, then by halves of the distance to them, down to one. */
function lowerPages(page: number): readonly number[] {
  const lower = [0, 1, 2];
  for (let less = Math.ceil(page / 2); less > 1; less = Math.ceil(less / 2)) lower.push(page - less);
  return [...new Set([...lower, page - 1])].filter((other) => other >= 0 && other < page);
}

function* simplerReferences(
  counterexample: Counterexample,
  at: number,
  reference: Reference,
): Generator<Reference> {
  const { draft } = counterexample;
  const offset = namesResult(reference) ? reference.offset : 0n;
  for (const result of earlierResults(draft.operations, at)) {
    yield result;
    if (offset !== 0n) yield { ...result, offset };
  }
  const frame = frameNamed(counterexample, reference);
  if (frame !== null) yield* resultsAt(counterexample, at, frame);
  if (namesResult(reference)) {
    yield { ...reference, offset: 0n };
    for (const page of lowerPages(reference.page)) yield { ...reference, page };
    for (const bytes of [1n, -1n, PAGE_BYTES - 1n]) yield { ...reference, offset: bytes };
    return;
  }
  for (const point of pointsOf(draft)) {
    yield absoluteTo(draft, point);
    if (point > 0) yield absoluteTo(draft, point - 1);
  }
  const pageStart = (reference.absolute / PAGE_BYTES) * PAGE_BYTES;
  yield { absolute: pageStart };
  yield { absolute: pageStart + 1n };
  yield { absolute: 0n };
}

function withReference(
  operation: Operation<Reference>,
  index: number,
  reference: Reference,
): Operation<Reference> {
  if (operation.call === 'freePages')
    return { ...operation, addresses: operation.addresses.with(index, reference) };
  return 'address' in operation ? { ...operation, address: reference } : operation;
}

function* withReferences(
  operation: Operation<Reference>,
  index: number,
  references: Iterable<Reference>,
): Generator<Operation<Reference>> {
  for (const reference of references) yield withReference(operation, index, reference);
}

/** Makes one reference name something simpler. */
export function* simplifyReferences(counterexample: Counterexample): Generator<Draft> {
  const { draft } = counterexample;
  for (let at = draft.operations.length - 1; at >= 0; at -= 1) {
    const operation = draft.operations[at];
    if (operation === undefined) continue;
    const references = addressesOf(operation).slice(0, LONG_BATCH);
    for (const [index, reference] of references.entries())
      yield* withSimpler(
        draft,
        at,
        withReferences(operation, index, simplerReferences(counterexample, at, reference)),
      );
  }
}

/** Of a batch, this many stretches of one size are left out in turn, spread evenly over a longer one; of single addresses more: where none of those can go, hardly any other can. */
const MOST_STRETCHES = 8;
const MOST_SINGLES = 32;

/** Returns the sizes of stretches that are left out: halves of the batch, then quarters of the size before, down to 3, 2 and 1: a length may have to be odd. */
function sizesOf(length: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = length >> 1; size > 3; size = size * MOST_STRETCHES > length ? size >> 1 : size >> 2)
    sizes.push(size);
  return [...sizes, 3, 2, 1].filter((size) => size <= Math.max(1, length >> 1));
}

/** Returns where stretches of this size begin that are left out of a batch. */
function stretches(length: number, size: number): readonly number[] {
  const all = Math.ceil(length / size);
  const tried = Math.min(all, size === 1 ? MOST_SINGLES : MOST_STRETCHES);
  return range(0, tried).map((k) => Math.floor((k * all) / tried) * size);
}

/** Shortens and sorts batches. */
export function* shortenBatches({ draft }: Counterexample): Generator<Draft> {
  for (const [at, operation] of draft.operations.entries()) {
    if (operation.call !== 'freePages') continue;
    const { addresses } = operation;
    const batch = (kept: readonly Reference[]): Draft =>
      withOperation(draft, at, { call: 'freePages', addresses: kept });
    for (const size of sizesOf(addresses.length))
      for (const from of stretches(addresses.length, size)) yield batch(addresses.toSpliced(from, size));
    if (addresses.length > LONG_BATCH) continue;
    for (let i = 0; i < addresses.length; i += 1)
      for (let j = i + 1; j < addresses.length; j += 1) {
        yield batch(addresses.toSpliced(j, 1).toSpliced(i, 1));
        const [a, b] = [addresses[i], addresses[j]];
        if (a !== undefined && b !== undefined) yield batch(addresses.with(i, b).with(j, a));
      }
  }
}
