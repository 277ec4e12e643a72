/**
 * Small programs: every program of a length, with plain arguments or with all arguments that make a difference in a small
 * world. The last operation is a call that the clause speaks of; the operations before it change the state.
 */
import {
  type Argument,
  CALLS,
  type Call,
  describedCall,
  everyOperation,
  isAllocation,
  isFree,
  type Operation,
  ownerAfterInit,
  PAGE_BYTES,
  type Parameter,
  type Program,
  type Reference,
  STANDARD_CALLS,
  U64_MAX,
} from '../../spec/index.ts';
import { absoluteTo, endOfDescriptor } from './draft.ts';
import type { SmallWorld } from './small-worlds.ts';
import type { Kept } from './trials.ts';

const ALLOCATIONS = CALLS.filter(isAllocation);
const FREES = CALLS.filter(isFree);

const LAST_CALLS: Readonly<Record<string, readonly Call[]>> = {
  'init.withheld': ALLOCATIONS,
  'address.higher-half': ALLOCATIONS,
  'policy.lifo': CALLS.filter((call) => ['single', 'batch'].includes(describedCall(call).effect)),
  'policy.first-fit': CALLS.filter((call) => describedCall(call).effect === 'run'),
  'failure.unchanged': ALLOCATIONS,
  'freed.returns': FREES,
  'references.last': FREES,
  'removed.withheld': ALLOCATIONS,
};

/** Returns the calls of a target that can show a violation; none for a clause of init. */
export function lastCallsOf({ clause, call: kept }: Kept, has: readonly Call[]): readonly Call[] {
  const [subject] = clause.split('.');
  if (subject === 'init' && LAST_CALLS[clause] === undefined) return [];
  const own = CALLS.filter((call) => call === subject);
  const able = LAST_CALLS[clause] ?? (own.length > 0 ? own : CALLS);
  const calls = able.filter((call) => has.includes(call) || STANDARD_CALLS.includes(call));
  return kept === undefined || kept === 'sweep' ? calls : calls.filter((call) => call === kept);
}

function framesOf({ descriptors, limit }: SmallWorld): { readonly end: number; readonly limit: number } {
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
 * The arguments that the last operation is given:
 *
 * - `plain`: counts and page frames of the world, no limit, alignment 4096, first bytes of page frames.
 * - `edges`: also arguments that wrap, bind, or point into a page frame.
 */
export type ArgumentRange = 'plain' | 'edges';

/** Counts that wrap. */
const HUGE: readonly Argument[] = [(1n << 32n) + 1n, U64_MAX, -1n];

function allocPagesOperations(world: SmallWorld, range: ArgumentRange): readonly Operation<Reference>[] {
  const counts = countsUpTo(framesOf(world).end + 1);
  return [...counts, ...(range === 'plain' ? [] : HUGE)].map((count) => ({ call: 'allocPages', count }));
}

/** At most two of its three arguments are not plain. */
function allocBitmapOperations(world: SmallWorld, range: ArgumentRange): readonly Operation<Reference>[] {
  const { end } = framesOf(world);
  const plain = { call: 'allocBitmap', count: 1n, maxAddr: U64_MAX, alignment: PAGE_BYTES } as const;
  const counts = countsUpTo(end + 1);
  const plainly = counts.map((count) => ({ ...plain, count }));
  if (range === 'plain') return plainly;
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

/** References to the pages of earlier results, and the addresses of the page frames of the world. */
function references(world: SmallWorld, before: Program): readonly Reference[] {
  const { end } = framesOf(world);
  const results = before
    .filter(({ call }) => isAllocation(call))
    .map((operation, result) => ({ operation, result }));
  const named = results.flatMap(({ operation, result }): readonly Reference[] => {
    const pages =
      'count' in operation && typeof operation.count === 'bigint' ? Math.min(Number(operation.count), 3) : 1;
    return Array.from({ length: pages }, (_, page) => ({ result, page, offset: 0n }));
  });
  return [...named, ...Array.from({ length: end + 1 }, (_, frame) => absoluteTo(world, frame))];
}

function nextByte(reference: Reference): Reference {
  return 'result' in reference ? { ...reference, offset: 1n } : { absolute: reference.absolute + 1n };
}

function freeOperations(
  world: SmallWorld,
  before: Program,
  range: ArgumentRange,
): readonly Operation<Reference>[] {
  const all = references(world, before);
  const odd = range === 'plain' ? [] : [...all.map(nextByte), { absolute: 0n }];
  return [...all, ...odd].map((address) => ({ call: 'free', address }));
}

function freePagesOperations(
  world: SmallWorld,
  before: Program,
  range: ArgumentRange,
): readonly Operation<Reference>[] {
  const all = references(world, before);
  // After other operations there are many references: then only neighbours.
  const reach = before.length === 0 ? all.length : 2;
  const pairs = all.flatMap((a, i) => all.slice(i, i + reach).map((b) => [a, b]));
  const [first] = all;
  const twice = first === undefined || range === 'plain' ? [] : [[first, nextByte(first)]];
  return [[], ...all.map((a) => [a]), ...pairs, ...twice].map((addresses) => ({
    call: 'freePages',
    addresses,
  }));
}

function freeRegionOperations(
  world: SmallWorld,
  before: Program,
  range: ArgumentRange,
): readonly Operation<Reference>[] {
  const { end } = framesOf(world);
  const [first, ...others] = references(world, before);
  if (first === undefined) return [];
  const counted = (address: Reference, counts: readonly Argument[]): readonly Operation<Reference>[] =>
    counts.map((count): Operation<Reference> => ({ call: 'freeRegion', address, count }));
  return [
    ...counted(first, [...countsUpTo(end + 1), ...(range === 'plain' ? [] : HUGE)]),
    ...others.flatMap((address, i) => counted(address, countsUpTo(Math.max(1, end - i)))),
  ];
}

/** The values of an argument in calls for which no combinations are listed above. */
function plainValues(
  { kind }: Parameter,
  world: SmallWorld,
  before: Program,
): readonly (Argument | Reference | readonly Reference[])[] {
  switch (kind) {
    case 'address':
      return references(world, before);
    case 'addresses':
      return references(world, before).map((one) => [one]);
    case 'maxAddr':
      return [U64_MAX];
    case 'alignment':
      return [PAGE_BYTES];
    case 'minAddr':
    case 'boundary':
      return [0n];
    default:
      return countsUpTo(framesOf(world).end + 1);
  }
}

/** Every operation of a call that makes a difference in this world after this program. */
function operationsOf(
  call: Call,
  world: SmallWorld,
  before: Program,
  range: ArgumentRange,
): readonly Operation<Reference>[] {
  switch (call) {
    case 'allocPages':
      return allocPagesOperations(world, range);
    case 'allocBitmap':
      return allocBitmapOperations(world, range);
    case 'free':
      return freeOperations(world, before, range);
    case 'freePages':
      return freePagesOperations(world, before, range);
    case 'freeRegion':
      return freeRegionOperations(world, before, range);
    default:
      return everyOperation(call, (parameter) => plainValues(parameter, world, before));
  }
}

/** Operations that change the state or are refused: only these make a later operation behave differently. */
function earlierOperations(
  world: SmallWorld,
  before: Program,
  has: readonly Call[],
): readonly Operation<Reference>[] {
  const { end, limit } = framesOf(world);
  const stack = countsUpTo(Math.min(3, Math.max(0, end - limit) + 1)).slice(2);
  const bitmap = countsUpTo(Math.min(end, limit)).slice(1);
  const boot = world.descriptors.filter((d) => ownerAfterInit(d.type) === 'boot');
  const results = references(world, before).filter((r) => 'result' in r);
  const freeable = [...results, ...boot.map((d) => absoluteTo(world, d.base))];
  return [
    { call: 'alloc' },
    ...freeable.map((address): Operation<Reference> => ({ call: 'free', address })),
    ...(has.includes('retain') ? results : []).map(
      (address): Operation<Reference> => ({ call: 'retain', address }),
    ),
    ...(['addRegion', 'removeRegion'] as const)
      .filter((call) => has.includes(call))
      .flatMap((call) =>
        Array.from(
          { length: end },
          (_, frame): Operation<Reference> => ({ call, address: absoluteTo(world, frame), count: 1n }),
        ),
      ),
    ...stack.map((count): Operation<Reference> => ({ call: 'allocPages', count })),
    ...bitmap.map(
      (count): Operation<Reference> => ({
        call: 'allocBitmap',
        count,
        maxAddr: U64_MAX,
        alignment: PAGE_BYTES,
      }),
    ),
  ];
}

function prefixes(world: SmallWorld, length: number, has: readonly Call[]): readonly Program[] {
  let programs: readonly Program[] = [[]];
  for (let i = 0; i < length; i += 1)
    programs = programs.flatMap((before) =>
      earlierOperations(world, before, has).map((operation) => [...before, operation]),
    );
  return programs;
}

/** The last calls of programs, their arguments, and the calls that the target has. */
export interface Which {
  readonly calls: readonly Call[];
  readonly range: ArgumentRange;
  readonly has: readonly Call[];
}

/** Programs that differ only in their last operation. */
export interface Siblings {
  readonly before: Program;
  readonly lasts: readonly Operation<Reference>[];
}

/** Returns the programs of a length on a world, at least 1, whose last operation is one of `calls`. */
export function siblingsOn(
  world: SmallWorld,
  length: number,
  { calls, range, has }: Which,
): readonly Siblings[] {
  return prefixes(world, length - 1, has).map((before) => ({
    before,
    lasts: calls.flatMap((call) => operationsOf(call, world, before, range)),
  }));
}

/** The same, one by one; of length 0 there is one. */
export function programsOn(world: SmallWorld, length: number, which: Which): readonly Program[] {
  if (length === 0) return [[]];
  return siblingsOn(world, length, which).flatMap(({ before, lasts }) =>
    lasts.map((last) => [...before, last]),
  );
}
