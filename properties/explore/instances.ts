/**
 * Operation instances: every call that a finite world tells apart, with all its arguments, in the order of simplicity.
 *
 * | call          | instances |
 * |---------------|-----------|
 * | `allocPages`  | every count from 0 to one more than the stack zone has, and counts that wrap 32 and 64 bits |
 * | `allocBitmap` | every count from 0 to one more than the bitmap zone has × every limit that is a page frame of the zone × every alignment with different multiples there; also limits and alignments that must be rounded, and arguments that wrap |
 * | `free`        | every page frame, by its first byte and by its second; addresses below the higher half and beyond physical memory |
 * | `freePages`   | every ordered batch of up to `batch` page frames, duplicates included; addresses outside the higher half |
 * | `freeRegion`  | every page frame × every end, beyond the end of memory too; count 0, and counts that wrap |
 *
 * Each argument is also given values that are not unsigned 64-bit integers. *Every page frame* means every one that can change
 * hands, the first and the last of each extent that cannot, and the first beyond the end of the map: see `world.ts`.
 */

import { argumentsCost, operationKey } from '../../counterexamples/shrink/index.ts';
import { hasOnlyU64, type Target, type World } from '../../runner/index.ts';
import {
  type Argument,
  addressOf,
  beyond,
  bitmapLimit,
  CALLS,
  type Call,
  counted,
  describedCall,
  everyOperation,
  mapAddresses,
  type Operation,
  PAGE_BYTES,
  type Parameter,
  type Profile,
  pfn,
  pfnEnd,
  pfnLimit,
  type Reference,
  SpecError,
  U64_MAX,
  WHOLE,
} from '../../spec/index.ts';
import { framesOfWorld, type WorldFrames } from './world.ts';

/** Bounds on the arguments. */
export interface InstanceOptions {
  /** Most addresses in a batch of `freePages`. Default: 2. */
  readonly batch?: number;
  /** The target that is asked: operations beyond its claims are left out. Default: one that claims all of the specification. */
  readonly target?: Pick<Target, 'profile' | 'takesAnyNumber'>;
}

const DEFAULT_BATCH = 2;

/** Arguments that are not unsigned 64-bit integers. */
const BAD: readonly Argument[] = [-1n, U64_MAX + 1n, 1.5];
/** Counts larger than any memory: one that is 1 modulo 2^32, and the largest. */
const HUGE: readonly bigint[] = [(1n << 32n) + 1n, U64_MAX];

/** The page frames of a world, by zone. */
interface ZonedFrames extends WorldFrames {
  readonly higherHalf: bigint;
  /** The physical address at which memory ends. */
  readonly beyond: bigint;
  /** Page frames that can change hands, in runs and as single ones. */
  readonly bitmapFrames: readonly number[];
  readonly singleFrames: readonly number[];
}

function zonedFramesOf(world: World, profile: Profile): ZonedFrames {
  const { zones, singlePages } = profile;
  const frames = framesOfWorld({ ...world, profile });
  const limit = zones !== 2 ? pfn(pfnEnd(world.map)) : bitmapLimit(world.config);
  return {
    ...frames,
    higherHalf: world.config.higherHalf,
    beyond: addressOf(pfnLimit(world.config)),
    bitmapFrames: frames.manageable.filter((frame) => frame < limit),
    singleFrames: frames.manageable.filter((frame) => singlePages !== 'stack-zone' || frame >= limit),
  };
}

function upTo(most: number): readonly bigint[] {
  return Array.from({ length: most + 1 }, (_, n) => BigInt(n));
}

function addressIn({ higherHalf }: ZonedFrames, frame: number): bigint {
  return higherHalf + BigInt(frame) * PAGE_BYTES;
}

/** Returns addresses below the higher half (0, a physical address, the last one) and one beyond physical memory, if there is one. */
function foreignAddresses({ higherHalf, manageable, beyond: limit }: ZonedFrames): readonly bigint[] {
  const physical = BigInt(manageable.at(-1) ?? 1) * PAGE_BYTES;
  const beyond = higherHalf + limit;
  return [0n, physical, higherHalf - 1n, ...(beyond <= U64_MAX ? [beyond] : [])];
}

/** Addresses that are not unsigned 64-bit integers. Batches cannot hold them: their array has unsigned 64-bit entries. */
const BAD_ADDRESSES: readonly bigint[] = [-1n, U64_MAX + 1n];

function allocPages({ singleFrames }: ZonedFrames): readonly Operation[] {
  const counts = [...upTo(singleFrames.length + 1), ...HUGE, ...BAD];
  return counts.map((count) => ({ call: 'allocPages', count }));
}

function run(
  count: Argument,
  maxAddr: Argument = U64_MAX,
  alignment: Argument = PAGE_BYTES,
): Operation<never> {
  return { call: 'allocBitmap', count, maxAddr, alignment };
}

/** Returns the limits that differ in effect: 0, and both ends of each page frame of the zone, except the zone's own end. */
function limitsOf({ bitmapFrames, limit }: ZonedFrames): readonly bigint[] {
  const ends = new Set([0, ...bitmapFrames, ...bitmapFrames.map((frame) => frame + 1)]);
  return [...ends].filter((end) => end < limit).map((end) => BigInt(end) * PAGE_BYTES);
}

/** Returns one alignment for each set of multiples among the page frames of the zone. */
function alignmentsOf({ bitmapFrames }: ZonedFrames): readonly bigint[] {
  const last = bitmapFrames.at(-1) ?? 0;
  const seen = new Map<string, bigint>();
  for (let n = 1; n <= last + 1; n += 1) {
    const multiples = bitmapFrames.filter((frame) => frame % n === 0).join();
    if (!seen.has(multiples)) seen.set(multiples, BigInt(n) * PAGE_BYTES);
  }
  return [...seen.values()];
}

function allocBitmap(frames: ZonedFrames): readonly Operation[] {
  const counts = upTo(frames.bitmapFrames.length + 1);
  const limits = [U64_MAX, ...limitsOf(frames)];
  const alignments = alignmentsOf(frames);
  const few = counts.slice(1, 3);
  return [
    ...counts.flatMap((count) => limits.flatMap((limit) => alignments.map((a) => run(count, limit, a)))),
    ...HUGE.map((count) => run(count)),
    // Rounded: the limit down, the alignment up. Alignment 0 means 4096; the only multiple of the largest one is 0.
    ...few.flatMap((count) => limits.filter((l) => l < U64_MAX).map((l) => run(count, l + PAGE_BYTES - 1n))),
    ...few.map((count) => run(count, BigInt(frames.limit) * PAGE_BYTES)),
    ...few.flatMap((count) =>
      [0n, 1n, PAGE_BYTES + 1n, 2n * PAGE_BYTES + 1n, U64_MAX].map((a) => run(count, U64_MAX, a)),
    ),
    ...BAD.flatMap((bad) => [run(bad), run(1n, bad), run(1n, U64_MAX, bad)]),
  ];
}

/** Returns the boundaries that differ in effect on runs of the zone: each that is less than its pages, rounded too. */
function boundariesOf({ bitmapFrames }: ZonedFrames): readonly bigint[] {
  const last = bitmapFrames.at(-1) ?? 0;
  return upTo(last).flatMap((pages) => [pages * PAGE_BYTES, pages * PAGE_BYTES + PAGE_BYTES - 1n]);
}

function allocWithin(frames: ZonedFrames): readonly Operation[] {
  const plain = { minAddr: 0n, boundary: 0n };
  const bounds: readonly (readonly Argument[])[] = [
    ...[0n, ...limitsOf(frames)].flatMap((minAddr) => [
      [minAddr, 0n],
      [minAddr + 1n, 0n],
      [minAddr, 2n * PAGE_BYTES],
    ]),
    ...boundariesOf(frames).map((boundary) => [0n, boundary]),
    ...BAD.flatMap((bad) => [
      [bad, 0n],
      [0n, bad],
    ]),
  ];
  const counts = upTo(frames.bitmapFrames.length + 1);
  return [
    ...allocBitmap(frames).flatMap((operation) =>
      operation.call === 'allocBitmap' ? [{ ...operation, ...plain, call: 'allocWithin' as const }] : [],
    ),
    ...counts.flatMap((count) =>
      bounds.map(([minAddr = 0n, boundary = 0n]) => {
        const limit = { maxAddr: U64_MAX, alignment: PAGE_BYTES };
        return { call: 'allocWithin' as const, count, minAddr, boundary, ...limit };
      }),
    ),
  ];
}

function free(frames: ZonedFrames): readonly Operation[] {
  const addresses = [
    ...frames.named.map((frame) => addressIn(frames, frame)),
    ...frames.manageable.map((frame) => addressIn(frames, frame) + 1n),
    ...foreignAddresses(frames),
    ...BAD_ADDRESSES,
  ];
  return addresses.map((address) => ({ call: 'free', address }));
}

/** Batches of the largest length. Each is tried in every state. */
const MOST_BATCHES = 2 ** 16;

/** Returns all ordered batches of up to `length` of these addresses. Throws `SpecError` where they are too many. */
function batchesOf(addresses: readonly bigint[], length: number): readonly (readonly bigint[])[] {
  if (addresses.length ** length > MOST_BATCHES) {
    const most = Math.floor(Math.log(MOST_BATCHES) / Math.log(addresses.length));
    throw new SpecError(
      `batch: expected at most ${counted(most, 'address', 'addresses')} for ${counted(addresses.length, 'page frame')}, found ${length}`,
    );
  }
  const batches: (readonly bigint[])[] = [[]];
  let last: readonly (readonly bigint[])[] = batches;
  for (let n = 1; n <= length; n += 1) {
    last = last.flatMap((batch) => addresses.map((address) => [...batch, address]));
    batches.push(...last);
  }
  return batches;
}

function freePages(frames: ZonedFrames, batch: number): readonly Operation[] {
  const addresses = frames.named.map((frame) => addressIn(frames, frame));
  const ends = [frames.manageable[0], frames.manageable.at(-1)].filter((frame) => frame !== undefined);
  const odd = ends.flatMap((frame) => {
    const address = addressIn(frames, frame);
    const foreign = foreignAddresses(frames).flatMap((other) => [
      [address, other],
      [other, address],
    ]);
    return [[address + 1n], [address, address + 1n], ...foreign];
  });
  const batches = [...batchesOf(addresses, batch), ...odd, ...foreignAddresses(frames).map((a) => [a])];
  return batches.map((all) => ({ call: 'freePages', addresses: all }));
}

function freeRegion(frames: ZonedFrames): readonly Operation[] {
  const { named, manageable } = frames;
  const region = (address: bigint, count: Argument): Operation => ({ call: 'freeRegion', address, count });
  const within = named.flatMap((base) => {
    const ends = named.filter((frame) => frame >= base).map((frame) => BigInt(frame + 1 - base));
    return ends.map((count) => region(addressIn(frames, base), count));
  });
  const odd = [manageable[0], manageable.at(-1)]
    .filter((frame) => frame !== undefined)
    .flatMap((frame) => {
      const address = addressIn(frames, frame);
      return [
        ...[0n, ...HUGE, ...BAD].map((count) => region(address, count)),
        ...[1n, 2n].map((count) => region(address + 1n, count)),
      ];
    });
  const foreign = [...foreignAddresses(frames), ...BAD_ADDRESSES];
  return [...within, ...odd, ...foreign.flatMap((a) => [region(a, 0n), region(a, 1n)])];
}

/** The values of an argument in calls that have no combinations of their own here: the plain ones, and those that wrap. */
function plainValues({ kind }: Parameter, frames: ZonedFrames): readonly (Argument | readonly bigint[])[] {
  switch (kind) {
    case 'address':
      return [...frames.named.map((frame) => addressIn(frames, frame)), ...foreignAddresses(frames)];
    case 'addresses':
      return batchesOf(
        frames.named.map((frame) => addressIn(frames, frame)),
        DEFAULT_BATCH,
      );
    case 'maxAddr':
      return [U64_MAX, ...limitsOf(frames)];
    case 'alignment':
      return alignmentsOf(frames);
    case 'minAddr':
    case 'boundary':
      return [0n];
    default:
      return [...upTo(frames.manageable.length + 1), ...HUGE, ...BAD];
  }
}

function instancesOf(call: Call, frames: ZonedFrames, batch: number): readonly Operation[] {
  switch (call) {
    case 'allocPages':
      return allocPages(frames);
    case 'allocBitmap':
      return allocBitmap(frames);
    case 'allocWithin':
      return allocWithin(frames);
    case 'free':
      return free(frames);
    case 'freePages':
      return freePages(frames, batch);
    case 'freeRegion':
      return freeRegion(frames);
    default:
      return everyOperation(call, (parameter) => plainValues(parameter, frames));
  }
}

/**
 * Returns every operation that a finite world tells apart, once, simplest first. Throws `SpecError` if more than 64 page frames can
 * change hands. O(named page frames ^ batch).
 * @public
 */
export function operationInstances(
  world: World,
  { batch = DEFAULT_BATCH, target }: InstanceOptions = {},
): readonly Operation[] {
  const { profile, takesAnyNumber } = target ?? { profile: WHOLE, takesAnyNumber: true };
  const frames = zonedFramesOf(world, profile);
  const all = CALLS.flatMap((call) => instancesOf(call, frames, batch));
  const asked = all.filter(
    (operation) => beyond(profile, operation) === null && (takesAnyNumber || hasOnlyU64(operation)),
  );
  return sortedOperations(asked, frames.higherHalf);
}

/** More than the cost of any arguments: the kind of an operation counts first, then its arguments. */
const KIND_UNIT = 2 ** 40;

function absolute(operation: Operation): Operation<Reference> {
  return mapAddresses(operation, (address) => ({ absolute: address }));
}

/** Returns the cost of an operation in the order of simplicity. The cost of a program is the sum over its operations. */
export function costOf(operation: Operation, higherHalf: bigint): number {
  return describedCall(operation.call).rank * KIND_UNIT + argumentsCost(absolute(operation), higherHalf);
}

/** Returns the operations without duplicates, simplest first. */
function sortedOperations(operations: readonly Operation[], higherHalf: bigint): readonly Operation[] {
  const byKey = new Map(
    operations.map((operation) => {
      const key = operationKey(absolute(operation));
      return [key, { key, operation, cost: costOf(operation, higherHalf) }];
    }),
  );
  const sorted = [...byKey.values()].sort((a, b) => a.cost - b.cost || (a.key < b.key ? -1 : 1));
  return sorted.map(({ operation }) => operation);
}
