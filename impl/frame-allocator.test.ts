/** The frame-level face by example: batches, snapshots, sparse and huge machines. */
import { describe, expect, test, vi } from 'vitest';
import { config as configOf, type DescriptorInput, memoryMap } from '../spec/index.ts';
import { wordsOfStack } from './free-stack.ts';
import { createPmm, FrameAllocator } from './index.ts';
import { layoutOf } from './layout.ts';
import { sectionsOf } from './sections.ts';
import { wordsFor, writeInitial } from './state.ts';
import { counted } from './testing/zone.ts';

const PAGE = 4096n;

const usable = (base: number, pages: number): DescriptorInput => ({
  type: 'conventional',
  start: BigInt(base) * PAGE,
  pages,
});

function allocatorOf(limit: number, ...descriptors: DescriptorInput[]): FrameAllocator {
  return new FrameAllocator(memoryMap(descriptors), configOf({ bitmapMaxAddr: BigInt(limit) * PAGE }));
}

describe('batches', () => {
  test('come in the order in which single pages would', () => {
    const frames = allocatorOf(0, usable(0, 8));
    const batch = new Uint32Array(5);
    expect(frames.allocPages(batch, 5)).toBe(true);
    expect([...batch]).toEqual([7, 6, 5, 4, 3]);
    expect(() => frames.freePages(Uint32Array.of(5, 3, 4, 7, 6), 5)).not.toThrow();
    expect(Array.from({ length: 6 }, () => frames.alloc())).toEqual([6, 7, 4, 3, 5, 2]);
  });

  test('are refused where fewer are free, and granted where just as many are', () => {
    const frames = allocatorOf(4, usable(0, 8));
    const batch = new Uint32Array(5).fill(77);
    const before = frames.snapshot();
    expect(frames.allocPages(batch, 5)).toBe(false);
    expect([frames.snapshot(), [...batch]]).toEqual([before, [77, 77, 77, 77, 77]]);
    expect(frames.allocPages(batch, 4)).toBe(true);
    expect([...batch]).toEqual([7, 6, 5, 4, 77]);
    expect([frames.allocPages(batch, 0), frames.allocPages(batch, 1)]).toEqual([true, false]);
    frames.freePages(Uint32Array.of(7, 6, 5, 4), 4);
    expect(frames.allocPages(batch.fill(77), 2)).toBe(true);
    expect([...batch]).toEqual([4, 5, 77, 77, 77]);
  });

  test('need an array that is long enough, whatever the call', () => {
    const frames = allocatorOf(4, usable(0, 8));
    const short = { pfn: null, message: expect.stringMatching(/: count 2 is more than the 1 entry/) };
    expect(() => frames.allocPages(new Uint32Array(1), 2)).toThrowError(
      expect.objectContaining({ ...short, call: 'allocPages' }),
    );
    expect(() => frames.freePages(new Uint32Array(1), 2)).toThrowError(
      expect.objectContaining({ ...short, call: 'freePages' }),
    );
  });

  test('that are refused leave the order of the free stack as it was', () => {
    const frames = allocatorOf(0, usable(0, 8));
    frames.allocPages(new Uint32Array(5), 5);
    const before = frames.snapshot();
    expect(() => frames.freePages(Uint32Array.of(3, 4, 5, 0), 4)).toThrowError(
      expect.objectContaining({ call: 'freePages', pfn: 0, owner: 'pmm' }),
    );
    expect(() => frames.freePages(Uint32Array.of(3, 6, 3), 3)).toThrowError(/page frame 3 is named twice/);
    expect(frames.snapshot()).toEqual(before);
  });

  test('need a Float64Array where page frame numbers pass 2^32', () => {
    const frames = allocatorOf(0, usable(2 ** 32, 4));
    expect(() => frames.allocPages(new Uint32Array(1), 1)).toThrowError(/need a Float64Array/);
    const batch = new Float64Array(2);
    expect(frames.allocPages(batch, 2)).toBe(true);
    expect([...batch]).toEqual([2 ** 32 + 3, 2 ** 32 + 2]);
  });

  test('blame the first of the batch that may not be freed, be it an address that is none', () => {
    const options = {
      config: configOf({ bitmapMaxAddr: 0n }),
      warn: () => {},
      memory: { read: () => 0n, write: () => {} },
    };
    const pmm = createPmm(memoryMap([usable(0, 8)]), options);
    const free = options.config.higherHalf;
    expect(() => pmm.freePages(BigUint64Array.of(free, 1n), 2)).toThrowError(
      expect.objectContaining({ pfn: 0 }),
    );
    const held = pmm.alloc() ?? 0n;
    expect(() => pmm.freePages(BigUint64Array.of(held, 1n), 2)).toThrowError(
      expect.objectContaining({ pfn: null }),
    );
  });
});

describe('snapshots', () => {
  test('are equal exactly where the states are, the order of the free stack included', () => {
    const frames = allocatorOf(4, usable(0, 8));
    const fresh = frames.snapshot();
    const [a, b] = [frames.alloc() ?? 0, frames.alloc() ?? 0];
    frames.free(a);
    frames.free(b);
    expect(frames.snapshot()).not.toEqual(fresh);
    frames.alloc();
    frames.alloc();
    frames.freeRegion(b, 2);
    expect(frames.snapshot()).toEqual(fresh);
  });

  test('of another machine, or cut short, are refused', () => {
    const frames = allocatorOf(4, usable(0, 8));
    const fresh = frames.snapshot();
    expect(() => allocatorOf(4, usable(0, 9)).restore(fresh)).toThrowError(RangeError);
    expect(() => frames.restore(fresh.subarray(0, fresh.length - 8))).toThrowError(RangeError);
    expect(() => frames.restore(new Uint8Array(3))).toThrowError(RangeError);
    expect(frames.snapshot()).toEqual(fresh);
  });
});

test('a page frame number below 0 is misuse, and changes nothing', () => {
  const frames = allocatorOf(4, usable(0, 8));
  const before = frames.snapshot();
  const none = expect.objectContaining({ name: 'PmmPanic', pfn: null, owner: null });
  expect(() => frames.free(-1)).toThrowError(none);
  expect(() => frames.freeRegion(-1, 1)).toThrowError(none);
  expect(() => frames.freePages(Float64Array.of(-1), 1)).toThrowError(none);
  expect(frames.snapshot()).toEqual(before);
});

describe('the room for the free stack', () => {
  const WORD = 4;
  const FLOOR_AND_RUN = 5;

  test('is at first one run a descriptor and a word for each 1024 page frames, but no more than the largest stack takes', () => {
    const empty = 16 * WORD;
    expect(allocatorOf(0).stateBytes).toBe(empty + 2 * WORD);
    const bits = (frames: number): number => (Math.floor(frames / 32) + 1) * WORD;
    expect(allocatorOf(0, usable(0, 4096)).stateBytes).toBe(empty + bits(4096) + (FLOOR_AND_RUN + 4) * WORD);
    expect(allocatorOf(0, usable(0, 4095)).stateBytes).toBe(empty + bits(4095) + (FLOOR_AND_RUN + 3) * WORD);
    expect(allocatorOf(0, usable(0, 1)).stateBytes).toBe(empty + bits(1) + 4 * WORD);
    expect(allocatorOf(0, usable(0, 3), { ...usable(4, 1), type: 'acpiNvs' }).stateBytes).toBe(
      empty + bits(3) + 7 * WORD,
    );
  });

  test('doubles where it no longer suffices, up to a word and a half a page frame', () => {
    const frames = allocatorOf(0, usable(0, 64));
    const batch = new Uint32Array(64);
    frames.allocPages(batch, 64);
    const least = frames.stateBytes - FLOOR_AND_RUN * WORD;
    const roomOf = (): number => (frames.stateBytes - least) / WORD;
    const room = Array.from({ length: 32 }, (_, i) => {
      frames.free(2 * i);
      return roomOf();
    });
    expect(room.slice(0, 10)).toEqual([5, 5, 10, 10, 10, 10, 10, 20, 20, 20]);
    expect(room.at(-1)).toBe(40);
    frames.freePages(
      Uint32Array.from({ length: 32 }, (_, i) => 2 * i + 1),
      32,
    );
    expect([roomOf(), frames.freeInStack]).toEqual([2 + 96, 64]);
  });

  test('grows for a batch by what the batch can need, and for a region by one run', () => {
    const frames = allocatorOf(0, usable(0, 64));
    frames.allocPages(new Uint32Array(64), 64);
    const least = frames.stateBytes - FLOOR_AND_RUN * WORD;
    frames.freeRegion(10, 20);
    expect((frames.stateBytes - least) / WORD).toBe(5);
    frames.freeRegion(31, 2);
    expect((frames.stateBytes - least) / WORD).toBe(10);
    frames.freePages(Uint32Array.of(40, 42, 44, 46, 48, 50, 52), 7);
    expect((frames.stateBytes - least) / WORD).toBe(22);
  });

  test('stays as it is while it suffices, for a batch, a region and a state to go back to', () => {
    const frames = allocatorOf(0, usable(0, 4096));
    const room = frames.stateBytes;
    frames.allocPages(new Uint32Array(100), 100);
    frames.freePages(Uint32Array.of(4090, 4000), 2);
    frames.allocPages(new Uint32Array(2), 2);
    frames.freeRegion(4010, 3);
    const words = new Int32Array(room / 4);
    expect(() => frames.saveState(words)).not.toThrow();
    expect(() => frames.loadState(words)).not.toThrow();
    expect(frames.stateBytes).toBe(room);
  });
});

test('a large state that grows detaches no buffer, after which the engine would check every array', () => {
  const frames = allocatorOf(0, usable(0, 2 ** 22));
  const { words } = frames.state;
  frames.allocPages(new Uint32Array(2 ** 14), 2 ** 14);
  for (let i = 1; i < 2 ** 14; i += 2) frames.free(2 ** 22 - i);
  expect([frames.state.words === words, words.length > 2 ** 17]).toEqual([false, true]);
});

test('a free for which there is no memory changes nothing', () => {
  const frames = allocatorOf(0, usable(0, 2 ** 22));
  frames.allocPages(new Uint32Array(2 ** 14), 2 ** 14);
  const freeWhileFits = (): void => {
    for (let i = 1; i < 2 ** 14; i += 2) frames.free(2 ** 22 - i);
  };
  const none = class {
    constructor() {
      throw new RangeError('no memory');
    }
  };
  vi.stubGlobal('Int32Array', none);
  try {
    expect(freeWhileFits).toThrow('no memory');
  } finally {
    vi.unstubAllGlobals();
  }
  const refused = 2 ** 22 - 1 - 2 * (frames.freeInStack - (2 ** 22 - 2 ** 14));
  expect(() => frames.free(refused)).not.toThrow();
  expect(frames.alloc()).toBe(refused);
});

test('a region that is freed costs a look at its own held bits, and not at those behind it', () => {
  const map = memoryMap([usable(0, 64), usable(128, 100_000)]);
  const config = configOf({ bitmapMaxAddr: 0n });
  const sections = sectionsOf(map, config);
  const layout = layoutOf(sections);
  const fresh = wordsFor(layout, sections.stackFrames);
  writeInitial(fresh, layout, sections, map.descriptors);
  const { zone, reads } = counted({ words: fresh, sections, layout });
  const frames = new FrameAllocator(map, config, zone.words);
  frames.allocPages(new Uint32Array(100_064), 100_064);
  reads.bits = 0;
  expect(() => frames.freeRegion(1024, 32)).not.toThrow();
  expect(reads.bits).toBeLessThan(8);
});

describe('an inspection', () => {
  test('sees the runs of both zones, section by section', () => {
    const frames = allocatorOf(4, usable(0, 8), { ...usable(20, 4), type: 'loaderData' });
    frames.alloc();
    expect([...frames.inspect()]).toEqual([
      { base: 0, count: 4, condition: 'free' },
      { base: 4, count: 3, condition: 'free' },
      { base: 7, count: 1, condition: 'held' },
      { base: 20, count: 4, condition: 'held' },
    ]);
  });

  test('of a stack zone beyond 64 GiB sees the same by its free stack', () => {
    const pages = 2 ** 24 + 8;
    const frames = allocatorOf(4, usable(0, 4 + pages));
    frames.allocBitmap(1, 4, 1);
    frames.alloc();
    frames.free(frames.alloc() ?? 0);
    expect([...frames.inspect()]).toEqual([
      { base: 0, count: 1, condition: 'held' },
      { base: 1, count: 3, condition: 'free' },
      { base: 4, count: pages - 1, condition: 'free' },
      { base: 4 + pages - 1, count: 1, condition: 'held' },
    ]);
  });
});

describe('a batch that is freed', () => {
  /** An allocator whose stack zone is held: page frames 8 to 1007, and 2000 to 2099. */
  function held(): FrameAllocator {
    const frames = allocatorOf(8, usable(0, 1008), usable(2000, 100));
    frames.allocPages(new Uint32Array(1100), 1100);
    frames.allocBitmap(8, 8, 1);
    return frames;
  }

  const upwards = (from: number, count: number): readonly number[] =>
    Array.from({ length: count }, (_, i) => from + i);
  const downwards = (from: number, count: number): readonly number[] =>
    upwards(from - count + 1, count).toReversed();

  test.each<[name: string, batch: readonly number[]]>([
    ['upwards, in more than one piece', upwards(100, 600)],
    ['downwards, in more than one piece', downwards(900, 600)],
    ['to the first page frame of a section', downwards(2004, 5)],
    ['to the last page frame of a section', upwards(1003, 5)],
    ['across the zones', upwards(4, 8)],
    ['across the zones, downwards', downwards(11, 8)],
    ['from one section to the next', [1006, 1007, 2000, 2001]],
    ['to and fro', [500, 501, 500 - 1, 600, 601, 300, 2050, 20, 2051]],
    ['one by one', [10, 12, 14, 2010, 16]],
    ['only in the bitmap zone', [7, 3, 5, 4]],
  ])('%s, comes back in the opposite order', (_, batch) => {
    const frames = held();
    const single = held();
    expect(() => frames.freePages(Uint32Array.from(batch), batch.length)).not.toThrow();
    for (const frame of batch) single.free(frame);
    expect(frames.snapshot()).toEqual(single.snapshot());
    const inStack = batch.filter((frame) => frame >= 8);
    expect(inStack.map(() => frames.alloc())).toEqual(inStack.toReversed());
    const inBitmap = batch.filter((frame) => frame < 8).toSorted((a, b) => a - b);
    expect(inBitmap.map(() => frames.allocBitmap(1, 8, 1))).toEqual(inBitmap);
  });

  test.each<[name: string, batch: readonly number[], pfn: number, message: RegExp]>([
    ['a page frame that is free', [20, 21, 22, 30, 23], 30, /may not be freed, it is free already/],
    ['a page frame that is free, inside a run', [28, 29, 30, 31], 30, /it is free already/],
    ['a page frame that is free, inside a run downwards', [32, 31, 30, 29], 30, /it is free already/],
    ['a page frame of the bitmap zone that is free', [20, 3, 2], 2, /it is free already/],
    ['a page frame named twice', [20, 21, 40, 21], 21, /is named twice/],
    ['a page frame of the bitmap zone named twice', [20, 5, 6, 5], 5, /is named twice/],
    ['a page frame named twice, in runs', [50, 51, 52, 51, 50], 51, /is named twice/],
    ['a page frame outside of all sections', [20, 1500, 21], 1500, /its owner is absent/],
    [
      'a page frame behind the last of a section',
      [1005, 1006, 1007, 1008, 1009],
      1008,
      /its owner is absent/,
    ],
    [
      'a page frame before the first of a section',
      [2002, 2001, 2000, 1999, 1998],
      1999,
      /its owner is absent/,
    ],
  ])('all but for %s, is blamed on that, and nothing changes', (_, batch, pfn, message) => {
    const frames = held();
    frames.freePages(Uint32Array.of(30, 2), 2);
    const before = frames.snapshot();
    const panic = expect.objectContaining({
      name: 'PmmPanic',
      call: 'freePages',
      pfn,
      message: expect.stringMatching(message),
    });
    expect(() => frames.freePages(Uint32Array.from(batch), batch.length)).toThrowError(panic);
    expect(frames.snapshot()).toEqual(before);
    expect(() => frames.checkFreeable(Uint32Array.from(batch), batch.length)).toThrowError(panic);
    expect(frames.snapshot()).toEqual(before);
    expect(() => frames.checkFreeable(Uint32Array.from(batch), 1)).not.toThrow();
  });

  test('is as long as is said, and not as the array', () => {
    const frames = held();
    frames.freePages(Uint32Array.of(20, 21, 22), 2);
    expect([frames.freeInStack, frames.alloc(), frames.alloc(), frames.alloc()]).toEqual([2, 21, 20, null]);
  });
});

describe('a region that is freed', () => {
  test('may span descriptors and the border of the zones, and comes back from its end', () => {
    const frames = allocatorOf(
      8,
      { ...usable(4, 4), type: 'loaderData' },
      { ...usable(8, 4), type: 'acpiReclaim' },
    );
    frames.freeRegion(4, 8);
    expect([frames.freeInBitmap, frames.freeInStack]).toEqual([4, 4]);
    expect([frames.alloc(), frames.alloc(), frames.allocBitmap(4, 8, 1)]).toEqual([11, 10, 4]);
  });

  test.each([
    [4, 5, 8, 'absent'],
    [3, 2, 3, 'absent'],
    [4, 4, 6, 'pmm'],
    [20, 5, 22, 'pmm'],
    [20, 20, 22, 'pmm'],
  ] as const)(
    'from %i on, %i page frames, is blamed on page frame %i, of owner %s',
    (base, count, pfn, owner) => {
      const boot = (at: number, pages: number): DescriptorInput => ({
        ...usable(at, pages),
        type: 'loaderData',
      });
      const frames = allocatorOf(8, boot(4, 2), usable(6, 2), boot(20, 2), usable(22, 2));
      if (pfn === 8) frames.allocBitmap(2, 8, 1);
      const before = frames.snapshot();
      expect(() => frames.freeRegion(base, count)).toThrowError(
        expect.objectContaining({ name: 'PmmPanic', call: 'freeRegion', pfn, owner }),
      );
      expect(frames.snapshot()).toEqual(before);
    },
  );

  test('beyond the last page frame there can be is refused for its end', () => {
    const map = memoryMap([{ ...usable(2 ** 40 - 2, 2), type: 'loaderData' }]);
    const frames = new FrameAllocator(map, configOf({ higherHalf: 0xff00_0000_0000_0000n }));
    const end = { message: 'freeRegion: the region ends above physical memory', pfn: null };
    expect(() => frames.freeRegion(2 ** 40 - 2, 3)).toThrowError(expect.objectContaining(end));
    expect(() => frames.freeRegion(2 ** 40, 1)).toThrowError(expect.objectContaining(end));
  });
});

test('an allocator counts all RAM, and says where its zones end', () => {
  const frames = allocatorOf(
    8,
    usable(0, 10),
    { ...usable(20, 5), type: 'acpiNvs' },
    { ...usable(30, 5), type: 'reserved' },
  );
  expect([frames.total, frames.limit, frames.end]).toEqual([15, 8, 10]);
  expect([allocatorOf(8).total, allocatorOf(8).end]).toEqual([0, 0]);
});

test('a fraction is not a page frame number, also next to the one freed last', () => {
  const frames = allocatorOf(4, usable(0, 16));
  frames.allocPages(new Uint32Array(12), 12);
  frames.allocBitmap(4, 4, 1);
  frames.free(8);
  const before = frames.snapshot();
  const none = expect.objectContaining({ name: 'PmmPanic', pfn: null, owner: null });
  for (const fraction of [8.5, 9.5, 15.5, 3.5, 0.5]) {
    expect(() => frames.free(fraction)).toThrowError(none);
    expect(() => frames.freePages(Float64Array.of(fraction, fraction + 1), 2)).toThrowError(none);
    expect(() => frames.freePages(Float64Array.of(9, 10, fraction), 3)).toThrowError(none);
    expect(frames.snapshot()).toEqual(before);
  }
});

test('a restored allocator keeps the room that it has, and gets what the snapshot needs', () => {
  const frames = allocatorOf(0, usable(0, 64));
  const fresh = frames.snapshot();
  frames.allocPages(new Uint32Array(64), 64);
  for (let frame = 0; frame < 64; frame += 2) frames.free(frame);
  const [room, fragmented] = [frames.stateBytes, frames.snapshot()];
  frames.restore(fresh);
  expect(frames.stateBytes).toBe(room);
  const other = allocatorOf(0, usable(0, 64));
  expect(() => other.restore(fragmented)).not.toThrow();
  expect(other.stateBytes).toBe(fragmented.length);
  other.restore(fresh);
  expect([other.stateBytes, other.snapshot()]).toEqual([fragmented.length, fresh]);
});

test('what is freed in the stack zone changes nothing in the summary of the bitmap zone', () => {
  // 2303 page frames fill nine leaves but for the padding: one more leaf would be the first node of the next level.
  const frames = allocatorOf(2303, usable(0, 2303 + 600), usable(4000, 10));
  frames.allocBitmap(2303, 2303, 1);
  frames.allocPages(new Uint32Array(610), 610);
  const summary = (): readonly number[] => {
    const words = new Int32Array(400);
    const length = frames.saveState(words);
    const [top = 0] = words;
    const end = length - (top + 1 - frames.state.layout.stackAt);
    return [...words.subarray(end - 11, end)];
  };
  expect(summary).not.toThrow();
  const before = summary();
  expect(before).toEqual(new Array(11).fill(512));
  frames.free(4005); // so that the next is in another section than the one before it
  frames.free(2303);
  expect(summary()).toEqual(before);
  frames.freePages(
    Uint32Array.from({ length: 300 }, (_, i) => 2304 + i),
    300,
  );
  expect(summary()).toEqual(before);
  frames.freePages(Uint32Array.of(2303 + 599, 5), 2);
  expect(summary()).toEqual([511, ...new Array(8).fill(512), 511, 512]);
  frames.allocPages(new Uint32Array(303), 303);
  frames.freePages(Uint32Array.of(6, 2303), 2);
  expect(summary()).toEqual([510, ...new Array(8).fill(512), 510, 512]);
});

test('an allocator may work on a state that is given, which has room for the largest stack and never moves', () => {
  const map = memoryMap([usable(0, 40)]);
  const config = configOf({ bitmapMaxAddr: 8n * PAGE });
  const sections = sectionsOf(map, config);
  const words = wordsFor(layoutOf(sections), wordsOfStack(sections.stackFrames));
  writeInitial(words, layoutOf(sections), sections, map.descriptors);
  const build = (): FrameAllocator => new FrameAllocator(map, config, words);
  expect(build).not.toThrow();
  expect(build().snapshot()).toEqual(new FrameAllocator(map, config).snapshot());
  const scatter = (): void => {
    const frames = build();
    frames.allocBitmap(3, 8, 1);
    const batch = new Uint32Array(32);
    frames.allocPages(batch, 32);
    for (let i = 0; i < 32; i += 2) frames.free(batch[i] ?? 0);
    frames.freePages(
      batch.filter((_, i) => i % 2 === 1),
      16,
    );
  };
  expect(scatter).not.toThrow();
  expect([build().stateBytes, build().freeInBitmap, build().freeInStack]).toEqual([words.byteLength, 5, 32]);
});

test('an allocator begins alike on fresh memory and on that of one that was disposed of', () => {
  const map = memoryMap([usable(0, 70), usable(100, 3000)]);
  const begun = (): FrameAllocator => new FrameAllocator(map, configOf({ bitmapMaxAddr: 64n * 4096n }));
  const [fresh, used] = [begun(), begun()];
  const frames = new Float64Array(3000);
  used.allocPages(frames, 3000);
  used.allocBitmap(33, 64, 1);
  used.freePages(
    frames.filter((_, i) => i % 2 === 0),
    1500,
  );
  used.dispose();
  const next = begun();
  expect(next.stateBytes).toBe(fresh.stateBytes);
  expect([...next.state.words]).toEqual([...fresh.state.words]);
});

test('an allocator that is disposed of gives its memory back, unless others share it', () => {
  const map = memoryMap([usable(0, 40)]);
  const words = new Int32Array(new FrameAllocator(map, configOf()).stateBytes / 4);
  new FrameAllocator(map, configOf(), words).dispose();
  expect(words.length).toBe(0);
  const shared = new Int32Array(new SharedArrayBuffer(1024));
  expect(() => new FrameAllocator(map, configOf(), shared).dispose()).not.toThrow();
  expect(shared.length).toBe(256);
});

test('a restored allocator knows at once which leaves of the bitmap zone are full', () => {
  const build = (): FrameAllocator => allocatorOf(1023, usable(0, 1030));
  const full = build();
  full.allocBitmap(600, 1023, 1);
  const other = build();
  other.restore(full.snapshot());
  const words = new Int32Array(200);
  const length = other.saveState(words);
  // Four leaves lie before the floor and the run of the stack.
  expect([...words.subarray(length - 5 - 4, length - 5)]).toEqual([512, 512, 512 - 423, 512 - 255]);
});

test('the first page frame of the stack zone is of it, also where it begins with a word', () => {
  const frames = allocatorOf(32, usable(0, 64), usable(100, 2));
  frames.allocPages(new Uint32Array(34), 34);
  for (const first of [32, 32]) {
    frames.free(100); // so that the next is in another section than the one before it
    frames.free(first);
    expect([frames.freeInBitmap, frames.freeInStack, frames.alloc(), frames.alloc()]).toEqual([
      32, 2, 32, 100,
    ]);
  }
  frames.freePages(Uint32Array.of(100, 32), 2);
  expect([frames.freeInBitmap, frames.freeInStack]).toEqual([32, 2]);
});
