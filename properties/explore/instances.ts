/**
 * Operation instances: every call that a finite world tells apart, with all its arguments.
 *
 * | call          | instances |
 * |---------------|-----------|
 * | `allocPages`  | every count from 0 to one more than the stack zone has, and counts that wrap 32 and 64 bits |
 * | `allocBitmap` | every count from 0 to one more than the bitmap zone has × every limit that is a page frame of the zone × every alignment with other multiples there; besides, limits and alignments that must be rounded, and arguments that wrap |
 * | `free`        | every page frame, by its first byte and by its second; what is below the higher half, in it and beyond |
 * | `freePages`   | every ordered batch of up to two page frames (or more, if told so), duplicates included; addresses that are none |
 * | `freeRegion`  | every page frame × every end, beyond the end of memory too; count 0, and counts that wrap |
 *
 * Any argument may also be no unsigned 64-bit integer at all. *Every page frame* is every one that can change hands, the
 * first and the last of each extent that cannot, and the first beyond the end of the map: see `world.ts`.
 */

import type { World } from '../../runner/index.ts';
import {
  type Argument,
  bitmapLimit,
  CALLS,
  type Call,
  everyOperation,
  type Operation,
  PAGE_BYTES,
  type Parameter,
  PHYSICAL_LIMIT,
  U64_MAX,
} from '../../spec/index.ts';
import { sortedOperations } from './operation-order.ts';
import { framesOfWorld, type WorldFrames } from './world.ts';

interface InstanceOptions {
  /** Addresses in a batch of `freePages`, at most. Default: 2. */
  readonly batch?: number;
}

const DEFAULT_BATCH = 2;

/** What is no unsigned 64-bit integer. */
const BAD: readonly Argument[] = [-1n, U64_MAX + 1n, 1.5];
/** Counts beyond all memory: one that is 1 modulo 2^32, and the largest. */
const HUGE: readonly bigint[] = [(1n << 32n) + 1n, U64_MAX];

interface Ground extends WorldFrames {
  readonly higherHalf: bigint;
  /** Page frames of each zone that can change hands. */
  readonly bitmapFrames: readonly number[];
  readonly stackFrames: readonly number[];
}

function groundOf(world: World): Ground {
  const frames = framesOfWorld(world);
  const limit = bitmapLimit(world.config);
  return {
    ...frames,
    higherHalf: world.config.higherHalf,
    bitmapFrames: frames.manageable.filter((frame) => frame < limit),
    stackFrames: frames.manageable.filter((frame) => frame >= limit),
  };
}

function upTo(most: number): readonly bigint[] {
  return Array.from({ length: most + 1 }, (_, n) => BigInt(n));
}

function addressIn({ higherHalf }: Ground, frame: number): bigint {
  return higherHalf + BigInt(frame) * PAGE_BYTES;
}

/** Addresses below the higher half (0, a physical address, the last one) and beyond physical memory, as far as there are. */
function foreignAddresses({ higherHalf, manageable }: Ground): readonly bigint[] {
  const physical = BigInt(manageable.at(-1) ?? 1) * PAGE_BYTES;
  const beyond = higherHalf + PHYSICAL_LIMIT;
  return [0n, physical, higherHalf - 1n, ...(beyond <= U64_MAX ? [beyond] : [])];
}

/** Addresses that are no unsigned 64-bit integers. What an array holds always is one, so that batches have none. */
const BAD_ADDRESSES: readonly bigint[] = [-1n, U64_MAX + 1n];

function allocPages({ stackFrames }: Ground): readonly Operation[] {
  const counts = [...upTo(stackFrames.length + 1), ...HUGE, ...BAD];
  return counts.map((count) => ({ call: 'allocPages', count }));
}

function run(
  count: Argument,
  maxAddr: Argument = U64_MAX,
  alignment: Argument = PAGE_BYTES,
): Operation<never> {
  return { call: 'allocBitmap', count, maxAddr, alignment };
}

/** Page frames at which a limit means something else: the end of each in the zone, and 0; the zone's own end is no limit. */
function limitsOf({ bitmapFrames, limit }: Ground): readonly bigint[] {
  const ends = new Set([0, ...bitmapFrames, ...bitmapFrames.map((frame) => frame + 1)]);
  return [...ends].filter((end) => end < limit).map((end) => BigInt(end) * PAGE_BYTES);
}

/** Alignments in page frames, each with other multiples among the page frames of the zone. */
function alignmentsOf({ bitmapFrames }: Ground): readonly bigint[] {
  const last = bitmapFrames.at(-1) ?? 0;
  const seen = new Map<string, bigint>();
  for (let n = 1; n <= last + 1; n += 1) {
    const multiples = bitmapFrames.filter((frame) => frame % n === 0).join();
    if (!seen.has(multiples)) seen.set(multiples, BigInt(n) * PAGE_BYTES);
  }
  return [...seen.values()];
}

function allocBitmap(ground: Ground): readonly Operation[] {
  const counts = upTo(ground.bitmapFrames.length + 1);
  const limits = [U64_MAX, ...limitsOf(ground)];
  const alignments = alignmentsOf(ground);
  const few = counts.slice(1, 3);
  return [
    ...counts.flatMap((count) => limits.flatMap((limit) => alignments.map((a) => run(count, limit, a)))),
    ...HUGE.map((count) => run(count)),
    // Rounded: the limit down, the alignment up; 0 means 4096, and beyond all multiples there is 0 alone.
    ...few.flatMap((count) => limits.filter((l) => l < U64_MAX).map((l) => run(count, l + PAGE_BYTES - 1n))),
    ...few.map((count) => run(count, BigInt(ground.limit) * PAGE_BYTES)),
    ...few.flatMap((count) =>
      [0n, 1n, PAGE_BYTES + 1n, 2n * PAGE_BYTES + 1n, U64_MAX].map((a) => run(count, U64_MAX, a)),
    ),
    ...BAD.flatMap((bad) => [run(bad), run(1n, bad), run(1n, U64_MAX, bad)]),
  ];
}

function free(ground: Ground): readonly Operation[] {
  const addresses = [
    ...ground.named.map((frame) => addressIn(ground, frame)),
    ...ground.manageable.map((frame) => addressIn(ground, frame) + 1n),
    ...foreignAddresses(ground),
    ...BAD_ADDRESSES,
  ];
  return addresses.map((address) => ({ call: 'free', address }));
}

/** Returns all ordered batches of up to `length` of these addresses. */
function batchesOf(addresses: readonly bigint[], length: number): readonly (readonly bigint[])[] {
  const batches: (readonly bigint[])[] = [[]];
  let last: readonly (readonly bigint[])[] = batches;
  for (let n = 1; n <= length; n += 1) {
    last = last.flatMap((batch) => addresses.map((address) => [...batch, address]));
    batches.push(...last);
  }
  return batches;
}

function freePages(ground: Ground, batch: number): readonly Operation[] {
  const addresses = ground.named.map((frame) => addressIn(ground, frame));
  const ends = [ground.manageable[0], ground.manageable.at(-1)].filter((frame) => frame !== undefined);
  const odd = ends.flatMap((frame) => {
    const address = addressIn(ground, frame);
    const foreign = foreignAddresses(ground).flatMap((other) => [
      [address, other],
      [other, address],
    ]);
    return [[address + 1n], [address, address + 1n], ...foreign];
  });
  const batches = [...batchesOf(addresses, batch), ...odd, ...foreignAddresses(ground).map((a) => [a])];
  return batches.map((all) => ({ call: 'freePages', addresses: all }));
}

function freeRegion(ground: Ground): readonly Operation[] {
  const { named, manageable } = ground;
  const region = (address: bigint, count: Argument): Operation => ({ call: 'freeRegion', address, count });
  const within = named.flatMap((base) => {
    const ends = named.filter((frame) => frame >= base).map((frame) => BigInt(frame + 1 - base));
    return ends.map((count) => region(addressIn(ground, base), count));
  });
  const odd = [manageable[0], manageable.at(-1)]
    .filter((frame) => frame !== undefined)
    .flatMap((frame) => {
      const address = addressIn(ground, frame);
      return [
        ...[0n, ...HUGE, ...BAD].map((count) => region(address, count)),
        ...[1n, 2n].map((count) => region(address + 1n, count)),
      ];
    });
  const foreign = [...foreignAddresses(ground), ...BAD_ADDRESSES];
  return [...within, ...odd, ...foreign.flatMap((a) => [region(a, 0n), region(a, 1n)])];
}

/** The values of an argument in calls that have no combinations of their own here: the plain ones, and those that wrap. */
function plainValues({ kind }: Parameter, ground: Ground): readonly (Argument | readonly bigint[])[] {
  switch (kind) {
    case 'address':
      return [...ground.named.map((frame) => addressIn(ground, frame)), ...foreignAddresses(ground)];
    case 'addresses':
      return batchesOf(
        ground.named.map((frame) => addressIn(ground, frame)),
        DEFAULT_BATCH,
      );
    case 'maxAddr':
      return [U64_MAX, ...limitsOf(ground)];
    case 'alignment':
      return alignmentsOf(ground);
    default:
      return [...upTo(ground.manageable.length + 1), ...HUGE, ...BAD];
  }
}

function instancesOf(call: Call, ground: Ground, batch: number): readonly Operation[] {
  switch (call) {
    case 'allocPages':
      return allocPages(ground);
    case 'allocBitmap':
      return allocBitmap(ground);
    case 'free':
      return free(ground);
    case 'freePages':
      return freePages(ground, batch);
    case 'freeRegion':
      return freeRegion(ground);
    default:
      return everyOperation(call, (parameter) => plainValues(parameter, ground));
  }
}

/**
 * Returns every operation that a finite world tells apart, simplest first, each once. Throws `SpecError` where the world has
 * too many page frames that can change hands. O(named page frames ^ batch).
 */
export function operationInstances(
  world: World,
  { batch = DEFAULT_BATCH }: InstanceOptions = {},
): readonly Operation[] {
  const ground = groundOf(world);
  const all: readonly Operation[] = [...CALLS.flatMap((call) => instancesOf(call, ground, batch))];
  return sortedOperations(all, ground.higherHalf);
}
