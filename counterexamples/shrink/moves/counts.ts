/**
 * Lower counts. A count of an allocation goes down together with the references to its pages, the count of the region that
 * frees it, and the page frames of the map that it was there to use up.
 */
import {
  argumentsOf,
  isU64,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Reference,
} from '../../../spec/index.ts';
import type { Draft } from '../draft.ts';
import { withoutPageFrames } from '../layout.ts';
import { withOperation, withReferences } from '../rewrite.ts';
import { mapReferences, placesOfResults } from '../subprogram.ts';
import type { Counterexample } from '../trials.ts';

/** Pages of a result that are taken out one by one. */
const MOST_PAGES = 12;
/** Counts that are lowered together, in pairs. */
const MOST_COUNTS = 8;

/** The draft without one page of a result: its count, the references to the page, and with `regions` the counts of the regions that free it. */
function withoutPage(
  { draft }: Counterexample,
  result: number,
  page: number,
  regions: boolean,
): Draft | null {
  const at = placesOfResults(draft.operations)[result];
  const allocation = at === undefined ? undefined : draft.operations[at];
  if (at === undefined || allocation === undefined || !('count' in allocation)) return null;
  if (!isU64(allocation.count) || allocation.count < 2n) return null;
  const renumbered = (reference: Reference): Reference | null => {
    if (!namesResult(reference) || reference.result !== result || reference.page < page) return reference;
    return reference.page === page ? null : { ...reference, page: reference.page - 1 };
  };
  const operations = draft.operations.map((operation): Operation<Reference> | null => {
    const freesResult =
      operation.call === 'freeRegion' &&
      namesResult(operation.address) &&
      operation.address.result === result;
    if (freesResult && regions && isU64(operation.count) && operation.count > 1n)
      return { ...operation, count: operation.count - 1n };
    return mapReferences(operation, renumbered);
  });
  if (!operations.every((operation) => operation !== null)) return null;
  return withOperation({ ...draft, operations }, at, { ...allocation, count: allocation.count - 1n });
}

/** Takes pages out of results. */
export function* dropPages(counterexample: Counterexample): Generator<Draft> {
  const { draft, run } = counterexample;
  for (const [result] of placesOfResults(draft.operations).entries())
    for (let page = Math.min(run.results.pagesOf(result), MOST_PAGES) - 1; page >= 0; page -= 1)
      for (const regions of [true, false]) {
        const shorter = withoutPage(counterexample, result, page, regions);
        if (shorter !== null) yield shorter;
      }
}

/** The count that operation `at` is given. */
interface CountAt {
  readonly at: number;
  readonly count: bigint;
}

function countsOf(draft: Draft): readonly CountAt[] {
  return draft.operations.flatMap((operation, at) => {
    const [count] = argumentsOf(operation);
    return count !== undefined && isU64(count) && count < 1n << 32n ? [{ at, count }] : [];
  });
}

function withCountsLess(draft: Draft, chosen: readonly CountAt[], less: bigint): Draft {
  const operations = draft.operations.map((operation, at) => {
    const found = chosen.find((count) => count.at === at);
    return found === undefined || !('count' in operation)
      ? operation
      : { ...operation, count: found.count - less };
  });
  return { ...draft, operations };
}

/** The draft in which the regions whose counts were lowered end where they ended: they begin as many page frames later. */
function endingAsBefore(draft: Draft, chosen: readonly CountAt[], less: bigint): Draft {
  const operations = draft.operations.map((operation, at): Operation<Reference> => {
    if (operation.call !== 'freeRegion' || !chosen.some((count) => count.at === at)) return operation;
    const { address } = operation;
    if (namesResult(address)) return operation;
    return { ...operation, address: { absolute: address.absolute + less * PAGE_BYTES } };
  });
  return { ...draft, operations };
}

/** Sets of counts to lower together: all, each pair, each one. */
function countSets(draft: Draft): readonly (readonly CountAt[])[] {
  const all = countsOf(draft).slice(0, MOST_COUNTS);
  const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b]));
  return [...(all.length > 2 ? [all] : []), ...pairs, ...all.map((a) => [a])];
}

function decrements(chosen: readonly CountAt[]): readonly bigint[] {
  const least = chosen.reduce((min, { count }) => (count < min ? count : min), chosen[0]?.count ?? 0n);
  const all = [least - 1n, least / 2n, least / 4n];
  // With halves down to 32, the least of a million is found in tens of drafts; in steps of 32 it took thousands.
  for (let less = least / 8n; less > 32n; less /= 2n) all.push(less);
  all.push(32n, 8n, 2n, 1n);
  return [...new Set(all)].filter((less) => less > 0n && less <= least);
}

/** References to pages past the end of a result, moved to its last page. */
function withinResults(draft: Draft): Draft {
  const places = placesOfResults(draft.operations);
  return withReferences(draft, (reference) => {
    if (!namesResult(reference)) return reference;
    const allocation = draft.operations[places[reference.result] ?? -1];
    const isCounted = allocation !== undefined && 'count' in allocation && isU64(allocation.count);
    const count = isCounted ? allocation.count : null;
    if (count === null || count === 0n || BigInt(reference.page) < count) return reference;
    return { ...reference, page: Number(count) - 1 };
  });
}

/** Lowers counts together, and with them the page frames of a descriptor: first all counts as far as they go without, since large ones take long to run. */
export function* lowerCounts({ draft }: Counterexample): Generator<Draft> {
  const sets = countSets(draft);
  for (const chosen of sets)
    for (const less of decrements(chosen)) {
      const lower = withCountsLess(draft, chosen, less);
      if (chosen.length > 1) yield lower;
      yield withinResults(lower);
    }
  for (const chosen of sets.toReversed())
    for (const less of decrements(chosen)) {
      const lower = withCountsLess(draft, chosen, less);
      for (const d of draft.descriptors) {
        if (BigInt(d.pages) < less) continue;
        const pages = Number(less);
        const shorter = { ...d, base: d.base + pages, pages: d.pages - pages };
        const descriptors = lower.descriptors.map((other) => (other === d ? shorter : other));
        yield withinResults({ ...lower, descriptors });
        yield { ...endingAsBefore(lower, chosen, less), descriptors };
        for (const limit of [true, false]) {
          const along = { limit, maxAddr: limit };
          yield withinResults(withoutPageFrames(lower, d.base, pages, along));
          yield withinResults(withoutPageFrames(lower, d.base + d.pages - pages, pages, along));
        }
      }
    }
}
