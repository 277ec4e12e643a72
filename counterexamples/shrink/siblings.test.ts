import { expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, OURS, type Target, wrapPmm } from '../../runner/index.ts';
import { HIGHER_HALF_48, type Operation, type PmmFactory, type Reference } from '../../spec/index.ts';
import { Deadline } from './deadline.ts';
import type { Draft } from './draft.ts';
import { notKnownToHold } from './siblings.ts';
import { Measured } from './simplicity.ts';
import { Trials } from './trials.ts';

/** A target, and what each of its managers was asked for. */
function noted(hasWrongFree: boolean): { readonly target: Target; readonly made: string[][] } {
  const made: string[][] = [];
  const create: PmmFactory = (map, options) => {
    const calls: string[] = [];
    made.push(calls);
    const inner = createPmm(map, options);
    return wrapPmm(inner, {
      alloc: () => {
        calls.push('alloc');
        return inner.alloc();
      },
      allocPages: (addresses, count) => {
        calls.push(`allocPages ${count}`);
        return inner.allocPages(addresses, count);
      },
      free: (address) => {
        calls.push(`free ${address}`);
        if (!hasWrongFree || address !== 0n) inner.free(address);
      },
    });
  };
  return { target: factoryTarget({ name: 'noted', policies: OURS.policies, create }), made };
}

const LASTS: readonly Operation<Reference>[] = [
  { call: 'free', address: { absolute: 1n } },
  { call: 'free', address: { absolute: 0n } },
  { call: 'allocPages', count: 1n },
  { call: 'allocPages', count: 9n },
  { call: 'allocPages', count: 0n },
  { call: 'totalAmount' },
];

const WORLD = {
  descriptors: [{ type: 'conventional', base: 0, pages: 3 }],
  limit: 0,
  higherHalf: HIGHER_HALF_48,
  policies: OURS.policies,
} as const;

/** Returns the last operations that are left to be tried one by one, and the calls that each manager was asked for. */
function left(hasWrongFree: boolean): readonly [readonly unknown[], readonly string[][]] {
  const { target, made } = noted(hasWrongFree);
  const budget = { executions: 100, deadline: new Deadline(Number.POSITIVE_INFINITY) };
  const trials = new Trials(target, { clause: 'amounts.free' }, budget);
  const siblings = LASTS.map((last): Draft => ({ ...WORLD, operations: [{ call: 'alloc' }, last] }));
  const found = notKnownToHold(
    trials,
    siblings.map((draft) => new Measured(draft)),
  );
  return [found.map(({ draft }) => draft.operations[1]), made];
}

it('siblings that change nothing are tried on one manager', () => {
  expect(left(false)).toEqual([
    [{ call: 'allocPages', count: 1n }],
    [['alloc', 'free 0', 'free 1', 'allocPages 0', 'allocPages 9']],
  ]);
});

it('the ones of the call that is answered wrongly are left to be tried one by one', () => {
  const [lasts, made] = left(true);
  expect(lasts).toEqual([LASTS[1], LASTS[0], LASTS[5], LASTS[2]]);
  expect(made.map((calls) => calls.length)).toEqual([2, 2, 3]);
});
