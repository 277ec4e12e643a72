import { describe, expect, it } from 'vitest';
import { init, ModelState, step } from '../model/index.ts';
import { config, HIGHER_HALF_48 } from './config.ts';
import { expectation, leftUndefined } from './expectation.ts';
import { memoryMap } from './memory-map.ts';
import type { Operation } from './operation.ts';
import { beyond, decodeProfile, type MisuseKind, Profile, WHOLE } from './profile.ts';
import type { Response } from './response.ts';
import { uncheckedBy } from './unchecked.ts';
import { pageCount, pfn } from './units.ts';

function profileOf(claims: unknown): Profile {
  return decodeProfile(claims, 'p.json');
}

const DMA = { name: 'dma', below: '0x4000' };
const NORMAL = { name: 'normal' };

describe('a profile', () => {
  it('claims the whole specification where it says nothing', () => {
    expect(profileOf({})).toBe(WHOLE);
  });

  it('is the same after it was written and read again', () => {
    const claims = {
      calls: ['alloc'],
      misuse: 'refused',
      zones: [DMA, NORMAL],
      largestRequest: 8,
      memoryBelow: '0x100000',
    };
    const profile = profileOf(claims);
    expect(profileOf(JSON.parse(JSON.stringify(Profile.encode(profile))))).toEqual(profile);
    expect(Profile.encode(profile)).toEqual({ ...claims, singlePages: 'anywhere' });
    expect(Profile.encode(WHOLE)).toEqual({});
  });

  it.each([
    [{ misuse: 'ignored' }, 'p.json: misuse: expected "panics", "refused" or "undefined", found "ignored"'],
    [{ calls: ['malloc'] }, /^p\.json: calls\[0\]: expected a call \(alloc, /],
    [{ calls: ['free'] }, 'p.json: calls has no allocating call'],
    [{ largestRequest: 0 }, /^p\.json: largestRequest: expected /],
    [{ memoryBelow: '0x1001' }, /^p\.json: memoryBelow: expected a multiple of 4096/],
    [{ zone: 1 }, /^p\.json: zone: unknown key, expected one of calls, policies, /],
    [{ constructor: 1 }, /^p\.json: constructor: unknown key, expected one of calls, policies, /],
    [
      { zones: 1, singlePages: 'stack-zone' },
      /^p\.json: with one zone, or named ones, singlePages is "anywhere"/,
    ],
    [
      { zones: 1, bitmapZoneEnd: '0x1000' },
      /^p\.json: with one zone, or named ones, leave out bitmapZoneEnd: /,
    ],
    [
      { bitmapZoneEnd: '0x2000', bitmapZoneBelow: '0x1000' },
      'p.json: bitmapZoneEnd 0x2000 is above bitmapZoneBelow 0x1000',
    ],
    [{ runArguments: [], largestAlignment: '0x2000' }, /^p\.json: largestAlignment speaks of an argument/],
    [{ runArguments: [], limits: 'powers-of-two' }, /^p\.json: limits speaks of an argument/],
    [{ neverBelow: '0x1001' }, /^p\.json: neverBelow: expected a multiple of 4096/],
    [{ neverBelow: '0x1000', memoryBelow: '0x1000' }, /^p\.json: neverBelow 0x1000 leaves no memory below /],
    [{ uncaught: ['present'] }, /^p\.json: uncaught has "present", and calls has no addRegion/],
    [
      { calls: ['alloc', 'addRegion'], runsWithin: 'descriptors' },
      /^p\.json: runsWithin .* addRegion contradict/,
    ],
    [
      { calls: ['alloc', 'removeRegion'], zones: 1, keeps: 3, memoryAtLeast: 3 },
      /^p\.json: with keeps 3, leave removeRegion out of calls/,
    ],
    [{ runsWithin: '0x3000' }, /^p\.json: runsWithin: expected .* a power of two from "0x1000" up/],
    [
      { calls: ['alloc', 'allocWithin'], runsWithin: '0x4000' },
      /^p\.json: runArguments has "boundary", and with runsWithin a number of bytes /,
    ],
    [{ zones: 3 }, /^p\.json: zones: expected 1, 2 or an array of zones: \[\{"name":"dma"/],
    [{ zones: [{ name: 'dma', end: 7 }] }, /^p\.json: zones\[0\]/],
    [{ zones: [{ name: 'all' }] }, 'p.json: zones names at least two, each by another name'],
    [{ zones: [DMA, DMA, NORMAL] }, 'p.json: zones names at least two, each by another name'],
    [{ zones: [NORMAL, DMA] }, /^p\.json: zones ascend by where they end \("below"\), and the last /],
    [{ zones: [DMA, { name: 'low', below: '0x1000' }, NORMAL] }, /^p\.json: zones ascend by where they end/],
    [
      { zones: [DMA, NORMAL], singlePages: 'stack-zone' },
      /^p\.json: with one zone, or named ones, singlePages /,
    ],
    [{ zones: [DMA, NORMAL], limits: 'powers-of-two' }, /^p\.json: with named zones, leave out limits: /],
    [
      { search: 'partial', policies: ['first-fit'] },
      /^p\.json: with search "partial", first-fit cannot be promised: /,
    ],
    [
      { search: 'partial', zones: [DMA, NORMAL] },
      /^p\.json: with search "partial", zones need fallback "none": /,
    ],
    [{ holdsBack: -1 }, /^p\.json: holdsBack: expected a number of page frames, at most 262144, found -1/],
    [{ holdsBack: 2, zones: [DMA, NORMAL] }, /^p\.json: with holdsBack 2, zones need fallback "none": /],
    [
      { singlePages: 'any-zone' },
      /^p\.json: singlePages "any-zone" speaks of named zones, and zones names none/,
    ],
    [
      { search: 'partial', calls: ['alloc', 'free'] },
      /^p\.json: search speaks of contiguous allocations, and calls has none$/,
    ],
    [
      { zones: [DMA, NORMAL], runsWithin: 'descriptors' },
      /^p\.json: with named zones, leave out runsWithin "descriptors": /,
    ],
    [
      { zones: [{ ...DMA, fallback: [] }, NORMAL], fallback: 'none' },
      /^p\.json: leave out fallback: a zone lists the ones that serve where it cannot/,
    ],
    [
      { zones: [{ ...DMA, fallback: ['high'] }, NORMAL] },
      'p.json: fallback of zone dma lists other zones, each once, found high',
    ],
    [{ fallback: 'none' }, 'p.json: fallback speaks of named zones, and zones names none'],
    [{ largestAlignment: '0x3000' }, /^p\.json: largestAlignment: expected a power of two from "0x1000" up/],
    [{ memoryAtLeast: 2 ** 19 }, /^p\.json: memoryAtLeast: expected a number of page frames, at most 262144/],
    [{ misuse: 'undefined', uncaught: ['foreign'] }, /^p\.json: uncaught lists kinds of misuse, and /],
    [{ uncaught: ['unaligned'] }, /^p\.json: uncaught has "unaligned", which is misuse where /],
    [{ uncaught: ['part'] }, /^p\.json: uncaught has "part", which is misuse where /],
    [{ calls: ['alloc', 'allocWithin'], runArguments: ['maxAddr'] }, /^p\.json: calls has allocWithin, and /],
    [
      { runArguments: ['boundary'] },
      /^p\.json: runArguments has "minAddr" or "boundary", which only allocWithin /,
    ],
    [
      { contiguous: 'orders', runArguments: ['maxAddr'] },
      /^p\.json: with contiguous "orders", runArguments is \[\]/,
    ],
    [{ keeps: 2 }, /^p\.json: with keeps 2, zones is 1: nobody knows in which zone they lie/],
    [{ keeps: 2, zones: 1, memoryAtLeast: 1 }, 'p.json: with keeps 2, memoryAtLeast is 2 or more'],
    [
      { keeps: 2, zones: 1, memoryAtLeast: 2, policies: ['first-fit'] },
      /^p\.json: with keeps 2, first-fit cannot be promised: /,
    ],
    [{ keeps: 0 }, /^p\.json: keeps: expected "nothing", "named" or a number of page frames above 0/],
    [{ policies: ['lifo'], singlePages: 'anywhere' }, /^p\.json: lifo speaks of the stack zone/],
    [7, /^p\.json: the whole: expected a profile, found 7/],
  ])('%j is refused in one line that names the place', (claims, message) => {
    expect(() => profileOf(claims)).toThrow(message);
  });

  it('lists what it takes out of what is checked, and nothing where it promises all', () => {
    expect(uncheckedBy({ ...WHOLE, policies: ['lifo', 'first-fit'] })).toEqual([]);
    const listed = uncheckedBy(profileOf({ calls: ['alloc', 'free'], misuse: 'undefined', zones: 1 }));
    expect(listed.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^allocPages, allocBitmap, freePages, freeRegion, totalAmount/),
      'the two zones',
      expect.stringContaining('misuse.panics'),
      'policy.lifo',
      'policy.first-fit',
    ]);
  });

  it('rules out calls that there are not, and counts that are not powers of two', () => {
    const buddy = profileOf({ calls: ['allocBitmap'], contiguous: 'powers-of-two' });
    const run = (count: bigint, alignment: bigint): Operation => ({
      call: 'allocBitmap',
      count,
      maxAddr: 0n,
      alignment,
    });
    expect(beyond(buddy, { call: 'alloc' })).toBe('there is no alloc');
    expect([run(4n, 4096n), run(0n, 0n)].map((o) => beyond(buddy, o))).toEqual([null, null]);
    expect([run(3n, 4096n), run(4n, 12288n)].map((o) => beyond(buddy, o))).not.toContain(null);
  });
});

describe('the runs that a profile rules out', () => {
  const run = (maxAddr: bigint, alignment: bigint): Operation => ({
    call: 'allocBitmap',
    count: 3n,
    maxAddr,
    alignment,
  });
  const none = 2n ** 64n - 1n;
  const WITHIN = { calls: ['allocWithin', 'allocBitmap'] };
  const within = (minAddr: bigint, boundary: bigint): Operation => ({
    ...{ call: 'allocWithin', count: 3n, minAddr, maxAddr: none, alignment: 4096n, boundary },
  });
  it.each([
    [{ runArguments: ['alignment'] }, run(none, 12288n), run(8192n, 12288n)],
    [{ runArguments: ['maxAddr'] }, run(8192n, 4096n), run(8192n, 4097n)],
    [{ alignments: 'powers-of-two' }, run(8192n, 8192n), run(8192n, 12288n)],
    [{ limits: 'powers-of-two' }, run(8192n, 12288n), run(12288n, 12288n)],
    [{ zones: [DMA, NORMAL] }, run(0x4000n, 12288n), run(8192n, 12288n)],
    [{ limits: 'powers-of-two' }, run(none, 12288n), run(0n, 12288n)],
    [{ largestAlignment: '0x4000' }, run(8192n, 0x4000n), run(8192n, 0x4001n)],
  ])('by %j', (claims, within, out) => {
    const profile = profileOf(claims);
    expect(beyond(profile, within)).toBeNull();
    expect(beyond(profile, out)).not.toBeNull();
    expect(beyond(WHOLE, out)).toBeNull();
  });

  it('by order', () => {
    const orders = profileOf({ contiguous: 'orders' });
    const sized = (count: bigint): readonly Operation[] => [
      { call: 'allocBitmap', count, maxAddr: none, alignment: 4096n },
      { call: 'freeRegion', address: 0n, count },
    ];
    const within = [...[1n, 8n, 2n ** 63n].flatMap(sized), ...sized(0n).slice(0, 1)];
    expect(within.map((operation) => beyond(orders, operation))).toEqual(within.map(() => null));
    const others = [...[3n, 2n ** 64n].flatMap(sized), ...sized(0n).slice(1)];
    expect(others.map((operation) => beyond(orders, operation))).not.toContain(null);
  });

  it('by order, where a block of it may begin', () => {
    const free = (frame: number, count: bigint): Operation => ({
      call: 'freeRegion',
      address: HIGHER_HALF_48 + BigInt(frame) * 4096n,
      count,
    });
    const tried = (claims: object): readonly boolean[] => {
      const state = ModelState.init(MAP, CONFIG, [], profileOf({ contiguous: 'orders', ...claims }));
      return [free(0, 2n), free(1, 2n), free(0, 4n)].map((one) => leftUndefined(state, one) === null);
    };
    expect(tried({})).toEqual([true, false, true]);
    expect(tried({ largestRequest: 2 })).toEqual([true, false, false]);
    expect(tried({ largestRun: 2 })).toEqual([true, false, false]);
    // There it is misuse, which must be noticed.
    expect(tried({ freeRuns: 'whole' })).toEqual([true, true, true]);
  });

  it('of no page frames, where regions are freed as they were handed out', () => {
    const none: Operation = { call: 'freeRegion', address: HIGHER_HALF_48, count: 0n };
    expect([{}, { freeRuns: 'whole' }].map((claims) => beyond(profileOf(claims), none) === null)).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    [{ runArguments: ['boundary'] }, within(0n, 8192n), within(1n, 8192n)],
    [{ runArguments: ['minAddr'] }, within(8192n, 4095n), within(8192n, 4096n)],
    [{ alignments: 'powers-of-two' }, within(3n, 8192n), within(3n, 12288n)],
  ])('between two addresses by %j', (claims, inside, out) => {
    const all = [{ ...WITHIN, ...claims }, WITHIN].map((claimed) => profileOf(claimed));
    expect(all.map((profile) => beyond(profile, inside))).toEqual([null, null]);
    expect(all.map((profile) => beyond(profile, out))).toEqual([expect.any(String), null]);
  });
});

const MAP = memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]);
/** Page frames 0 and 1 are the bitmap zone, 2 and 3 the stack zone. */
const CONFIG = config({ bitmapMaxAddr: 0x2000n });

/** Judges answers to operations, one after the other. Returns the clause that the last one breaks, or null. */
function judged(claims: object, ...steps: readonly (readonly [Operation, Response])[]): string | null {
  const profile = profileOf(claims);
  const started = init(
    { map: MAP, config: CONFIG, policies: profile.policies, profile },
    { outcome: { kind: 'done' } },
  );
  if (!started.accepted) throw new Error(started.violation.explanation);
  let { state } = started;
  for (const [at, [operation, response]] of steps.entries()) {
    const verdict = step(state, operation, response);
    if (at === steps.length - 1) return verdict.accepted ? null : verdict.violation.clause;
    if (!verdict.accepted) throw new Error(verdict.violation.explanation);
    state = verdict.state;
  }
  return null;
}

function page(frame: number): Response {
  return { outcome: { kind: 'address', address: HIGHER_HALF_48 + BigInt(frame) * 4096n } };
}

/** The arguments of `allocWithin` that demand nothing. */
const ANYWHERE = { maxAddr: 2n ** 64n - 1n, alignment: 4096n, boundary: 0n };
const ALLOC: Operation = { call: 'alloc' };
const FAILED: Response = { outcome: { kind: 'failed' } };
const TWO: readonly (readonly [Operation, Response])[] = [
  [ALLOC, page(2)],
  [ALLOC, page(3)],
];

function run(count: bigint): Operation {
  return { call: 'allocBitmap', count, maxAddr: 1n << 60n, alignment: 4096n };
}

describe('a count that is not an unsigned 64-bit integer', () => {
  const operation: Operation = { call: 'allocPages', count: -1n };
  it.each([
    [{}, true],
    [{ uncaught: ['foreign'] }, true],
    [{ uncaught: ['argument'] }, false],
    [{ misuse: 'undefined' }, false],
  ])('under %j: whether an allocation is given it is %s', (claims, isTried) => {
    const profile = profileOf(claims);
    const state = ModelState.init(MAP, CONFIG, [], profile);
    expect(leftUndefined(state, operation) === null).toBe(isTried);
  });
});

describe('misuse of a kind that is not caught', () => {
  const address = (frame: number, offset = 0n): bigint => HIGHER_HALF_48 + BigInt(frame) * 4096n + offset;
  const region = (frame: number, count: bigint): Operation => ({
    call: 'freeRegion',
    address: address(frame),
    count,
  });
  const batch = (...frames: readonly number[]): Operation => ({
    call: 'freePages',
    addresses: frames.map((frame) => address(frame)),
  });
  /** By kind; page frames 0 and 1 are a run of two, 2 is held alone, 3 is free, and 4 is not RAM. */
  const misuses: Readonly<Record<MisuseKind, readonly Operation[]>> = {
    'double-free': [{ call: 'free', address: address(3) }, batch(2, 3), region(3, 1n)],
    foreign: [{ call: 'free', address: address(4) }, batch(4), region(4, 2n)],
    argument: [{ call: 'free', address: 0n }, batch(2, 2 ** 41), region(2 ** 41, 1n)],
    repeated: [batch(2, 2)],
    unaligned: [{ call: 'free', address: address(2, 1n) }],
    part: [{ call: 'free', address: address(0) }, batch(2, 1), region(0, 1n)],
    shared: [],
    present: [],
  };
  const kinds: readonly (readonly [string, readonly Operation[]])[] = Object.entries(misuses).filter(
    ([, operations]) => operations.length > 0,
  );

  it('shared is left undefined of a page frame with several references, and retain and release are not', () => {
    const calls = [...WHOLE.calls, 'retain', 'release'];
    const two = { base: pfn(0), count: pageCount(2) };
    const state = ModelState.init(MAP, CONFIG, [], profileOf({ zones: 1, calls, uncaught: ['shared'] }))
      .allocated([two])
      .referenced([pfn(1)], 1);
    const free = (call: 'free' | 'retain' | 'release', frame: number): Operation => ({
      call,
      address: address(frame),
    });
    for (const operation of [free('free', 1), batch(0, 1), region(0, 2n)])
      expect(leftUndefined(state, operation)).toMatch(/^misuse is undefined/);
    const defined = [
      free('free', 0),
      free('retain', 1),
      free('release', 1),
      free('retain', 3),
      region(0, 1n),
    ];
    expect(defined.map((operation) => leftUndefined(state, operation))).toEqual(defined.map(() => null));
  });

  it('of memory that is added is left undefined where it is RAM, and beyond the map whatever is claimed', () => {
    const add = (frame: number, count: bigint): Operation => ({
      call: 'addRegion',
      address: address(frame),
      count,
    });
    const isLeft = (claims: object, operation: Operation): boolean => {
      const calls = [...WHOLE.calls, 'addRegion'];
      const profile = profileOf({ zones: 1, calls, ...claims });
      return leftUndefined(ModelState.init(MAP, CONFIG, [], profile), operation) !== null;
    };
    expect([isLeft({}, add(3, 1n)), isLeft({ uncaught: ['present'] }, add(3, 1n))]).toEqual([false, true]);
    expect(isLeft({}, add(2 ** 20, 1n))).toBe(true);
    expect(isLeft({ neverBelow: '0x4000' }, add(3, 1n))).toBe(true);
    expect(isLeft({}, add(2 ** 20, 0n))).toBe(false);
  });

  it.each(kinds)('%s is left undefined, and of no other kind', (kind, operations) => {
    const claims = { zones: 1, unalignedFree: 'misuse', freeRuns: 'whole' };
    const profile = profileOf({ ...claims, uncaught: [kind] });
    const two = { base: pfn(0), count: pageCount(2) };
    const state = ModelState.init(MAP, CONFIG, [], profile)
      .allocated([two], 'runs')
      .allocated([{ base: pfn(2), count: pageCount(1) }]);
    for (const operation of operations)
      expect(leftUndefined(state, operation)).toMatch(/^misuse is undefined/);
    const others = kinds.filter(([other]) => other !== kind).flatMap(([, list]) => list);
    expect(others.map((operation) => leftUndefined(state, operation))).toEqual(others.map(() => null));
    expect(leftUndefined(state, region(3, 2n)) === null).toBe(!['double-free', 'foreign'].includes(kind));
  });
});

describe('a manager that takes single pages', () => {
  it('only from the stack zone is refused where that has none', () => {
    expect(judged({}, [ALLOC, page(0)])).toBe('alloc.zone');
    expect(judged({}, ...TWO, [ALLOC, FAILED])).toBeNull();
  });

  it('from the stack zone first takes others only when that has none left', () => {
    const claims = { singlePages: 'stack-zone-first' };
    expect(judged(claims, [ALLOC, page(0)])).toBe('alloc.zone');
    expect(judged(claims, ...TWO, [ALLOC, page(0)])).toBeNull();
    expect(judged(claims, ...TWO, [ALLOC, FAILED])).toBe('alloc.complete');
    const batch: Operation = { call: 'allocPages', count: 3n };
    const addresses = [0, 1, 2].map((frame) => HIGHER_HALF_48 + BigInt(frame) * 4096n);
    expect(judged(claims, [batch, { outcome: { kind: 'addresses', addresses } }])).toBe('allocPages.zone');
  });

  it('from anywhere may take any, and must where one is left', () => {
    const claims = { singlePages: 'anywhere' };
    expect(judged(claims, [ALLOC, page(0)])).toBeNull();
    expect(judged(claims, ...TWO, [ALLOC, FAILED])).toBe('alloc.complete');
  });

  it('from any of its zones may take any, and must where one is left', () => {
    const zones = [{ name: 'low', below: '0x2000' }, NORMAL];
    expect(judged({ zones }, [ALLOC, page(0)])).toBe('alloc.zone');
    expect(judged({ zones, singlePages: 'any-zone' }, [ALLOC, page(0)], [ALLOC, page(3)])).toBeNull();
    expect(judged({ zones, fallback: 'none' }, ...TWO, [ALLOC, FAILED])).toBeNull();
    expect(judged({ zones, fallback: 'none', singlePages: 'any-zone' }, ...TWO, [ALLOC, FAILED])).toBe(
      'alloc.complete',
    );
  });
});

describe('a manager that claims', () => {
  it('one zone hands out runs wherever they fit', () => {
    expect(judged({}, [run(4n), page(0)])).toBe('allocBitmap.zone');
    expect(judged({ zones: 1 }, [run(4n), page(0)])).toBeNull();
    expect(judged({ zones: 1 }, [run(4n), FAILED])).toBe('allocBitmap.complete');
  });

  it('powers of two hands out runs at multiples of their size', () => {
    const claims = { zones: 1, contiguous: 'powers-of-two' };
    expect(judged(claims, [ALLOC, page(0)], [run(2n), page(1)])).toBe('allocBitmap.aligned');
    expect(judged(claims, [ALLOC, page(0)], [run(2n), page(2)])).toBeNull();
    expect(judged(claims, [ALLOC, page(1)], [ALLOC, page(2)], [run(2n), FAILED])).toBeNull();
  });

  it('a partial search may refuse a run that fits, and no single page', () => {
    const claims = { zones: 1, search: 'partial' };
    expect(judged(claims, [run(2n), FAILED], [run(2n), page(1)])).toBeNull();
    expect(judged(claims, [run(2n), { ...FAILED, warnings: [] }])).toBe('failure.warns');
    expect(judged(claims, [ALLOC, page(0)], [run(2n), page(0)])).toBe('allocBitmap.was-free');
    expect(judged(claims, [ALLOC, FAILED])).toBe('alloc.complete');
    const at: Operation = { call: 'allocAt', address: HIGHER_HALF_48, count: 1n };
    const calls = [...WHOLE.calls, 'allocAt'];
    expect(judged({ zones: 1, calls }, [at, FAILED])).toBe('allocAt.complete');
    expect(judged({ ...claims, calls }, [at, FAILED])).toBeNull();
  });

  it('free page frames held back may refuse what leaves fewer of them, and nothing else', () => {
    const claims = { zones: 1, holdsBack: 2 };
    expect(judged(claims, [ALLOC, FAILED])).toBe('alloc.complete');
    expect(judged(claims, [ALLOC, page(0)], [ALLOC, FAILED])).toBe('alloc.complete');
    expect(judged(claims, ...TWO, [ALLOC, FAILED])).toBeNull();
    expect(judged(claims, ...TWO, [ALLOC, page(0)])).toBeNull();
    expect(judged(claims, ...TWO, [ALLOC, { ...FAILED, warnings: [] }])).toBe('failure.warns');
    expect(judged(claims, [run(2n), FAILED])).toBe('allocBitmap.complete');
    expect(judged(claims, [run(3n), FAILED])).toBeNull();
    expect(judged({ ...claims, singlePages: 'anywhere', zones: 2 }, ...TWO, [run(1n), FAILED])).toBeNull();
  });

  it('free page frames held back may get fewer of a batch in part', () => {
    const claims = { zones: 1, holdsBack: 2, batches: 'partial' };
    const batch: Operation = { call: 'allocPages', count: 3n };
    const got = (pages: number): Response => {
      const addresses = [0, 1, 2].slice(0, pages).map((frame) => HIGHER_HALF_48 + BigInt(frame) * 4096n);
      return { outcome: { kind: 'addresses', addresses } };
    };
    expect([1, 2, 3].map((pages) => judged(claims, [batch, got(pages)]))).toEqual([
      'allocPages.as-many',
      null,
      null,
    ]);
    expect(judged(claims, [batch, FAILED])).toBe('allocPages.complete');
    expect(judged(claims, ...TWO, [batch, FAILED])).toBeNull();
    expect(judged(claims, ...TWO, [{ call: 'allocPages', count: 0n }, FAILED])).toBe('allocPages.complete');
  });

  it('runs within a number of bytes cross no multiple of it, and lie anywhere else', () => {
    const claims = { zones: 1, runsWithin: '0x2000' };
    const first: readonly [Operation, Response] = [ALLOC, page(0)];
    expect(judged(claims, first, [run(2n), page(1)])).toBe('allocBitmap.complete');
    expect(judged(claims, first, [run(2n), page(2)])).toBeNull();
    expect(judged(claims, first, [run(2n), FAILED])).toBe('allocBitmap.complete');
    expect(judged(claims, first, [ALLOC, page(3)], [run(2n), FAILED])).toBeNull();
    expect(judged(claims, first, [ALLOC, page(3)], [run(2n), page(1)])).toBe('allocBitmap.complete');
    expect(judged(claims, [run(3n), FAILED])).toBeNull();
    expect(judged({ ...claims, zones: [DMA, NORMAL] }, first, [run(2n), page(1)])).toBe(
      'allocBitmap.complete',
    );
    const within = { ...claims, calls: ['alloc', 'allocWithin'], runArguments: ['minAddr'] };
    const two: Operation = { call: 'allocWithin', count: 2n, minAddr: 4096n, ...ANYWHERE };
    expect(judged(within, [two, page(1)])).toBe('allocWithin.boundary');
    expect(judged(within, [two, page(2)])).toBeNull();
  });

  it('boot memory that is kept is never handed over, and reserved', () => {
    const map = memoryMap([{ type: 'loaderData', start: 0n, pages: 2 }]);
    const free: Operation = { call: 'free', address: HIGHER_HALF_48 };
    const [handed, kept] = [{}, { bootMemory: 'kept' }].map((claims) =>
      ModelState.init(map, CONFIG, [], profileOf(claims)),
    );
    expect(handed?.ownerOf(pfn(1))).toBe('boot');
    expect(kept?.ownerOf(pfn(1))).toBe('kept');
    expect(kept?.total).toBe(2);
    expect(handed && expectation(handed, free).kind).toBe('granted');
    expect(kept && expectation(kept, free).kind).toBe('misused');
  });

  it('a largest request refuses larger ones, and only these', () => {
    const claims = { zones: 1, largestRequest: 2 };
    expect(judged(claims, [run(3n), FAILED])).toBeNull();
    expect(judged(claims, [run(3n), page(0)])).toBe('allocBitmap.complete');
    expect(judged(claims, [run(2n), FAILED])).toBe('allocBitmap.complete');
    expect(judged(claims, [{ call: 'allocPages', count: 3n }, FAILED])).toBeNull();
  });

  it('a largest run refuses larger ones, and no batch', () => {
    const claims = { zones: 1, largestRun: 2 };
    expect(judged(claims, [run(3n), FAILED])).toBeNull();
    expect(judged(claims, [run(3n), page(0)])).toBe('allocBitmap.complete');
    expect(judged(claims, [run(2n), FAILED])).toBe('allocBitmap.complete');
    expect(judged(claims, [{ call: 'allocPages', count: 3n }, FAILED])).toBe('allocPages.complete');
  });

  it('no errno and no warnings is not judged by them, whoever reports them', () => {
    const failed: Response = { ...FAILED, errno: null, warnings: [] };
    const reporting: Response = { ...page(2), errno: 'ENOMEM', warnings: ['hello'] };
    const panicked: Response = {
      outcome: { kind: 'panicked', message: '', call: 'free', pfn: 0, owner: 'pmm' },
      errno: 'ENOMEM',
      warnings: ['hello'],
    };
    const misused: Operation = { call: 'free', address: HIGHER_HALF_48 };
    const cases = [
      [run(4n), failed],
      [ALLOC, reporting],
      [misused, panicked],
    ] as const;
    const clausesOf = (failures: readonly string[]): readonly (string | null)[] =>
      cases.map((each) => judged({ failures }, each));
    expect(clausesOf([])).toEqual([null, null, null]);
    expect(clausesOf(['warning'])).toEqual(['failure.warns', 'failure.warns', 'misuse.unchanged']);
    expect(clausesOf(['errno'])).toEqual(['failure.enomem', 'failure.enomem', 'misuse.unchanged']);
  });

  it('that libc may touch errno may do so in a success, and must set it in a failure', () => {
    const touched: Response = { ...page(2), errno: 'other', warnings: [] };
    const failed: Response = { ...FAILED, errno: null, warnings: ['allocBitmap'] };
    expect(judged({}, [ALLOC, touched])).toBe('failure.enomem');
    expect(judged({ errnoAfterSuccess: 'unspecified' }, [ALLOC, touched])).toBeNull();
    expect(judged({ errnoAfterSuccess: 'unspecified' }, [run(4n), failed])).toBe('failure.enomem');
  });

  it('frees by aligned addresses takes one inside a page frame for misuse, whether or not the panic blames that', () => {
    const inside: Operation = { call: 'free', address: HIGHER_HALF_48 + 0x2001n };
    const region: Operation = { call: 'freeRegion', address: HIGHER_HALF_48 + 0x2001n, count: 1n };
    const batch: Operation = { call: 'freePages', addresses: [HIGHER_HALF_48, HIGHER_HALF_48 + 0x2001n] };
    const done: Response = { outcome: { kind: 'done' } };
    const panicked = (call: string, pfn: number | null): Response => ({
      outcome: { kind: 'panicked', message: '', call, pfn, owner: null },
    });
    const claims = { unalignedFree: 'misuse' };
    expect(judged({}, [ALLOC, page(2)], [inside, done])).toBeNull();
    expect(judged(claims, [ALLOC, page(2)], [inside, done])).toBe('free.owner');
    for (const pfn of [2, null]) {
      expect(judged(claims, [ALLOC, page(2)], [inside, panicked('free', pfn)])).toBeNull();
      expect(judged(claims, [ALLOC, page(2)], [region, panicked('freeRegion', pfn)])).toBeNull();
      expect(judged(claims, [ALLOC, page(2)], [batch, panicked('freePages', pfn)])).toBeNull();
    }
    expect(judged(claims, [ALLOC, page(2)], [inside, panicked('free', 3)])).toBe('misuse.panics');
  });

  it('runs freed whole takes back what it handed out at once, and a panic may blame any other', () => {
    const region = (frame: number, count: bigint): Operation => ({
      call: 'freeRegion',
      address: HIGHER_HALF_48 + BigInt(frame) * 4096n,
      count,
    });
    const free = (frame: number): Operation => ({
      call: 'free',
      address: HIGHER_HALF_48 + BigInt(frame) * 4096n,
    });
    const done: Response = { outcome: { kind: 'done' } };
    const claims = { zones: 1, freeRuns: 'whole' };
    const held = [
      [run(2n), page(0)],
      [ALLOC, page(2)],
    ] as const;
    const asked = (operation: Operation): string | null => judged(claims, ...held, [operation, done]);
    expect([region(0, 2n), region(2, 1n), free(2), region(1, 0n)].map(asked)).toEqual(Array(4).fill(null));
    expect([free(0), free(1)].map(asked)).toEqual(Array(2).fill('free.owner'));
    expect([region(0, 1n), region(0, 3n), region(1, 1n), region(1, 2n)].map(asked)).toEqual(
      Array(4).fill('freeRegion.owner'),
    );
    expect(judged({ zones: 1 }, ...held, [region(1, 2n), done])).toBeNull();
    const blaming = (pfn: number): Response => ({
      outcome: { kind: 'panicked', message: '', call: 'free', pfn, owner: null },
    });
    expect(judged(claims, ...held, [free(1), blaming(1)])).toBeNull();
    expect(judged(claims, ...held, [free(1), blaming(2)])).toBe('misuse.panics');
    expect(judged(claims, ...held, [free(2), blaming(2)])).toBe('free.owner');
  });

  it('to refuse misuse does so without a panic, and dies of none', () => {
    const misused: Operation = { call: 'free', address: HIGHER_HALF_48 };
    const claims = { misuse: 'refused' };
    expect(judged(claims, [misused, FAILED])).toBeNull();
    expect(judged(claims, [misused, { outcome: { kind: 'done' } }])).toBe('free.owner');
    expect(judged(claims, [misused, { outcome: { kind: 'malformed', message: 'it died' } }])).toBe(
      'free.owner',
    );
    expect(judged(claims, [misused, { ...FAILED, amounts: { free: 3 } }])).toBe('misuse.unchanged');
    expect(judged({}, [misused, FAILED])).toBe('misuse.panics');
  });
});
