/**
 * Moves on the memory map and the configuration: fewer, plainer, shorter and lower descriptors, a plainer limit. Whatever
 * moves in memory takes along the addresses in the program that name it.
 */
import {
  HIGHER_HALF_48,
  MEMORY_TYPES,
  type MemoryType,
  namesResult,
  ownerAfterInit,
} from '../../spec/index.ts';
import { type Draft, type DraftDescriptor, endOfDescriptor, frameOfAddress } from './draft.ts';
import { excised, joined, mapReferences, moved, pointsOf } from './rewrite.ts';
import { TYPE_RANK } from './simplicity.ts';
import type { Failure } from './trials.ts';

function withDescriptors(draft: Draft, descriptors: readonly DraftDescriptor[]): Draft {
  return { ...draft, descriptors };
}

/** Drops one descriptor, or two, and closes the gap or leaves it. */
export function* droppingDescriptors({ draft }: Failure): Generator<Draft> {
  const { descriptors } = draft;
  for (let size = descriptors.length >> 1; size > 2; size >>= 1)
    for (let from = 0; from < descriptors.length; from += size)
      yield withDescriptors(draft, descriptors.toSpliced(from, size));
  for (let i = 0; i < descriptors.length; i += 1) {
    const rest = withDescriptors(draft, descriptors.toSpliced(i, 1));
    yield rest;
    const gone = descriptors[i];
    if (gone !== undefined) yield excised(rest, gone.base, gone.pages, { limit: true, maxAddr: true });
  }
  if (descriptors.length > 12) return;
  for (let i = 0; i < descriptors.length; i += 1)
    for (let j = i + 1; j < descriptors.length; j += 1)
      yield withDescriptors(draft, descriptors.toSpliced(j, 1).toSpliced(i, 1));
}

const TYPES = Object.keys(MEMORY_TYPES)
  .filter((type): type is MemoryType => type in MEMORY_TYPES)
  .toSorted((a, b) => TYPE_RANK[a] - TYPE_RANK[b]);

/** Gives descriptors a plainer type: one, all of one type, all. */
export function* retyping({ draft }: Failure): Generator<Draft> {
  const { descriptors } = draft;
  const retyped = (type: MemoryType, which: (d: DraftDescriptor) => boolean): Draft =>
    withDescriptors(
      draft,
      descriptors.map((d) => (which(d) ? { ...d, type } : d)),
    );
  yield withDescriptors(draft, joined(descriptors.map((d) => ({ ...d, type: 'conventional' }))));
  for (const target of descriptors)
    for (const type of TYPES) {
      if (TYPE_RANK[type] >= TYPE_RANK[target.type]) break;
      yield retyped(type, (d) => d.type === target.type);
      yield retyped(type, (d) => d === target);
    }
}

/** Joins two descriptors into one of either type, with what lies between them. */
export function* joiningDescriptors({ draft }: Failure): Generator<Draft> {
  const sorted = draft.descriptors.toSorted((a, b) => a.base - b.base);
  for (let i = 1; i < sorted.length; i += 1) {
    const [a, b] = [sorted[i - 1], sorted[i]];
    if (a === undefined || b === undefined) continue;
    for (const type of new Set<MemoryType>(['conventional', a.type, b.type])) {
      const whole = { type, base: a.base, pages: endOfDescriptor(b) - a.base };
      yield withDescriptors(
        draft,
        draft.descriptors.filter((d) => d !== b).map((d) => (d === a ? whole : d)),
      );
      yield withDescriptors(
        draft,
        draft.descriptors.filter((d) => d !== a).map((d) => (d === b ? whole : d)),
      );
    }
  }
}

/** Sorts descriptors by address, or two of them. */
export function* sorting({ draft }: Failure): Generator<Draft> {
  const { descriptors } = draft;
  yield withDescriptors(
    draft,
    descriptors.toSorted((a, b) => a.base - b.base),
  );
  if (descriptors.length > 8) return;
  for (let i = 0; i < descriptors.length; i += 1)
    for (let j = i + 1; j < descriptors.length; j += 1) {
      const [a, b] = [descriptors[i], descriptors[j]];
      if (a !== undefined && b !== undefined) yield withDescriptors(draft, descriptors.with(i, b).with(j, a));
    }
}

function cuts(pages: number): readonly number[] {
  const halves: number[] = [];
  for (let n = pages; n >= 1; n = Math.floor(n / 2)) halves.push(n);
  const all = [...halves.slice(0, 1), pages - 1, pages - 2, pages - 3, ...halves.slice(1), 64, 32];
  return [...new Set(all)].filter((n) => n > 0 && n <= pages);
}

const ALONG = [
  { limit: true, maxAddr: true },
  { limit: true, maxAddr: false },
  { limit: false, maxAddr: false },
  { limit: false, maxAddr: true },
] as const;

/** Takes page frames out of memory, between any two points where something begins or ends. */
export function* excising({ draft }: Failure): Generator<Draft> {
  const points = pointsOf(draft);
  for (let i = points.length - 1; i > 0; i -= 1) {
    const [from, to] = [points[i - 1], points[i]];
    if (from === undefined || to === undefined) continue;
    for (const pages of cuts(to - from))
      for (const along of ALONG) {
        yield excised(draft, from, pages, along);
        yield excised(draft, to - pages, pages, along);
      }
  }
}

/** Shortens one descriptor at either end and leaves the rest of memory where it is. */
export function* shortening({ draft }: Failure): Generator<Draft> {
  for (const d of draft.descriptors)
    for (const pages of cuts(d.pages)) {
      const shorter = { ...d, pages: d.pages - pages };
      const replaced = (by: DraftDescriptor): Draft =>
        withDescriptors(
          draft,
          draft.descriptors.map((e) => (e === d ? by : e)),
        );
      yield replaced(shorter);
      yield replaced({ ...shorter, base: d.base + pages });
    }
}

/** Exchanges two neighbours in memory, with what the program says of them. */
export function* exchanging({ draft }: Failure): Generator<Draft> {
  const sorted = draft.descriptors.toSorted((a, b) => a.base - b.base);
  for (let i = 1; i < sorted.length; i += 1) {
    const [a, b] = [sorted[i - 1], sorted[i]];
    if (a === undefined || b === undefined) continue;
    const gap = b.base - endOfDescriptor(a);
    const f = (frame: number): number => {
      if (frame < a.base || frame >= endOfDescriptor(b)) return frame;
      if (frame < endOfDescriptor(a)) return frame + b.pages + gap;
      return frame < b.base ? frame : frame - b.base + a.base;
    };
    const named = moved(draft, f, { limit: false, maxAddr: false });
    const descriptors = draft.descriptors.map((d) => ({ ...d, base: d.pages === 0 ? d.base : f(d.base) }));
    yield { ...named, descriptors };
    yield { ...named, descriptors: descriptors.toSorted((x, y) => x.base - y.base) };
  }
}

/** Moves the bitmap limit: down to 0, to where something begins or ends, a page frame down. */
export function* loweringLimit({ draft }: Failure): Generator<Draft> {
  const points = pointsOf(draft);
  const ends = draft.descriptors.filter((d) => ownerAfterInit(d.type) !== 'absent').map(endOfDescriptor);
  for (const limit of new Set([0, 1, 2, 3, 4, ...points, ...ends, draft.limit >> 1, draft.limit - 1]))
    yield { ...draft, limit };
}

/** Maps memory at the usual higher half. */
export function* plainHigherHalf({ draft }: Failure): Generator<Draft> {
  const by = HIGHER_HALF_48 - draft.higherHalf;
  if (by === 0n) return;
  const operations = draft.operations.map(
    (step) =>
      mapReferences(step, (r) => {
        if (namesResult(r) || frameOfAddress(draft.higherHalf, r.absolute) === null) return r;
        return { absolute: r.absolute + by };
      }) ?? step,
  );
  yield { ...draft, higherHalf: HIGHER_HALF_48, operations };
  yield { ...draft, higherHalf: HIGHER_HALF_48 };
}
