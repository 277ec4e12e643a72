/** The demand of each claim, stated page frame by page frame: tried on every run and every choice of kept page frames of small worlds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelState } from '../model/index.ts';
import { type Call, isQuery, STANDARD_CALLS } from './calls.ts';
import { type Config, config, HIGHER_HALF_57 } from './config.ts';
import {
  askedOf,
  batchSize,
  type Expectation,
  expectation,
  leftUndefined,
  mayName,
  settled,
} from './expectation.ts';
import { type DescriptorInput, memoryMap } from './memory-map.ts';
import type { Argument, Operation } from './operation.ts';
import type { Owner } from './owner.ts';
import { beyond, decodeProfile, MISUSE_KINDS, type MisuseKind, namedZones, Profile } from './profile.ts';
import { type Pfn, pageCount, pfn, type Region, U64_MAX } from './units.ts';

const PAGE = 4096n;
/** Page frames of a world, and where it may begin: at 0, above it, and so that it ends where physical memory does. */
const FRAMES = 14;
const LIMIT = 2 ** 40;
const BASES = [0, 48, LIMIT - FRAMES];
const { higherHalf } = config({ higherHalf: HIGHER_HALF_57 });
/** Worlds that are tried. */
const WORLDS = 2000;

/** The world, page frame by page frame: what is outside of [first, end) is absent. */
interface Small {
  readonly state: ModelState;
  readonly first: number;
  readonly end: number;
}

function ownerOf({ state }: Small, frame: number): Owner {
  return state.ownerOf(pfn(frame));
}

function framesOf({ first, end }: Small): readonly number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}

/** The zones that serve a request for the one that ends at an address, as pairs of page frames, in order. */
function servingZones({ zones, fallback }: Profile, maxAddr: bigint): readonly (readonly [number, number])[] {
  if (typeof zones === 'number') return [[0, LIMIT]];
  const extents = zones.map(({ name, below, fallback: list }, i) => ({
    name,
    list,
    from: Number((zones[i - 1]?.below ?? 0n) / PAGE),
    to: below === undefined ? LIMIT : Number(below / PAGE),
    end: below ?? U64_MAX,
  }));
  const named = extents.findIndex(({ end }) => end === maxAddr);
  const lower = fallback === 'none' ? [] : extents.slice(0, named).reverse();
  const own = extents[named];
  if (own === undefined) throw new Error(`no zone ends at ${maxAddr}`);
  const others = own.list?.map((name) => extents.find((zone) => zone.name === name) ?? own) ?? lower;
  return [own, ...others].map(({ from, to }) => [from, to]);
}

/** Every set of page frames that the manager may keep without a name. */
function keptSets(small: Small): readonly ReadonlySet<number>[] {
  const { state } = small;
  const candidates = framesOf(small).filter(
    (frame) => state.perhapsKept({ base: pfn(frame), count: pageCount(1) }).length > 0,
  );
  const sets = (from: number, size: number): readonly (readonly number[])[] =>
    size === 0
      ? [[]]
      : candidates
          .slice(from)
          .flatMap((frame, i) => sets(from + i + 1, size - 1).map((others) => [frame, ...others]));
  return sets(0, state.unnamed).map((set) => new Set(set));
}

type Run = Extract<Operation, { call: 'allocBitmap' | 'allocWithin' }>;

function isU64(n: Argument): n is bigint {
  return typeof n === 'bigint' && n >= 0n && n <= U64_MAX;
}

/** Whether page frames [base, base + count) lie between two multiples of a number of page frames. */
function areBetween(base: number, count: bigint, apart: bigint): boolean {
  return BigInt(base) / apart === (BigInt(base) + count - 1n) / apart;
}

/** Where a run may lie, whatever is free there. */
function mayLie({ state }: Small, base: number, count: bigint, run: Run): boolean {
  const { map, config: chosen, profile } = state.world;
  const [from, to] = [BigInt(base) * PAGE, (BigInt(base) + count) * PAGE];
  const [maxAddr, alignment] = [BigInt(run.maxAddr), BigInt(run.alignment)];
  const pages = (alignment + PAGE - 1n) / PAGE;
  if (pages > 0n && BigInt(base) % pages !== 0n) return false;
  if (namedZones(profile) === null && to > maxAddr) return false;
  if (profile.zones === 2 && to > chosen.bitmapMaxAddr) return false;
  if (profile.contiguous !== 'any' && BigInt(base) % count !== 0n) return false;
  if (typeof profile.runsWithin === 'bigint' && !areBetween(base, count, profile.runsWithin / PAGE))
    return false;
  const isInOne = map.descriptors.some(
    ({ start, pages: size }) => from >= start && to <= start + BigInt(size) * PAGE,
  );
  if (profile.runsWithin === 'descriptors' && !isInOne) return false;
  if (run.call === 'allocBitmap') return true;
  const [minAddr, apart] = [BigInt(run.minAddr), BigInt(run.boundary) / PAGE];
  return from >= minAddr && (apart === 0n || areBetween(base, count, apart));
}

/** Where the runs of a request lie that are free, in the first zone which serves it and has one. */
function runsFor(small: Small, run: Run, kept: ReadonlySet<number>): readonly number[] {
  const { profile } = small.state.world;
  const count = BigInt(run.count);
  const most = Math.min(profile.largestRequest ?? FRAMES, profile.largestRun ?? FRAMES);
  if (count === 0n || count > BigInt(most)) return [];
  const isFree = (frame: number): boolean => ownerOf(small, frame) === 'pmm' && !kept.has(frame);
  const places = framesOf(small).filter(
    (base) =>
      mayLie(small, base, count, run) &&
      Array.from({ length: Number(count) }, (_, i) => base + i).every(isFree),
  );
  const inZones = servingZones(profile, BigInt(run.maxAddr)).map(([from, to]) =>
    places.filter((base) => base >= from && base + Number(count) <= to),
  );
  return inZones.find((found) => found.length > 0) ?? [];
}

/** A demand in words: the page frame that is to blame for misuse and its owner, or why a call may be refused too. */
type Demand = string;

const NOT_FOUND = 'granted, perhaps: its search may not find page frames that are free';
const KEPT = 'granted, perhaps: page frames that it needs may be kept';
const HELD_BACK = 'granted, perhaps: free page frames that it needs may be held back';

function blamed(small: Small, frame: number): Demand {
  return `misused ${frame} ${ownerOf(small, frame)}`;
}

function shown(expected: Expectation): Demand {
  if (expected.kind === 'granted') return expected.isOpen ? `granted, perhaps: ${expected.why}` : 'granted';
  if (expected.kind === 'refused' || expected.frame === null) return expected.kind;
  return `misused ${expected.frame} ${expected.owner}${expected.duplicate ? ' twice' : ''}`;
}

/** The page frames [from, to) of the zones that a profile has. */
function zonesOf({ zones }: Profile, { bitmapMaxAddr }: Config): readonly (readonly [number, number])[] {
  const limit = Number(bitmapMaxAddr / PAGE);
  if (zones === 1) return [[0, LIMIT]];
  if (zones === 2)
    return [
      [0, limit],
      [limit, LIMIT],
    ];
  return zones.map(({ below = U64_MAX }, i) => [
    Number((zones[i - 1]?.below ?? 0n) / PAGE),
    below === U64_MAX ? LIMIT : Number(below / PAGE),
  ]);
}

/** The free page frames of each zone that one of these page frames lies in, the fewest, with those of the set of any that are kept. */
function fewestFree(small: Small, frames: readonly number[]): number {
  const { profile, config: chosen } = small.state.world;
  const around = zonesOf(profile, chosen).filter(([from, to]) =>
    frames.some((frame) => frame >= from && frame < to),
  );
  const free = around.map(([from, to]) =>
    framesOf(small).filter((frame) => frame >= from && frame < to && ownerOf(small, frame) === 'pmm'),
  );
  return Math.min(...free.map(({ length }) => length)) - small.state.unnamed;
}

function unlessHeldBack({ state }: Small, left: number): Demand {
  return left >= state.world.profile.holdsBack ? 'granted' : HELD_BACK;
}

function found(small: Small, hits: readonly boolean[], left: () => number): Demand {
  if (!hits.includes(true)) return 'refused';
  if (hits.includes(false)) return KEPT;
  return small.state.world.profile.search === 'partial' ? NOT_FOUND : unlessHeldBack(small, left());
}

function freeForSingles(small: Small): number {
  const { profile, config: chosen } = small.state.world;
  const zones =
    profile.singlePages === 'any-zone' ? zonesOf(profile, chosen) : servingZones(profile, U64_MAX);
  const isServed = (frame: number): boolean =>
    zones.some(([from, to]) => frame >= from && frame < to) &&
    (profile.singlePages !== 'stack-zone' || BigInt(frame) * PAGE >= chosen.bitmapMaxAddr);
  const free = framesOf(small).filter((frame) => ownerOf(small, frame) === 'pmm' && isServed(frame));
  return free.length - small.state.unnamed;
}

/** Returns the page frame that an address names, or null where that is misuse. */
function named({ state }: Small, address: Argument): number | null {
  if (!isU64(address) || address < higherHalf || address >= higherHalf + BigInt(LIMIT) * PAGE) return null;
  const isInside = address % PAGE !== 0n;
  return isInside && state.world.profile.unalignedFree === 'misuse'
    ? null
    : Number((address - higherHalf) / PAGE);
}

/** Returns the page frames of a region that exist: in the world, and the first ones on its sides. */
function regionOf(small: Small, base: number, count: bigint): readonly number[] {
  const frames = [base, ...framesOf(small), small.end].filter(
    (frame) => frame >= base && BigInt(frame) < BigInt(base) + count && frame < LIMIT,
  );
  return [...new Set(frames)].toSorted((a, b) => a - b);
}

function endsAbove(base: number, count: bigint): boolean {
  return BigInt(base) + count > BigInt(LIMIT);
}

function isShared({ state }: Small, call: Call, frame: number): boolean {
  return (
    call !== 'release' &&
    state.world.profile.freesShared === 'never' &&
    state.referencesTo(pfn(frame)) > 1 &&
    ['free', 'freePages', 'freeRegion'].includes(call)
  );
}

function isFreeable(owner: Owner): boolean {
  return owner === 'caller' || owner === 'boot';
}

/** Whether page frames are not freed as they were handed out: boot memory is handed over one by one. */
function isPart(small: Small, base: number, count: bigint): boolean {
  if (small.state.world.profile.freeRuns !== 'whole') return false;
  const run = ownerOf(small, base) === 'boot' ? 1 : small.state.heldRun(pfn(base));
  return count !== BigInt(run ?? 0);
}

function demandOfFrees(small: Small, call: Call, addresses: readonly bigint[]): Demand {
  const before: number[] = [];
  for (const address of addresses) {
    const frame = named(small, address);
    if (frame === null) return 'misused';
    if (!isFreeable(ownerOf(small, frame)) || isShared(small, call, frame) || isPart(small, frame, 1n))
      return blamed(small, frame);
    if (before.includes(frame)) return `${blamed(small, frame)} twice`;
    before.push(frame);
  }
  return 'granted';
}

type OfRegion = Extract<Operation, { call: 'freeRegion' | 'addRegion' | 'removeRegion' | 'allocAt' }>;

function demandOfRegion(small: Small, { call, address, count }: OfRegion): Demand {
  const base = named(small, address);
  if (!isU64(address) || !isU64(count)) return 'misused';
  if (count === 0n && call !== 'allocAt') return 'granted';
  if (base === null) return 'misused';
  const frames = regionOf(small, base, count);
  const first = (isRight: (owner: Owner) => boolean): number | undefined =>
    frames.find((frame) => !isRight(ownerOf(small, frame)));
  if (call === 'addRegion') {
    const frame = first((owner) => owner === 'absent');
    return frame === undefined ? (endsAbove(base, count) ? 'misused' : 'granted') : blamed(small, frame);
  }
  const areFree = first((owner) => owner === 'pmm') === undefined && !endsAbove(base, count);
  if (call === 'removeRegion') return areFree ? 'granted' : 'refused';
  if (call === 'allocAt') {
    const { largestRequest } = small.state.world.profile;
    if (!areFree || count === 0n || count > BigInt(largestRequest ?? U64_MAX)) return 'refused';
    return found(
      small,
      keptSets(small).map((kept) => !frames.some((frame) => kept.has(frame))),
      () => fewestFree(small, frames) - Number(count),
    );
  }
  const wrong = first(isFreeable);
  if (wrong !== undefined) return blamed(small, wrong);
  if (isPart(small, base, count)) return blamed(small, base);
  const shared = frames.find((frame) => isShared(small, call, frame));
  if (shared !== undefined) return blamed(small, shared);
  return endsAbove(base, count) ? 'misused' : 'granted';
}

/** Returns what the claims of a world's profile demand of an operation that they cover. */
function demanded(small: Small, operation: Operation): Demand {
  const { profile } = small.state.world;
  switch (operation.call) {
    case 'alloc':
      return freeForSingles(small) > 0 ? unlessHeldBack(small, freeForSingles(small) - 1) : 'refused';
    case 'allocPages': {
      const { count } = operation;
      if (!isU64(count)) return 'misused';
      const free = freeForSingles(small);
      if (count > BigInt(profile.largestRequest ?? U64_MAX)) return 'refused';
      if (count === 0n) return 'granted';
      if (profile.batches === 'partial') return free > 0 ? unlessHeldBack(small, free - 1) : 'refused';
      return count <= BigInt(free) ? unlessHeldBack(small, free - Number(count)) : 'refused';
    }
    case 'allocBitmap':
    case 'allocWithin': {
      if (!Object.values(operation).every((value) => typeof value === 'string' || isU64(value)))
        return 'misused';
      return found(
        small,
        keptSets(small).map((kept) => runsFor(small, operation, kept).length > 0),
        () => fewestFree(small, [lowestFor(small, operation) ?? 0]) - Number(operation.count),
      );
    }
    case 'free':
    case 'release':
      return demandOfFrees(small, operation.call, [operation.address]);
    case 'freePages':
      return demandOfFrees(small, operation.call, operation.addresses);
    case 'retain': {
      const frame = named(small, operation.address);
      if (frame === null) return 'misused';
      if (ownerOf(small, frame) !== 'caller') return blamed(small, frame);
      const most = profile.mostReferences ?? Number.POSITIVE_INFINITY;
      return small.state.referencesTo(pfn(frame)) < most ? 'granted' : 'refused';
    }
    case 'freeRegion':
    case 'addRegion':
    case 'removeRegion':
    case 'allocAt':
      return demandOfRegion(small, operation);
    default:
      return 'granted';
  }
}

/** Returns the kinds of misuse of an operation that is one. */
function kindsOf(small: Small, operation: Operation): ReadonlySet<MisuseKind> {
  const { call } = operation;
  const kinds = new Set<MisuseKind>();
  const { unnamed } = small.state;
  const mayBe = call === 'retain' ? (owner: Owner) => owner === 'caller' : isFreeable;
  const ofFrame = (frame: number): void => {
    const owner = ownerOf(small, frame);
    if (call === 'addRegion') {
      if (owner !== 'absent') kinds.add('present');
    } else if (call !== 'allocAt' && call !== 'removeRegion' && !mayBe(owner)) {
      if (owner === 'pmm') kinds.add('double-free');
      if (owner !== 'pmm' || unnamed > 0) kinds.add('foreign');
    } else if (isShared(small, call, frame)) kinds.add('shared');
  };
  const addresses =
    'address' in operation ? [operation.address] : 'addresses' in operation ? operation.addresses : [];
  const seen: (number | null)[] = [];
  for (const address of addresses) {
    const isThere = isU64(address) && address >= higherHalf && address < higherHalf + BigInt(LIMIT) * PAGE;
    const frame = isThere ? Number((address - higherHalf) / PAGE) : null;
    if (frame === null) kinds.add('argument');
    else if (named(small, address) === null) kinds.add('unaligned');
    else if (seen.includes(frame)) kinds.add('repeated');
    else {
      ofFrame(frame);
      if (['free', 'freePages', 'release'].includes(call) && isFreeable(ownerOf(small, frame)))
        if (!isShared(small, call, frame) && isPart(small, frame, 1n)) kinds.add('part');
    }
    seen.push(frame);
  }
  const [base] = seen;
  const { count = 0n } = { count: 0n, ...operation };
  if (!Object.values(operation).every((n) => typeof n !== 'number' && (typeof n !== 'bigint' || isU64(n))))
    kinds.add('argument');
  else if ((call === 'freeRegion' || call === 'addRegion') && base != null) {
    const frames = regionOf(small, base, BigInt(count));
    for (const frame of frames) ofFrame(frame);
    if (call === 'freeRegion' && endsAbove(base, BigInt(count))) kinds.add('argument');
    const areFreeable = frames.every((frame) => isFreeable(ownerOf(small, frame)));
    if (call === 'freeRegion' && areFreeable && isPart(small, base, BigInt(count))) kinds.add('part');
  }
  return kinds;
}

/** Whether the claims leave open what an operation does that they cover. */
function isLeftOpen(small: Small, operation: Operation): boolean {
  const { profile } = small.state.world;
  const demand = demanded(small, operation);
  if ('count' in operation && 'address' in operation && isU64(operation.count)) {
    const { call, count } = operation;
    const isThere =
      isU64(operation.address) &&
      operation.address >= higherHalf &&
      operation.address < higherHalf + BigInt(LIMIT) * PAGE;
    const at = isThere ? (operation.address - higherHalf) / PAGE : null;
    const ends = small.state.world.map.descriptors.map(({ start, pages }) => start + BigInt(pages) * PAGE);
    const mapEnd = ends.reduce((a, b) => (a > b ? a : b));
    const last = mapEnd < profile.memoryBelow ? mapEnd : profile.memoryBelow;
    if (call === 'addRegion' && at !== null && count > 0n)
      if (at * PAGE < profile.neverBelow || (at + count) * PAGE > last) return true;
    if (call === 'freeRegion' && profile.contiguous === 'orders' && profile.freeRuns === 'page-by-page') {
      if (count > BigInt(profile.largestRequest ?? U64_MAX)) return true;
      if (count > BigInt(profile.largestRun ?? U64_MAX)) return true;
      if (at !== null && at % count !== 0n) return true;
    }
  }
  if (demand === 'refused' || demand === HELD_BACK) return profile.outOfMemory === 'undefined';
  if (!demand.startsWith('misused')) return false;
  return (
    profile.misuse === 'undefined' || profile.uncaught.some((kind) => kindsOf(small, operation).has(kind))
  );
}

/** Draws a claim: most often what the whole specification says. */
function claim<T>(whole: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(whole) }, fc.constantFrom(...others));
}

/** Draws the zones of a world: one, two or named ones, with orders or without. */
function anyZones(first: number): fc.Arbitrary<object> {
  const below = (frame: number): string => `0x${((first + frame) * 4096).toString(16)}`;
  const [low, mid] = [
    { name: 'low', below: below(4) },
    { name: 'mid', below: below(9) },
  ];
  const high = { name: 'high' };
  const three = [low, mid, high];
  const singlePages = 'anywhere';
  return fc.constantFrom<object>(
    {},
    { singlePages },
    { singlePages: 'stack-zone-first' },
    { zones: 1, singlePages },
    { zones: 1, singlePages, keeps: 1, memoryAtLeast: 3 },
    { zones: 1, singlePages, keeps: 2, memoryAtLeast: 3 },
    { zones: three, singlePages },
    { zones: three, singlePages, fallback: 'none' },
    { zones: three, singlePages: 'any-zone' },
    { zones: three, singlePages: 'any-zone', fallback: 'none' },
    { zones: [low, high], singlePages },
    { zones: [low, { ...mid, fallback: [] }, { ...high, fallback: ['low'] }], singlePages },
    { zones: [{ ...low, fallback: ['high', 'mid'] }, mid, high], singlePages },
  );
}

/** Draws a profile. What claims of one kind rule out of another is left out of it. */
function anyProfile(first: number): fc.Arbitrary<Profile> {
  const drawn = fc.record({
    zones: anyZones(first),
    calls: fc.subarray(['allocWithin', 'allocAt', 'addRegion', 'removeRegion', 'retain'] as const),
    batches: claim('whole', 'partial'),
    contiguous: claim('any', 'powers-of-two', 'orders'),
    runsWithin: claim('memory', 'descriptors', '0x4000'),
    search: claim('whole', 'partial'),
    holdsBack: claim(0, 1, 3),
    unalignedFree: claim('rounded-down', 'misuse'),
    freeRuns: claim('page-by-page', 'whole'),
    freesShared: claim('never', 'one-reference'),
    mostReferences: claim<number | null>(2, null, 3),
    largestRequest: claim(null, 2, 4),
    largestRun: claim(null, 2, 3),
    misuse: claim('panics', 'refused', 'undefined'),
    uncaught: fc.oneof(fc.constant<MisuseKind[]>([]), fc.subarray([...MISUSE_KINDS])),
    outOfMemory: claim('fails', 'undefined'),
    neverBelow: claim(0, 2),
    memoryBelow: claim(FRAMES, FRAMES - 2),
  });
  return drawn.map(({ zones, calls, neverBelow, memoryBelow, ...claims }) => {
    const all = { zones: 2, keeps: 'nothing', ...zones };
    const isUnnamed = typeof all.keeps === 'number';
    const extra = calls.filter(
      (call) =>
        !(call === 'retain' && claims.freeRuns === 'whole') && !(isUnnamed && call.endsWith('Region')),
    );
    const [has, isOrders] = [
      (call: Call): boolean => extra.some((one) => one === call),
      claims.contiguous === 'orders',
    ];
    const isWithin = has('allocWithin') && !isOrders && claims.runsWithin !== '0x4000';
    const is: Partial<Record<MisuseKind, boolean>> = {
      unaligned: claims.unalignedFree === 'misuse',
      part: claims.freeRuns === 'whole',
      shared: has('retain') && claims.freesShared === 'never',
      present: has('addRegion'),
    };
    const uncaught = claims.uncaught.filter((kind) => is[kind] !== false);
    const isServedByOthers =
      typeof all.zones !== 'number' && !('fallback' in zones && zones.fallback === 'none');
    const own = {
      ...claims,
      uncaught: claims.misuse === 'undefined' ? [] : uncaught,
      calls: [
        ...STANDARD_CALLS,
        ...extra.filter((call) => call !== 'allocWithin' || isWithin),
        ...(has('retain') ? ['release'] : []),
      ],
      runArguments: isOrders ? [] : ['maxAddr', 'alignment', ...(isWithin ? ['minAddr', 'boundary'] : [])],
      runsWithin:
        claims.runsWithin === 'descriptors' && (has('addRegion') || typeof all.zones !== 'number')
          ? 'memory'
          : claims.runsWithin,
      search: isServedByOthers ? 'whole' : claims.search,
      holdsBack: isServedByOthers ? 0 : claims.holdsBack,
      freesShared: has('retain') ? claims.freesShared : 'never',
      mostReferences: has('retain') ? claims.mostReferences : null,
      neverBelow: `0x${((first + neverBelow) * 4096).toString(16)}`,
      memoryBelow: `0x${((first + memoryBelow) * 4096).toString(16)}`,
      ...zones,
    };
    return decodeProfile(own, 'drawn');
  });
}

const TYPES = ['conventional', 'conventional', 'conventional', 'loaderData', 'acpiNvs', 'mmio'] as const;

/** Draws descriptors that cover all page frames of a world but some in the end. */
function anyMap(first: number): fc.Arbitrary<readonly DescriptorInput[]> {
  const piece = fc.tuple(fc.constantFrom(...TYPES), fc.integer({ min: 1, max: 6 }));
  return fc.array(piece, { minLength: 3, maxLength: 8 }).map((pieces) => {
    let at = first;
    return pieces.flatMap(([type, size]) => {
      const pages = Math.min(size, first + FRAMES - at);
      const start = BigInt(at) * PAGE;
      at += pages;
      return pages === 0 ? [] : [{ type, start, pages }];
    });
  });
}

/** Events since init, drawn wide: none where there cannot be any. */
type Past = readonly {
  readonly at: number;
  readonly count: number;
  readonly how: 'singles' | 'runs' | 'retained' | 'freed';
}[];

const anyPast: fc.Arbitrary<Past> = fc.array(
  fc.record({
    at: fc.nat(FRAMES - 1),
    count: fc.integer({ min: 1, max: 3 }),
    how: fc.constantFrom('singles', 'singles', 'runs', 'runs', 'retained', 'retained', 'freed'),
  }),
  { minLength: 6, maxLength: 10 },
);

/** Returns the page frames of a region that callers have. */
function regionHeld(state: ModelState, { base, count }: Region): readonly Pfn[] {
  const frames = Array.from({ length: count }, (_, i) => pfn(base + i));
  return frames.filter((frame) => state.ownerOf(frame) === 'caller');
}

function after(state: ModelState, first: number, past: Past): ModelState {
  return past.reduce((now, { at, count, how }) => {
    const region = { base: pfn(first + at), count: pageCount(Math.min(count, FRAMES - at)) };
    const one = { ...region, count: pageCount(1) };
    const { profile } = now.world;
    if (how === 'retained')
      return now.referenced(profile.calls.includes('retain') ? regionHeld(now, region) : [], 1);
    if (how === 'freed')
      return isFreeable(now.ownerOf(one.base)) &&
        now.referencesTo(one.base) < 2 &&
        (now.heldRun(one.base) === null || now.ownerOf(one.base) === 'boot' || now.heldRun(one.base) === 1)
        ? now.freed([one])
        : now;
    const isFree = now.firstFailing(region, (owner) => owner === 'pmm') === null;
    const spare = freeForAll(now) - now.unnamed;
    const unproved = now.perhapsKept(region).reduce((sum, part) => sum + part.count, 0);
    return isFree && (now.unnamed === 0 || unproved <= spare) ? now.allocated([region], how) : now;
  }, state);
}

/** Page frames that may be kept. */
function freeForAll(state: ModelState): number {
  return state
    .perhapsKept({ base: pfn(0), count: pageCount(LIMIT) })
    .reduce((sum, { count }) => sum + count, 0);
}

const anyWorld: fc.Arbitrary<Small> = fc.constantFrom(...BASES).chain((first) =>
  fc
    .record({ profile: anyProfile(first), map: anyMap(first), past: anyPast, zone: fc.nat(FRAMES) })
    .map(({ profile, map, past, zone }) => {
      const chosen = config({ bitmapMaxAddr: BigInt(first + zone) * PAGE, higherHalf: HIGHER_HALF_57 });
      const state = ModelState.init(memoryMap(map), chosen, [], profile);
      return { state: after(state, first, past), first, end: first + FRAMES };
    }),
);

const BAD: readonly Argument[] = [-1n, 2n ** 64n, 0.5];

function anyOperation({ first, state }: Small): fc.Arbitrary<Operation> {
  const { profile } = state.world;
  const isOrders = profile.contiguous === 'orders';
  const often = <T>(usual: fc.Arbitrary<T>, ...others: readonly T[]): fc.Arbitrary<T> =>
    fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...others) });
  const counts = often<Argument>(
    fc.integer({ min: 0, max: 6 }).map(BigInt),
    8n,
    16n,
    2n ** 53n,
    U64_MAX,
    ...BAD,
  );
  const frame = fc.integer({ min: first - 1, max: first + FRAMES });
  const offsets = fc.constantFrom(0n, 0n, 0n, 0n, 1n, 4095n);
  const address = often<bigint>(
    fc.tuple(frame, offsets).map(([at, offset]) => higherHalf + BigInt(at) * PAGE + offset),
    0n,
    higherHalf - 1n,
    higherHalf + BigInt(LIMIT) * PAGE - 1n,
    higherHalf + BigInt(LIMIT) * PAGE,
    U64_MAX,
    -1n,
    2n ** 64n,
  );
  const physical = fc
    .tuple(frame, fc.constantFrom(0n, 0n, 0n, 1n, -1n))
    .map(([at, more]) => BigInt(at) * PAGE + more);
  const zones = (namedZones(profile) ?? []).map(({ below }) => below ?? U64_MAX);
  const limits = isOrders
    ? fc.constant(U64_MAX)
    : zones.length > 0
      ? fc.constantFrom(...zones, U64_MAX)
      : physical;
  const maxAddr = often<Argument>(fc.oneof(limits, fc.constant(U64_MAX)), U64_MAX, ...BAD);
  const alignments = isOrders ? [0n, 1n, PAGE] : [0n, 1n, PAGE, PAGE + 1n, 2n * PAGE, 3n * PAGE, 4n * PAGE];
  const alignment = often<Argument>(
    fc.constantFrom(...alignments),
    ...alignments,
    U64_MAX,
    2n ** 63n,
    ...BAD,
  );
  const region = { address, count: counts };
  const within = fc.record({
    call: fc.constant('allocWithin' as const),
    count: counts,
    minAddr: often<Argument>(physical, 0n, U64_MAX, ...BAD),
    maxAddr,
    alignment,
    boundary: often<Argument>(
      fc.constantFrom(0n, 4095n, PAGE, 2n * PAGE, 3n * PAGE, 3n * PAGE + 1n, 4n * PAGE),
      2n ** 40n * PAGE,
      2n ** 41n * PAGE,
      U64_MAX,
      ...BAD,
    ),
  });
  const ofCall: Readonly<Record<Call, fc.Arbitrary<Operation>>> = {
    alloc: fc.constant({ call: 'alloc' }),
    allocPages: fc.record({ call: fc.constant('allocPages'), count: counts }),
    allocBitmap: fc.record({ call: fc.constant('allocBitmap'), count: counts, maxAddr, alignment }),
    free: fc.record({ call: fc.constant('free'), address }),
    freePages: fc.record({ call: fc.constant('freePages'), addresses: fc.array(address, { maxLength: 3 }) }),
    freeRegion: fc.record({ call: fc.constant('freeRegion'), ...region }),
    totalAmount: fc.constant({ call: 'totalAmount' }),
    freeAmount: fc.constant({ call: 'freeAmount' }),
    reservedAmount: fc.constant({ call: 'reservedAmount' }),
    retain: fc.record({ call: fc.constant('retain'), address }),
    release: fc.record({ call: fc.constant('release'), address }),
    allocAt: fc.record({ call: fc.constant('allocAt'), ...region }),
    allocWithin: within,
    addRegion: fc.record({ call: fc.constant('addRegion'), ...region }),
    removeRegion: fc.record({ call: fc.constant('removeRegion'), ...region }),
  };
  const optional = profile.calls.filter((call) => !STANDARD_CALLS.includes(call));
  const calls = [...profile.calls.filter((call) => !isQuery(call)), ...optional, ...optional];
  return fc.constantFrom(...calls).chain((call) => ofCall[call]);
}

/** Operations that are tried on each world. */
const OPERATIONS = 40;

const anyCase = anyWorld.chain((small) =>
  fc.record({
    small: fc.constant(small),
    operations: fc.array(anyOperation(small), { minLength: OPERATIONS, maxLength: OPERATIONS }),
  }),
);

function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
}

function about(small: Small, operation: Operation): string {
  const owners = framesOf(small).map((frame) => `${frame} ${ownerOf(small, frame)}`);
  return `${text(operation)} on ${owners.join(', ')}; ${text(Profile.encode(small.state.world.profile))}`;
}

/** Returns where the lowest run lies of a request, whichever page frames are kept; null for calls of other kinds. */
function lowestFor(small: Small, operation: Operation): number | null {
  if (operation.call === 'allocAt')
    return demanded(small, operation).startsWith('granted') ? named(small, operation.address) : null;
  if (operation.call !== 'allocBitmap' && operation.call !== 'allocWithin') return null;
  const lowest = keptSets(small).flatMap((kept) => runsFor(small, operation, kept).slice(0, 1));
  return lowest.length === 0 ? null : Math.min(...lowest);
}

describe('the claims of a profile', () => {
  const met = new Set<string>();

  it('demand of each call what they say of each page frame, whichever are kept', () => {
    const holds = fc.property(anyCase, ({ small, operations }) => {
      const { state } = small;
      for (const operation of operations) {
        if (beyond(state.world.profile, operation) !== null) continue;
        const demand = demanded(small, operation);
        const agrees = (actual: unknown, stated: unknown): void => {
          // The text takes longer than all else.
          if (actual !== stated) expect(actual, about(small, operation)).toBe(stated);
        };
        agrees(shown(expectation(state, operation)), demand);
        agrees(leftUndefined(state, operation) !== null, isLeftOpen(small, operation));
        if (!demand.startsWith('misused'))
          agrees(askedOf(state, operation).lowest, lowestFor(small, operation));
        if (operation.call === 'allocPages' && demand.startsWith('granted')) {
          const free = state.world.profile.batches === 'partial' ? freeForSingles(small) : FRAMES;
          expect(batchSize(state, BigInt(operation.count))).toBe(Math.min(Number(operation.count), free));
        }
        met.add(`${operation.call} ${demand.replace(/ \d+ \w+/, ' a page frame')}`);
      }
    });
    fc.assert(holds, { numRuns: WORLDS });
  });

  it('were met from both sides, call by call', () => {
    const ofRuns = ['granted', KEPT, NOT_FOUND, HELD_BACK, 'refused', 'misused'];
    const ofFrees = ['granted', 'misused', 'misused a page frame'];
    const sides: Readonly<Partial<Record<Call, readonly string[]>>> = {
      alloc: ['granted', HELD_BACK, 'refused'],
      allocPages: ['granted', HELD_BACK, 'refused', 'misused'],
      allocBitmap: ofRuns,
      allocWithin: ofRuns,
      allocAt: ofRuns,
      free: ofFrees,
      release: ofFrees,
      freePages: [...ofFrees, 'misused a page frame twice'],
      freeRegion: ofFrees,
      addRegion: ofFrees,
      removeRegion: ['granted', 'refused', 'misused'],
      retain: [...ofFrees, 'refused'],
    };
    const all = Object.entries(sides).flatMap(([call, demands]) =>
      demands.map((demand) => `${call} ${demand}`),
    );
    expect([...met].toSorted()).toEqual(all.toSorted());
  });
});

describe('the reasons', () => {
  /** Page frames 0 to 5, 8 and 9 are free, 6 is boot memory, 7 firmware's. */
  const map = memoryMap([
    { type: 'conventional', start: 0n, pages: 6 },
    { type: 'loaderData', start: 6n * PAGE, pages: 1 },
    { type: 'acpiNvs', start: 7n * PAGE, pages: 1 },
    { type: 'conventional', start: 8n * PAGE, pages: 2 },
  ]);
  const at = (frame: number, byte = 0n): bigint => higherHalf + BigInt(frame) * PAGE + byte;
  const everyCall = ['alloc', 'free', 'freePages', 'freeRegion', 'retain', 'release', 'allocAt', 'addRegion'];
  const run = (count: Argument, alignment: Argument = 0n): Operation => ({
    call: 'allocBitmap',
    count,
    maxAddr: U64_MAX,
    alignment,
  });

  /** Returns the state in which page frames 0 to 3 are one run of a caller's, and 4 and 5 single ones; 5 has two references. */
  function stateOf(claims: object): ModelState {
    const chosen = config({ bitmapMaxAddr: 8n * PAGE, higherHalf: HIGHER_HALF_57 });
    const profile = decodeProfile({ ...claims }, 'claims');
    const init = ModelState.init(map, chosen, [], profile);
    const held = init
      .allocated([{ base: pfn(0), count: pageCount(4) }], 'runs')
      .allocated([{ base: pfn(4), count: pageCount(2) }]);
    return profile.calls.includes('retain') ? held.referenced([pfn(5)], 1) : held;
  }

  const ONE = { zones: 1, singlePages: 'anywhere' };
  const SHARED = { calls: everyCall, mostReferences: 2 };
  const WHOLE_RUNS = { freeRuns: 'whole' };

  it.each<[object, Operation, string]>([
    [{}, { call: 'allocPages', count: 3n }, 'the stack zone has 2 free page frames, 3 were asked for'],
    [ONE, { call: 'allocPages', count: 3n }, 'memory has 2 free page frames, 3 were asked for'],
    [{ ...ONE, keeps: 2, memoryAtLeast: 2 }, { call: 'alloc' }, 'memory has no free page frame'],
    [{ largestRequest: 2 }, { call: 'allocPages', count: 3n }, 'the largest request is 2'],
    [{}, { call: 'allocPages', count: -1n }, 'count -1 is not an unsigned 64-bit integer'],
    [{}, run(0n), 'the count is 0'],
    [{}, run(1n), 'no run of free page frames fits'],
    [{}, run(0n, 0.5), 'alignment 0.5 is not an unsigned 64-bit integer'],
    [SHARED, { call: 'allocAt', address: at(8), count: 0n }, 'the count is 0'],
    [
      { ...SHARED, largestRequest: 1 },
      { call: 'allocAt', address: at(8), count: 2n },
      'the largest request is 1',
    ],
    [SHARED, { call: 'allocAt', address: at(6), count: 2n }, 'page frame 6 is not free (boot)'],
    [SHARED, { call: 'allocAt', address: at(8), count: -1n }, 'count -1 is not an unsigned 64-bit integer'],
    [
      SHARED,
      { call: 'addRegion', address: at(12), count: 0.5 },
      'count 0.5 is not an unsigned 64-bit integer',
    ],
    [
      SHARED,
      { call: 'addRegion', address: at(10), count: 2n ** 41n },
      'the region ends above physical memory',
    ],
    [SHARED, { call: 'addRegion', address: at(7), count: 1n }, 'page frame 7 is RAM already'],
    [SHARED, { call: 'free', address: at(7) }, 'page frame 7 may not be freed'],
    [SHARED, { call: 'free', address: at(5) }, 'page frame 5 has 2 references'],
    [SHARED, { call: 'freeRegion', address: at(4), count: 2n }, 'page frame 5 has 2 references'],
    [SHARED, { call: 'retain', address: at(6) }, 'page frame 6 is not a caller’s'],
    [SHARED, { call: 'retain', address: at(5) }, 'page frame 5 has 2 references, the most that there can be'],
    [{}, { call: 'free', address: 4n }, 'the address is not in the higher half'],
    [{}, { call: 'free', address: -1n }, 'address -1 is not an unsigned 64-bit integer'],
    [
      { unalignedFree: 'misuse' },
      { call: 'free', address: at(4, 8n) },
      'no page frame begins at 0xff00000000004008',
    ],
    [{}, { call: 'freePages', addresses: [at(4), at(4)] }, 'page frame 4 is named twice'],
    [{}, { call: 'freeRegion', address: at(4), count: 9n }, 'page frame 7 may not be freed'],
    [
      WHOLE_RUNS,
      { call: 'free', address: at(0) },
      '1 page frame from page frame 0 on, from a run of 4 page frames: runs are freed whole',
    ],
    [
      WHOLE_RUNS,
      { call: 'freeRegion', address: at(4), count: 2n },
      '2 page frames from page frame 4 on, from a run of 1 page frame: runs are freed whole',
    ],
    [
      WHOLE_RUNS,
      { call: 'freeRegion', address: at(1), count: 2n },
      '2 page frames from page frame 1 on, within a run or boot memory: runs are freed whole',
    ],
  ])('under %o, %o: %s', (claims, operation, why) => {
    expect(expectation(stateOf(claims), operation)).toHaveProperty('why', why);
  });

  it('name the region that ends above physical memory, where all of it below would do', () => {
    const chosen = config({ bitmapMaxAddr: 0n, higherHalf: HIGHER_HALF_57 });
    const profile = decodeProfile({ calls: ['alloc', 'freeRegion', 'removeRegion'] }, 'claims');
    const last = memoryMap([{ type: 'conventional', start: BigInt(LIMIT - 1) * PAGE, pages: 1 }]);
    const top = ModelState.init(last, chosen, [], profile);
    const held = top.allocated([{ base: pfn(LIMIT - 1), count: pageCount(1) }]);
    const region = { address: at(LIMIT - 1), count: 2n };
    const why = 'the region ends above physical memory';
    expect(expectation(top, { call: 'removeRegion', ...region })).toEqual({ kind: 'refused', why });
    expect(expectation(held, { call: 'freeRegion', ...region })).toMatchObject({ kind: 'misused', why });
  });

  it('name what may be kept', () => {
    const claims = { ...ONE, keeps: 2, memoryAtLeast: 2, calls: ['alloc', 'allocAt'] };
    const init = ModelState.init(
      map,
      config({ higherHalf: HIGHER_HALF_57 }),
      [],
      decodeProfile(claims, 'claims'),
    );
    const all = { call: 'allocAt', address: at(0), count: 6n } as const;
    const more = init.allocated([{ base: pfn(8), count: pageCount(1) }]);
    expect(expectation(init, all)).toMatchObject({ kind: 'granted', isOpen: true });
    expect(expectation(more, all)).toEqual({ kind: 'refused', why: 'some of its page frames are kept' });
  });

  it('leave open what frees of free page frames do, where these may be kept and that is not noticed', () => {
    const claims = { ...ONE, keeps: 2, memoryAtLeast: 2, uncaught: ['foreign'] };
    const chosen = config({ higherHalf: HIGHER_HALF_57 });
    const init = ModelState.init(map, chosen, [], decodeProfile(claims, 'claims'));
    const held = init.allocated([{ base: pfn(0), count: pageCount(1) }]);
    expect(leftUndefined(held, { call: 'freeRegion', address: at(0), count: 2n })).toMatch(
      /^misuse is undefined/,
    );
  });

  it.each<[object, Operation, string]>([
    [{ calls: ['alloc'] }, { call: 'free', address: at(4) }, 'there is no free'],
    [
      SHARED,
      { call: 'addRegion', address: at(10), count: 1n },
      'whether memory can be added beyond the memory map is left open',
    ],
    [
      { contiguous: 'orders' },
      { call: 'freeRegion', address: at(1), count: 2n },
      'no block of this size begins there',
    ],
    [
      { outOfMemory: 'undefined' },
      { call: 'allocPages', count: 3n },
      'what must fail is undefined on this target: the stack zone has 2 free page frames, 3 were asked for',
    ],
    [
      { misuse: 'undefined' },
      { call: 'free', address: at(7) },
      'misuse is undefined on this target: page frame 7 may not be freed',
    ],
  ])('under %o, %o is not made: %s', (claims, operation, why) => {
    expect(leftUndefined(stateOf(claims), operation)).toBe(why);
  });
});

describe('a call that may be refused too', () => {
  const open: Expectation = { kind: 'granted', isOpen: true, why: 'it may' };

  it('was a refusal where it was refused, and only there', () => {
    expect(settled(open, 'failed')).toEqual({ kind: 'refused', isOpen: true, why: 'it may' });
    expect(settled(open, 'address')).toBe(open);
    const granted: Expectation = { kind: 'granted' };
    const refused: Expectation = { kind: 'refused', why: 'it must' };
    expect([settled(granted, 'failed'), settled(refused, 'failed')]).toEqual([granted, refused]);
  });
});

it('frees name what is held, retain a caller’s, addRegion what is absent, and allocAt and removeRegion anything', () => {
  const owners: readonly Owner[] = ['absent', 'firmware', 'boot', 'pmm', 'kept', 'caller'];
  const named = (call: Call): readonly Owner[] => owners.filter((owner) => mayName(call, owner));
  for (const call of ['free', 'freePages', 'freeRegion', 'release'] as const)
    expect(named(call)).toEqual(['boot', 'caller']);
  expect(named('retain')).toEqual(['caller']);
  expect(named('addRegion')).toEqual(['absent']);
  expect([named('allocAt'), named('removeRegion')]).toEqual([owners, owners]);
});
