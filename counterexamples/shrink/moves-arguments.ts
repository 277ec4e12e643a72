/**
 * Moves on arguments: counts, limits, alignments and references, one at a time and several jointly. A count of an
 * allocation goes down together with the references to its pages, with the count of the region that frees it, and with
 * the page frames of the map that it was there to use up.
 */
import {
  type Argument,
  addressesOf,
  argumentsOf,
  isU64,
  namesResult,
  PAGE_BYTES,
  type Reference,
  U64_MAX,
} from '../../spec/index.ts';
import { absoluteTo, type Draft } from './draft.ts';
import {
  asAbsolute,
  earlierResults,
  excised,
  frameNamed,
  mapReferences,
  placesOfResults,
  pointsOf,
  type Step,
  withStep,
} from './rewrite.ts';
import type { Failure } from './trials.ts';

const SMALL_NUMBERS = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n] as const;
/** Where arithmetic wraps. */
const LARGE_NUMBERS = [
  1n << 31n,
  1n << 32n,
  (1n << 32n) + 1n,
  1n << 52n,
  1n << 53n,
  1n << 63n,
  U64_MAX,
] as const;
const BAD_NUMBERS = [-1n, U64_MAX + 1n, 1.5] as const;

function lowered(value: Argument, step: bigint): readonly bigint[] {
  if (typeof value !== 'bigint' || value <= 0n) return [];
  // Halves of what is left, down to one step: a bound is met in O(log²) tries wherever it lies.
  const lower = [value - (value % step)];
  for (let less = value / 2n; less > step; less /= 2n) lower.push(value - less - ((value - less) % step));
  return [...lower, value - step];
}

function ramPages(draft: Draft): readonly bigint[] {
  const parts = draft.descriptors.map((d) => ({
    below: Math.min(d.pages, Math.max(0, draft.limit - d.base)),
    all: d.pages,
  }));
  const below = BigInt(parts.reduce((n, p) => n + p.below, 0));
  const all = BigInt(parts.reduce((n, p) => n + p.all, 0));
  return [below, below + 1n, all - below, all - below + 1n, all, all + 1n];
}

function counts(draft: Draft, value: Argument): readonly Argument[] {
  return [1n, ...SMALL_NUMBERS, ...ramPages(draft), ...lowered(value, 1n), ...LARGE_NUMBERS, ...BAD_NUMBERS];
}

function limits(draft: Draft, value: Argument): readonly Argument[] {
  const frames = [...SMALL_NUMBERS, ...pointsOf(draft).map((frame) => BigInt(frame))];
  const near = frames.map((frame) => frame * PAGE_BYTES);
  return [
    U64_MAX,
    ...near,
    ...lowered(value, PAGE_BYTES),
    1n,
    PAGE_BYTES - 1n,
    ...near.flatMap((bytes) => [bytes - 1n, bytes + 1n, bytes + PAGE_BYTES - 1n]),
    ...BAD_NUMBERS,
  ];
}

function alignments(value: Argument): readonly Argument[] {
  const multiples = SMALL_NUMBERS.map((n) => n * PAGE_BYTES);
  const odd = [1n, PAGE_BYTES - 1n, PAGE_BYTES + 1n];
  return [PAGE_BYTES, ...multiples, ...lowered(value, PAGE_BYTES), ...odd, ...LARGE_NUMBERS, ...BAD_NUMBERS];
}

function* simplerArguments(draft: Draft, step: Step): Generator<Step> {
  if (step.call === 'allocPages' || step.call === 'freeRegion')
    for (const count of counts(draft, step.count)) yield { ...step, count };
  if (step.call !== 'allocBitmap') return;
  yield { ...step, count: 1n, maxAddr: U64_MAX, alignment: PAGE_BYTES };
  yield { ...step, maxAddr: U64_MAX, alignment: PAGE_BYTES };
  for (const count of counts(draft, step.count)) yield { ...step, count };
  for (const maxAddr of limits(draft, step.maxAddr)) yield { ...step, maxAddr };
  for (const alignment of alignments(step.alignment)) yield { ...step, alignment };
}

/** Gives one argument of one operation a simpler value. */
export function* loweringArguments({ draft }: Failure): Generator<Draft> {
  for (let at = draft.operations.length - 1; at >= 0; at -= 1) {
    const step = draft.operations[at];
    if (step === undefined) continue;
    for (const simpler of simplerArguments(draft, step)) yield withStep(draft, at, simpler);
  }
}

/** Gives two arguments of one contiguous allocation simpler values: the run moves as a whole. */
export function* loweringTogether({ draft }: Failure): Generator<Draft> {
  for (const [at, step] of draft.operations.entries()) {
    if (step.call !== 'allocBitmap') continue;
    for (const count of [1n, 2n, 3n])
      for (const maxAddr of [U64_MAX, ...SMALL_NUMBERS.map((n) => n * PAGE_BYTES)])
        for (const alignment of [PAGE_BYTES, 2n * PAGE_BYTES, 3n * PAGE_BYTES])
          yield withStep(draft, at, { ...step, count, maxAddr, alignment });
  }
}

function* simplerReferences(failure: Failure, at: number, reference: Reference): Generator<Reference> {
  const { draft } = failure;
  const offset = namesResult(reference) ? reference.offset : 0n;
  for (const result of earlierResults(draft.operations, at)) {
    yield result;
    if (offset !== 0n) yield { ...result, offset };
  }
  const frame = frameNamed(failure, reference);
  if (frame !== null) yield* resultsAt(failure, at, frame);
  if (namesResult(reference)) {
    yield { ...reference, offset: 0n };
    for (const page of new Set([0, 1, 2, reference.page >> 1, reference.page - 1]))
      if (page >= 0) yield { ...reference, page };
    for (const bytes of [1n, -1n, PAGE_BYTES - 1n]) yield { ...reference, offset: bytes };
    return;
  }
  for (const point of pointsOf(draft)) {
    yield absoluteTo(draft, point);
    if (point > 0) yield absoluteTo(draft, point - 1);
  }
  const exact = (reference.absolute / PAGE_BYTES) * PAGE_BYTES;
  yield { absolute: exact };
  yield { absolute: exact + 1n };
  yield { absolute: 0n };
}

/** References to the pages of earlier results that were this page frame. */
function* resultsAt(failure: Failure, at: number, frame: number): Generator<Reference> {
  const { run, draft } = failure;
  for (const first of earlierResults(draft.operations, at)) {
    const pages = Math.min(run.results.pagesOf(first.result), 4096);
    for (let page = 0; page < pages; page += 1) {
      const reference = { ...first, page };
      if (frameNamed(failure, reference) === frame) yield reference;
    }
  }
}

function withReference(step: Step, index: number, reference: Reference): Step {
  if (step.call === 'freePages') return { ...step, addresses: step.addresses.with(index, reference) };
  return step.call === 'free' || step.call === 'freeRegion' ? { ...step, address: reference } : step;
}

/** Batches longer than this are shortened before their references are looked at one by one. */
const LONG_BATCH = 12;

/** Makes one reference name something simpler. */
export function* retargeting(failure: Failure): Generator<Draft> {
  const { draft } = failure;
  for (let at = draft.operations.length - 1; at >= 0; at -= 1) {
    const step = draft.operations[at];
    if (step === undefined) continue;
    const references = addressesOf(step).slice(0, LONG_BATCH);
    for (const [index, reference] of references.entries())
      for (const simpler of simplerReferences(failure, at, reference))
        yield withStep(draft, at, withReference(step, index, simpler));
  }
}

/** Shortens and sorts batches. */
export function* shorteningBatches({ draft }: Failure): Generator<Draft> {
  for (const [at, step] of draft.operations.entries()) {
    if (step.call !== 'freePages') continue;
    const { addresses } = step;
    const batch = (kept: readonly Reference[]): Draft =>
      withStep(draft, at, { call: 'freePages', addresses: kept });
    for (let size = addresses.length >> 1; size > 1; size >>= 1)
      for (let from = 0; from < addresses.length; from += size) yield batch(addresses.toSpliced(from, size));
    for (let i = 0; i < addresses.length; i += 1) yield batch(addresses.toSpliced(i, 1));
    if (addresses.length > LONG_BATCH) continue;
    for (let i = 0; i < addresses.length; i += 1)
      for (let j = i + 1; j < addresses.length; j += 1) {
        yield batch(addresses.toSpliced(j, 1).toSpliced(i, 1));
        const [a, b] = [addresses[i], addresses[j]];
        if (a !== undefined && b !== undefined) yield batch(addresses.with(i, b).with(j, a));
      }
  }
}

/** Takes one page out of a result: its count, the references to it, and the regions that free it. */
function withoutPage({ draft }: Failure, result: number, page: number, regions: boolean): Draft | null {
  const at = placesOfResults(draft.operations)[result];
  const step = at === undefined ? undefined : draft.operations[at];
  if (at === undefined || step === undefined || !('count' in step) || !isU64(step.count) || step.count < 2n)
    return null;
  const renumbered = (r: Reference): Reference | null => {
    if (!namesResult(r) || r.result !== result || r.page < page) return r;
    return r.page === page ? null : { ...r, page: r.page - 1 };
  };
  const operations = draft.operations.map((s): Step | null => {
    const freesIt = s.call === 'freeRegion' && namesResult(s.address) && s.address.result === result;
    if (freesIt && regions && isU64(s.count) && s.count > 1n) return { ...s, count: s.count - 1n };
    return mapReferences(s, renumbered);
  });
  if (!operations.every((s) => s !== null)) return null;
  return withStep({ ...draft, operations }, at, { ...step, count: step.count - 1n });
}

/** Takes pages out of results, and with them page frames of the map. */
export function* droppingPages(failure: Failure): Generator<Draft> {
  const { draft, run } = failure;
  for (const [result] of placesOfResults(draft.operations).entries())
    for (let page = Math.min(run.results.pagesOf(result), LONG_BATCH) - 1; page >= 0; page -= 1)
      for (const regions of [true, false]) {
        const shorter = withoutPage(failure, result, page, regions);
        if (shorter !== null) yield shorter;
      }
}

interface CountAt {
  readonly at: number;
  readonly count: bigint;
}

function countsOf(draft: Draft): readonly CountAt[] {
  return draft.operations.flatMap((step, at) => {
    const [count] = argumentsOf(step);
    return count !== undefined && isU64(count) && count < 1n << 32n ? [{ at, count }] : [];
  });
}

function withCounts(draft: Draft, chosen: readonly CountAt[], less: bigint): Draft {
  const operations = draft.operations.map((step, at) => {
    const found = chosen.find((c) => c.at === at);
    return found === undefined || !('count' in step) ? step : { ...step, count: found.count - less };
  });
  return { ...draft, operations };
}

/** Sets of counts that may go down together: each alone, each pair, all. */
function countSets(draft: Draft): readonly (readonly CountAt[])[] {
  const all = countsOf(draft).slice(0, 8);
  const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b]));
  return [...(all.length > 2 ? [all] : []), ...pairs, ...all.map((a) => [a])];
}

function decrements(chosen: readonly CountAt[]): readonly bigint[] {
  const least = chosen.reduce((min, { count }) => (count < min ? count : min), chosen[0]?.count ?? 0n);
  const steps = [least - 1n, least / 2n, least / 4n, 32n, 8n, 2n, 1n];
  return [...new Set(steps)].filter((less) => less > 0n && less <= least);
}

function clampPages(draft: Draft): Draft {
  const places = placesOfResults(draft.operations);
  const clamp = (r: Reference): Reference => {
    if (!namesResult(r)) return r;
    const step = draft.operations[places[r.result] ?? -1];
    const count = step !== undefined && 'count' in step && isU64(step.count) ? step.count : null;
    return count === null || count === 0n || BigInt(r.page) < count ? r : { ...r, page: Number(count) - 1 };
  };
  return { ...draft, operations: draft.operations.map((s) => mapReferences(s, clamp) ?? s) };
}

/** Lowers counts together, and with them the page frames of a descriptor. */
export function* loweringCounts({ draft }: Failure): Generator<Draft> {
  for (const chosen of countSets(draft))
    for (const less of decrements(chosen)) {
      const lower = withCounts(draft, chosen, less);
      if (chosen.length > 1) yield lower;
      yield clampPages(lower);
      for (const d of draft.descriptors) {
        if (BigInt(d.pages) < less) continue;
        const pages = Number(less);
        const shorter = { ...d, base: d.base + pages, pages: d.pages - pages };
        yield clampPages({ ...lower, descriptors: lower.descriptors.map((e) => (e === d ? shorter : e)) });
        for (const limit of [true, false]) {
          yield clampPages(excised(lower, d.base, pages, { limit, maxAddr: limit }));
          yield clampPages(excised(lower, d.base + d.pages - pages, pages, { limit, maxAddr: limit }));
        }
      }
    }
}

/** Writes references as addresses, all of them: then results may become something else. */
export function* naming(failure: Failure): Generator<Draft> {
  const { draft } = failure;
  const operations = draft.operations.map(
    (step) => mapReferences(step, (r) => asAbsolute(failure, r) ?? r) ?? step,
  );
  yield { ...draft, operations };
}
