import { expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { OURS } from '../../runner/index.ts';
import { LeanRun } from '../../runner/lean/index.ts';
import {
  config,
  HIGHER_HALF_48,
  memoryMap,
  type Operation,
  type Program,
  type Reference,
} from '../../spec/index.ts';
import { changesNothing } from './holding-with.ts';
import { notKnownToHold } from './siblings.ts';
import { Measured } from './simplicity.ts';

const LASTS: readonly Operation<Reference>[] = [
  { call: 'free', address: { absolute: 1n } },
  { call: 'free', address: { absolute: 0n } },
  { call: 'allocPages', count: 1n },
  { call: 'allocPages', count: 9n },
  { call: 'totalAmount' },
];

/** Tries the last operations together, of which the free of address 0 is answered wrongly. Returns the ones that are left, and what was tried. */
function left(lasts: Program): readonly [readonly unknown[], readonly Program[]] {
  const tried: Program[] = [];
  const trials = {
    holdingWith: (_: unknown, together: Program) => {
      tried.push(together);
      return together.includes(LASTS[1] ?? { call: 'alloc' })
        ? []
        : together.map((last) => last !== LASTS[2]);
    },
  };
  const world = { descriptors: [], limit: 0, higherHalf: HIGHER_HALF_48, policies: [] };
  const siblings = lasts.map((last) => new Measured({ ...world, operations: [{ call: 'alloc' }, last] }));
  return [notKnownToHold(trials, siblings).map(({ draft }) => draft.operations[1]), tried];
}

it('siblings are tried together, the simplest first; the ones that do more than nothing are left', () => {
  const [free, , one, nine, total] = LASTS;
  expect(left(LASTS.filter((last) => last !== LASTS[1]))).toEqual([[one], [[free, total, one, nine]]]);
});

it('where one is answered wrongly, the ones of each other call are tried together', () => {
  const [free, wrong, one, nine, total] = LASTS;
  const [found, tried] = left(LASTS);
  expect(found).toEqual([wrong, free, total, one]);
  expect(tried).toEqual([
    [wrong, free, total, one, nine],
    [wrong, free],
    [one, nine],
  ]);
});

it('an operation changes nothing if it is refused, misuse, for an amount, or of nothing', () => {
  const map = memoryMap([{ type: 'loaderData', start: 0n, pages: 3 }]);
  const world = { map, config: config({ bitmapMaxAddr: 0n }) };
  const run = new LeanRun(createPmm, OURS, world, null);
  const boot = { absolute: HIGHER_HALF_48 };
  const operations: Program = [
    { call: 'freeRegion', address: boot, count: 0n },
    { call: 'freePages', addresses: [] },
    { call: 'allocPages', count: 0n },
    { call: 'alloc' },
    { call: 'freeAmount' },
    { call: 'free', address: { absolute: 0n } },
    { call: 'freeRegion', address: boot, count: 1n },
    { call: 'freePages', addresses: [boot] },
    { call: 'free', address: boot },
  ];
  const changing = operations.filter(
    (operation) => run.take(operation) && !changesNothing(run.state, run.call.toResolved(run.half)),
  );
  run.finish();
  expect(changing).toEqual(operations.slice(-3));
});
