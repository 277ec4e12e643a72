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
  frameEnd,
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
import { type Extents, extentAt, extentFrom, extentsIn, give, noExtents } from './extents.ts';
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
    const world: World = { map, config, bitmapLimit: bitmapLimit(config), end: frameEnd(map), total };
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

  firstFailing({ base, count }: Region, test: (owner: Owner) => boolean): Pfn | null {
    const end = base + count;
    for (let frame: number = base; frame < end; ) {
      const extent = extentFrom(this.#fields.extents, frame);
      const isGap = extent === null || extent.base > frame;
      if (isGap && !test('absent')) return pfn(frame);
      if (extent === null || extent.base >= end) return null;
      if (!test(extent.owner)) return pfn(Math.max(extent.base, frame));
      frame = extent.end;
    }
    return null;
  }

  lowestFit({ count, limit, alignment }: FitRequest): Pfn | null {
    if (count > this.#fields.free.bitmap) return null;
    let lowest: number | null = null;
    this.#fields.extents.forRange(0, limit, false, (base, { end, owner }) => {
      if (lowest !== null || owner !== 'pmm') return;
      const start = Math.ceil(base / alignment) * alignment;
      if (start + count <= Math.min(end, limit)) lowest = start;
    });
    return lowest === null ? null : pfn(lowest);
  }

  stackTop(count: PageCount): readonly Pfn[] | null {
    const { stack } = this.#fields;
    return stack === undefined ? null : top(stack, count);
  }

  /** Returns the state after these page frames, all of them free, were handed out. */
  allocated(regions: readonly Region[]): ModelState {
    let popped = 0;
    for (const { base, count } of regions) popped += this.#inStack(base, count);
    let state: ModelState = this;
    for (const region of ascendingRuns(regions)) state = state.#given(region, 'caller');
    const { extents, counts, free, stack } = state.#fields;
    if (stack === undefined || popped === 0) return state;
    return new ModelState(this.world, this.policies, { extents, counts, free, stack: pop(stack, popped) });
  }

  /** Returns the state after these page frames, all of them freeable, were freed in this order. */
  freed(regions: readonly Region[]): ModelState {
    let state: ModelState = this;
    for (const region of regions) state = state.#given(region, 'pmm');
    return state;
  }

  /** Number of page frames of [base, base + count) in the stack zone. */
  #inStack(base: number, count: number): number {
    return Math.min(count, Math.max(0, base + count - this.world.bitmapLimit));
  }

  /** Gives page frames that all are absent or all change hands to an owner; what becomes free is pushed ascending. */
  #given({ base, count }: Region, owner: Owner): ModelState {
    if (count === 0 || owner === 'absent') return this;
    const { extents, stack } = this.#fields;
    const end = base + count;
    const counts = { ...this.#fields.counts };
    for (const old of extentsIn(extents, base, end))
      if (old.owner !== 'absent') counts[old.owner] -= Math.min(old.end, end) - Math.max(old.base, base);
    counts[owner] += count;
    const inStack = this.#inStack(base, count);
    // Page frames change hands from one owner, or to the manager: so the free ones of both zones change alike.
    const change = Math.sign(counts.pmm - this.#fields.counts.pmm);
    const free = {
      bitmap: this.#fields.free.bitmap + change * (count - inStack),
      stack: this.#fields.free.stack + change * inStack,
    };
    const pushed = owner === 'pmm' && stack !== undefined ? push(stack, end - inStack, inStack) : stack;
    return new ModelState(this.world, this.policies, {
      extents: give(extents, base, end, owner),
      counts,
      free,
      stack: pushed,
    });
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
