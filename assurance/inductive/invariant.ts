/**
 * The representation invariant: what the words of an allocator are between any two calls, as named predicates in one flat
 * conjunction. Each says what is wrong, or null.
 */
import { type BufferState, exactShortfalls, popped } from './buffer-state.ts';

interface Predicate {
  readonly name: string;
  /** Returns where the predicate does not hold, in words; null where it holds. */
  readonly flaw: (state: BufferState) => string | null;
}

function first<T>(
  all: readonly T[],
  isWrong: (each: T) => boolean,
  text: (each: T) => string,
): string | null {
  const found = all.find(isWrong);
  return found === undefined ? null : text(found);
}

function unlike(found: number, expected: number): string | null {
  return found === expected ? null : `${found}, not ${expected}`;
}

function headerFlaw(state: BufferState): string | null {
  const { magic, checksum } = state.anatomy;
  return unlike(state.header('magic') | 0, magic) ?? unlike(state.header('map') | 0, checksum);
}

function paddingFlaw(state: BufferState): string | null {
  return first(
    state.padding(),
    (ordinal) => !state.isHeld(ordinal),
    (ordinal) => `ordinal ${ordinal} is padding, and free`,
  );
}

function bitmapCountFlaw(state: BufferState): string | null {
  const free = state.ordinalsIn('bitmap').filter((ordinal) => !state.isHeld(ordinal));
  return unlike(state.header('freeInBitmap'), free.length);
}

function floorFlaw(state: BufferState): string | null {
  const [lowest] = state.entries();
  const { next, last } = state.anatomy.floor;
  return lowest?.next === next && lowest.last === last
    ? null
    : `the lowest entry is (${lowest?.next}, ${lowest?.last})`;
}

function rangeFlaw(state: BufferState): string | null {
  const { sections, bitmapSections } = state.anatomy;
  const isIn = (ordinal: number): number =>
    sections.findIndex((s, k) => k >= bitmapSections && s.first <= ordinal && ordinal < s.first + s.count);
  return first(
    state.runs(),
    ({ next, last }) => isIn(next) < 0 || isIn(next) !== isIn(last),
    ({ next, last }) => `run (${next}, ${last}) leaves the section`,
  );
}

function disjointFlaw(state: BufferState): string | null {
  const ends = state
    .runs()
    .map(({ next, last }) => ({ low: Math.min(next, last), high: Math.max(next, last) }))
    .toSorted((a, b) => a.low - b.low);
  return first(
    ends.slice(1).map((run, k) => ({ run, before: ends[k] })),
    ({ run, before }) => before !== undefined && run.low <= before.high,
    ({ run }) => `ordinal ${run.low} is on the stack twice`,
  );
}

function greedyFlaw(state: BufferState): string | null {
  const runs = state.runs();
  return first(
    runs.slice(1).map((run, k) => ({ run, below: runs[k] })),
    ({ run, below }) => below !== undefined && Math.abs(run.last - below.next) === 1,
    ({ run }) => `the run pushed from ${run.last} on would have joined the one below`,
  );
}

function stackFlaw(state: BufferState): string | null {
  // Of a run that is out of range, the other predicate tells; here it may be as long as it likes.
  const { ordinals } = state.anatomy;
  const listed = new Set(
    state.runs().flatMap((run) => (Math.max(run.next, run.last) < ordinals ? popped(run) : [])),
  );
  return first(
    state.ordinalsIn('stack'),
    (ordinal) => listed.has(ordinal) === state.isHeld(ordinal),
    (ordinal) => `ordinal ${ordinal} is ${state.isHeld(ordinal) ? 'held and' : 'free and not'} on the stack`,
  );
}

/** Pages below the top one, beyond one an entry. The floor counts as none, but where it is the top it is taken out. */
function moreBelowFlaw(state: BufferState): string | null {
  const runs = state.runs();
  const below = runs.slice(0, -1).reduce((sum, { next, last }) => sum + Math.abs(last - next), 0);
  return unlike(state.header('moreBelow') | 0, runs.length === 0 ? state.anatomy.floor.last : below);
}

function claimRangeFlaw(state: BufferState): string | null {
  return first(
    state.nodes(),
    ({ shortfall }) => shortfall < 0 || shortfall > state.anatomy.longestCounted,
    ({ level, index, shortfall }) => `node ${index} of level ${level} has shortfall ${shortfall}`,
  );
}

function leafFlaw(state: BufferState): string | null {
  const exact = exactShortfalls(state);
  return first(
    state.nodes(),
    ({ level, index, shortfall }) => level === 0 && shortfall > (exact[index] ?? 0),
    ({ index, shortfall }) =>
      `leaf ${index} has shortfall ${shortfall}, and a run that falls short by ${exact[index]} only`,
  );
}

function parentFlaw(state: BufferState): string | null {
  const { fanout } = state.anatomy;
  const nodes = state.nodes();
  const least = (level: number, index: number): number => {
    const children = nodes.filter((n) => n.level === level - 1 && Math.floor(n.index / fanout) === index);
    return Math.min(...children.map(({ shortfall }) => shortfall));
  };
  return first(
    nodes,
    ({ level, index, shortfall }) => level > 0 && shortfall !== least(level, index),
    ({ level, index, shortfall }) =>
      `node ${index} of level ${level}: ${shortfall}, not ${least(level, index)}`,
  );
}

function searchFlaw(state: BufferState): string | null {
  const from = state.header('searchFrom');
  if (from > state.anatomy.bitmapOrdinals) return `${from} lies beyond the zone`;
  return first(
    state.ordinalsIn('bitmap'),
    (ordinal) => ordinal < from && !state.isHeld(ordinal),
    (ordinal) => `ordinal ${ordinal} is free, and below ${from}`,
  );
}

function asideFlaw(state: BufferState): string | null {
  const { at } = state.anatomy;
  const places = Array.from({ length: at.held - at.aside }, (_, k) => at.aside + k);
  return first(
    places.filter((place) => place !== at.searchFrom),
    (place) => state.word(place) !== 0,
    (place) => `word ${place} is ${state.word(place)}`,
  );
}

export const INVARIANT: readonly Predicate[] = [
  { name: 'the header names the format and the memory map', flaw: headerFlaw },
  { name: 'what is no page frame is held', flaw: paddingFlaw },
  { name: 'the count of the bitmap zone is that of its free bits', flaw: bitmapCountFlaw },
  { name: 'the floor lies below all entries of the stack', flaw: floorFlaw },
  { name: 'each run of the stack lies in one section of the stack zone', flaw: rangeFlaw },
  { name: 'runs of the stack are disjoint', flaw: disjointFlaw },
  { name: 'no run of the stack goes on where the one below it ended', flaw: greedyFlaw },
  { name: 'what is free in the stack zone is what is on the stack', flaw: stackFlaw },
  { name: 'the count below the top is that of the runs', flaw: moreBelowFlaw },
  { name: 'the summary claims between nothing and the longest run that counts', flaw: claimRangeFlaw },
  { name: 'a leaf of the summary claims no less than there is', flaw: leafFlaw },
  { name: 'a node of the summary claims what the best of its children claims', flaw: parentFlaw },
  { name: 'nothing is free below where a search starts', flaw: searchFlaw },
  { name: 'the words for the lock are 0 where nothing is shared', flaw: asideFlaw },
];

/** Returns the predicates that a state breaks, each with what is wrong. */
export function flawsOf(state: BufferState): readonly { readonly name: string; readonly text: string }[] {
  return INVARIANT.flatMap(({ name, flaw }) => {
    const text = flaw(state);
    return text === null ? [] : [{ name, text }];
  });
}
