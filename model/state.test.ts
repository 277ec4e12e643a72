/** The state by example: who owns what after init, after a grant and after a release, in counts, zones and order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  config,
  type DescriptorInput,
  type MemoryType,
  memoryMap,
  type Owner,
  PAGE_BYTES,
  type Policy,
  pageCount,
  pfn,
  type Region,
  WHOLE,
} from '../spec/index.ts';
import { ModelState } from './index.ts';

function descriptor(type: MemoryType, base: number, pages: number): DescriptorInput {
  return { type, start: BigInt(base) * PAGE_BYTES, pages };
}

function stateOf(limit: number, descriptors: readonly DescriptorInput[], ...policies: Policy[]): ModelState {
  return ModelState.init(
    memoryMap(descriptors),
    config({ bitmapMaxAddr: BigInt(limit) * PAGE_BYTES }),
    policies,
  );
}

function region(base: number, count: number): Region {
  return { base: pfn(base), count: pageCount(count) };
}

/** Counts of all owners, and what is free in the bitmap zone and in the stack zone. */
function counts(state: ModelState): readonly number[] {
  const owners = (['firmware', 'boot', 'pmm', 'caller'] as const).map((owner) => state.countOf(owner));
  return [...owners, state.freeIn('bitmap'), state.freeIn('stack')];
}

function owners(state: ModelState, from: number, end: number): string {
  return Array.from({ length: end - from }, (_, i) => state.ownerOf(pfn(from + i))[0]).join('');
}

/** Page frames 0 to 9 are free, 10 to 13 of boot code, 14 and 15 of firmware, 20 to 29 free; the stack begins at 8. */
const MIXED: readonly DescriptorInput[] = [
  descriptor('conventional', 20, 10),
  descriptor('reserved', 16, 2),
  descriptor('loaderData', 10, 4),
  descriptor('conventional', 0, 10),
  descriptor('conventional', 12, 0),
  descriptor('acpiNvs', 14, 2),
];

it('the state after init is shared by those who ask for the same, and by nobody else', () => {
  const map = memoryMap(MIXED);
  const [near, far] = [config({ bitmapMaxAddr: 0x8000n }), config({ bitmapMaxAddr: 0x10000n })];
  const none: Policy[] = [];
  const lifo: Policy[] = ['lifo'];
  const state = ModelState.init(map, near, none);
  expect(ModelState.init(map, near, none)).toBe(state);
  expect(counts(ModelState.init(map, near, none, WHOLE, [region(0, 1)]))).toEqual([2, 4, 19, 0, 7, 12]);
  expect(ModelState.init(map, near, none)).toBe(state);
  expect(counts(ModelState.init(map, far, none))).toEqual([2, 4, 20, 0, 10, 10]);
  expect(ModelState.init(map, far, lifo).stackTop(pageCount(1))).toEqual([29]);
  expect(ModelState.init(map, far, lifo, { ...WHOLE, zones: 1 }).freeIn('stack')).toBe(0);
});

it('every state can be asked and changed', () => {
  for (const policies of [['lifo'], ['first-fit']] as const)
    for (const limit of [0, 8, 25, 100]) {
      const play = (): unknown => {
        const taken = stateOf(limit, MIXED, ...policies).allocated([
          region(22, 3),
          region(2, 1),
          region(6, 2),
        ]);
        const freed = taken.freed([region(6, 1), region(10, 2), region(7, 1), region(22, 1), region(12, 1)]);
        const fits = [1, 3, 4].map((alignment) =>
          freed.lowestFit({ count: pageCount(2), limit: pfn(Math.min(limit, 30)), alignment }),
        );
        const failing = freed.firstFailing(region(0, 40), () => true);
        const tops = [5, 99].map((count) => freed.stackTop(pageCount(count)));
        return [counts(freed), owners(freed, 0, 40), fits, tops, failing, freed.freed([region(13, 1)])];
      };
      expect(play).not.toThrow();
    }
});

it('a state of many extents can be asked and changed', () => {
  const play = (): unknown => {
    const holes = Array.from({ length: 350 }, (_, i) => region(2 * i, 1));
    const taken = stateOf(700, [descriptor('conventional', 0, 700)]).allocated(holes);
    const freed = taken.freed([region(100, 1), region(300, 1), region(302, 1)]);
    return [
      owners(freed, 0, 700),
      freed.firstFailing(region(0, 800), () => true),
      freed.allocated([region(299, 5)]),
    ];
  };
  expect(play).not.toThrow();
});

describe('the state after init', () => {
  it('has each page frame of RAM with its owner, in its zone, and nothing from empty descriptors', () => {
    const state = stateOf(8, MIXED);
    expect(owners(state, 0, 32)).toBe('ppppppppppbbbbffaaaappppppppppaa');
    expect(counts(state)).toEqual([2, 4, 20, 0, 8, 12]);
    expect(state.world).toMatchObject({ bitmapLimit: 8, end: 30, total: 26 });
    expect(stateOf(8, []).world).toMatchObject({ end: 0, total: 0 });
  });

  it('has one zone, the bitmap zone, where the manager claims no more', () => {
    const profile = { ...WHOLE, zones: 1, singlePages: 'anywhere' } as const;
    const map = memoryMap([descriptor('conventional', 0, 20)]);
    const state = ModelState.init(map, config({ bitmapMaxAddr: 8n * PAGE_BYTES }), [], profile);
    expect(counts(state)).toEqual([0, 0, 20, 0, 20, 0]);
  });

  it('has the free stack in the order of the map, where that is promised', () => {
    const all = pageCount(99);
    const pushed = [9, 8, ...Array.from({ length: 10 }, (_, i) => 29 - i)];
    expect(stateOf(8, MIXED, 'lifo').stackTop(all)).toEqual(pushed);
    expect(stateOf(8, MIXED, 'first-fit').stackTop(all)).toBeNull();
    expect(stateOf(8, MIXED, 'first-fit', 'lifo').policies).toEqual(['first-fit', 'lifo']);
  });
});

describe('what is handed out', () => {
  it('is the callers, in whatever order and pieces', () => {
    for (const regions of [
      [region(22, 3), region(25, 2), region(2, 2)],
      [region(25, 2), region(2, 1), region(22, 3), region(3, 1)],
      [region(2, 2), region(22, 0), region(22, 5)],
    ]) {
      expect(() => stateOf(8, MIXED).allocated(regions)).not.toThrow();
      const state = stateOf(8, MIXED).allocated(regions);
      expect(owners(state, 0, 32)).toBe('ppccppppppbbbbffaaaappcccccpppaa');
      expect(counts(state)).toEqual([2, 4, 13, 7, 6, 7]);
    }
  });

  it('comes off the stack, as far as it is of its zone', () => {
    const state = stateOf(8, MIXED, 'lifo').allocated([region(8, 2), region(0, 1)]);
    expect(state.stackTop(pageCount(2))).toEqual([29, 28]);
    expect(state.allocated([]).stackTop(pageCount(1))).toEqual([29]);
  });
});

describe('what is freed', () => {
  it('no longer belongs to boot code, nor to a caller', () => {
    const taken = stateOf(8, MIXED).allocated([region(4, 4), region(8, 2)]);
    expect(counts(taken.freed([region(10, 1)]))).toEqual([2, 3, 15, 6, 4, 11]);
    expect(counts(taken.freed([region(4, 1)]))).toEqual([2, 4, 15, 5, 5, 10]);
    expect(() => taken.freed([region(6, 6), region(13, 0), region(13, 1)])).not.toThrow();
    const all = taken.freed([region(6, 6), region(13, 0), region(13, 1)]);
    expect(counts(all)).toEqual([2, 1, 21, 2, 6, 15]);
    expect(owners(all, 0, 16)).toBe('ppppccppppppbpff');
  });

  it('goes on the stack in the order in which it was freed, upwards within a region', () => {
    const taken = stateOf(8, MIXED, 'lifo').allocated([region(4, 4), region(8, 2)]);
    const freed = taken.freed([region(11, 1), region(6, 4), region(10, 1)]);
    expect(freed.stackTop(pageCount(5))).toEqual([10, 9, 8, 11, 29]);
    expect(taken.freed([]).stackTop(pageCount(1))).toEqual([29]);
    expect(
      stateOf(8, MIXED)
        .allocated([region(8, 2)])
        .freed([region(8, 2)])
        .stackTop(pageCount(1)),
    ).toBeNull();
  });

  it('leaves the state before as it was', () => {
    const state = stateOf(8, MIXED, 'lifo');
    const before = [counts(state), owners(state, 0, 32), state.stackTop(pageCount(20))];
    state.allocated([region(8, 2)]).freed([region(9, 1)]);
    expect([counts(state), owners(state, 0, 32), state.stackTop(pageCount(20))]).toEqual(before);
  });
});

it('an empty region changes no hands, wherever it lies', () => {
  const FRAMES = 40;
  const kept = stateOf(
    FRAMES,
    Array.from({ length: FRAMES }, (_, i) => descriptor(i % 2 === 0 ? 'loaderData' : 'acpiNvs', i, 1)),
  );
  const isKept = (owner: Owner): boolean => owner === 'boot' || owner === 'firmware';
  for (let base = 0; base < FRAMES; base += 1) {
    const change = (): readonly ModelState[] => [
      kept.freed([region(base, 0)]),
      kept.allocated([region(base, 0)]),
    ];
    expect(change).not.toThrow();
    for (const after of change()) {
      expect(counts(after)).toEqual(counts(kept));
      expect(after.ownerOf(pfn(base))).toBe(kept.ownerOf(pfn(base)));
      expect(after.firstFailing(region(0, FRAMES), isKept)).toBeNull();
    }
  }
});

describe('the lowest run that fits', () => {
  const lowest = (state: ModelState, count: number, limit: number, alignment: number): number | null =>
    state.lowestFit({ count: pageCount(count), limit: pfn(limit), alignment });

  it('begins at page frame 0 where that is free', () => {
    const state = stateOf(8, MIXED);
    expect([
      lowest(state, 8, 8, 1),
      lowest(state, 8, 8, 7),
      lowest(state, 9, 8, 1),
      lowest(state, 1, 0, 1),
    ]).toEqual([0, 0, null, null]);
    expect(() => lowest(state.allocated([region(0, 1)]), 2, 8, 4)).not.toThrow();
    expect(lowest(state.allocated([region(0, 1)]), 2, 8, 4)).toBe(4);
    expect(lowest(state.allocated([region(0, 1), region(5, 1)]), 2, 8, 4)).toBeNull();
    expect(lowest(state.allocated([region(0, 8)]), 1, 8, 1)).toBeNull();
  });

  it('is the lowest of many, in a memory of more fragments than a leaf of extents holds', () => {
    const FRAMES = 700;
    const evens = Array.from({ length: FRAMES / 2 }, (_, i) => 2 * i);
    /** The state after the page frames of even number were handed out, and these freed in this order. */
    const stateAfter = (freed: readonly number[]): ModelState =>
      freed.reduce(
        (state, frame) => state.freed([region(frame, 1)]),
        stateOf(FRAMES, [descriptor('conventional', 0, FRAMES)]).allocated(
          evens.map((frame) => region(frame, 1)),
        ),
      );
    const anyFreed = fc.array(
      fc.record({ base: fc.nat(FRAMES - 1), count: fc.integer({ min: 1, max: 9 }) }),
      {
        maxLength: 120,
      },
    );
    fc.assert(
      fc.property(anyFreed, (drawn) => {
        const held = new Set<number>(evens);
        const freed = drawn
          .flatMap(({ base, count }) => Array.from({ length: count }, (_, i) => base + i))
          .filter((frame) => held.delete(frame));
        expect(() => stateAfter(freed)).not.toThrow();
        const state = stateAfter(freed);
        const fits = (base: number, count: number): boolean =>
          Array.from({ length: count }, (_, i) => base + i).every(
            (frame) => frame < FRAMES && !held.has(frame),
          );
        for (const count of [2, 3, 5, 8, 20])
          for (const alignment of [1, 2, 3, 8, 50]) {
            const starts = Array.from({ length: Math.ceil(FRAMES / alignment) }, (_, i) => i * alignment);
            expect(lowest(state, count, FRAMES, alignment)).toBe(
              starts.find((base) => fits(base, count)) ?? null,
            );
          }
      }),
      { numRuns: 15 },
    );
  });
});

describe('the lowest run that fits in one descriptor', () => {
  const anyRegions = fc.array(fc.record({ base: fc.nat(59), count: fc.integer({ min: 1, max: 9 }) }));
  it('is the one that a search by page frames finds', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 59 }), { maxLength: 8 }),
        anyRegions,
        (cuts, taken) => {
          const edges = [0, ...cuts.toSorted((a, b) => a - b), 60];
          const descriptors = edges
            .slice(1)
            .map((end, i) => descriptor('conventional', edges[i] ?? 0, end - (edges[i] ?? 0)));
          const profile = { ...WHOLE, runsWithin: 'descriptors' } as const;
          const start = ModelState.init(
            memoryMap(descriptors),
            config({ bitmapMaxAddr: 60n * PAGE_BYTES }),
            [],
            profile,
          );
          const held = new Set(
            taken.flatMap(({ base, count }) => Array.from({ length: count }, (_, i) => base + i)),
          );
          const state = start.allocated(
            [...held].filter((frame) => frame < 60).map((frame) => region(frame, 1)),
          );
          const fits = (base: number, count: number): boolean =>
            Array.from({ length: count }, (_, i) => base + i).every(
              (frame, i) => frame < 60 && !held.has(frame) && (i === 0 || !cuts.includes(frame)),
            );
          for (const count of [1, 2, 3, 5, 12])
            for (const alignment of [1, 2, 3, 8]) {
              const starts = Array.from({ length: 60 }, (_, i) => i * alignment);
              expect(state.lowestFit({ count: pageCount(count), limit: pfn(60), alignment })).toBe(
                starts.find((base) => fits(base, count)) ?? null,
              );
            }
        },
      ),
      { numRuns: 200 },
    );
  });
});

it('the first page frame that fails a test may be absent, or beyond all RAM', () => {
  const state = stateOf(8, MIXED);
  const notFree = (base: number, count: number): number | null =>
    state.firstFailing(region(base, count), (owner) => owner === 'pmm');
  expect([
    notFree(0, 10),
    notFree(0, 11),
    notFree(18, 1),
    notFree(25, 10),
    notFree(40, 2),
    notFree(40, 0),
  ]).toEqual([null, 10, 18, 30, 40, null]);
  expect(notFree(2 ** 44 - 1, 1)).toBe(2 ** 44 - 1);
  const holes = Array.from({ length: 350 }, (_, i) => region(2 * i, 1));
  const striped = stateOf(700, [descriptor('conventional', 0, 700)]).allocated(holes);
  expect(striped.firstFailing(region(0, 700), (owner) => owner !== 'absent')).toBeNull();
  expect(striped.firstFailing(region(0, 701), (owner) => owner !== 'absent')).toBe(700);
});
