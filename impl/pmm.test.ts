/** Examples that teach, and the implementation against an oracle that keeps one owner a page frame in a `Map`. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  config as configOf,
  type DescriptorInput,
  isPmmPanic,
  MEMORY_TYPES,
  type MemoryType,
  memoryMap,
  type Owner,
  ownerAfterInit,
} from '../spec/index.ts';
import { createPmm, type PageFrameManager } from './index.ts';

const PAGE = 4096n;
const U64_MAX = 2n ** 64n - 1n;
/** This implementation neither writes to memory nor reads it. */
const memory = {
  read: () => 0n,
  write: () => {
    throw new Error('the manager wrote into a page frame');
  },
};

interface World {
  readonly descriptors: readonly DescriptorInput[];
  readonly limit: number;
}

function build({ descriptors, limit }: World): { pmm: PageFrameManager; warnings: string[]; base: bigint } {
  const config = configOf({ bitmapMaxAddr: BigInt(limit) * PAGE });
  const warnings: string[] = [];
  const pmm = createPmm(memoryMap(descriptors), { config, warn: (w) => warnings.push(w), memory });
  return { pmm, warnings, base: config.higherHalf };
}

const conventional = (base: number, pages: number): DescriptorInput => ({
  type: 'conventional',
  start: BigInt(base) * PAGE,
  pages,
});

/** Frames 0..15 are the bitmap zone, 16..31 the stack zone. */
const SMALL: World = { descriptors: [conventional(0, 32)], limit: 16 };

describe('a small machine', () => {
  test('hands out single pages from the top down, and the last one freed first', () => {
    const { pmm, base } = build(SMALL);
    expect([pmm.alloc(), pmm.alloc(), pmm.alloc()]).toEqual([
      base + 31n * PAGE,
      base + 30n * PAGE,
      base + 29n * PAGE,
    ]);
    pmm.free(base + 30n * PAGE);
    pmm.free(base + 31n * PAGE + 4095n);
    expect([pmm.alloc(), pmm.alloc(), pmm.alloc()]).toEqual([
      base + 31n * PAGE,
      base + 30n * PAGE,
      base + 28n * PAGE,
    ]);
  });

  test('hands out runs from the bottom up, aligned and below the limit that is asked', () => {
    const { pmm, base } = build(SMALL);
    expect(pmm.allocBitmap(1, U64_MAX, 0)).toBe(base);
    expect(pmm.allocBitmap(2, U64_MAX, 3 * 4096)).toBe(base + 3n * PAGE);
    expect(pmm.allocBitmap(2, 3 * 4096, 1)).toBe(base + PAGE);
    expect(pmm.allocBitmap(1, 5 * 4096 + 4095, 1)).toBe(null);
    expect(pmm.allocBitmap(12, U64_MAX, 1)).toBe(null);
    expect(pmm.allocBitmap(11, U64_MAX, 1)).toBe(base + 5n * PAGE);
  });

  test('address 0 is a multiple of every alignment', () => {
    const { pmm, base } = build(SMALL);
    expect(pmm.allocBitmap(1, U64_MAX, U64_MAX)).toBe(base);
    expect(pmm.allocBitmap(1, U64_MAX, U64_MAX)).toBe(null);
  });

  test('refuses a double free, and names the page frame and its owner', () => {
    const { pmm, base } = build(SMALL);
    const page = pmm.alloc() ?? 0n;
    pmm.free(page);
    expect(() => pmm.free(page)).toThrowError(
      expect.objectContaining({ name: 'PmmPanic', call: 'free', pfn: 31, owner: 'pmm' }),
    );
    expect(() => pmm.free(base + 32n * PAGE)).toThrowError(
      expect.objectContaining({ pfn: 32, owner: 'absent' }),
    );
    expect(() => pmm.free(base - 1n)).toThrowError(expect.objectContaining({ pfn: null, owner: null }));
  });

  test('a region may straddle the two zones', () => {
    const { pmm, base } = build({ descriptors: [{ ...conventional(8, 16), type: 'loaderData' }], limit: 16 });
    expect([pmm.freeAmount(), pmm.alloc()]).toEqual([0, null]);
    pmm.freeRegion(base + 8n * PAGE, 16);
    expect([pmm.freeAmount(), pmm.alloc()]).toEqual([16, base + 23n * PAGE]);
  });

  test('a failure sets errno and warns once; a success touches neither', () => {
    const { pmm, warnings } = build(SMALL);
    expect(pmm.allocPages(new BigUint64Array(0), 17)).toBe(false);
    expect(pmm.errno).toBe('ENOMEM');
    pmm.alloc();
    expect(pmm.errno).toBe('ENOMEM');
    expect(warnings).toEqual([
      'allocPages(count 17) failed: ENOMEM; 16 page frames are free in the stack zone, 16 in the bitmap zone',
    ]);
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 64, -1n, 2n ** 64n])('%s is not a count', (count) => {
    const { pmm, base } = build(SMALL);
    const misused = expect.objectContaining({ name: 'PmmPanic', pfn: null });
    expect(() => pmm.allocPages(new BigUint64Array(1), count)).toThrowError(misused);
    expect(() => pmm.allocBitmap(count, U64_MAX, 1)).toThrowError(misused);
    expect(() => pmm.freeRegion(base, count)).toThrowError(misused);
    expect(pmm.freeAmount()).toBe(32);
  });
});

/** One owner a page frame, and the free stack as a list: obvious, and slow. */
class Oracle {
  readonly owners = new Map<number, Owner>();
  readonly stack: number[] = [];
  readonly limit: number;

  constructor({ descriptors, limit }: World) {
    this.limit = limit;
    for (const { type, start, pages } of descriptors) {
      for (let frame = Number(start / PAGE), i = 0; i < pages; i += 1, frame += 1) {
        this.owners.set(frame, ownerAfterInit(type));
        if (ownerAfterInit(type) === 'pmm' && frame >= limit) this.stack.push(frame);
      }
    }
  }

  isFree = (frame: number): boolean => this.owners.get(frame) === 'pmm';

  alloc(): number | null {
    const frame = this.stack.pop();
    if (frame === undefined) return null;
    this.owners.set(frame, 'caller');
    return frame;
  }

  allocBitmap(count: number, limit: number, alignment: number): number | null {
    const end = Math.min(limit, this.limit);
    for (let base = 0; count > 0 && base + count <= end; base += alignment) {
      const run = Array.from({ length: count }, (_, i) => base + i);
      if (!run.every(this.isFree)) continue;
      for (const frame of run) this.owners.set(frame, 'caller');
      return base;
    }
    return null;
  }

  /** Frees all, or returns the one to blame. */
  free(frames: readonly number[]): number | null {
    const seen = new Set<number>();
    for (const frame of frames) {
      const owner = this.owners.get(frame);
      if (seen.has(frame) || (owner !== 'caller' && owner !== 'boot')) return frame;
      seen.add(frame);
    }
    for (const frame of frames) {
      this.owners.set(frame, 'pmm');
      if (frame >= this.limit) this.stack.push(frame);
    }
    return null;
  }
}

type Step =
  | { readonly call: 'alloc' }
  | { readonly call: 'allocPages'; readonly count: number }
  | {
      readonly call: 'allocBitmap';
      readonly count: number;
      readonly below: number;
      readonly alignment: number;
    }
  | { readonly call: 'free'; readonly frame: number }
  | { readonly call: 'freePages'; readonly frames: readonly number[] }
  | { readonly call: 'freeRegion'; readonly frame: number; readonly count: number };

/** Run lengths on both sides of each word boundary that matters. */
const LENGTHS = [1, 2, 3, 31, 32, 33, 63, 64, 65, 127, 255, 256, 257, 1023, 1024, 1025];

function stepsWithin(end: number): fc.Arbitrary<readonly Step[]> {
  const frame = fc.nat({ max: end + 2 });
  const count = fc.oneof(fc.nat({ max: 9 }), fc.constantFrom(...LENGTHS));
  const alignment = fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom(16, 31, 32, 33, 48, 64, 100, 512),
  );
  const below = fc.oneof(fc.constant(end + 9), frame);
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.constant({ call: 'alloc' as const }),
    fc.record({ call: fc.constant('allocPages' as const), count }),
    fc.record({ call: fc.constant('allocBitmap' as const), count, below, alignment }),
    fc.record({
      call: fc.constant('allocBitmap' as const),
      count: fc.integer({ min: 1, max: 3 }),
      below,
      alignment,
    }),
    fc.record({ call: fc.constant('free' as const), frame }),
    fc.record({ call: fc.constant('freePages' as const), frames: fc.array(frame, { maxLength: 4 }) }),
    fc.record({ call: fc.constant('freeRegion' as const), frame, count }),
  );
  return fc.array(step, { maxLength: 60 });
}

const TYPES = Object.keys(MEMORY_TYPES) as MemoryType[];

/** Disjoint descriptors with gaps, shuffled, and a bitmap limit anywhere in them or beyond. */
const worlds: fc.Arbitrary<World & { readonly end: number }> = fc
  .record({
    pieces: fc.array(
      fc.record({
        gap: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 70 })),
        pages: fc.oneof(fc.nat({ max: 40 }), fc.constantFrom(...LENGTHS)),
        type: fc.oneof(
          { weight: 5, arbitrary: fc.constantFrom<MemoryType>('conventional', 'bootServicesData') },
          { weight: 2, arbitrary: fc.constantFrom<MemoryType>('loaderData', 'acpiReclaim') },
          fc.constantFrom(...TYPES),
        ),
      }),
      { maxLength: 7 },
    ),
    place: fc.double({ min: 0, max: 1.2, noNaN: true }),
    order: fc.infiniteStream(fc.nat()),
  })
  .map(({ pieces, place, order }) => {
    let next = 0;
    const descriptors = pieces.map(({ gap, pages, type }) => {
      const start = BigInt(next + gap) * PAGE;
      next += gap + pages;
      return { type, start, pages };
    });
    const keyed = descriptors.map((descriptor) => ({ descriptor, key: order.next().value ?? 0 }));
    const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ descriptor }) => descriptor);
    return { descriptors: shuffled, limit: Math.floor(next * place), end: next };
  });

type Answer = number | null | readonly number[] | { readonly blamed: number | null };

/** Runs a step and returns its result, in page frames. */
function answer(pmm: PageFrameManager, base: bigint, step: Step): Answer {
  const address = (frame: number): bigint => base + BigInt(frame) * PAGE;
  const frameOf = (a: bigint | null): number | null => (a === null ? null : Number((a - base) / PAGE));
  try {
    switch (step.call) {
      case 'alloc':
        return frameOf(pmm.alloc());
      case 'allocPages': {
        const addresses = new BigUint64Array(step.count + 1).fill(base);
        const granted = pmm.allocPages(addresses, step.count);
        expect(addresses[step.count]).toBe(base);
        return granted ? [...addresses.subarray(0, step.count)].map((a) => frameOf(a) ?? -1) : null;
      }
      case 'allocBitmap':
        return frameOf(pmm.allocBitmap(step.count, step.below * 4096, step.alignment * 4096));
      case 'free':
        pmm.free(address(step.frame));
        return [];
      case 'freePages':
        pmm.freePages(BigUint64Array.from(step.frames, address), step.frames.length);
        return [];
      case 'freeRegion':
        pmm.freeRegion(address(step.frame), step.count);
        return [];
    }
  } catch (error) {
    if (isPmmPanic(error)) return { blamed: error.pfn };
    throw error;
  }
}

function freed(blamed: number | null): Answer {
  return blamed === null ? [] : { blamed };
}

/** The result that a step must have. */
function expected(oracle: Oracle, step: Step): Answer {
  switch (step.call) {
    case 'alloc':
      return oracle.alloc();
    case 'allocPages':
      return step.count > oracle.stack.length
        ? null
        : Array.from({ length: step.count }, () => oracle.alloc() ?? -1);
    case 'allocBitmap':
      return oracle.allocBitmap(step.count, step.below, step.alignment);
    case 'free':
      return freed(oracle.free([step.frame]));
    case 'freePages':
      return freed(oracle.free(step.frames));
    case 'freeRegion':
      return freed(oracle.free(Array.from({ length: step.count }, (_, i) => step.frame + i)));
  }
}

function sweep(pmm: PageFrameManager, oracle: Oracle): void {
  const seen = new Map<number, string>();
  for (const { base, count, condition } of pmm.inspect()) {
    for (let i = 0; i < count; i += 1) seen.set(base + i, condition);
  }
  const managed = [...oracle.owners].filter(([, owner]) => owner !== 'absent' && owner !== 'firmware');
  expect(seen.size).toBe(managed.length);
  for (const [frame, owner] of managed) {
    const condition = owner === 'pmm' ? 'free' : 'held';
    if (seen.get(frame) !== condition)
      expect.fail(`page frame ${frame} is ${seen.get(frame)}, not ${condition}`);
  }
  const free = managed.filter(([, owner]) => owner === 'pmm').length;
  expect(pmm.freeAmount()).toBe(free);
  expect(pmm.reservedAmount()).toBe(pmm.totalAmount() - free);
}

const worldAndSteps = worlds.chain((world) =>
  fc.record({ world: fc.constant(world), steps: stepsWithin(world.end) }),
);

describe('a bitmap zone whose padding reaches past its last leaf', () => {
  test('finds a long run although the whole zone is free', () => {
    // 2050 page frames fill 8 leaves of 256 and 2 ordinals of a ninth; the padding goes on in a tenth, which is none.
    const { pmm, base } = build({ descriptors: [conventional(0, 2051)], limit: 2050 });
    expect(pmm.allocBitmap(511, U64_MAX, PAGE)).toBe(base);
  });
});

describe('generated machines', () => {
  test('answer every call as the oracle does', () => {
    fc.assert(
      fc.property(worldAndSteps, ({ world, steps }) => {
        const { pmm, base } = build(world);
        const oracle = new Oracle(world);
        sweep(pmm, oracle);
        for (const step of steps) expect(answer(pmm, base, step)).toEqual(expected(oracle, step));
        sweep(pmm, oracle);
      }),
      { numRuns: 600 },
    );
  });

  test('answer alike after a snapshot is put back', () => {
    fc.assert(
      fc.property(worldAndSteps, ({ world, steps }) => {
        const { pmm, base } = build(world);
        const half = Math.floor(steps.length / 2);
        for (const step of steps.slice(0, half)) answer(pmm, base, step);
        const kept = pmm.snapshot();
        const first = steps.slice(half).map((step) => answer(pmm, base, step));
        pmm.restore(kept);
        expect(pmm.snapshot()).toEqual(kept);
        expect(steps.slice(half).map((step) => answer(pmm, base, step))).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });
});
