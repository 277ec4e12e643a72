/**
 * Well-formed states: arbitrary ones, made by construction and not by running. What is free is drawn, then everything else that the
 * representation invariant leaves open: the order and the directions of the free stack, by how much the summary claims too
 * much, where a search starts, and what lies beyond the end of the stack. With each comes the state of the model that it means.
 */
import {
  exactShortfalls,
  FLOOR,
  type FlatState,
  flatStateOf,
  freeIn,
  LAYOUT,
  NO_ORDINAL,
  sectionsIn,
} from '../../impl/index.ts';
import { ModelState } from '../../model/index.ts';
import {
  type Arbitrary,
  anyWorldOf,
  array,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
} from '../../properties/random/index.ts';
import type { World } from '../../runner/index.ts';
import {
  config,
  memoryMap,
  ownedRegions,
  PAGE_BYTES,
  POLICIES,
  pageCount,
  pfn,
  type Region,
  WHOLE,
  type Zone,
} from '../../spec/index.ts';

/** The parts of a state. */
export interface Drawn {
  readonly world: World;
  /** Lengths of runs, held and free in turn, again and again from the lowest page frame up. */
  readonly lengths: readonly number[];
  readonly startsFree: boolean;
  /** Lengths of the pieces in which free page frames of the stack zone are pushed; odd ones downwards. */
  readonly pieces: readonly number[];
  /** Pieces are pushed in the order of these numbers. */
  readonly places: readonly number[];
  /** By how much each leaf of the summary claims too much, in parts of 8; where a search starts, likewise. */
  readonly excess: readonly number[];
  /** The words beyond the end of the stack. */
  readonly junk: number;
}

const anyLength: Arbitrary<number> = oneof(
  { arbitrary: integer({ min: 1, max: 8 }), weight: 4 },
  { arbitrary: integer({ min: 1, max: 80 }), weight: 4 },
  { arbitrary: constantFrom(31, 32, 33, 255, 256, 257, 511, 512, 513, 1024, 5000), weight: 2 },
);

/** A zone whose summary has three levels, which takes more than 16,384 page frames. */
const largeWorld: Arbitrary<World> = record({
  bitmap: integer({ min: 16_385, max: 20_000 }),
  stack: nat(400),
}).map(({ bitmap, stack }) => ({
  map: memoryMap([{ type: 'conventional', start: 0n, pages: bitmap + stack }]),
  config: config({ bitmapMaxAddr: BigInt(bitmap) * PAGE_BYTES }),
}));

/** Each state is compared page frame by page frame: few have more than 2^12. */
const smallWorld = anyWorldOf(WHOLE, { memoryBits: 12, burst: 1, sweep: 1, deep: 1 });

export const anyState: Arbitrary<Drawn> = record({
  world: oneof({ arbitrary: smallWorld, weight: 12 }, { arbitrary: largeWorld, weight: 1 }),
  lengths: array(anyLength, { minLength: 1, maxLength: 30, size: 'max' }),
  startsFree: constantFrom(true, false),
  pieces: array(oneof(integer({ min: 1, max: 3 }), anyLength), { minLength: 1, maxLength: 12, size: 'max' }),
  places: array(nat(1000), { minLength: 1, maxLength: 12, size: 'max' }),
  excess: array(nat(8), { minLength: 1, maxLength: 8, size: 'max' }),
  junk: constantFrom(0, -1, 7),
});

const cycled = <T>(all: readonly [T, ...T[]] | readonly T[], k: number, none: T): T =>
  all[k % all.length] ?? none;

/** Returns the ordinals of page frames in a zone, ascending. */
function ordinalsIn({ sections }: FlatState, zone: Zone): readonly number[] {
  return sectionsIn(sections, zone).flatMap(({ first, count }) =>
    Array.from({ length: count }, (_, i) => first + i),
  );
}

function isHeld({ words }: FlatState, ordinal: number): boolean {
  return (((words[LAYOUT.HELD_AT + Math.floor(ordinal / 32)] ?? 0) >>> (ordinal % 32)) & 1) === 1;
}

/** Returns the free ordinals of a zone, ascending. */
function freeOrdinals(state: FlatState, zone: Zone): readonly number[] {
  return ordinalsIn(state, zone).filter((ordinal) => !isHeld(state, ordinal));
}

/** Returns the page frame of an ordinal. */
function frameOf({ sections }: FlatState, ordinal: number): number {
  const section = sections.list.find(({ first, count }) => first <= ordinal && ordinal < first + count);
  if (section === undefined) throw new RangeError(`ordinal ${ordinal} is not one of a page frame`);
  return section.base + (ordinal - section.first);
}

function writeHeader({ sections, words }: FlatState): void {
  words[LAYOUT.MAGIC_AT] = LAYOUT.MAGIC;
  words[LAYOUT.MAP_AT] = LAYOUT.checksum(sections);
}

function release({ words }: FlatState, ordinal: number): void {
  const at = LAYOUT.HELD_AT + Math.floor(ordinal / 32);
  words[at] = (words[at] ?? 0) & ~(1 << (ordinal % 32));
}

/** Draws what is free, and counts it. */
function writeHeldBits(state: FlatState, { lengths, startsFree }: Drawn): void {
  const { sections, words } = state;
  words.fill(-1, LAYOUT.HELD_AT, LAYOUT.HELD_AT + sections.ordinals / 32);
  let [k, left] = [0, cycled(lengths, 0, 1)];
  for (const ordinal of [...ordinalsIn(state, 'bitmap'), ...ordinalsIn(state, 'stack')]) {
    if ((k % 2 === 0) === startsFree) release(state, ordinal);
    left -= 1;
    if (left > 0) continue;
    k += 1;
    left = cycled(lengths, k, 1);
  }
  words[LAYOUT.FREE_BITMAP_AT] = freeIn(state, 'bitmap');
}

/** Returns the free ordinals of the stack zone in the order in which they are pushed. */
function pushOrder(state: FlatState, { pieces, places }: Drawn): readonly number[] {
  const free = freeOrdinals(state, 'stack');
  const cut: { readonly place: number; readonly ordinals: readonly number[] }[] = [];
  for (let from = 0; from < free.length; ) {
    const length = cycled(pieces, cut.length, 1);
    const piece = free.slice(from, from + length);
    cut.push({
      place: cycled(places, cut.length, 0),
      ordinals: length % 2 === 1 ? piece.toReversed() : piece,
    });
    from += length;
  }
  return cut.toSorted((a, b) => a.place - b.place).flatMap(({ ordinals }) => ordinals);
}

/** Writes the stack that results where each ordinal joins the top run if it is the neighbour of what was pushed last. */
function writeStack({ layout, words }: FlatState, order: readonly number[], junk: number): void {
  const { stackAt } = layout;
  const entries: { next: number; readonly last: number }[] = [];
  for (const ordinal of order) {
    const top = entries.at(-1);
    if (top !== undefined && Math.abs(ordinal - top.next) === 1) top.next = ordinal;
    else entries.push({ next: ordinal, last: ordinal });
  }
  const stack = entries.flatMap(({ next, last }) => (next === last ? [next] : [last, next, NO_ORDINAL]));
  words.fill(junk, stackAt);
  words.set([...FLOOR, ...stack], stackAt);
  words[LAYOUT.TOP_AT] = stackAt + FLOOR.length + stack.length - 1;
  words[LAYOUT.MORE_AT] = order.length - stack.length;
}

/** Writes a summary that claims too much by drawn amounts, each node what the best of its children claims. */
function writeSummary(state: FlatState, { excess }: Drawn): void {
  const { levels } = state.layout;
  let below = exactShortfalls(state).map(
    (exact, leaf) => exact - Math.floor((exact * cycled(excess, leaf, 0)) / 8),
  );
  for (const { at, nodes } of levels) {
    if (below.length !== nodes) {
      const children = below;
      below = Array.from({ length: nodes }, (_, k) =>
        Math.min(...children.slice(k * LAYOUT.FANOUT, (k + 1) * LAYOUT.FANOUT)),
      );
    }
    state.words.set(below, at);
  }
}

function writeSearchFrom(state: FlatState, { excess }: Drawn): void {
  const most = freeOrdinals(state, 'bitmap')[0] ?? state.sections.bitmapOrdinals;
  state.words[LAYOUT.SEARCH_FROM_AT] = Math.floor((most * (8 - cycled(excess, 0, 0))) / 8);
}

/** Returns consecutive numbers as regions of page frames, ascending within each. */
function regionsOf(frames: readonly number[]): readonly Region[] {
  const runs: { base: number; count: number }[] = [];
  for (const frame of frames) {
    const last = runs.at(-1);
    if (last !== undefined && last.base + last.count === frame) last.count += 1;
    else runs.push({ base: frame, count: 1 });
  }
  return runs.map(({ base, count }) => ({ base: pfn(base), count: pageCount(count) }));
}

/** Returns the state of the model in which these page frames are free; the stack zone's were pushed in this order. */
function modelOf(
  { map, config: chosen }: World,
  bitmap: readonly number[],
  stack: readonly number[],
): ModelState {
  const start = ModelState.init(map, chosen, POLICIES);
  const given = ownedRegions(map).filter(({ owner }) => owner === 'pmm');
  return start.allocated(given).freed([...regionsOf(bitmap), ...regionsOf(stack)]);
}

/** A state of the allocator, and what it means. */
interface WellFormed {
  readonly state: FlatState;
  readonly model: ModelState;
}

export function wellFormed(drawn: Drawn): WellFormed {
  const state = flatStateOf(drawn.world.map, drawn.world.config);
  writeHeader(state);
  writeHeldBits(state, drawn);
  const order = pushOrder(state, drawn);
  writeStack(state, order, drawn.junk);
  writeSummary(state, drawn);
  writeSearchFrom(state, drawn);
  const [below, above] = [freeOrdinals(state, 'bitmap'), order].map((ordinals) =>
    ordinals.map((ordinal) => frameOf(state, ordinal)),
  );
  return { state, model: modelOf(drawn.world, below ?? [], above ?? []) };
}
