/**
 * Deleting operations: a program that starts later, in the state that the deleted operations led to, and programs without one
 * operation, two, three or a whole stretch. What becomes of references to deleted results is tried in every way.
 */
import {
  addressesOf,
  isAllocation,
  isFreeable,
  isPageFrame,
  namesResult,
  type Operation,
  type Owner,
  type Ownership,
  ownerAfterInit,
  pageCount,
  pfn,
  type Reference,
} from '../../../spec/index.ts';
import { type Draft, type DraftDescriptor, endOfDescriptor, frameOfAddress } from '../draft.ts';
import { joined, withType } from '../layout.ts';
import { type OrphanRule, range, withoutOperations } from '../rewrite.ts';
import type { Counterexample } from '../trials.ts';

const ORPHAN_RULES: readonly OrphanRule[] = ['drop', 'boot', 'absolute', 'last', 'first'];

/** Pairs are deleted from programs up to this long: 24 · 23 / 2 pairs, twice. */
const PAIRS_UP_TO = 24;
/** Triples are deleted from programs up to this long: 120 triples, twice. */
const TRIPLES_UP_TO = 10;

/** A program is not started in a state of more parts than these: of fragmented memory, each would be a descriptor. */
const MOST_DESCRIPTORS = 256;

function orphanRules({ draft }: Counterexample, deleted: readonly number[]): readonly OrphanRule[] {
  const deletesResult = deleted.some((at) => isAllocation(draft.operations[at]?.call ?? 'free'));
  return deletesResult && draft.operations.some((operation) => addressesOf(operation).length > 0)
    ? ORPHAN_RULES
    : ['drop'];
}

function* without(counterexample: Counterexample, deleted: readonly number[]): Generator<Draft> {
  for (const rule of orphanRules(counterexample, deleted))
    yield withoutOperations(counterexample, new Set(deleted), rule);
}

function typeOwnedBy(owner: Owner, { type }: DraftDescriptor): DraftDescriptor['type'] {
  if (owner === 'pmm') return 'conventional';
  return isFreeable(owner) ? 'loaderData' : type;
}

/** The page frames of a descriptor, divided by who owned them before operation `at`. */
function dividedByOwner(state: Ownership, descriptor: DraftDescriptor): readonly DraftDescriptor[] {
  if (ownerAfterInit(descriptor.type) === 'absent') return [descriptor];
  const limit = endOfDescriptor(descriptor);
  const parts: DraftDescriptor[] = [];
  for (let base = descriptor.base; base < limit; ) {
    const owner = state.ownerOf(pfn(base));
    const rest = { base: pfn(base), count: pageCount(limit - base) };
    const end = state.firstFailing(rest, (other) => other === owner) ?? limit;
    parts.push({ type: typeOwnedBy(owner, descriptor), base, pages: end - base });
    base = end;
  }
  return parts;
}

/** The program from operation `at` on, started in the state before it: what callers held then is boot memory, which may be freed too. */
function startedAt(counterexample: Counterexample, at: number, state: Ownership): Draft {
  const rest = withoutOperations(counterexample, new Set(range(0, at)), 'absolute');
  const { descriptors } = counterexample.draft;
  return { ...rest, descriptors: joined(descriptors.flatMap((d) => dividedByOwner(state, d))) };
}

/** Returns the page frames that a program names by their addresses, regions whole: the lowest and the highest of each. */
function extentsNamed({ operations, higherHalf }: Draft): readonly (readonly [number, number])[] {
  return operations.flatMap((operation) =>
    addressesOf(operation).flatMap((reference): readonly (readonly [number, number])[] => {
      const frame = namesResult(reference) ? null : frameOfAddress(higherHalf, reference.absolute);
      const pages = 'count' in operation ? Number(operation.count) : 1;
      return frame === null ? [] : [[frame, frame + pages - 1]];
    }),
  );
}

/**
 * The last operation, started in the state before it but for the page frames that callers held beside those which it names: these are all that is free, and are
 * handed out first.
 */
function* besideHeld(last: Draft, state: Ownership): Generator<Draft> {
  const named = extentsNamed(last);
  const isNamed = (frame: number): boolean => named.some(([first, end]) => first <= frame && frame <= end);
  const beside = new Set(named.flatMap(([first, end]) => [first - 1, end + 1]));
  const held = [...beside].filter(
    (frame) => isPageFrame(frame) && !isNamed(frame) && state.ownerOf(pfn(frame)) === 'caller',
  );
  if (held.length === 0 || held.length > MOST_DESCRIPTORS) return;
  const withheld = last.descriptors.map((d) =>
    d.type === 'conventional' ? { ...d, type: 'reserved' as const } : d,
  );
  const descriptors = held.reduce<Draft['descriptors']>(
    (ds, frame) => withType(ds, frame, 1, 'conventional'),
    withheld,
  );
  const alloc: Operation<Reference> = { call: 'alloc' };
  for (const taken of [[{ call: 'allocPages' as const, count: BigInt(held.length) }], held.map(() => alloc)])
    for (const limit of [0, last.limit])
      yield { ...last, descriptors, limit, operations: [...taken, ...last.operations] };
}

/** Keeps the last operations, at most so many, and puts the state before them into the map. */
function* withLast(counterexample: Counterexample, most: number): Generator<Draft> {
  const { length } = counterexample.draft.operations;
  for (let kept = 1; kept < length && kept <= most; kept = kept < 4 ? kept + 1 : kept * 2) {
    const state = counterexample.states[length - kept];
    if (state === undefined) return;
    const later = startedAt(counterexample, length - kept, state);
    if (later.descriptors.length > MOST_DESCRIPTORS) continue;
    yield later;
    if (kept === 1) yield* besideHeld(later, state);
  }
}

/** Puts the state before one of the last operations into the map, and keeps only the operations from there on. */
export function startLater(counterexample: Counterexample): Generator<Draft> {
  return withLast(counterexample, Number.POSITIVE_INFINITY);
}

/** The same of a program of bursts, which would only be cut in two by a start in the midst of one. */
export function startAtEnd(counterexample: Counterexample): Generator<Draft> {
  return withLast(counterexample, 4);
}

/** Deletes stretches of the program, long ones first. */
export function* deleteStretches(counterexample: Counterexample): Generator<Draft> {
  const { length } = counterexample.draft.operations;
  for (let size = length >> 1; size > 1; size >>= 1)
    for (let at = length - 1 - size; at > -size; at -= size) {
      const deleted = new Set(range(Math.max(0, at), at + size));
      yield withoutOperations(counterexample, deleted, 'drop');
      yield withoutOperations(counterexample, deleted, 'absolute');
    }
}

/** Deletes one operation. */
export function* deleteOne(counterexample: Counterexample): Generator<Draft> {
  const { length } = counterexample.draft.operations;
  for (let i = length - 1; i >= 0; i -= 1) yield* without(counterexample, [i]);
}

/** Deletes two operations, neighbours or not. */
export function* deleteTwo(counterexample: Counterexample): Generator<Draft> {
  const { length } = counterexample.draft.operations;
  if (length > PAIRS_UP_TO) return;
  for (let i = length - 1; i > 0; i -= 1)
    for (let j = i - 1; j >= 0; j -= 1) yield* without(counterexample, [j, i]);
}

/** Deletes three operations. */
export function* deleteThree(counterexample: Counterexample): Generator<Draft> {
  const { length } = counterexample.draft.operations;
  if (length > TRIPLES_UP_TO) return;
  for (let i = length - 1; i > 1; i -= 1)
    for (let j = i - 1; j > 0; j -= 1)
      for (let k = j - 1; k >= 0; k -= 1) yield* without(counterexample, [k, j, i]);
}
