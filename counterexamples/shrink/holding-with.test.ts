import { expect, it } from 'vitest';
import { execute, OURS, type Target } from '../../runner/index.ts';
import { MUTANTS, targetOf } from '../../runner/mutants/index.ts';
import {
  config,
  HIGHER_HALF_48,
  memoryMap,
  type Operation,
  type Program,
  type Reference,
} from '../../spec/index.ts';
import { holdingWith } from './holding-with.ts';
import { leanlyHoldingWith } from './lean-trials.ts';

const BEFORE: Program = [{ call: 'alloc' }, { call: 'free', address: { result: 0, page: 0, offset: 0n } }];

function free(reference: Reference): Operation<Reference> {
  return { call: 'free', address: reference };
}

const NULL = free({ absolute: 0n });
const TWICE = free({ result: 0, page: 0, offset: 0n });
const NEVER_HANDED_OUT = free({ result: 0, page: 1, offset: 0n });
const NONE: Operation<Reference> = { call: 'freePages', addresses: [] };
const TOO_MANY: Operation<Reference> = { call: 'allocPages', count: 9n };
const LASTS: Program = [
  NULL,
  TWICE,
  NEVER_HANDED_OUT,
  { call: 'alloc' },
  free({ absolute: HIGHER_HALF_48 }),
  NONE,
  TOO_MANY,
];

const WORLD = {
  map: memoryMap([
    { type: 'loaderData', start: 0n, pages: 1 },
    { type: 'conventional', start: 0x1000n, pages: 2 },
  ]),
  config: config({ bitmapMaxAddr: 0n }),
};

/** Returns the operations with which the program is known to hold, and how many programs ran. */
function tried(target: Target, lasts: Program = LASTS): readonly [Program, number] {
  let programs = 0;
  const holding = holdingWith(BEFORE, lasts, (operations) => {
    programs += 1;
    return execute(target, { ...WORLD, policies: target.policies, operations });
  });
  return [lasts.filter((_, place) => holding[place] === true), programs];
}

function mutant(name: string): Target {
  const found = MUTANTS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no mutant has the name ${name}`);
  return targetOf(found);
}

it('a program is known to hold with what changes nothing, or cannot be run, after two runs', () => {
  expect(tried(OURS)).toEqual([[NULL, TWICE, NEVER_HANDED_OUT, NONE, TOO_MANY], 2]);
});

it('so the lean judge says too', () => {
  const scenario = { ...WORLD, policies: OURS.policies, operations: BEFORE };
  const holding = leanlyHoldingWith(OURS, scenario, LASTS);
  expect(LASTS.filter((_, place) => holding?.[place] === true)).toEqual(tried(OURS)[0]);
});

it('one that is answered wrongly is left, and those before and behind it are not', () => {
  const target = mutant('accepted-double-free');
  expect(tried(target)[0]).toEqual([NULL, NEVER_HANDED_OUT, NONE, TOO_MANY]);
  expect(tried(target, [NULL, NONE, TWICE])[0]).toEqual([NULL, NONE]);
  expect(tried(target, [TWICE])[0]).toEqual([]);
});
