/**
 * Simpler memory maps and configurations: fewer, plainer, shorter and lower descriptors, a plainer limit. The addresses in the
 * program move along with the page frames that they name.
 */
import {
  HIGHER_HALF_48,
  MEMORY_TYPES,
  type MemoryType,
  namesResult,
  ownerAfterInit,
} from '../../../spec/index.ts';
import { type Draft, type DraftDescriptor, endOfDescriptor, frameOfAddress } from '../draft.ts';
import { framesNamed, joined, moved, pointsOf, withoutPageFrames } from '../layout.ts';
import { withReferences } from '../rewrite.ts';
import { TYPE_RANK } from '../simplicity.ts';
import type { Counterexample } from '../trials.ts';

/** Pairs of descriptors are dropped from maps with up to this many. */
const PAIRS_UP_TO = 12;
/** With more points than these, gaps are closed all at once before they are closed one by one. */
const FEW_POINTS = 16;
/** Pairs of descriptors are swapped in maps with up to this many. */
const SWAPS_UP_TO = 8;

function withDescriptors(draft: Draft, descriptors: readonly DraftDescriptor[]): Draft {
  return { ...draft, descriptors };
}

/** Drops all descriptors of a type, stretches of them, one, or two; where it is one, closes the gap or leaves it. */
export function* dropDescriptors({ draft }: Counterexample): Generator<Draft> {
  const { descriptors } = draft;
  for (const dropped of new Set(descriptors.map(({ type }) => type)))
    yield withDescriptors(
      draft,
      descriptors.filter(({ type }) => type !== dropped),
    );
  for (let size = descriptors.length >> 1; size > 2; size >>= 1)
    for (let from = 0; from < descriptors.length; from += size)
      yield withDescriptors(draft, descriptors.toSpliced(from, size));
  for (const [i, dropped] of descriptors.entries()) {
    const rest = withDescriptors(draft, descriptors.toSpliced(i, 1));
    yield rest;
    yield withoutPageFrames(rest, dropped.base, dropped.pages, { limit: true, maxAddr: true });
  }
  if (descriptors.length > PAIRS_UP_TO) return;
  for (let i = 0; i < descriptors.length; i += 1)
    for (let j = i + 1; j < descriptors.length; j += 1)
      yield withDescriptors(draft, descriptors.toSpliced(j, 1).toSpliced(i, 1));
}

const TYPES = Object.keys(MEMORY_TYPES)
  .filter((type): type is MemoryType => type in MEMORY_TYPES)
  .toSorted((a, b) => TYPE_RANK[a] - TYPE_RANK[b]);

/** Gives descriptors a plainer type: all of them, all of one type, or one. */
export function* simplifyTypes({ draft }: Counterexample): Generator<Draft> {
  const { descriptors } = draft;
  const retyped = (type: MemoryType, which: (d: DraftDescriptor) => boolean): Draft =>
    withDescriptors(
      draft,
      descriptors.map((d) => (which(d) ? { ...d, type } : d)),
    );
  yield withDescriptors(draft, joined(descriptors.map((d) => ({ ...d, type: 'conventional' }))));
  for (const descriptor of descriptors)
    for (const type of TYPES) {
      if (TYPE_RANK[type] >= TYPE_RANK[descriptor.type]) break;
      yield retyped(type, (d) => d.type === descriptor.type);
      yield retyped(type, (d) => d === descriptor);
    }
}

/** The pairs of descriptors that are neighbours in memory, the lower one first. */
function neighbours({ descriptors }: Draft): readonly (readonly [DraftDescriptor, DraftDescriptor])[] {
  const ascending = descriptors.toSorted((a, b) => a.base - b.base);
  return ascending.flatMap((a, i) => {
    const b = ascending[i + 1];
    return b === undefined ? [] : [[a, b] as const];
  });
}

/** Joins two neighbours into one descriptor, of a plain type or either's, with the gap between them. */
export function* joinDescriptors({ draft }: Counterexample): Generator<Draft> {
  const replaced = (from: DraftDescriptor, dropped: DraftDescriptor, by: DraftDescriptor): Draft =>
    withDescriptors(
      draft,
      draft.descriptors.filter((d) => d !== dropped).map((d) => (d === from ? by : d)),
    );
  for (const [a, b] of neighbours(draft))
    for (const type of new Set<MemoryType>(['conventional', a.type, b.type])) {
      const whole = { type, base: a.base, pages: endOfDescriptor(b) - a.base };
      yield replaced(a, b, whole);
      yield replaced(b, a, whole);
    }
}

/** Sorts the descriptors by address, or swaps two in the list. */
export function* sortDescriptors({ draft }: Counterexample): Generator<Draft> {
  const { descriptors } = draft;
  yield withDescriptors(
    draft,
    descriptors.toSorted((a, b) => a.base - b.base),
  );
  if (descriptors.length > SWAPS_UP_TO) return;
  for (let i = 0; i < descriptors.length; i += 1)
    for (let j = i + 1; j < descriptors.length; j += 1) {
      const [a, b] = [descriptors[i], descriptors[j]];
      if (a !== undefined && b !== undefined) yield withDescriptors(draft, descriptors.with(i, b).with(j, a));
    }
}

/** Numbers of page frames to take away from `pages`: all, all but a few, halves, and what words and blocks hold. */
function cuts(pages: number): readonly number[] {
  const halves: number[] = [];
  for (let n = pages; n >= 1; n = Math.floor(n / 2)) halves.push(n);
  const all = [...halves.slice(0, 1), pages - 1, pages - 2, pages - 3, ...halves.slice(1), 64, 32, 16, 8, 4];
  return [...new Set(all)].filter((n) => n > 0 && n <= pages);
}

const ALONG = [
  { limit: true, maxAddr: true },
  { limit: true, maxAddr: false },
  { limit: false, maxAddr: false },
  { limit: false, maxAddr: true },
] as const;

/** Returns the draft without all page frames below `end` that no address names. */
function withoutUnnamed(draft: Draft, named: Iterable<number>, end: number): Draft {
  const kept = Float64Array.from(new Set(named)).sort();
  const below = (frame: number): number => {
    let [from, to] = [0, kept.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((kept[middle] ?? 0) < frame) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  const f = (frame: number): number => below(frame) + Math.max(0, frame - end);
  return moved(draft, f, { limit: true, maxAddr: true });
}

/** Takes page frames out of memory, between any two points at which something begins or ends, and closes the gap. */
export function* removePageFrames({ draft }: Counterexample): Generator<Draft> {
  const points = pointsOf(draft);
  const named = framesNamed(draft);
  if (Math.max(points.length, named.length) > FEW_POINTS)
    yield withoutUnnamed(draft, named, points.at(-1) ?? 0);
  for (let i = points.length - 1; i > 0; i -= 1) {
    const [from, to] = [points[i - 1], points[i]];
    if (from === undefined || to === undefined) continue;
    for (const pages of cuts(to - from))
      for (const along of ALONG) {
        yield withoutPageFrames(draft, from, pages, along);
        yield withoutPageFrames(draft, to - pages, pages, along);
      }
  }
}

/** Shortens one descriptor at either end and leaves the rest of memory where it is. */
export function* shortenDescriptors({ draft }: Counterexample): Generator<Draft> {
  for (const d of draft.descriptors)
    for (const pages of cuts(d.pages)) {
      const shorter = { ...d, pages: d.pages - pages };
      const replaced = (by: DraftDescriptor): Draft =>
        withDescriptors(
          draft,
          draft.descriptors.map((other) => (other === d ? by : other)),
        );
      yield replaced(shorter);
      yield replaced({ ...shorter, base: d.base + pages });
    }
}

/** Swaps two neighbours in memory, together with the addresses in them. */
export function* swapNeighbours({ draft }: Counterexample): Generator<Draft> {
  for (const [a, b] of neighbours(draft)) {
    const gap = b.base - endOfDescriptor(a);
    const swapped = (frame: number): number => {
      if (frame < a.base || frame >= endOfDescriptor(b)) return frame;
      if (frame < endOfDescriptor(a)) return frame + b.pages + gap;
      return frame < b.base ? frame : frame - b.base + a.base;
    };
    const rest = moved(draft, swapped, { limit: false, maxAddr: false });
    const descriptors = draft.descriptors.map((d) => ({
      ...d,
      base: d.pages === 0 ? d.base : swapped(d.base),
    }));
    yield { ...rest, descriptors };
    yield { ...rest, descriptors: descriptors.toSorted((x, y) => x.base - y.base) };
  }
}

/** Moves the bitmap limit: to the lowest page frames, to where something begins or ends, by halves of it, one page frame down. */
export function* lowerLimit({ draft }: Counterexample): Generator<Draft> {
  const points = pointsOf(draft);
  const ends = draft.descriptors.filter((d) => ownerAfterInit(d.type) !== 'absent').map(endOfDescriptor);
  // Shifts would make limits from 2^31 page frames on negative.
  const lower = [Math.floor(draft.limit / 2)];
  for (let less = Math.floor(draft.limit / 4); less > 1; less = Math.floor(less / 2))
    lower.push(draft.limit - less);
  for (const limit of new Set([0, 1, 2, 3, 4, ...points, ...ends, ...lower, draft.limit - 1]))
    yield { ...draft, limit };
}

/** Maps memory at the default higher half. */
export function* useDefaultHigherHalf({ draft }: Counterexample): Generator<Draft> {
  const by = HIGHER_HALF_48 - draft.higherHalf;
  if (by === 0n) return;
  const along = withReferences(draft, (reference) => {
    if (namesResult(reference) || frameOfAddress(draft.higherHalf, reference.absolute) === null)
      return reference;
    return { absolute: reference.absolute + by };
  });
  yield { ...along, higherHalf: HIGHER_HALF_48 };
  yield { ...draft, higherHalf: HIGHER_HALF_48 };
}
