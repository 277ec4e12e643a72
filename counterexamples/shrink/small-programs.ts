/**
 * Small programs: every program of a length, with plain arguments or with all that a small world tells apart. The last
 * operation is of a kind that the clause speaks of; those before it change the state.
 */
import {
  type Argument,
  CALLS,
  type Call,
  type ClauseName,
  describedCall,
  everyOperation,
  isAllocation,
  isFree,
  ownerAfterInit,
  PAGE_BYTES,
  type Parameter,
  type Program,
  type Reference,
  U64_MAX,
} from '../../spec/index.ts';
import { absoluteTo, endOfDescriptor } from './draft.ts';
import type { Step } from './rewrite.ts';
import type { Ground } from './small-worlds.ts';

const ALLOCATIONS = CALLS.filter(isAllocation);
const FREES = CALLS.filter(isFree);

const LAST_CALLS: Readonly<Record<string, readonly Call[]>> = {
  'init.withheld': ALLOCATIONS,
  'address.higher-half': ALLOCATIONS,
  'policy.lifo': CALLS.filter((call) => ['single', 'batch'].includes(describedCall(call).effect)),
  'policy.first-fit': CALLS.filter((call) => describedCall(call).effect === 'run'),
  'failure.unchanged': ALLOCATIONS,
  'freed.returns': FREES,
};

/** Returns the calls that can break a clause; none for those of init. */
export function lastCallsOf(clause: ClauseName): readonly Call[] {
  const known = LAST_CALLS[clause];
  if (known !== undefined) return known;
  const [subject] = clause.split('.');
  if (subject === 'init') return [];
  return CALLS.filter((call) => call === subject).length > 0
    ? CALLS.filter((call) => call === subject)
    : CALLS;
}

function framesOf({ descriptors, limit }: Ground): { readonly end: number; readonly limit: number } {
  return {
    end: Math.min(
      4,
      descriptors.reduce((max, d) => Math.max(max, endOfDescriptor(d)), 0),
    ),
    limit,
  };
}

function countsUpTo(most: number): readonly bigint[] {
  return Array.from({ length: most + 1 }, (_, n) => BigInt(n));
}

/**
 * Which arguments the last operation takes:
 *
 * - `plain`: counts and page frames of the world, no limit, alignment 4096, first bytes of page frames.
 * - `edges`: those that wrap, bind, or point into a page frame, too.
 */
export type Breadth = 'plain' | 'edges';

/** Counts that wrap. */
const HUGE: readonly Argument[] = [(1n << 32n) + 1n, U64_MAX, -1n];

function calledAllocPages(ground: Ground, breadth: Breadth): readonly Step[] {
  const counts = countsUpTo(framesOf(ground).end + 1);
  return [...counts, ...(breadth === 'plain' ? [] : HUGE)].map((count) => ({ call: 'allocPages', count }));
}

/** Of its three arguments two at most are other than plain. */
function calledAllocBitmap(ground: Ground, breadth: Breadth): readonly Step[] {
  const { end } = framesOf(ground);
  const plain = { call: 'allocBitmap', count: 1n, maxAddr: U64_MAX, alignment: PAGE_BYTES } as const;
  const counts = countsUpTo(end + 1);
  const plainly = counts.map((count) => ({ ...plain, count }));
  if (breadth === 'plain') return plainly;
  const limits = [...countsUpTo(end).map((n) => n * PAGE_BYTES), PAGE_BYTES - 1n, 2n * PAGE_BYTES - 1n];
  const alignments = [0n, PAGE_BYTES + 1n, 2n * PAGE_BYTES, 3n * PAGE_BYTES];
  return [
    ...plainly,
    ...HUGE.map((count) => ({ ...plain, count })),
    ...counts.flatMap((count) => limits.map((maxAddr) => ({ ...plain, count, maxAddr }))),
    ...counts.flatMap((count) => alignments.map((alignment) => ({ ...plain, count, alignment }))),
    ...limits.flatMap((maxAddr) => alignments.map((alignment) => ({ ...plain, maxAddr, alignment }))),
  ];
}

/** References to earlier results and to the page frames of the world, and a byte into each. */
function references(ground: Ground, before: Program): readonly Reference[] {
  const { end } = framesOf(ground);
  const results = before.filter(({ call }) => isAllocation(call)).map((step, result) => ({ step, result }));
  const named = results.flatMap(({ step, result }): readonly Reference[] => {
    const pages = 'count' in step && typeof step.count === 'bigint' ? Math.min(Number(step.count), 3) : 1;
    return Array.from({ length: pages }, (_, page) => ({ result, page, offset: 0n }));
  });
  return [...named, ...Array.from({ length: end + 1 }, (_, frame) => absoluteTo(ground, frame))];
}

function oneByteOn(reference: Reference): Reference {
  return 'result' in reference ? { ...reference, offset: 1n } : { absolute: reference.absolute + 1n };
}

function calledFree(ground: Ground, before: Program, breadth: Breadth): readonly Step[] {
  const all = references(ground, before);
  const odd = breadth === 'plain' ? [] : [...all.map(oneByteOn), { absolute: 0n }];
  return [...all, ...odd].map((address) => ({ call: 'free', address }));
}

function calledFreePages(ground: Ground, before: Program, breadth: Breadth): readonly Step[] {
  const all = references(ground, before);
  // After other operations, neighbours alone: there are many references by then.
  const reach = before.length === 0 ? all.length : 2;
  const pairs = all.flatMap((a, i) => all.slice(i, i + reach).map((b) => [a, b]));
  const [first] = all;
  const twice = first === undefined || breadth === 'plain' ? [] : [[first, oneByteOn(first)]];
  return [[], ...all.map((a) => [a]), ...pairs, ...twice].map((addresses) => ({
    call: 'freePages',
    addresses,
  }));
}

function calledFreeRegion(ground: Ground, before: Program, breadth: Breadth): readonly Step[] {
  const { end } = framesOf(ground);
  const [first, ...others] = references(ground, before);
  if (first === undefined) return [];
  const counted = (address: Reference, counts: readonly Argument[]): readonly Step[] =>
    counts.map((count): Step => ({ call: 'freeRegion', address, count }));
  return [
    ...counted(first, [...countsUpTo(end + 1), ...(breadth === 'plain' ? [] : HUGE)]),
    ...others.flatMap((address, i) => counted(address, countsUpTo(Math.max(1, end - i)))),
  ];
}

/** The values that an argument takes in calls that have no combinations of their own here. */
function plainValues(
  { kind }: Parameter,
  ground: Ground,
  before: Program,
): readonly (Argument | Reference | readonly Reference[])[] {
  switch (kind) {
    case 'address':
      return references(ground, before);
    case 'addresses':
      return references(ground, before).map((one) => [one]);
    case 'maxAddr':
      return [U64_MAX];
    case 'alignment':
      return [PAGE_BYTES];
    default:
      return countsUpTo(framesOf(ground).end + 1);
  }
}

/** Every operation of a kind that this world, after this program, tells apart. */
function stepsOf(call: Call, ground: Ground, before: Program, breadth: Breadth): readonly Step[] {
  switch (call) {
    case 'allocPages':
      return calledAllocPages(ground, breadth);
    case 'allocBitmap':
      return calledAllocBitmap(ground, breadth);
    case 'free':
      return calledFree(ground, before, breadth);
    case 'freePages':
      return calledFreePages(ground, before, breadth);
    case 'freeRegion':
      return calledFreeRegion(ground, before, breadth);
    default:
      return everyOperation(call, (parameter) => plainValues(parameter, ground, before));
  }
}

/** Operations that change the state, or are refused: the ones that lead somewhere. */
function earlierSteps(ground: Ground, before: Program): readonly Step[] {
  const { end, limit } = framesOf(ground);
  const stack = countsUpTo(Math.min(3, Math.max(0, end - limit) + 1)).slice(2);
  const bitmap = countsUpTo(Math.min(end, limit)).slice(1);
  const boot = ground.descriptors.filter((d) => ownerAfterInit(d.type) === 'boot');
  const results = references(ground, before).filter((r) => 'result' in r);
  const freeable = [...results, ...boot.map((d) => absoluteTo(ground, d.base))];
  return [
    { call: 'alloc' },
    ...freeable.map((address): Step => ({ call: 'free', address })),
    ...stack.map((count): Step => ({ call: 'allocPages', count })),
    ...bitmap.map(
      (count): Step => ({
        call: 'allocBitmap',
        count,
        maxAddr: U64_MAX,
        alignment: PAGE_BYTES,
      }),
    ),
  ];
}

function prefixes(ground: Ground, length: number): readonly Program[] {
  let programs: readonly Program[] = [[]];
  for (let i = 0; i < length; i += 1)
    programs = programs.flatMap((before) => earlierSteps(ground, before).map((step) => [...before, step]));
  return programs;
}

/** Returns the programs of a length on a world whose last operation is one of `calls`. */
export function programsOn(
  ground: Ground,
  length: number,
  { calls, breadth }: { readonly calls: readonly Call[]; readonly breadth: Breadth },
): readonly Program[] {
  if (length === 0) return [[]];
  return prefixes(ground, length - 1).flatMap((before) =>
    calls.flatMap((call) => stepsOf(call, ground, before, breadth).map((step) => [...before, step])),
  );
}
