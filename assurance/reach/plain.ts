/**
 * The yardstick's other side: plain `fc.commands` with a model, as a good engineer writes them for one allocator in an afternoon. The
 * model has the free page frames of each zone as sets of pages and knows what a caller holds; each command checks the answer and the
 * amounts. Maps have up to 8 segments with gaps, argument numbers are drawn by fast-check, with its bias to small and large ones.
 */
import * as fc from 'fast-check';
import {
  bitmapLimit,
  config,
  HIGHER_HALF_48,
  type MemoryMap,
  memoryMap,
  ownedRegions,
  PAGE_BYTES,
  type Pmm,
  type PmmFactory,
} from '../../spec/index.ts';

/** A tester's knowledge of an allocator: free page frames, and what was handed out. */
interface Model {
  readonly limit: number;
  readonly free: Set<number>;
  readonly held: number[][];
  freeInStack: number;
}

type Step = fc.Command<Model, Pmm>;

const frameOf = (address: bigint): number => Number((address - HIGHER_HALF_48) / PAGE_BYTES);
const addressOf = (frame: number | undefined): bigint => HIGHER_HALF_48 + BigInt(frame ?? 0) * PAGE_BYTES;

function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function take(model: Model, frames: readonly number[]): void {
  for (const frame of frames) expectThat(model.free.delete(frame), `page frame ${frame} was not free`);
  model.freeInStack -= frames.filter((frame) => frame >= model.limit).length;
  if (frames.length > 0) model.held.push([...frames]);
}

function giveBack(model: Model, frames: readonly number[]): void {
  for (const frame of frames) model.free.add(frame);
  model.freeInStack += frames.filter((frame) => frame >= model.limit).length;
}

/** Removes one of what is held, and returns it. */
function removed({ held }: Model, place: number): readonly number[] {
  return held.splice(place % held.length, 1)[0] ?? [];
}

/** A command that checks the amounts afterwards. */
function command(
  text: string,
  check: (model: Model) => boolean,
  run: (model: Model, pmm: Pmm) => void,
): Step {
  return {
    check: (model) => check(model),
    run: (model, pmm) => {
      run(model, pmm);
      expectThat(pmm.freeAmount() === model.free.size, 'the amount of free page frames is wrong');
    },
    toString: () => text,
  };
}

const always = (): boolean => true;
const isHeld = ({ held }: Model): boolean => held.length > 0;

const anyAlloc = fc.constant(null).map(() =>
  command('alloc', always, (model, pmm) => {
    const found = pmm.alloc();
    expectThat(
      (found === null) === (model.freeInStack === 0),
      'alloc succeeds while the stack zone has pages',
    );
    if (found !== null) take(model, [frameOf(found)]);
  }),
);

const anyBatch = fc.oneof(fc.nat(16), fc.nat(5000)).map((count) =>
  command(`allocPages(${count})`, always, (model, pmm) => {
    const given = new BigUint64Array(count);
    const isGranted = pmm.allocPages(given, count);
    expectThat(isGranted === count <= model.freeInStack, 'a batch is granted while there are pages');
    if (isGranted) take(model, Array.from(given, frameOf));
  }),
);

/** Whether a run of `count` free page frames fits. */
function fits({ free, limit }: Model, count: number, end: number, alignment: number): boolean {
  if (count === 0) return false;
  const last = Math.min(limit, end) - count;
  for (const frame of free) {
    if (frame > last || frame % alignment !== 0) continue;
    let length = 1;
    while (length < count && free.has(frame + length)) length += 1;
    if (length === count) return true;
  }
  return false;
}

const anyRun = fc
  .tuple(fc.oneof(fc.nat(16), fc.nat(5000)), fc.maxSafeNat(), fc.oneof(fc.nat(40), fc.nat(2 ** 40)))
  .map(([count, maxAddr, pages]) =>
    command(`allocBitmap(${count}, ${maxAddr}, ${pages} pages)`, always, (model, pmm) => {
      const found = pmm.allocBitmap(count, maxAddr, BigInt(pages) * PAGE_BYTES);
      const isPossible = fits(model, count, Math.floor(maxAddr / 4096), Math.max(1, pages));
      expectThat((found !== null) === isPossible, 'a run is found exactly where one fits');
      if (found === null) return;
      const base = frameOf(found);
      expectThat(base % Math.max(1, pages) === 0 && base + count <= model.limit, 'a run fits what was asked');
      take(
        model,
        Array.from({ length: count }, (_, i) => base + i),
      );
    }),
  );

const anyFree = fc.nat().map((place) =>
  command(`free ${place}`, isHeld, (model, pmm) => {
    const frames = removed(model, place);
    for (const frame of frames) pmm.free(addressOf(frame));
    giveBack(model, frames);
  }),
);

const anyFreePages = fc.nat().map((place) =>
  command(`freePages ${place}`, isHeld, (model, pmm) => {
    const frames = removed(model, place);
    pmm.freePages(BigUint64Array.from(frames, addressOf), frames.length);
    giveBack(model, frames);
  }),
);

const anyFreeRegion = fc.nat().map((place) =>
  command(`freeRegion ${place}`, isHeld, (model, pmm) => {
    const frames = removed(model, place).toSorted((a, b) => a - b);
    const [first = 0] = frames;
    const end = frames.findIndex((frame, i) => frame !== first + i);
    const region = end < 0 ? frames : frames.slice(0, end);
    pmm.freeRegion(addressOf(first), region.length);
    giveBack(model, region);
    if (region.length < frames.length) model.held.push(frames.slice(region.length));
  }),
);

const anyCommands = fc.commands([anyAlloc, anyBatch, anyRun, anyFree, anyFreePages, anyFreeRegion], {
  size: 'max',
  maxCommands: 500,
});

const anySegments = fc.array(
  fc.tuple(fc.oneof(fc.nat(16), fc.nat(2 ** 21)), fc.oneof(fc.nat(64), fc.nat(5000)), fc.nat(9)),
  { minLength: 1, maxLength: 8 },
);

function mapOf(segments: readonly (readonly [number, number, number])[]): MemoryMap {
  let end = 0;
  return memoryMap(
    segments.map(([gap, pages, kind]) => {
      const start = end + gap;
      end = start + pages;
      return { type: kind === 9 ? 'loaderData' : 'conventional', start: BigInt(start) * PAGE_BYTES, pages };
    }),
  );
}

function freeFrames(map: MemoryMap): Set<number> {
  const free = new Set<number>();
  for (const { owner, base, count } of ownedRegions(map))
    if (owner === 'pmm') for (let i = 0; i < count; i += 1) free.add(base + i);
  return free;
}

/** The outcome of looking for a defect. */
export interface Sought {
  readonly isFound: boolean;
  readonly seconds: number;
  readonly programs: number;
}

/** Returns a function that returns the seconds of processor time since then: what else the machine does makes no difference. */
export function stopwatch(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
}

/** Looks for a defect with plain commands for a number of seconds of processor time. */
export function plainly(create: PmmFactory, seed: number, seconds: number): Sought {
  const elapsed = stopwatch();
  let programs = 0;
  const property = fc.property(anySegments, fc.nat(4), anyCommands, (segments, place, commands) => {
    if (elapsed() >= seconds) return;
    programs += 1;
    const map = mapOf(segments);
    const middle = map.descriptors[place % map.descriptors.length];
    const bitmapMaxAddr = (middle?.start ?? 0n) + BigInt((middle?.pages ?? 0) >> 1) * PAGE_BYTES;
    const chosen = config({ bitmapMaxAddr });
    const free = freeFrames(map);
    const limit = bitmapLimit(chosen);
    const freeInStack = [...free].filter((frame) => frame >= limit).length;
    const memory = { read: () => 0n, write: () => {} };
    const real = create(map, { config: chosen, warn: () => {}, memory });
    expectThat(real.freeAmount() === free.size, 'the amount of free page frames is wrong');
    fc.modelRun(() => ({ model: { limit, free, held: [], freeInStack }, real }), commands);
  });
  let isFound = false;
  // Few runs at a time: fast-check draws their commands before the property can look at the time.
  for (let round = 0; !isFound && elapsed() < seconds; round += 1)
    isFound = fc.check(property, { seed: seed + 1000 * round, numRuns: 20, endOnFailure: true }).failed;
  return { isFound, seconds: elapsed(), programs };
}
