/**
 * Moves on the program: fewer operations, then simpler kinds, then an order of them. Each move lists drafts that may be
 * simpler; whoever tries them keeps those that are, and that still fail.
 */
import {
  type Argument,
  addressesOf,
  isAllocation,
  isFreeable,
  type Owner,
  ownerAfterInit,
  PAGE_BYTES,
  pageCount,
  pfn,
  type Reference,
} from '../../spec/index.ts';
import { absoluteTo, type Draft, type DraftDescriptor, endOfDescriptor } from './draft.ts';
import {
  asAbsolute,
  frameNamed,
  joined,
  mapReferences,
  placesOfResults,
  type Retarget,
  type Step,
  withoutSteps,
  withStep,
} from './rewrite.ts';
import type { Failure } from './trials.ts';

const RETARGETS: readonly Retarget[] = ['drop', 'boot', 'absolute', 'last', 'first'];

/** Pairs are deleted from programs up to this long: 24 · 23 / 2 pairs, twice. */
const PAIRS_UP_TO = 24;
/** Triples are deleted from programs up to this long: 120 triples, twice. */
const TRIPLES_UP_TO = 10;

function retargets({ draft }: Failure, doomed: readonly number[]): readonly Retarget[] {
  const isNamed = doomed.some((at) => isAllocation(draft.operations[at]?.call ?? 'free'));
  return isNamed && draft.operations.some((step) => addressesOf(step).length > 0) ? RETARGETS : ['drop'];
}

function* deleted(failure: Failure, doomed: readonly number[]): Generator<Draft> {
  for (const retarget of retargets(failure, doomed)) yield withoutSteps(failure, new Set(doomed), retarget);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** The page frames of a descriptor, by who owned them before operation `at`. */
function ownersIn(failure: Failure, d: DraftDescriptor, at: number): readonly DraftDescriptor[] {
  const state = failure.states[at];
  if (state === undefined || ownerAfterInit(d.type) === 'absent') return [d];
  const parts: DraftDescriptor[] = [];
  for (let base = d.base; base < d.base + d.pages; ) {
    const owner = state.ownerOf(pfn(base));
    const rest = { base: pfn(base), count: pageCount(d.base + d.pages - base) };
    const end = state.firstFailing(rest, (o) => o === owner) ?? d.base + d.pages;
    parts.push({ type: typeOwnedBy(owner, d), base, pages: end - base });
    base = end;
  }
  return parts;
}

function typeOwnedBy(owner: Owner, { type }: DraftDescriptor): DraftDescriptor['type'] {
  if (owner === 'pmm') return 'conventional';
  return isFreeable(owner) ? 'loaderData' : type;
}

/** The state before an operation as a memory map: what is held then is boot memory, which may be freed like it. */
function frozen(failure: Failure, at: number): Draft {
  const doomed = new Set(range(0, at));
  const suffix = withoutSteps(failure, doomed, 'absolute');
  const descriptors = joined(failure.draft.descriptors.flatMap((d) => ownersIn(failure, d, at)));
  return { ...suffix, descriptors };
}

/** Puts the state before one of the last operations into the map, and keeps those operations only. */
export function* freezing(failure: Failure): Generator<Draft> {
  const { length } = failure.draft.operations;
  for (let kept = 1; kept < length; kept = kept < 4 ? kept + 1 : kept * 2)
    yield frozen(failure, length - kept);
}

/** Deletes stretches of the program, long ones first. */
export function* deletingChunks(failure: Failure): Generator<Draft> {
  const { length } = failure.draft.operations;
  for (let size = length >> 1; size > 1; size >>= 1)
    for (let at = length - 1 - size; at > -size; at -= size) {
      const doomed = new Set(range(Math.max(0, at), at + size));
      yield withoutSteps(failure, doomed, 'drop');
      yield withoutSteps(failure, doomed, 'absolute');
    }
}

/** Deletes one operation. */
export function* deletingOne(failure: Failure): Generator<Draft> {
  for (let i = failure.draft.operations.length - 1; i >= 0; i -= 1) yield* deleted(failure, [i]);
}

/** Deletes two operations, next to one another or not. */
export function* deletingTwo(failure: Failure): Generator<Draft> {
  const { length } = failure.draft.operations;
  if (length > PAIRS_UP_TO) return;
  for (let i = length - 1; i > 0; i -= 1) for (let j = i - 1; j >= 0; j -= 1) yield* deleted(failure, [j, i]);
}

/** Deletes three operations. */
export function* deletingThree(failure: Failure): Generator<Draft> {
  const { length } = failure.draft.operations;
  if (length > TRIPLES_UP_TO) return;
  for (let i = length - 1; i > 1; i -= 1)
    for (let j = i - 1; j > 0; j -= 1) for (let k = j - 1; k >= 0; k -= 1) yield* deleted(failure, [k, j, i]);
}

/** Boot memory added to the map, one page frame after the other from its end. */
class FreshPages {
  readonly #draft: Draft;
  readonly #base: number;
  #pages = 0;

  constructor(draft: Draft) {
    this.#draft = draft;
    this.#base = draft.descriptors.reduce((end, d) => Math.max(end, endOfDescriptor(d)), 0);
  }

  /** Returns the address as many bytes into the next page as `address` is into its own. */
  next(address: bigint): Reference {
    this.#pages += 1;
    const start = this.#draft.higherHalf + BigInt(this.#base + this.#pages - 1) * PAGE_BYTES;
    return { absolute: start + BigInt.asUintN(12, address) };
  }

  /** The draft with the pages taken, in the zone of the end of memory, and with them in the bitmap zone. */
  addedTo(draft: Draft): readonly Draft[] {
    const fresh = { type: 'loaderData', base: this.#base, pages: this.#pages } as const;
    const descriptors = joined([...draft.descriptors, fresh]);
    const isBelow = draft.limit >= this.#base;
    return [
      { ...draft, descriptors },
      ...(isBelow ? [{ ...draft, descriptors, limit: this.#base + this.#pages }] : []),
    ];
  }
}

/** Whether a step frees one page frame after the other as named, so that each may be another. */
function freesSingly({ call }: Step): boolean {
  return call === 'free' || call === 'freePages';
}

/** Deletes allocations, and lets the frees that `isOrphan` picks free boot memory of their own instead. */
function handedOver(
  failure: Failure,
  doomed: ReadonlySet<number>,
  isOrphan: (frame: number | null, at: number) => boolean,
): readonly Draft[] {
  const { draft } = failure;
  const fresh = new FreshPages(draft);
  const operations = draft.operations.map((step, at) =>
    freesSingly(step)
      ? (mapReferences(step, (r) =>
          isOrphan(frameNamed(failure, r), at) ? fresh.next(failure.run.results.addressOf(r) ?? 0n) : r,
        ) ?? step)
      : step,
  );
  const rewritten = withoutSteps({ ...failure, draft: { ...draft, operations } }, doomed, 'absolute');
  return fresh.addedTo(rewritten);
}

/** Deletes allocations together with the need for them: what frees their page frames frees boot memory instead. */
export function* handingOver(failure: Failure): Generator<Draft> {
  const { operations } = failure.draft;
  if (operations.length > PAIRS_UP_TO) return;
  const last = operations.length - 1;
  const places = placesOfResults(operations).filter((at) => at < last);
  if (places.length === 0) return;
  yield* handedOver(failure, new Set(places), () => true);
  for (const [result, place] of placesOfResults(operations).entries()) {
    if (place === last) continue;
    const frames = new Set(framesOfResult(failure, result));
    const isOf = (frame: number | null, at: number): boolean =>
      frame !== null && at > place && frames.has(frame);
    yield* handedOver(failure, new Set([place]), isOf);
    for (let j = place + 1; j <= last; j += 1)
      yield* handedOver(failure, new Set([place]), (frame, at) => at === j && isOf(frame, at));
  }
}

function framesOfResult(failure: Failure, result: number): readonly (number | null)[] {
  const pages = Math.min(failure.run.results.pagesOf(result), 64);
  return range(0, pages).map((page) => frameNamed(failure, { result, page, offset: 0n }));
}

function pagesAsked(step: Step): bigint | null {
  if (step.call === 'alloc') return 1n;
  const isCounted = step.call === 'allocPages' || step.call === 'allocBitmap';
  return isCounted && typeof step.count === 'bigint' ? step.count : null;
}

/** Joins two allocations into the later one or the earlier one, and their results into one. */
function joinedAllocations(failure: Failure, i: number, j: number): readonly Draft[] {
  const { operations } = failure.draft;
  const [a, b] = [operations[i], operations[j]];
  if (a === undefined || b === undefined) return [];
  const [pagesA, pagesB] = [pagesAsked(a), pagesAsked(b)];
  const isContiguous = a.call === 'allocBitmap' && b.call === 'allocBitmap';
  if (pagesA === null || pagesB === null || (a.call === 'allocBitmap') !== (b.call === 'allocBitmap'))
    return [];
  const count = pagesA + pagesB;
  const whole: Step = isContiguous ? { ...a, count } : { call: 'allocPages', count };
  const places = placesOfResults(operations);
  const [resultA, resultB] = [places.indexOf(i), places.indexOf(j)];
  const adopt = (r: Reference): Reference => {
    if (!('result' in r) || r.result < resultB) return r;
    if (r.result > resultB) return { ...r, result: r.result - 1 };
    return { ...r, result: resultA, page: r.page + Number(pagesA) };
  };
  const steps = operations.with(i, whole).toSpliced(j, 1);
  return [{ ...failure.draft, operations: steps.map((step) => mapReferences(step, adopt) ?? step) }];
}

/** The draft without its frees but the last operation, and with as many free page frames more as `count`. */
function roomier(draft: Draft, count: bigint): readonly Draft[] {
  const end = draft.descriptors.reduce((max, d) => Math.max(max, endOfDescriptor(d)), 0);
  const top = { type: 'conventional', base: Math.max(end, draft.limit), pages: Number(count) } as const;
  const last = draft.operations.length - 1;
  const operations = draft.operations.filter((step, at) => at === last || addressesOf(step).length === 0);
  return [{ ...draft, operations, descriptors: joined([...draft.descriptors, top]) }];
}

/** More page frames than this are not added to a map to save operations. */
const ROOM = 1n << 16n;

/** Joins two single-page allocations, and gives them room instead of the frees in between. */
function joinedWithRoom(failure: Failure, i: number, j: number): readonly Draft[] {
  return joinedAllocations(failure, i, j).flatMap((draft) => {
    const step = draft.operations[i];
    if (step?.call !== 'allocPages' || typeof step.count !== 'bigint' || step.count >= ROOM) return [];
    return roomier(draft, step.count);
  });
}

/** The page frames that a freeing operation names, in order, as references. */
function freedBy(failure: Failure, step: Step): readonly Reference[] | null {
  if (step.call === 'free') return [step.address];
  if (step.call === 'freePages') return step.addresses;
  if (step.call !== 'freeRegion' || typeof step.count !== 'bigint' || step.count > 64n) return null;
  return range(0, Number(step.count)).flatMap((k) => {
    const { address } = step;
    if ('result' in address) return [{ ...address, page: address.page + k }];
    const frame = frameNamed(failure, address);
    return frame === null ? [] : [absoluteTo(failure.draft, frame + k)];
  });
}

/** Joins two freeing operations into one batch or one region, in the place of the later or the earlier. */
function joinedFrees(failure: Failure, i: number, j: number): readonly Draft[] {
  const { draft } = failure;
  const [a, b] = [draft.operations[i], draft.operations[j]];
  if (a === undefined || b === undefined) return [];
  const [freedA, freedB] = [freedBy(failure, a), freedBy(failure, b)];
  if (freedA === null || freedB === null) return [];
  const addresses = [...freedA, ...freedB];
  const [first] = addresses;
  if (first === undefined) return [];
  const wholes: readonly Step[] = [
    { call: 'freeRegion', address: lowest(failure, addresses) ?? first, count: BigInt(addresses.length) },
    { call: 'freePages', addresses },
  ];
  return wholes.flatMap((whole) => [
    { ...draft, operations: draft.operations.with(j, whole).toSpliced(i, 1) },
    { ...draft, operations: draft.operations.with(i, whole).toSpliced(j, 1) },
  ]);
}

function lowest(failure: Failure, references: readonly Reference[]): Reference | null {
  let found: { readonly reference: Reference; readonly frame: number } | null = null;
  for (const reference of references) {
    const frame = frameNamed(failure, reference);
    if (frame !== null && (found === null || frame < found.frame)) found = { reference, frame };
  }
  return found?.reference ?? null;
}

/** Merges two operations into one. */
export function* merging(failure: Failure): Generator<Draft> {
  const { length } = failure.draft.operations;
  if (length > PAIRS_UP_TO) return;
  for (let i = 0; i < length; i += 1)
    for (let j = i + 1; j < length; j += 1) {
      yield* joinedAllocations(failure, i, j);
      yield* joinedWithRoom(failure, i, j);
      yield* joinedFrees(failure, i, j);
    }
}

const U64 = (1n << 64n) - 1n;

function bounded(count: Argument): Argument {
  return typeof count === 'bigint' && count >= 0n && count <= U64 ? count : 1n;
}

function simplerAllocations(step: Step): readonly Step[] {
  if (step.call !== 'allocPages' && step.call !== 'allocBitmap') return [];
  return [
    { call: 'alloc' },
    { call: 'allocPages', count: 1n },
    { call: 'allocPages', count: bounded(step.count) },
  ];
}

function simplerFrees(failure: Failure, step: Step): readonly Step[] {
  if (step.call !== 'freePages' && step.call !== 'freeRegion') return [];
  const freed = freedBy(failure, step) ?? addressesOf(step);
  const single = freed.map((address): Step => ({ call: 'free', address }));
  const ends = single.length > 8 ? [...single.slice(0, 4), ...single.slice(-4)] : single;
  return [
    ...ends,
    { call: 'freePages', addresses: freed },
    { call: 'freePages', addresses: freed.slice(0, 1) },
  ];
}

const AMOUNTS: readonly Step[] = [
  { call: 'totalAmount' },
  { call: 'freeAmount' },
  { call: 'reservedAmount' },
];

/** Operations of a simpler kind in the place of one. */
function simplerSteps(failure: Failure, step: Step): readonly Step[] {
  if (isAllocation(step.call)) return simplerAllocations(step);
  return [...simplerFrees(failure, step), ...AMOUNTS];
}

/** References to pages that the replaced result no longer has, moved to its first. */
function keptWithin(draft: Draft, at: number): Draft {
  const step = draft.operations[at];
  const result = placesOfResults(draft.operations).indexOf(at);
  const pages = step === undefined ? null : pagesAsked(step);
  if (result < 0 || pages === null) return draft;
  const clamp = (r: Reference): Reference =>
    'result' in r && r.result === result && r.page >= pages ? { ...r, page: 0 } : r;
  return { ...draft, operations: draft.operations.map((s) => mapReferences(s, clamp) ?? s) };
}

/** Replaces the kind of one operation by a simpler one, its references by what they named where that helps. */
export function* simplifyingKinds(failure: Failure): Generator<Draft> {
  const { draft } = failure;
  for (let at = draft.operations.length - 1; at >= 0; at -= 1) {
    const step = draft.operations[at];
    if (step === undefined) continue;
    for (const simpler of simplerSteps(failure, step)) {
      const replaced = withStep(draft, at, simpler);
      yield replaced;
      if (isAllocation(step.call)) {
        yield keptWithin(replaced, at);
        yield withResultsNamed(failure, replaced, at);
        // A page frame of the other zone is what a contiguous run was: with no bitmap zone a single page may do.
        yield { ...keptWithin(replaced, at), limit: 0 };
        yield { ...withAllResultsAbsolute(failure, replaced), limit: 0 };
      }
    }
  }
}

function withAllResultsAbsolute(failure: Failure, draft: Draft): Draft {
  const operations = draft.operations.map(
    (step) => mapReferences(step, (r) => asAbsolute(failure, r) ?? r) ?? step,
  );
  return { ...draft, operations };
}

/** The references to the result of the operation at `at`, as addresses. */
function withResultsNamed(failure: Failure, draft: Draft, at: number): Draft {
  const result = placesOfResults(draft.operations).indexOf(at);
  const named = (r: Reference): Reference =>
    'result' in r && r.result === result ? (asAbsolute(failure, r) ?? r) : r;
  return { ...draft, operations: draft.operations.map((step) => mapReferences(step, named) ?? step) };
}

/** The program with the operation at `from` moved to `to`; null where it would come before a result that it names. */
function relocated({ draft }: Failure, from: number, to: number): Draft | null {
  const order = range(0, draft.operations.length).toSpliced(from, 1).toSpliced(to, 0, from);
  const places = placesOfResults(draft.operations);
  const newPlaces = places.map((place) => order.indexOf(place));
  const ranked = newPlaces.toSorted((a, b) => a - b);
  const moveReference = (r: Reference): Reference =>
    'result' in r ? { ...r, result: ranked.indexOf(newPlaces[r.result] ?? -1) } : r;
  const operations = order.flatMap((at) => {
    const step = draft.operations[at];
    return step === undefined ? [] : [mapReferences(step, moveReference) ?? step];
  });
  const isOrdered = operations.every((step, at) =>
    addressesOf(step).every((r) => !('result' in r) || (ranked[r.result] ?? at) < at),
  );
  return isOrdered ? { ...draft, operations } : null;
}

/** Moves one operation to another place. */
export function* reordering(failure: Failure): Generator<Draft> {
  const { length } = failure.draft.operations;
  if (length > PAIRS_UP_TO) return;
  for (let from = 0; from < length; from += 1)
    for (let to = 0; to < length; to += 1) {
      const draft = from === to ? null : relocated(failure, from, to);
      if (draft !== null) yield draft;
    }
}
