/**
 * The state of the model: who owns each page frame, and nothing more. For targets that promise `lifo` it also keeps the
 * order of the free stack. Immutable; a change returns a new state. This is the meaning of the specification: it knows
 * neither words nor bits nor summaries.
 */
import {
  bitmapLimit,
  type Config,
  computedOnce,
  endOf,
  type FitRequest,
  type MemoryMap,
  nextDescriptor,
  type Owner,
  type Ownership,
  type OwnerTest,
  ownedRegions,
  type PageCount,
  PFN_LIMIT,
  type Pfn,
  type Policy,
  type Profile,
  pageCount,
  pfn,
  pfnEnd,
  pfnOf,
  type Region,
  spareIn,
  startFrom,
  unnamedIn,
  WHOLE,
  type World,
  type Zone,
} from '../spec/index.ts';
import {
  type Extents,
  extentsFrom,
  findExtent,
  flatExtents,
  give,
  noExtents,
  numberOf,
  ownerAt,
} from './extents.ts';
import { type FreeStack, pop, push, top, without } from './free-stack.ts';

/** The part of a state that calls change. */
interface Fields {
  readonly extents: Extents;
  readonly firmware: PageCount;
  readonly boot: PageCount;
  readonly caller: PageCount;
  readonly pmm: PageCount;
  readonly kept: PageCount;
  /** Free page frames of the stack zone; the others of `pmm` are in the bitmap zone. */
  readonly freeInStack: PageCount;
  /** Undefined where the order is not tracked. */
  readonly stack: FreeStack | undefined;
  /** Where held runs begin ({@link FIRST}) and go on ({@link REST}); undefined where runs are not tracked. */
  readonly runs: Extents | undefined;
  /** Page frames that are kept and not known; they are counted in `pmm` too. */
  readonly unnamed: number;
  /** What was handed out or freed once ({@link FIRST}); undefined where all page frames that are kept are known. */
  readonly proved: Extents | undefined;
  /** The references to each page frame that has more than one. */
  readonly references: ReadonlyMap<Pfn, number>;
}

const NO_REFERENCES: ReadonlyMap<Pfn, number> = new Map();

const FIRST: Owner = 'caller';
const REST: Owner = 'boot';

/** Consecutive page frames [base, end) of one owner. */
export interface OwnedPart {
  readonly base: number;
  readonly end: number;
  readonly owner: Owner;
}

const NONE = pageCount(0);

/** The last state after init of each map and configuration, if any: programs of a run share it. */
const afterInit = computedOnce((_: MemoryMap) => computedOnce((_: Config): ModelState[] => []));

/** What a state is made of, as lists: extents by where they start and whose they are, and the free stack, top first. */
export interface StateParts {
  readonly starts: readonly number[];
  readonly owners: readonly Owner[];
  /** Undefined where the order is not tracked. */
  readonly stack: readonly Region[] | undefined;
}

/** Who owns each page frame. */
export class ModelState implements Ownership {
  readonly world: World;
  readonly policies: readonly Policy[];
  readonly #fields: Fields;

  private constructor(world: World, policies: readonly Policy[], fields: Fields) {
    this.world = world;
    this.policies = policies;
    this.#fields = fields;
  }

  /**
   * Returns the state after init, where the manager has kept page frames for itself. O(descriptors (log descriptors + kept)); where
   * nothing is kept, O(1) if it was the state asked for last of this map and configuration.
   */
  static init(
    map: MemoryMap,
    config: Config,
    policies: readonly Policy[],
    profile: Profile = WHOLE,
    kept: readonly Region[] = [],
  ): ModelState {
    if (kept.length > 0) return ModelState.#afterInit(map, config, policies, profile, kept);
    const last = afterInit(map)(config);
    const [known] = last;
    if (known?.world.profile === profile && known.policies === policies) return known;
    const state = ModelState.#afterInit(map, config, policies, profile, kept);
    last[0] = state;
    return state;
  }

  static #afterInit(
    map: MemoryMap,
    config: Config,
    policies: readonly Policy[],
    profile: Profile,
    kept: readonly Region[],
  ): ModelState {
    const held = withKept(withWithheld(ownedRegions(map), profile), kept);
    const regions = held.filter(({ owner }) => owner !== 'absent');
    const total = pageCount(regions.reduce((sum, { count }) => sum + count, 0));
    const limit = profile.zones !== 2 ? pfn(PFN_LIMIT) : bitmapLimit(config);
    const world: World = { map, config, profile, bitmapLimit: limit, end: pfnEnd(map), total };
    const empty: Fields = {
      extents: noExtents(),
      firmware: NONE,
      boot: NONE,
      caller: NONE,
      pmm: NONE,
      kept: NONE,
      freeInStack: NONE,
      stack: policies.includes('lifo') ? null : undefined,
      runs: profile.freeRuns === 'whole' ? noExtents() : undefined,
      unnamed: 0,
      proved: undefined,
      references: NO_REFERENCES,
    };
    const state = regions.reduce(
      (held, region) => held.revealed(region, region.owner),
      new ModelState(world, policies, empty),
    );
    return state.#keeping(Math.min(unnamedIn(profile), state.countOf('pmm')));
  }

  /** Returns the state that these parts make. O(extents + runs). */
  static of(world: World, policies: readonly Policy[], { starts, owners, stack }: StateParts): ModelState {
    const counts = { absent: 0, firmware: 0, boot: 0, caller: 0, pmm: 0, kept: 0 };
    let freeInStack = 0;
    owners.forEach((owner, i) => {
      const [start, end] = [starts[i] ?? 0, starts[i + 1] ?? PFN_LIMIT];
      counts[owner] += end - start;
      if (owner === 'pmm') freeInStack += Math.max(0, end - Math.max(start, world.bitmapLimit));
    });
    return new ModelState(world, policies, {
      extents: extentsFrom(starts, owners),
      firmware: pageCount(counts.firmware),
      boot: pageCount(counts.boot),
      caller: pageCount(counts.caller),
      pmm: pageCount(counts.pmm),
      kept: pageCount(counts.kept),
      freeInStack: pageCount(freeInStack),
      runs: undefined,
      unnamed: 0,
      proved: undefined,
      references: NO_REFERENCES,
      stack: stack
        ?.toReversed()
        .reduce<FreeStack>((below, { base, count }) => push(below, base, count), null),
    });
  }

  /** Returns what the state is made of. O(extents + runs). */
  parts(): StateParts {
    const { extents, stack } = this.#fields;
    const runs: Region[] = [];
    for (let run = stack ?? null; run !== null; run = run.below)
      runs.push({ base: pfn(run.base), count: pageCount(run.count) });
    return { ...flatExtents(extents), stack: stack === undefined ? undefined : runs };
  }

  ownerOf(frame: Pfn): Owner {
    return ownerAt(this.#fields.extents, frame);
  }

  get total(): PageCount {
    const { firmware, boot, caller, pmm, kept } = this.#fields;
    return pageCount(firmware + boot + caller + pmm + kept);
  }

  get extents(): number {
    return numberOf(this.#fields.extents);
  }

  countOf(owner: Exclude<Owner, 'absent'>): PageCount {
    const fields = this.#fields;
    // Each by its own name: a look-up by a varying name takes the engine several times as long.
    switch (owner) {
      case 'pmm':
        return fields.unnamed === 0 ? fields.pmm : pageCount(fields.pmm - fields.unnamed);
      case 'caller':
        return fields.caller;
      case 'boot':
        return fields.boot;
      case 'kept':
        return fields.unnamed === 0 ? fields.kept : pageCount(fields.kept + fields.unnamed);
      default:
        return fields.firmware;
    }
  }

  freeIn(zone: Zone): PageCount {
    const { pmm, freeInStack } = this.#fields;
    return zone === 'stack' ? freeInStack : pageCount(pmm - freeInStack);
  }

  get unnamed(): number {
    return this.#fields.unnamed;
  }

  perhapsKept({ base, count }: Region): readonly Region[] {
    const { extents, proved } = this.#fields;
    const parts: Region[] = [];
    if (proved === undefined) return parts;
    findExtent(extents, base, base + count, (owner, from, to) => {
      if (owner === 'pmm')
        findExtent(proved, from, to, (mark, start, end) => {
          if (mark !== FIRST) parts.push({ base: pfn(start), count: pageCount(end - start) });
          return false;
        });
      return false;
    });
    return parts;
  }

  /** Returns the state in which a number of the page frames that may be kept are; they are known once no others are left. */
  #keeping(unnamed: number): ModelState {
    if (unnamed === 0) return this;
    const proved = this.#fields.proved ?? noExtents();
    const state = new ModelState(this.world, this.policies, { ...this.#fields, unnamed, proved });
    if (spareIn(state) > 0) return state;
    const known = state.perhapsKept({ base: pfn(0), count: pageCount(PFN_LIMIT) });
    const { extents, pmm, kept } = this.#fields;
    return new ModelState(this.world, this.policies, {
      ...this.#fields,
      extents: known.reduce((all, { base, count }) => give(all, base, base + count, 'kept'), extents),
      pmm: pageCount(pmm - unnamed),
      kept: pageCount(kept + unnamed),
      unnamed: 0,
      proved: undefined,
    });
  }

  /** Returns the state in which it is known that these page frames are not kept. O(extents). */
  #proving(regions: readonly Region[]): ModelState {
    const { unnamed, proved } = this.#fields;
    if (proved === undefined) return this;
    const more = regions.reduce(
      (all, { base, count }) => (count === 0 ? all : give(all, base, base + count, FIRST)),
      proved,
    );
    return new ModelState(this.world, this.policies, { ...this.#fields, proved: more }).#keeping(unnamed);
  }

  /** Returns the owners in [base, end), as consecutive parts of one owner each. O(log extents + parts). */
  ownersIn(base: number, end: number): readonly OwnedPart[] {
    const parts: { base: number; end: number; owner: Owner }[] = [];
    findExtent(this.#fields.extents, base, end, (owner, from, to) => {
      const last = parts.at(-1);
      if (last?.owner === owner) last.end = to;
      else parts.push({ base: from, end: to, owner });
      return false;
    });
    return parts;
  }

  firstFailing({ base, count }: Region, test: OwnerTest): Pfn | null {
    if (count === 1) return test(ownerAt(this.#fields.extents, base), base, base + 1) ? null : base;
    const fails = (owner: Owner, from: number, to: number): boolean => !test(owner, from, to);
    const frame = findExtent(this.#fields.extents, base, base + count, fails);
    return frame === null ? null : pfn(frame);
  }

  lowestFit(request: FitRequest): Pfn | null {
    const { count, limit, from: least = 0 } = request;
    if (count > this.freeIn('bitmap')) return null;
    const { map, profile } = this.world;
    const isDivided = profile.runsWithin === 'descriptors';
    let lowest = 0;
    let end = -1;
    const found = findExtent(this.#fields.extents, least, limit, (owner, from, to) => {
      if (owner !== 'pmm') return false;
      if (from !== end) lowest = startFrom(from, request);
      end = to;
      if (isDivided) lowest = inOneDescriptor(map, lowest, end, request);
      return lowest + count <= to;
    });
    return found === null ? null : pfn(lowest);
  }

  stackTop(count: PageCount): readonly Pfn[] | null {
    const { stack } = this.#fields;
    return stack === undefined ? null : top(stack, count);
  }

  heldRun(base: Pfn): PageCount | null {
    const { runs } = this.#fields;
    if (runs === undefined) return null;
    if (ownerAt(runs, base) !== FIRST) return NONE;
    const end = findExtent(runs, base + 1, PFN_LIMIT, (part) => part !== REST) ?? PFN_LIMIT;
    return pageCount(end - base);
  }

  referencesTo(frame: Pfn): number {
    const owner = this.ownerOf(frame);
    return owner === 'caller' || owner === 'boot' ? (this.#fields.references.get(frame) ?? 1) : 0;
  }

  firstShared({ base, count }: Region): Pfn | null {
    const { references } = this.#fields;
    if (references.size === 0) return null;
    if (count === 1) return references.has(base) ? base : null;
    let first: Pfn | null = null;
    for (const frame of references.keys())
      if (frame >= base && frame < base + count && (first === null || frame < first)) first = frame;
    return first;
  }

  /** Returns the state in which page frames that are held have a reference more, or one less and still some. O(page frames shared). */
  referenced(frames: readonly (Pfn | null)[], change: 1 | -1): ModelState {
    if (frames.length === 0) return this;
    const references = new Map(this.#fields.references);
    for (const frame of frames) {
      if (frame === null) continue;
      const now = (references.get(frame) ?? 1) + change;
      if (now > 1) references.set(frame, now);
      else references.delete(frame);
    }
    return new ModelState(this.world, this.policies, { ...this.#fields, references });
  }

  /** Returns the state after these page frames, all of them free, were handed out: singly, or each region as one run. */
  allocated(regions: readonly Region[], as: 'singles' | 'runs' = 'singles'): ModelState {
    const fields = this.#fields;
    let { extents, runs, stack } = fields;
    let pages = 0;
    let popped = 0;
    for (const { base, count } of as === 'runs' ? regions : ascendingRuns(regions)) {
      if (count > 0) {
        extents = give(extents, base, base + count, 'caller');
        if (runs !== undefined) runs = give(runs, base, base + count, FIRST);
        if (runs !== undefined && as === 'runs' && count > 1) runs = give(runs, base + 1, base + count, REST);
      }
      pages += count;
      const inStack = this.#inStack(base, count);
      popped += inStack;
      if (stack !== undefined && as === 'runs' && inStack > 0) stack = without(stack, base, base + count);
    }
    if (stack !== undefined && as === 'singles') stack = pop(stack, popped);
    return new ModelState(this.world, this.policies, {
      extents,
      firmware: fields.firmware,
      boot: fields.boot,
      caller: pageCount(fields.caller + pages),
      pmm: pageCount(fields.pmm - pages),
      kept: fields.kept,
      freeInStack: pageCount(fields.freeInStack - popped),
      stack,
      runs,
      unnamed: fields.unnamed,
      proved: fields.proved,
      references: fields.references,
    }).#proving(regions);
  }

  /** Returns the state after these page frames, each a caller's or boot memory, with one reference, were freed in this order. */
  freed(regions: readonly Region[]): ModelState {
    const fields = this.#fields;
    let { extents, stack, runs } = fields;
    let pages = 0;
    let ofBoot = 0;
    let pushed = 0;
    for (const { base, count } of regions) {
      if (count === 0) continue;
      const end = base + count;
      const inStack = this.#inStack(base, count);
      pages += count;
      ofBoot += bootPages(extents, base, end);
      pushed += inStack;
      extents = give(extents, base, end, 'pmm');
      if (runs !== undefined) runs = give(runs, base, end, 'absent');
      if (stack !== undefined) stack = push(stack, end - inStack, inStack);
    }
    return new ModelState(this.world, this.policies, {
      extents,
      firmware: fields.firmware,
      boot: pageCount(fields.boot - ofBoot),
      caller: pageCount(fields.caller - (pages - ofBoot)),
      pmm: pageCount(fields.pmm + pages),
      kept: fields.kept,
      freeInStack: pageCount(fields.freeInStack + pushed),
      stack,
      runs,
      unnamed: fields.unnamed,
      proved: fields.proved,
      references: fields.references,
    }).#proving(regions);
  }

  /** Returns the state with an owner for page frames that had none: they were absent. */
  revealed({ base, count }: Region, owner: Owner): ModelState {
    if (owner === 'absent') return this;
    const fields = this.#fields;
    const { stack } = fields;
    const pushed = owner === 'pmm' ? this.#inStack(base, count) : 0;
    const more = (other: Owner): number => (owner === other ? count : 0);
    return new ModelState(this.world, this.policies, {
      extents: give(fields.extents, base, base + count, owner),
      firmware: pageCount(fields.firmware + more('firmware')),
      boot: pageCount(fields.boot + more('boot')),
      caller: pageCount(fields.caller + more('caller')),
      pmm: pageCount(fields.pmm + more('pmm')),
      kept: pageCount(fields.kept + more('kept')),
      freeInStack: pageCount(fields.freeInStack + pushed),
      stack: stack === undefined ? undefined : push(stack, base + count - pushed, pushed),
      runs: fields.runs,
      unnamed: fields.unnamed,
      proved: fields.proved,
      references: fields.references,
    });
  }

  /** Returns the state without these page frames, all of them free. */
  removed({ base, count }: Region): ModelState {
    const fields = this.#fields;
    return new ModelState(this.world, this.policies, {
      ...fields,
      extents: give(fields.extents, base, base + count, 'absent'),
      pmm: pageCount(fields.pmm - count),
      freeInStack: pageCount(fields.freeInStack - this.#inStack(base, count)),
      stack: fields.stack === undefined ? undefined : without(fields.stack, base, base + count),
    });
  }

  /** Number of page frames of [base, base + count) in the stack zone. */
  #inStack(base: number, count: number): number {
    return Math.min(count, Math.max(0, base + count - this.world.bitmapLimit));
  }
}

/** Returns the lowest page frame of [from, end), all free, from which a run stays in one descriptor, or one from which it does not fit. */
function inOneDescriptor(map: MemoryMap, from: number, end: number, request: FitRequest): number {
  let lowest = from;
  for (let next = nextDescriptor(map, lowest); next < Math.min(end, lowest + request.count); ) {
    lowest = startFrom(next, request);
    next = nextDescriptor(map, lowest);
  }
  return lowest;
}

interface OwnedRegion extends Region {
  readonly owner: Owner;
}

/** Returns the regions in their order; of what a manager never hands out, all but firmware's is kept. */
function withWithheld(regions: readonly OwnedRegion[], profile: Profile): readonly OwnedRegion[] {
  const low = { base: pfn(0), count: pageCount(pfnOf(profile.neverBelow)) };
  return regions.flatMap((region) => {
    if (region.owner === 'boot' && profile.bootMemory === 'kept') return [{ ...region, owner: 'kept' }];
    return region.owner === 'pmm' || region.owner === 'boot' ? cutFrom(region, [low]) : [region];
  });
}

/** Returns the regions in their order; what is kept of free ones is cut out of them. */
function withKept(regions: readonly OwnedRegion[], kept: readonly Region[]): readonly OwnedRegion[] {
  if (kept.length === 0) return regions;
  const ascending = kept.toSorted((a, b) => a.base - b.base);
  return regions.flatMap((region) => (region.owner === 'pmm' ? cutFrom(region, ascending) : [region]));
}

function cutFrom(
  { base, count, owner: whole }: OwnedRegion,
  kept: readonly Region[],
): readonly OwnedRegion[] {
  const parts: OwnedRegion[] = [];
  const end = base + count;
  let at: number = base;
  const add = (to: number, owner: Owner): void => {
    if (to > at) parts.push({ base: pfn(at), count: pageCount(to - at), owner });
    at = Math.max(at, to);
  };
  for (const region of kept) {
    add(Math.min(region.base, end), whole);
    add(Math.min(endOf(region), end), 'kept');
  }
  add(end, whole);
  return parts;
}

/** Returns how many page frames of [base, end) are boot memory. */
function bootPages(extents: Extents, base: number, end: number): number {
  if (end - base === 1) return ownerAt(extents, base) === 'boot' ? 1 : 0;
  let pages = 0;
  findExtent(extents, base, end, (owner, from, to) => {
    if (owner === 'boot') pages += to - from;
    return false;
  });
  return pages;
}

/** Returns the regions sorted, and joined where they touch. */
function ascendingRuns(regions: readonly Region[]): readonly Region[] {
  if (regions.length <= 1) return regions;
  const runs: Region[] = [];
  for (const region of regions.toSorted((a, b) => a.base - b.base)) {
    const last = runs.at(-1);
    if (last !== undefined && endOf(last) === region.base)
      runs[runs.length - 1] = { base: last.base, count: pageCount(last.count + region.count) };
    else runs.push(region);
  }
  return runs;
}
