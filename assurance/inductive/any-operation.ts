/** Arbitrary operations on a state: numbers drawn wide, which get their meaning from what is free and held there. */

import { conditions, type FlatState, freeIn } from '../../impl/index.ts';
import {
  type Arbitrary,
  array,
  constantFrom,
  landmarksOf,
  nat,
  record,
} from '../../properties/random/index.ts';
import type { World } from '../../runner/index.ts';
import { type Operation, PAGE_BYTES, U64_MAX } from '../../spec/index.ts';

export interface DrawnOperation {
  readonly call: Operation['call'];
  /** Which page frame, from which of three lists; the first of each three is the list. */
  readonly frames: readonly number[];
  readonly count: number;
  readonly size: number;
  readonly limit: number;
}

export const anyOperation: Arbitrary<DrawnOperation> = record({
  call: constantFrom<Operation['call']>(
    'alloc',
    'allocPages',
    'allocBitmap',
    'allocBitmap',
    'free',
    'freePages',
    'freeRegion',
  ),
  frames: array(nat(2 ** 30), { minLength: 1, maxLength: 6 }),
  count: nat(2 ** 30),
  size: nat(2 ** 30),
  limit: nat(2 ** 30),
});

/** Page frames that a caller holds, or boot code; those that are free; those where something begins or ends. */
type Places = readonly [readonly number[], readonly number[], readonly number[]];

function placesOf(world: World, state: FlatState): Places {
  const runs = conditions(state);
  const frames = (wanted: 'held' | 'free'): readonly number[] =>
    runs.flatMap(({ base, count, condition }) =>
      condition === wanted ? Array.from({ length: count }, (_, i) => base + i) : [],
    );
  return [frames('held'), frames('free'), landmarksOf(world).edges];
}

/** Mostly one that is held: a misuse is told by the first page frame that is not. */
function frameOf([held, free, edges]: Places, drawn: number): number {
  const kind = drawn % 8;
  const list = kind < 6 && held.length > 0 ? held : kind < 7 && free.length > 0 ? free : edges;
  return list[Math.floor(drawn / 8) % list.length] ?? 0;
}

function countOf(drawn: number, free: number): bigint {
  const counts = [1, 2, 3, 8, 31, 32, 33, 64, 255, 256, 300, 511, 512, 513, free, free + 1, 0];
  return BigInt(counts[drawn % counts.length] ?? 1);
}

/** Returns the operation that drawn numbers mean in a state. */
export function operationOf(world: World, state: FlatState, drawn: DrawnOperation): Operation {
  const places = placesOf(world, state);
  const address = (n: number): bigint => world.config.higherHalf + BigInt(frameOf(places, n)) * PAGE_BYTES;
  const [first = 0] = drawn.frames;
  switch (drawn.call) {
    case 'allocPages':
      return { call: 'allocPages', count: countOf(drawn.count, freeIn(state, 'stack')) };
    case 'allocBitmap': {
      const alignment = [1, 2, 3, 4, 8, 32, 33, 64, 512][drawn.size % 9] ?? 1;
      const limit = drawn.limit % 4 === 0 ? BigInt(frameOf(places, drawn.limit)) * PAGE_BYTES : U64_MAX;
      const count = countOf(drawn.count, freeIn(state, 'bitmap'));
      return { call: 'allocBitmap', count, maxAddr: limit, alignment: BigInt(alignment) * PAGE_BYTES };
    }
    case 'free':
      return { call: 'free', address: address(first) };
    case 'freePages':
      return {
        call: 'freePages',
        addresses: batchOf(places, drawn).map(
          (frame) => world.config.higherHalf + BigInt(frame) * PAGE_BYTES,
        ),
      };
    case 'freeRegion':
      return { call: 'freeRegion', address: address(first), count: regionCount(places, drawn) };
    default:
      return { call: 'alloc' };
  }
}

/** Single page frames, or some that follow one another up or down, where they are held. */
function batchOf(places: Places, { frames, size }: DrawnOperation): readonly number[] {
  const singles = frames.map((drawn) => frameOf(places, drawn));
  if (size % 3 === 0) return singles;
  const [held] = places;
  const from = held.indexOf(singles[0] ?? 0);
  const run = from < 0 ? singles : held.slice(from, from + 1 + (size % 300));
  return size % 3 === 1 ? run : run.toReversed();
}

/** As many as are held from there on, or one more, or a few. */
function regionCount([held, free, edges]: Places, { frames, size }: DrawnOperation): bigint {
  const start = frameOf([held, free, edges], frames[0] ?? 0);
  const at = held.indexOf(start);
  let end = at;
  while (at >= 0 && held[end + 1] === (held[end] ?? 0) + 1) end += 1;
  const run = at < 0 ? 1 : end - at + 1;
  return BigInt([run, run + 1, 1, Math.ceil(run / 2)][size % 4] ?? 1);
}
