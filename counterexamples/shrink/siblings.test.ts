import { expect, it } from 'vitest';
import { HIGHER_HALF_48, type Operation, type Program, type Reference } from '../../spec/index.ts';
import type { Draft } from './draft.ts';
import { Siblings } from './siblings.ts';

const free = (frame: number): Operation<Reference> => ({
  call: 'free',
  address: { absolute: HIGHER_HALF_48 + BigInt(frame) * 4096n },
});

const FRAMES = Array.from({ length: 40 }, (_, frame) => frame);

/** Drafts that free each of 40 page frames after one of two operations. */
function drafts(): readonly Draft[] {
  const descriptors = [{ type: 'conventional', base: 0, pages: 40 }] as const;
  const world = { descriptors, limit: 0, higherHalf: HIGHER_HALF_48, policies: [] };
  const [first, second] = [{ call: 'alloc' }, { call: 'alloc' }] as const;
  return FRAMES.flatMap((frame) =>
    [first, second].map((before): Draft => ({ ...world, operations: [before, free(frame)] })),
  );
}

it('drafts that differ only in their last operation are tried together, once, the simplest first', () => {
  const tried: [Program, Program][] = [];
  const trials = {
    holdingWith: ({ operations }: Draft, lasts: Program) => {
      tried.push([operations, lasts]);
      return new Set(lasts.slice(1));
    },
  };
  const all = drafts();
  const siblings = new Siblings(trials, all);
  const known = all.map((draft) => siblings.isKnownToHold(draft));
  expect(known.slice(0, 4)).toEqual([false, false, true, true]);
  expect(known.filter((isKnown) => isKnown)).toHaveLength(78);
  expect(tried).toEqual([0, 1].map(() => [[{ call: 'alloc' }], FRAMES.map(free)]));
  const few = all.slice(0, 8);
  expect(few.some((draft) => new Siblings(trials, few).isKnownToHold(draft))).toBe(false);
});
