/**
 * Every clause can fail. For each there is a hand-made response that the model accepts, and beside it the nearest one that
 * breaks that clause and no earlier one.
 */
import { describe, expect, test } from 'vitest';
import { init, ModelState, step, sweep, type Violation } from '../../model/index.ts';
import { type Config, config } from '../config.ts';
import { type DescriptorInput, memoryMap } from '../memory-map.ts';
import type { Operation } from '../operation.ts';
import type { InspectedRun } from '../pmm.ts';
import { POLICIES, type Policy, WHOLE } from '../profile.ts';
import type { Outcome, Response } from '../response.ts';
import { type Pfn, pageCount, pfn, U64_MAX } from '../units.ts';
import {
  CLAUSE_NAMES,
  type ClauseName,
  GRAVITIES,
  isSequential,
  type SequentialClauseName,
  type Side,
} from './clause.ts';
import { CLAUSES, gravityPlace } from './index.ts';
import type { BreakableClause } from './own-clause.ts';

const piece = (type: DescriptorInput['type'], base: number, pages: number): DescriptorInput => ({
  type,
  start: BigInt(base) * 4096n,
  pages,
});
const zonesAt = (frame: number, higherHalf?: bigint): Config =>
  config({ bitmapMaxAddr: BigInt(frame) * 4096n, ...(higherHalf === undefined ? {} : { higherHalf }) });

/**
 *   0     1     2     4    5    6    7    8    9           12   13     14    16
 *   ├ pmm ┼caller┼ pmm ┼boot┼firm┼hole┼ pmm┼ pmm ┼caller·2···┼boot┼ pmm ─────┤     8: the stack zone starts
 */
const MAP = memoryMap([
  piece('conventional', 0, 4),
  piece('loaderData', 4, 1),
  piece('acpiNvs', 5, 1),
  piece('conventional', 7, 5),
  piece('acpiReclaim', 12, 1),
  piece('conventional', 13, 3),
]);

const runs = (...pairs: readonly (readonly [base: number, count: number])[]) =>
  pairs.map(([base, count]) => ({ base: pfn(base), count: pageCount(count) }));

function stateOf(policies: readonly Policy[]): ModelState {
  return ModelState.init(MAP, zonesAt(8), policies).allocated(runs([1, 1], [15, 1], [14, 1]));
}

const state = stateOf([]);
const strict = stateOf(POLICIES);
/** All RAM is free, all of it in the stack zone. */
const untouched = ModelState.init(memoryMap([piece('conventional', 0, 4)]), zonesAt(0), []);
/** The same, by a manager from which memory is removed. */
const untouchedMoving = ModelState.init(untouched.world.map, zonesAt(0), [], {
  ...WHOLE,
  calls: [...WHOLE.calls, 'removeRegion'],
});
/** The stack zone has nothing free, the bitmap zone has. */
const stackGone = state.allocated(runs([8, 4], [13, 1]));
/** Nothing is free. */
const exhausted = state.allocated(runs([0, 1], [2, 2], [7, 1], [8, 4], [13, 1]));
/** By a manager that counts references: page frame 1 has two of at most three, 15 has three, 14 one. */
const counted = ModelState.init(MAP, zonesAt(8), [], {
  ...WHOLE,
  calls: [...WHOLE.calls, 'allocAt', 'allocWithin', 'retain', 'release'],
  mostReferences: 3,
})
  .allocated(runs([1, 1], [15, 1], [14, 1]))
  .referenced([pfn(1), pfn(15), pfn(15)], 1);
/** By the same: the stack zone has nothing free. */
const noStack = counted.allocated(runs([8, 4], [13, 1]));
/** By a manager that allocates at an address: nothing is held. */
const unheld = ModelState.init(MAP, zonesAt(8), [], {
  ...WHOLE,
  calls: [...WHOLE.calls, 'allocAt', 'allocWithin'],
});
/** By a manager to which memory is added, and from which it is removed: page frames 8 to 10 are gone. */
const moving = ModelState.init(MAP, zonesAt(8), [], {
  ...WHOLE,
  calls: [...WHOLE.calls, 'addRegion', 'removeRegion'],
});
const shrunk = moving.allocated(runs([1, 1])).removed({ base: pfn(8), count: pageCount(3) });
/** By a manager that grants batches in part. */
const partial = ModelState.init(MAP, zonesAt(8), [], { ...WHOLE, batches: 'partial' }).allocated(
  runs([1, 1], [15, 1], [14, 1]),
);
/** The same memory under another higher half. */
const elsewhere = ModelState.init(MAP, zonesAt(8, 0xff00_0000_0000_0000n), []);
/** Memory from 4 GiB up. */
const high = ModelState.init(memoryMap([piece('conventional', 2 ** 20, 4)]), zonesAt(8), POLICIES);
/** The manager claims that it zeroes pages. */
const zeroing = ModelState.init(MAP, zonesAt(8), [], { ...WHOLE, contents: 'zeroed' });
/** The bitmap zone is all there is. */
const bitmapOnly = ModelState.init(memoryMap([piece('conventional', 0, 8)]), zonesAt(8), POLICIES);

const page = (frame: number, byte = 0n, on: ModelState = state): bigint =>
  on.world.config.higherHalf + BigInt(frame) * 4096n + byte;
const pages = (...frames: readonly number[]): Outcome => ({
  kind: 'addresses',
  addresses: frames.map((frame) => page(frame)),
});
const at = (frame: number, byte = 0n, on: ModelState = state): Outcome => ({
  kind: 'address',
  address: page(frame, byte, on),
});
const DONE: Outcome = { kind: 'done' };
const FAILED: Outcome = { kind: 'failed' };
const panicked = (call: string, frame: number | null, owner: ModelOwner): Outcome => ({
  kind: 'panicked',
  message: `${call} was misused`,
  call,
  pfn: frame,
  owner,
});
type ModelOwner = ReturnType<ModelState['ownerOf']> | null;

/** A complete response in which nothing is odd: the free amount went up by `change`. */
function response(on: ModelState, change: number, outcome: Outcome, rest: Partial<Response> = {}): Response {
  const { total } = on;
  const free = on.countOf('pmm') + change;
  const seen = { errno: null, warnings: [], strayEntries: false, writes: [] };
  return { outcome, amounts: { total, free, reserved: total - free }, ...seen, ...rest };
}

const failure = (call: string): Partial<Response> => ({ errno: 'ENOMEM', warnings: [`${call} failed`] });

/** A judgement that was passed twice: on a sound answer, and on the nearest one that is not. */
interface Example {
  readonly what: string;
  readonly accepted: Violation | null;
  readonly rejected: Violation | null;
  /** The page frame that the explanation must blame, or null for none. */
  readonly frame: Pfn | null;
}

const met = new Map<ClauseName, Set<Side>>(CLAUSE_NAMES.map((name) => [name, new Set()]));
const tally = (name: ClauseName, side: Side): void => {
  met.get(name)?.add(side);
};

function judged(on: ModelState, operation: Operation, answer: Response): Violation | null {
  const verdict = step(on, operation, answer, tally);
  return verdict.accepted ? null : verdict.violation;
}

/** A call in a state, answered as it must be and then with these changes. */
function answering(
  on: ModelState,
  operation: Operation,
  sound: Response,
  changes: Partial<Response>,
  frame: number | null = null,
): Example {
  return {
    what: `${operation.call}, ${Object.keys(changes).join(' and ')}`,
    accepted: judged(on, operation, sound),
    rejected: judged(on, operation, { ...sound, ...changes }),
    frame: frame === null ? null : pfn(frame),
  };
}

function starting(
  descriptors: readonly DescriptorInput[],
  changes: Partial<Response>,
  frame?: number,
): Example {
  const world = { map: memoryMap(descriptors), config: zonesAt(8), policies: [] };
  const sound = response(ModelState.init(world.map, world.config, []), 0, DONE);
  const verdict = (answer: Response): Violation | null => {
    const judgement = init(world, answer, tally);
    return judgement.accepted ? null : judgement.violation;
  };
  return {
    what: `init, ${Object.keys(changes).join(' and ')}`,
    accepted: verdict(sound),
    rejected: verdict({ ...sound, ...changes }),
    frame: frame === undefined ? null : pfn(frame),
  };
}

/** Init of a manager that claims to keep memory: names the first free page frame, and then these. */
function keeping(
  descriptors: readonly DescriptorInput[],
  kept: readonly { readonly base: number; readonly count: number }[],
  frame: number,
): Example {
  const profile = { ...WHOLE, keeps: 'named' } as const;
  const world = { map: memoryMap(descriptors), config: zonesAt(8), policies: [], profile };
  const verdict = (named: NonNullable<Response['kept']>, free: number): Violation | null => {
    const after = ModelState.init(world.map, world.config, []);
    const judgement = init(world, { ...response(after, -free, DONE), kept: named }, tally);
    return judgement.accepted ? null : judgement.violation;
  };
  return {
    what: `init, keeping ${kept.length}`,
    accepted: verdict([{ base: 0, count: 1 }], 1),
    rejected: verdict(kept, 1),
    frame: pfn(frame),
  };
}

const free = (base: number, count: number): InspectedRun => ({ base, count, condition: 'free' });
const held = (base: number, count: number): InspectedRun => ({ base, count, condition: 'held' });
const SWEPT = [
  free(0, 1),
  held(1, 1),
  free(2, 2),
  held(4, 1),
  free(7, 5),
  held(12, 1),
  free(13, 1),
  held(14, 2),
];

function sweeping(
  what: string,
  reported: readonly InspectedRun[],
  frame: number | null,
  { on, sound }: { readonly on: ModelState; readonly sound: readonly InspectedRun[] } = {
    on: state,
    sound: SWEPT,
  },
): Example {
  return {
    what: `a sweep, ${what}`,
    accepted: sweep(on, sound, tally),
    rejected: sweep(on, reported, tally),
    frame: frame === null ? null : pfn(frame),
  };
}

/** Returns what a sound response says of the amounts, with one of them changed. */
function amounts(on: ModelState, change: number, by: { total?: number; free?: number; reserved?: number }) {
  const { total } = on.world;
  const count = on.countOf('pmm') + change;
  return {
    amounts: {
      total: total + (by.total ?? 0),
      free: count + (by.free ?? 0),
      reserved: total - count + (by.reserved ?? 0),
    },
  };
}

const ALLOC: Operation = { call: 'alloc' };
const batch = (count: bigint): Operation => ({ call: 'allocPages', count });
const run = (count: bigint, maxAddr = U64_MAX, alignment = 1n): Operation => ({
  call: 'allocBitmap',
  count,
  maxAddr,
  alignment,
});
const takingAt = (frame: number, count: bigint): Operation => ({
  call: 'allocAt',
  address: page(frame),
  count,
});
const within = (
  count: bigint,
  bounds: Partial<Record<'minAddr' | 'maxAddr' | 'alignment' | 'boundary', bigint>> = {},
): Operation => ({
  ...{ call: 'allocWithin', count, minAddr: 0n, maxAddr: U64_MAX, alignment: 1n, boundary: 0n },
  ...bounds,
});
const adding = (frame: number, count: bigint): Operation => ({
  call: 'addRegion',
  address: page(frame),
  count,
});
const removing = (frame: number, count: bigint): Operation => ({
  call: 'removeRegion',
  address: page(frame),
  count,
});
/** The answer to a call that adds page frames, or removes some. */
const movedBy = (on: ModelState, pages: number): Response => {
  const [total, free] = [on.total + pages, on.countOf('pmm') + pages];
  return response(on, 0, DONE, { amounts: { total, free, reserved: total - free } });
};
const retaining = (frame: number): Operation => ({ call: 'retain', address: page(frame) });
const releasing = (frame: number): Operation => ({ call: 'release', address: page(frame) });
const freeing = (frame: number): Operation => ({ call: 'free', address: page(frame) });
const freeingAll = (...frames: readonly number[]): Operation => ({
  call: 'freePages',
  addresses: frames.map((frame) => page(frame)),
});
const freeingRegion = (frame: number, count: bigint): Operation => ({
  call: 'freeRegion',
  address: page(frame),
  count,
});

const grantedAlloc = response(state, -1, at(9));
const grantedBatch = response(state, -2, pages(9, 8));
const grantedRun = response(state, -2, at(2));
const refusedAlloc = response(exhausted, 0, FAILED, failure('alloc'));
const refusedBatch = response(state, 0, FAILED, failure('allocPages'));
const refusedRun = response(state, 0, FAILED, failure('allocBitmap'));
const freed = response(state, 1, DONE);
const freedTwo = response(state, 2, DONE);
const refusedAt = response(counted, 0, FAILED, failure('allocAt'));
const refusedWithin = response(counted, 0, FAILED, failure('allocWithin'));
const retained = response(counted, 0, DONE);
const notRetained = (frame: number, owner: ModelOwner): Response =>
  response(counted, 0, panicked('retain', frame, owner));
const doubleFree = response(state, 0, panicked('free', 0, 'pmm'));

const EXAMPLES: Readonly<Record<SequentialClauseName, readonly Example[]>> = {
  'init.total': [
    starting([piece('conventional', 0, 4), piece('mmio', 4, 1)], {
      amounts: { total: 5, free: 4, reserved: 1 },
    }),
    starting([piece('conventional', 0, 4)], {
      outcome: { kind: 'malformed', message: 'it threw Error: no room' },
    }),
    starting([piece('conventional', 0, 4)], { outcome: FAILED }),
  ],
  'init.free': [
    starting([piece('conventional', 0, 4), piece('loaderData', 4, 1)], {
      amounts: { total: 5, free: 5, reserved: 0 },
    }),
    starting([piece('conventional', 0, 4)], { amounts: { total: 4, free: 3, reserved: 1 } }),
  ],
  'init.kept': [
    starting([piece('conventional', 0, 4)], { kept: [{ base: 2, count: 1 }] }, 2),
    keeping([piece('conventional', 0, 4), piece('mmio', 4, 1)], [{ base: 2, count: 3 }], 4),
    keeping(
      [piece('conventional', 0, 4), piece('loaderCode', 4, 1)],
      [
        { base: 2, count: 3 },
        { base: 4, count: 1 },
      ],
      4,
    ),
  ],
  'init.withheld': [
    answering(state, ALLOC, grantedAlloc, { outcome: at(12) }, 12),
    answering(state, run(2n), grantedRun, { outcome: at(3) }, 4),
    answering(state, batch(2n), grantedBatch, { outcome: pages(9, 6) }, 6),
    answering(untouched, ALLOC, response(untouched, -1, at(3)), { outcome: at(4) }, 4),
  ],
  'address.higher-half': [
    answering(state, ALLOC, grantedAlloc, { outcome: { kind: 'address', address: 9n * 4096n } }),
    answering(state, ALLOC, grantedAlloc, { outcome: { kind: 'address', address: 0n } }),
    answering(elsewhere, ALLOC, response(elsewhere, -1, at(9, 0n, elsewhere)), {
      outcome: { kind: 'address', address: 9n * 4096n },
    }),
  ],
  'contents.preserved': [
    answering(state, freeing(1), { ...freed, writes: [1, 0] }, { writes: [1, 0, 4] }, 4),
    answering(state, ALLOC, { ...grantedAlloc, writes: [9] }, { writes: [9, 1] }, 1),
    answering(state, freeing(0), doubleFree, { writes: [5] }, 5),
    starting([piece('conventional', 0, 4), piece('acpiNvs', 4, 1)], { writes: [3, 4] }, 4),
  ],
  'contents.zeroed': [
    answering(zeroing, ALLOC, response(zeroing, -1, at(8), { unzeroed: [] }), { unzeroed: [8] }, 8),
    answering(zeroing, batch(2n), response(zeroing, -2, pages(8, 9), { unzeroed: [] }), { unzeroed: [9] }, 9),
  ],
  'alloc.complete': [
    answering(state, ALLOC, grantedAlloc, { ...response(state, 0, FAILED), ...failure('alloc') }, 8),
    answering(bitmapOnly, ALLOC, response(bitmapOnly, 0, FAILED, failure('alloc')), {
      outcome: panicked('alloc', null, null),
    }),
    answering(state, ALLOC, grantedAlloc, { outcome: pages(9) }, 8),
    answering(state, ALLOC, grantedAlloc, { outcome: pages() }, 8),
    answering(state, ALLOC, grantedAlloc, { outcome: DONE }, 8),
  ],
  'alloc.page-aligned': [
    answering(state, ALLOC, grantedAlloc, { outcome: at(9, 1n) }, 9),
    answering(
      high,
      ALLOC,
      response(high, -1, at(2 ** 20 + 3)),
      { outcome: at(2 ** 20 + 3, 8n) },
      2 ** 20 + 3,
    ),
  ],
  'alloc.zone': [
    answering(state, ALLOC, grantedAlloc, { outcome: at(7) }, 7),
    answering(bitmapOnly, ALLOC, response(bitmapOnly, 0, FAILED, failure('alloc')), { outcome: at(7) }, 7),
  ],
  'alloc.was-free': [
    answering(state, ALLOC, grantedAlloc, { outcome: at(15) }, 15),
    answering(exhausted, ALLOC, refusedAlloc, { outcome: at(8) }, 8),
  ],
  'allocPages.complete': [
    answering(
      partial,
      batch(9n),
      response(partial, -5, pages(8, 9, 10, 11, 13)),
      {
        ...response(partial, 0, FAILED),
        ...failure('allocPages'),
      },
      8,
    ),
    answering(state, batch(5n), response(state, -5, pages(8, 9, 10, 11, 13)), refusedBatch, 8),
    answering(state, batch(6n), refusedBatch, { outcome: pages(8, 9, 10, 11, 13) }),
    answering(exhausted, batch(0n), response(exhausted, 0, pages()), { outcome: FAILED }),
    answering(state, batch(1n), response(state, -1, pages(9)), { outcome: at(9) }, 8),
  ],
  'allocPages.all-or-nothing': [
    answering(state, batch(6n), refusedBatch, amounts(state, 0, { free: -5, reserved: 5 })),
    answering(state, batch(6n), refusedBatch, { strayEntries: true }),
    answering(state, batch(2n), grantedBatch, { strayEntries: true }),
    answering(state, batch(2n), grantedBatch, { outcome: pages(9) }),
    answering(state, batch(2n), grantedBatch, { outcome: pages(9, 8, 10) }),
  ],
  'allocPages.as-many': [
    answering(
      partial,
      batch(9n),
      response(partial, -5, pages(8, 9, 10, 11, 13)),
      response(partial, -2, pages(9, 8)),
    ),
    answering(partial, batch(2n), response(partial, -2, pages(9, 8)), response(partial, -1, pages(9))),
    answering(partial, batch(2n), response(partial, -2, pages(9, 8)), { strayEntries: true }),
  ],
  'allocPages.distinct': [answering(state, batch(2n), grantedBatch, { outcome: pages(9, 9) }, 9)],
  'allocPages.page-aligned': [
    answering(
      state,
      batch(2n),
      grantedBatch,
      { outcome: { kind: 'addresses', addresses: [page(9), page(8, 4095n)] } },
      8,
    ),
    answering(
      high,
      batch(1n),
      response(high, -1, pages(2 ** 20 + 3)),
      { outcome: { kind: 'addresses', addresses: [page(2 ** 20 + 3, 1n)] } },
      2 ** 20 + 3,
    ),
  ],
  'allocPages.zone': [answering(state, batch(2n), grantedBatch, { outcome: pages(8, 7) }, 7)],
  'allocPages.was-free': [answering(state, batch(2n), grantedBatch, { outcome: pages(9, 14) }, 14)],
  'allocBitmap.complete': [
    answering(state, run(2n), grantedRun, { ...response(state, 0, FAILED), ...failure('allocBitmap') }, 2),
    answering(state, run(3n), refusedRun, {
      outcome: { kind: 'malformed', message: 'it returned undefined' },
    }),
    answering(state, run(0n), refusedRun, { outcome: at(0) }),
    answering(state, run(0n), refusedRun, { outcome: at(1) }),
    answering(state, run(2n), grantedRun, { outcome: pages(2, 3) }, 2),
  ],
  'allocBitmap.aligned': [
    answering(state, run(1n, U64_MAX, 2n * 4096n), response(state, -1, at(2)), { outcome: at(3) }, 3),
    answering(state, run(1n), response(state, -1, at(2)), { outcome: at(2, 16n) }, 2),
    answering(bitmapOnly, run(8n), response(bitmapOnly, -8, at(0)), { outcome: at(0, 1n) }, 0),
    answering(state, run(1n, U64_MAX, 4097n), response(state, -1, at(0)), { outcome: at(7) }, 7),
    answering(state, run(1n, U64_MAX, U64_MAX), response(state, -1, at(0)), { outcome: at(2) }, 2),
  ],
  'allocBitmap.below-max': [
    answering(state, run(1n, 3n * 4096n), response(state, -1, at(2)), { outcome: at(3) }, 3),
    answering(state, run(1n, 4n * 4096n - 1n), response(state, -1, at(2)), { outcome: at(3) }, 3),
  ],
  'allocBitmap.zone': [
    answering(state, run(1n), response(state, -1, at(7)), { outcome: at(8) }, 8),
    answering(state, run(2n), grantedRun, { outcome: at(7) }, 8),
    answering(stackGone, run(1n), response(stackGone, -1, at(7)), { outcome: at(8) }, 8),
  ],
  'allocBitmap.was-free': [answering(state, run(2n), grantedRun, { outcome: at(0) }, 1)],
  'free.owner': [
    answering(
      counted,
      freeing(1),
      response(counted, 0, panicked('free', 1, 'caller')),
      response(counted, 1, DONE),
      1,
    ),
    answering(state, freeing(1), freed, response(state, 0, panicked('free', 1, 'caller'))),
    answering(state, freeing(0), doubleFree, { outcome: DONE }, 0),
    answering(state, freeing(5), response(state, 0, panicked('free', 5, 'firmware')), { outcome: DONE }, 5),
    answering(state, freeing(4), freed, { outcome: FAILED }),
  ],
  'freePages.distinct': [
    answering(
      state,
      freeingAll(1, 14, 1),
      response(state, 0, panicked('freePages', 1, 'caller')),
      { outcome: DONE },
      1,
    ),
  ],
  'freePages.owner': [
    answering(state, freeingAll(1, 6), response(state, 0, panicked('freePages', 6, 'absent')), freedTwo, 6),
    answering(state, freeingAll(1), freed, { outcome: panicked('freePages', 1, 'caller') }),
  ],
  'freeRegion.owner': [
    answering(
      counted,
      freeingRegion(14, 2n),
      response(counted, 0, panicked('freeRegion', 15, 'caller')),
      response(counted, 2, DONE),
      15,
    ),
    answering(
      state,
      freeingRegion(14, 3n),
      response(state, 0, panicked('freeRegion', 16, 'absent')),
      { outcome: DONE },
      16,
    ),
    answering(state, freeingRegion(14, 2n), freedTwo, { outcome: panicked('freeRegion', 14, 'caller') }),
    answering(state, freeingRegion(5, 0n), response(state, 0, DONE), {
      outcome: panicked('freeRegion', 5, 'firmware'),
    }),
  ],
  'allocAt.exact': [
    answering(counted, takingAt(9, 2n), response(counted, -2, at(9)), { outcome: at(10) }, 10),
    answering(unheld, takingAt(3, 1n), response(unheld, -1, at(3)), { outcome: at(3, 1n) }, 3),
  ],
  'allocAt.was-free': [answering(counted, takingAt(13, 2n), refusedAt, { outcome: at(13) }, 14)],
  'allocAt.complete': [
    answering(counted, takingAt(9, 2n), response(counted, -2, at(9)), { ...refusedAt }, 9),
    answering(counted, takingAt(13, 2n), refusedAt, { outcome: DONE }),
    answering(counted, takingAt(9, 0n), refusedAt, { outcome: at(9) }),
  ],
  'allocWithin.complete': [
    answering(counted, within(2n), response(counted, -2, at(2)), refusedWithin, 2),
    answering(counted, within(2n, { boundary: 4096n }), refusedWithin, { outcome: at(2) }),
    answering(counted, within(0n), refusedWithin, { outcome: at(0) }),
    answering(counted, within(1n, { minAddr: 0x7001n }), refusedWithin, { outcome: at(7) }),
  ],
  'allocWithin.aligned': [
    answering(counted, within(1n, { alignment: 8192n }), response(counted, -1, at(2)), { outcome: at(3) }, 3),
  ],
  'allocWithin.below-max': [
    answering(counted, within(1n, { maxAddr: 0x3000n }), response(counted, -1, at(2)), { outcome: at(3) }, 3),
  ],
  'allocWithin.above-min': [
    answering(counted, within(1n, { minAddr: 0x2001n }), response(counted, -1, at(3)), { outcome: at(2) }, 2),
  ],
  'allocWithin.boundary': [
    answering(unheld, within(2n, { boundary: 8192n }), response(unheld, -2, at(2)), { outcome: at(1) }, 2),
  ],
  'allocWithin.zone': [
    answering(noStack, within(1n), response(noStack, -1, at(7)), { outcome: at(8) }, 8),
    answering(counted, within(1n), response(counted, -1, at(2)), { outcome: at(9) }, 9),
  ],
  'allocWithin.was-free': [
    answering(counted, within(1n), response(counted, -1, at(2)), { outcome: at(1) }, 1),
  ],
  'addRegion.owner': [
    answering(shrunk, adding(8, 2n), movedBy(shrunk, 2), { outcome: panicked('addRegion', 8, 'absent') }),
    answering(
      shrunk,
      adding(10, 2n),
      response(shrunk, 0, panicked('addRegion', 11, 'pmm')),
      { outcome: DONE },
      11,
    ),
  ],
  'addRegion.free': [
    answering(shrunk, adding(8, 3n), movedBy(shrunk, 3), movedBy(shrunk, 2)),
    answering(shrunk, adding(6, 1n), movedBy(shrunk, 1), movedBy(shrunk, 0)),
  ],
  'removeRegion.complete': [
    answering(
      shrunk,
      removing(2, 2n),
      movedBy(shrunk, -2),
      { outcome: FAILED, ...failure('removeRegion') },
      2,
    ),
    answering(
      shrunk,
      removing(0, 2n),
      response(shrunk, 0, FAILED, failure('removeRegion')),
      { outcome: DONE, errno: null, warnings: [] },
      0,
    ),
  ],
  'removeRegion.gone': [
    answering(shrunk, removing(2, 2n), movedBy(shrunk, -2), movedBy(shrunk, -1)),
    answering(untouchedMoving, removing(0, 4n), movedBy(untouchedMoving, -4), movedBy(untouchedMoving, 0)),
  ],
  'removed.withheld': [
    answering(shrunk, ALLOC, response(shrunk, -1, at(11)), { outcome: at(9) }, 9),
    answering(shrunk, batch(2n), response(shrunk, -2, pages(13, 14)), { outcome: pages(13, 10) }, 10),
  ],
  'retain.owner': [
    answering(counted, retaining(1), retained, { outcome: panicked('retain', 1, 'caller') }),
    answering(counted, retaining(4), notRetained(4, 'boot'), { outcome: DONE }, 4),
    answering(counted, retaining(0), notRetained(0, 'pmm'), { outcome: DONE }, 0),
  ],
  'retain.most': [
    answering(counted, retaining(15), { ...retained, outcome: FAILED, ...failure('retain') }, retained, 15),
    answering(counted, retaining(1), retained, { outcome: FAILED, ...failure('retain') }, 1),
  ],
  'release.owner': [
    answering(counted, releasing(1), retained, response(counted, 0, panicked('release', 1, 'caller'))),
    answering(
      counted,
      releasing(0),
      response(counted, 0, panicked('release', 0, 'pmm')),
      { outcome: DONE },
      0,
    ),
  ],
  'references.last': [
    answering(counted, releasing(1), retained, amounts(counted, 1, {})),
    answering(counted, releasing(14), response(counted, 1, DONE), amounts(counted, 0, {})),
    answering(counted, releasing(4), response(counted, 1, DONE), amounts(counted, 0, {})),
    answering(counted, freeing(14), response(counted, 1, DONE), amounts(counted, 0, {})),
  ],
  'failure.enomem': [
    answering(exhausted, ALLOC, refusedAlloc, { errno: null }),
    answering(exhausted, ALLOC, refusedAlloc, { errno: 'other' }),
    answering(state, ALLOC, grantedAlloc, { errno: 'ENOMEM' }),
    answering(state, ALLOC, grantedAlloc, { errno: 'cleared' }),
    answering(state, ALLOC, grantedAlloc, { errno: 'other' }),
    answering(state, freeing(1), freed, { errno: 'ENOMEM' }),
    answering(state, { call: 'freeAmount' }, response(state, 0, { kind: 'amount', amount: 9 }), {
      errno: 'ENOMEM',
    }),
  ],
  'failure.warns': [
    answering(exhausted, ALLOC, refusedAlloc, { warnings: [] }),
    answering(exhausted, ALLOC, refusedAlloc, { warnings: ['alloc failed', 'alloc failed'] }),
    answering(exhausted, ALLOC, refusedAlloc, { warnings: ['allocPages(1) failed'] }),
    answering(exhausted, ALLOC, refusedAlloc, { warnings: ['alloc failed\nbadly'] }),
    answering(state, ALLOC, grantedAlloc, { warnings: ['alloc: one page frame less'] }),
  ],
  'misuse.panics': [
    answering(state, batch(-1n), response(state, 0, panicked('allocPages', null, null)), { outcome: FAILED }),
    answering(state, freeing(0), doubleFree, { outcome: panicked('freePages', 0, 'pmm') }, 0),
    answering(state, freeing(0), doubleFree, { outcome: panicked('free', 1, 'caller') }, 0),
    answering(state, freeing(0), doubleFree, { outcome: panicked('free', null, null) }, 0),
    answering(state, freeing(0), doubleFree, { outcome: panicked('free', 0, 'caller') }, 0),
    answering(state, freeing(0), doubleFree, { outcome: { kind: 'malformed', message: 'TypeError' } }, 0),
    answering(
      state,
      freeingAll(0, 0),
      response(state, 0, panicked('freePages', 0, 'pmm')),
      { outcome: panicked('freePages', 0, 'caller') },
      0,
    ),
    answering(
      state,
      freeingAll(1, 0),
      response(state, 0, panicked('freePages', 0, 'pmm')),
      { outcome: panicked('freePages', 1, 'caller') },
      0,
    ),
  ],
  'failure.unchanged': [
    answering(exhausted, ALLOC, refusedAlloc, amounts(exhausted, 0, { free: 1, reserved: -1 })),
    answering(state, run(3n), refusedRun, amounts(state, 0, { free: -2, reserved: 2 })),
    answering(state, batch(6n), refusedBatch, amounts(state, 0, { reserved: 1 })),
  ],
  'misuse.unchanged': [
    answering(state, freeing(0), doubleFree, { errno: 'ENOMEM' }),
    answering(state, freeing(0), doubleFree, { errno: 'cleared' }),
    answering(state, freeing(0), doubleFree, { warnings: ['free: page frame 0 is free'] }),
    answering(
      state,
      freeingAll(1, 0),
      response(state, 0, panicked('freePages', 0, 'pmm')),
      amounts(state, 0, { free: 1, reserved: -1 }),
    ),
    answering(state, freeingAll(1, 0), response(state, 0, panicked('freePages', 0, 'pmm')), {
      strayEntries: true,
    }),
  ],
  'freed.returns': [
    answering(state, freeing(1), freed, amounts(state, 1, { free: -1, reserved: 1 })),
    answering(state, freeingRegion(14, 2n), freedTwo, amounts(state, 2, { free: 1, reserved: -1 })),
    answering(state, freeingAll(14, 1), freedTwo, amounts(state, 2, { free: -1, reserved: 1 })),
  ],
  'amounts.total': [
    answering(state, ALLOC, grantedAlloc, amounts(state, -1, { total: -1 })),
    answering(state, freeing(0), doubleFree, amounts(state, 0, { total: 1 })),
    answering(state, { call: 'totalAmount' }, response(state, 0, { kind: 'amount', amount: 15 }), {
      outcome: { kind: 'amount', amount: 14 },
    }),
    answering(state, { call: 'totalAmount' }, response(state, 0, { kind: 'amount', amount: 15 }), {
      outcome: DONE,
    }),
  ],
  'amounts.free': [
    answering(state, ALLOC, grantedAlloc, amounts(state, -1, { free: 1 })),
    answering(state, { call: 'freeAmount' }, response(state, 0, { kind: 'amount', amount: 9 }), {
      outcome: { kind: 'amount', amount: Number.NaN },
    }),
  ],
  'amounts.reserved': [
    answering(state, ALLOC, grantedAlloc, amounts(state, -1, { reserved: -1 })),
    answering(untouched, { call: 'reservedAmount' }, response(untouched, 0, { kind: 'amount', amount: 0 }), {
      outcome: { kind: 'amount', amount: 4 },
    }),
    starting([piece('conventional', 0, 4), piece('acpiNvs', 4, 1)], {
      amounts: { total: 5, free: 4, reserved: 0 },
    }),
  ],
  'owner.agrees': [
    sweeping('a page frame lost', SWEPT.toSpliced(0, 1), 0),
    sweeping('a page frame free that is a caller’s', SWEPT.toSpliced(1, 1, free(1, 1)), 1),
    sweeping('a page frame held that is free', SWEPT.toSpliced(2, 1, held(2, 1), free(3, 1)), 2),
    sweeping('firmware’s page frame free', SWEPT.toSpliced(4, 0, free(5, 1)), 5),
    sweeping('a hole held', SWEPT.toSpliced(4, 0, held(6, 1)), 6),
    sweeping('the last run missing', SWEPT.slice(0, -1), 14),
    sweeping('nothing at all', [], 0, { on: untouched, sound: [free(0, 4)] }),
    sweeping('a run twice', [...SWEPT, held(14, 2)], null),
    sweeping('a run that is none', [held(-1, 1), ...SWEPT], null),
    sweeping('a run past the last page frame', [...SWEPT, held(2 ** 44, 1)], null),
  ],
  'policy.lifo': [
    answering(strict, ALLOC, response(strict, -1, at(13)), { outcome: at(11) }, 11),
    answering(strict, batch(2n), response(strict, -2, pages(13, 11)), { outcome: pages(11, 13) }, 11),
    answering(strict, batch(2n), response(strict, -2, pages(13, 11)), { outcome: pages(13, 10) }, 10),
  ],
  'policy.first-fit': [
    answering(strict, run(1n), response(strict, -1, at(0)), { outcome: at(2) }, 0),
    answering(strict, run(1n, U64_MAX, 2n * 4096n), response(strict, -1, at(0)), { outcome: at(2) }, 0),
  ],
};

describe.each(CLAUSES.filter(({ name }) => isSequential(name)))('$name', ({ name }) => {
  const examples = isSequential(name) ? EXAMPLES[name] : [];

  test('has an example that breaks it', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  test.each(examples)('is broken by: $what; the nearest sound answer is accepted', (example) => {
    expect(example.accepted).toBeNull();
    expect(example.rejected).toMatchObject({ clause: name, pfn: example.frame });
    expect(example.rejected?.explanation).toMatch(/^\S[^\n]{9,160}[^.\s]$/);
  });

  test('is met on both of its sides by these examples', () => {
    expect([...(met.get(name) ?? [])].sort()).toEqual([0, 1]);
  });
});

describe('a call of no page frames that is refused', () => {
  test.each([
    [{ call: 'freeRegion', address: 0n, count: 0n } as const, ', whatever its address'],
    [freeingAll(), ''],
  ])('is told that it does nothing: $call', (operation, whatever) => {
    const refused = judged(state, operation, response(state, 0, FAILED));
    expect(refused?.explanation).toBe(
      `it must succeed, because a call of no page frames does nothing${whatever}; it answered "failed"`,
    );
  });
});

describe('the list of clauses', () => {
  test('has every name once, in the order of the names', () => {
    expect(CLAUSES.map(({ name }) => name)).toEqual([...CLAUSE_NAMES]);
    expect(new Set(CLAUSE_NAMES).size).toBe(CLAUSE_NAMES.length);
  });

  test('has a gravity for each; memory of others comes first, a wrong report last, own clauses after that', () => {
    const names: readonly BreakableClause[] = [
      'own.even-frames',
      'failure.enomem',
      'alloc.complete',
      'freed.returns',
      'free.owner',
      'init.withheld',
    ];
    expect(names.toSorted((a, b) => gravityPlace(a) - gravityPlace(b))).toEqual(names.toReversed());
    expect(new Set(CLAUSES.map(({ name }) => gravityPlace(name))).size).toBe(CLAUSES.length);
    for (const { gravity } of CLAUSES) expect(GRAVITIES).toContain(gravity);
  });

  test('has one sentence and two different sides for each', () => {
    for (const { sentence, sides } of CLAUSES) {
      expect(sentence).toMatch(/^[A-Za-z][^.\n]*\.$/);
      expect(sides[0]).not.toBe(sides[1]);
    }
  });
});
