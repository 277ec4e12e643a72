/**
 * The state of the model: who owns each page frame, and nothing more. For targets that promise `lifo` it also keeps the
 * order of the free stack. Immutable; a change returns a new state. This is the meaning of the specification: it knows
 * neither words nor bits nor summaries.
 */
import {
  bitmapLimit,
  type Config,
  endOf,
  type FitRequest,
  isRam,
  type MemoryMap,
  type Owner,
  type Ownership,
  ownerAfterInit,
  type PageCount,
  type Pfn,
  type Policy,
  pageCount,
  pfn,
  type Region,
  regionOf,
  type World,
  type Zone,
} from '../spec/index.ts';
import { type Extents, extentAt, extentsIn, give, noExtents } from './extents.ts';
import { type FreeStack, pop, push, top } from './free-stack.ts';

/** Number of page frames of each owner that RAM can have. */
type Counts = Readonly<Record<Exclude<Owner, 'absent'>, number>>;

interface Fields {
  readonly extents: Extents;
  readonly counts: Counts;
  readonly free: Readonly<Record<Zone, number>>;
  /** Undefined where the order is not tracked. */
  readonly stack: FreeStack | undefined;
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

  /** Returns the state after init. O(descriptors log descriptors). */
  static init(map: MemoryMap, config: Config, policies: readonly Policy[]): ModelState {
    const regions = map.descriptors.filter((d) => isRam(d.type) && d.pages > 0);
    const total = pageCount(regions.reduce((sum, d) => sum + d.pages, 0));
    const world: World = { map, config, bitmapLimit: bitmapLimit(config), total };
    const empty: Fields = {
      extents: noExtents(),
      counts: { firmware: 0, boot: 0, pmm: 0, caller: 0 },
      free: { bitmap: 0, stack: 0 },
      stack: policies.includes('lifo') ? null : undefined,
    };
    return regions.reduce(
      (state, d) => state.#given(regionOf(d), ownerAfterInit(d.type)),
      new ModelState(world, policies, empty),
    );
  }

  ownerOf(frame: Pfn): Owner {
    return extentAt(this.#fields.extents, frame)?.owner ?? 'absent';
  }

  countOf(owner: Exclude<Owner, 'absent'>): PageCount {
    return pageCount(this.#fields.counts[owner]);
  }

  freeIn(zone: Zone): PageCount {
    return pageCount(this.#fields.free[zone]);
  }

  firstFailing(region: Region, test: (owner: Owner) => boolean): Pfn | null {
    if (region.count === 1) return test(this.ownerOf(region.base)) ? null : region.base;
    const end = endOf(region);
    const absentPasses = test('absent');
    let covered: number = region.base;
    for (const extent of extentsIn(this.#fields.extents, region.base, end)) {
      if (extent.base > covered && !absentPasses) return pfn(covered);
      if (!test(extent.owner)) return pfn(Math.max(extent.base, region.base));
      covered = extent.end;
    }
    return covered < end && !absentPasses ? pfn(covered) : null;
  }

  lowestFit({ count, limit, alignment }: FitRequest): Pfn | null {
    for (const { base, end, owner } of extentsIn(this.#fields.extents, 0, limit)) {
      const start = Math.ceil(base / alignment) * alignment;
      if (owner === 'pmm' && start + count <= Math.min(end, limit)) return pfn(start);
    }
    return null;
  }

  stackTop(count: PageCount): readonly Pfn[] | null {
    const { stack } = this.#fields;
    return stack === undefined ? null : top(stack, count).map(pfn);
  }

  /** Returns the state after these page frames, all of them free, were handed out in this order. */
  allocated(regions: readonly Region[]): ModelState {
    const popped = regions.reduce((n, { base, count }) => n + this.#stackPart(base, count).count, 0);
    const state = ascendingRuns(regions).reduce<ModelState>((s, region) => s.#given(region, 'caller'), this);
    const { stack } = this.#fields;
    return stack === undefined || popped === 0 ? state : state.#with({ stack: pop(stack, popped) });
  }

  /** Returns the state after these page frames, all of them freeable, were freed in this order. */
  freed(regions: readonly Region[]): ModelState {
    return regions.reduce<ModelState>((s, region) => s.#given(region, 'pmm'), this);
  }

  #with(fields: Partial<Fields>): ModelState {
    return new ModelState(this.world, this.policies, { ...this.#fields, ...fields });
  }

  #stackPart(base: number, count: number): { readonly base: number; readonly count: number } {
    const from = Math.max(base, this.world.bitmapLimit);
    return { base: from, count: Math.max(0, base + count - from) };
  }

  /** Gives page frames that all are absent or all change hands to an owner; what becomes free is pushed ascending. */
  #given({ base, count }: Region, owner: Owner): ModelState {
    if (count === 0 || owner === 'absent') return this;
    const { extents, stack } = this.#fields;
    const inStack = this.#stackPart(base, count);
    const counts = { ...this.#fields.counts };
    for (const old of extentsIn(extents, base, base + count))
      if (old.owner !== 'absent')
        counts[old.owner] -= Math.min(old.end, base + count) - Math.max(old.base, base);
    counts[owner] += count;
    const change = owner === 'pmm' ? 1 : this.ownerOf(base) === 'pmm' ? -1 : 0;
    const free = {
      bitmap: this.#fields.free.bitmap + change * (count - inStack.count),
      stack: this.#fields.free.stack + change * inStack.count,
    };
    const pushed = owner === 'pmm' && stack !== undefined ? push(stack, inStack.base, inStack.count) : stack;
    return this.#with({ extents: give(extents, base, base + count, owner), counts, free, stack: pushed });
  }
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
