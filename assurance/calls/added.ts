/**
 * Added calls: what a profile can claim beyond the standard calls, each with a correct manager, which holds with the claim, and broken
 * ones, which hold without it and break a clause with it.
 */
import {
  type BreakableClause,
  isU64,
  type MemoryMap,
  PAGE_BYTES,
  type PmmOptions,
  type SomePmm,
  type SomePmmFactory,
  U64_MAX,
} from '../../spec/index.ts';
import { arrayClaims, type Bounds, PageArray } from './page-array.ts';

/** A manager whose added calls are wrong. */
interface Broken {
  /** A noun phrase in kebab case. */
  readonly name: string;
  readonly clause: BreakableClause;
  readonly create: SomePmmFactory;
}

/** A claim that adds something to what is checked. */
export interface Added {
  readonly name: string;
  /** As JSON. */
  readonly claims: object;
  /** The claims without what is added. */
  readonly without: object;
  /** The clause that the correct manager breaks without it; null where the claim only adds. */
  readonly breaks: BreakableClause | null;
  /** The hint on what it breaks without it. Default: none. */
  readonly hint?: string;
  readonly correct: SomePmmFactory;
  readonly broken: readonly [Broken, Broken, ...Broken[]];
}

const FREE = 0;
const BOOT = -1;
const ABSENT = -3;
const MOST = 3;
const UNBOUND = 2 ** 31 - 1;
const WITHOUT = { calls: ['alloc', 'allocPages', 'free', 'totalAmount', 'freeAmount'], zones: 1 } as const;

/** Returns an argument as programs have it. */
function exact(count: number | bigint): number | bigint {
  return typeof count === 'number' && Number.isInteger(count) ? BigInt(count) : count;
}

const WITHIN = {
  ...arrayClaims(MOST),
  mostReferences: null,
  ...WITHOUT,
  calls: [...WITHOUT.calls, 'allocWithin'],
} as const;

const KEPT = -4;
const PAGES_KEPT = 3;

/** One that keeps the first, the last and a middle page frame of free memory, or more. */
class KeepingArray extends PageArray {
  constructor(map: MemoryMap, options: PmmOptions, kept: number) {
    super(map, options, MOST);
    const free = [...this.pages.keys()].filter((frame) => this.pages[frame] === FREE);
    for (let k = 0; k < kept; k += 1)
      this.pages[free[Math.floor((k * (free.length - 1)) / Math.max(1, kept - 1))] ?? 0] = KEPT;
  }
}

const KEEPING = { ...WITHIN, memoryAtLeast: PAGES_KEPT };

/** One whose runs lie in the bitmap zone. */
class ZonedArray extends PageArray {
  protected override fits(start: bigint, asked: Bounds): boolean {
    const { bitmapMaxAddr } = this.options.config;
    const maxAddr = asked.maxAddr < bitmapMaxAddr ? asked.maxAddr : bitmapMaxAddr;
    return super.fits(start, { ...asked, maxAddr });
  }
}

const { zones: _, ...ZONED } = { ...WITHIN, singlePages: 'anywhere' } as const;

/** Returns a manager whose runs make other demands than were asked. */
function otherBounds(others: (asked: Bounds) => Partial<Bounds>): Create {
  return class extends PageArray {
    protected override fits(start: bigint, asked: Bounds): boolean {
      return super.fits(start, { ...asked, ...others(asked) });
    }
  };
}

const AT = { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT };

const MOVING = { ...AT, calls: [...AT.calls, 'addRegion', 'removeRegion'] };

type Create = new (...args: ConstructorParameters<typeof PageArray>) => SomePmm;

function variant(name: string, clause: BreakableClause, Made: Create, most = MOST): Broken {
  return { name, clause, create: (map, options) => new Made(map, options, most) };
}

const array =
  (most: number): SomePmmFactory =>
  (map, options) =>
    new PageArray(map, options, most);

/** One whose `free` takes a reference. */
class FreeingArray extends PageArray {
  override free(address: bigint): void {
    this.drop(this.held('free', address));
  }
}

/** One whose batches are granted in part. */
class PartialArray extends PageArray {
  override allocPages(addresses: BigUint64Array, count: number | bigint): number {
    if (!isU64(exact(count))) this.panic('allocPages', null);
    const got = Number(this.limit(BigInt(count)));
    if (got > 0) super.allocPages(addresses, got);
    else if (count > 0) this.fail('allocPages');
    return got;
  }

  /** Returns the size of the batch that is granted. */
  protected limit(count: bigint): bigint {
    const free = BigInt(this.freeAmount());
    return count < free ? count : free;
  }
}

/** One that ends the array of a batch that it cannot grant, as loops do that write what they got. */
class EndingArray extends PageArray {
  override allocPages(addresses: BigUint64Array, count: number | bigint): boolean | number {
    const granted = super.allocPages(addresses, count);
    if (granted === false && addresses.length > 0) addresses[0] = 0n;
    return granted;
  }
}

/** One that adds what it is told to add. */
class TrustingArray extends PageArray {
  protected override firstPresent(): number {
    return -1;
  }
}

/** One that takes page frames that callers hold. */
class TakingArray extends PageArray {
  protected override isFree(base: number, count: number): boolean {
    const codes = this.pages.subarray(base, base + count);
    return base + count <= this.pages.length && codes.every((code) => code >= FREE);
  }
}

/** One that hands out removed memory when nothing else is left. */
class RemovingOnPaper extends PageArray {
  readonly #removed: number[] = [];

  protected override put(base: number, count: number, code: number): void {
    super.put(base, count, code);
    if (code === ABSENT) for (let i = 0; i < count; i += 1) this.#removed.push(base + i);
  }

  override alloc(): bigint | null {
    const frame = this.#removed.find((each) => this.pages[each] === ABSENT && this.mayUse(each));
    return this.freeAmount() === 0 && frame !== undefined ? this.take(frame) : super.alloc();
  }

  protected mayUse(_frame: number): boolean {
    return true;
  }
}

export const ADDED: readonly Added[] = [
  {
    name: 'references',
    claims: arrayClaims(MOST),
    without: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT },
    breaks: null,
    correct: array(MOST),
    broken: [
      variant(
        'first-release-frees',
        'references.last',
        class extends PageArray {
          protected override drop(frame: number): void {
            this.pages[frame] = FREE;
          }
        },
      ),
      variant(
        'last-reference-kept',
        'references.last',
        class extends PageArray {
          override release(address: bigint): void {
            const frame = this.held('release', address);
            if (this.references(frame) !== 1) this.drop(frame);
          }
        },
      ),
      variant(
        'free-memory-retained',
        'retain.owner',
        class extends PageArray {
          protected override mayRetain(frame: number): boolean {
            return this.references(frame) >= FREE;
          }
        },
      ),
      variant(
        'boot-memory-retained',
        'retain.owner',
        class extends PageArray {
          protected override mayRetain(frame: number): boolean {
            return super.mayRetain(frame) || this.references(frame) === BOOT;
          }
        },
      ),
      variant('one-reference-more', 'retain.most', PageArray, MOST + 1),
      variant('one-reference-fewer', 'retain.most', PageArray, MOST - 1),
      variant(
        'free-memory-released',
        'release.owner',
        class extends PageArray {
          override release(address: bigint): void {
            if (this.references(this.named('release', address)) !== FREE) super.release(address);
          }
        },
      ),
      variant(
        'boot-memory-not-released',
        'release.owner',
        class extends PageArray {
          override release(address: bigint): void {
            const frame = this.held('release', address);
            if (this.references(frame) === BOOT) this.panic('release', frame);
            this.drop(frame);
          }
        },
      ),
      variant(
        'shared-page-freed',
        'free.owner',
        class extends PageArray {
          override free(address: bigint): void {
            this.pages[this.held('free', address)] = FREE;
          }
        },
      ),
    ],
  },
  {
    name: 'references without a bound, which a free takes',
    claims: { ...arrayClaims(MOST), mostReferences: null, freesShared: 'one-reference' },
    without: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT },
    breaks: null,
    correct: (map, options) => new FreeingArray(map, options, UNBOUND),
    broken: [
      variant(
        'count-of-five-bits',
        'references.last',
        class extends FreeingArray {
          override retain(address: bigint): boolean {
            const isRetained = super.retain(address);
            const frame = this.named('retain', address);
            if (this.references(frame) === 2 ** 5) this.pages[frame] = 1;
            return isRetained;
          }
        },
        UNBOUND,
      ),
      variant(
        'frees-as-if-alone',
        'references.last',
        class extends FreeingArray {
          override free(address: bigint): void {
            this.pages[this.held('free', address)] = FREE;
          }
        },
        UNBOUND,
      ),
    ],
  },
  {
    name: 'batches in part',
    claims: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT, batches: 'partial' },
    without: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT },
    breaks: 'allocPages.complete',
    correct: (map, options) => new PartialArray(map, options, MOST),
    broken: [
      variant(
        'all-or-nothing',
        'allocPages.complete',
        class extends PartialArray {
          protected override limit(count: bigint): bigint {
            return count <= this.freeAmount() ? count : 0n;
          }
        },
      ),
      variant(
        'half-of-what-is-free',
        'allocPages.as-many',
        class extends PartialArray {
          protected override limit(count: bigint): bigint {
            const got = super.limit(count);
            return got < count && got > 1n ? got / 2n : got;
          }
        },
      ),
      variant(
        'last-free-page-left',
        'allocPages.as-many',
        class extends PartialArray {
          protected override limit(count: bigint): bigint {
            const free = BigInt(this.freeAmount());
            return count > free && free > 1n ? free - 1n : super.limit(count);
          }
        },
      ),
      variant(
        'more-told-than-allocated',
        'address.higher-half',
        class extends PartialArray {
          override allocPages(addresses: BigUint64Array, count: number | bigint): number {
            const got = super.allocPages(addresses, count);
            return got > 1 && got < count && addresses.length > got ? got + 1 : got;
          }
        },
      ),
    ],
  },
  {
    name: 'batches that use the rest of their array',
    claims: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT, restOfBatch: 'unspecified' },
    without: { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT },
    breaks: 'allocPages.all-or-nothing',
    hint: 'if allocPages() may change entries of the array that it does not fill, claim "restOfBatch": "unspecified"',
    correct: (map, options) => new EndingArray(map, options, MOST),
    broken: [
      variant(
        'page-taken-by-a-refused-batch',
        'allocPages.all-or-nothing',
        class extends EndingArray {
          override allocPages(addresses: BigUint64Array, count: number | bigint): boolean | number {
            const granted = super.allocPages(addresses, count);
            if (granted === false && count > 8) this.alloc();
            return granted;
          }
        },
      ),
      variant(
        'first-entry-left-out',
        'address.higher-half',
        class extends EndingArray {
          override allocPages(addresses: BigUint64Array, count: number | bigint): boolean | number {
            const [first = 0n] = addresses;
            const granted = super.allocPages(addresses, count);
            if (granted !== false && count > 8) addresses[0] = first;
            return granted;
          }
        },
      ),
    ],
  },
  {
    name: 'allocation at an address',
    claims: { ...AT, calls: [...AT.calls, 'allocAt'] },
    without: AT,
    breaks: null,
    correct: array(MOST),
    broken: [
      variant(
        'last-page-not-looked-at',
        'allocAt.was-free',
        class extends PageArray {
          protected override isFree(base: number, count: number): boolean {
            return super.isFree(base, Math.max(1, count - 1)) && base + count <= this.pages.length;
          }
        },
      ),
      variant('held-pages-taken', 'allocAt.was-free', TakingArray),
      variant(
        'lowest-region',
        'allocAt.exact',
        class extends PageArray {
          override allocAt(address: bigint, count: number | bigint): bigint | null {
            const taken = super.allocAt(address, count);
            const lowest = this.pages.indexOf(FREE);
            if (taken === null || count !== 1 || lowest < 0) return taken;
            this.pages[this.named('allocAt', address)] = FREE;
            return this.take(lowest);
          }
        },
      ),
      variant(
        'region-at-the-end-refused',
        'allocAt.complete',
        class extends PageArray {
          protected override isFree(base: number, count: number): boolean {
            return super.isFree(base, count) && base + count < this.pages.length;
          }
        },
      ),
      variant(
        'another-region',
        'allocAt.exact',
        class extends PageArray {
          override allocAt(address: bigint, count: number | bigint): bigint | null {
            const next = address + PAGE_BYTES;
            const isOther = count === 2 && this.isFree(this.named('allocAt', address) + 1, 2);
            return super.allocAt(isOther ? next : address, count);
          }
        },
      ),
      variant(
        'last-free-region-refused',
        'allocAt.complete',
        class extends PageArray {
          protected override isFree(base: number, count: number): boolean {
            return super.isFree(base, count) && count !== this.freeAmount();
          }
        },
      ),
    ],
  },
  {
    name: 'runs between two addresses that cross no boundary',
    claims: WITHIN,
    without: { ...WITHIN, calls: WITHOUT.calls },
    breaks: null,
    correct: array(MOST),
    broken: [
      variant(
        'page-before-the-lowest',
        'allocWithin.above-min',
        otherBounds(({ minAddr }) => ({ minAddr: minAddr > PAGE_BYTES ? minAddr - PAGE_BYTES : minAddr })),
      ),
      variant(
        'lowest-address-rounded-down',
        'allocWithin.above-min',
        otherBounds(({ minAddr }) => ({ minAddr: minAddr - (minAddr % PAGE_BYTES) })),
      ),
      variant(
        'no-run-at-the-lowest',
        'allocWithin.complete',
        otherBounds(({ minAddr }) => ({ minAddr: minAddr + 1n })),
      ),
      variant(
        'last-page-across-the-boundary',
        'allocWithin.boundary',
        class extends PageArray {
          protected override staysWithin(start: bigint, asked: Bounds): boolean {
            return super.staysWithin(start, { ...asked, count: asked.count > 1n ? asked.count - 1n : 1n });
          }
        },
      ),
      variant(
        'no-run-up-to-the-boundary',
        'allocWithin.complete',
        class extends PageArray {
          protected override staysWithin(start: bigint, asked: Bounds): boolean {
            return super.staysWithin(start, { ...asked, count: asked.count + 1n });
          }
        },
      ),
      variant(
        'highest-address-not-read',
        'allocWithin.below-max',
        otherBounds(() => ({ maxAddr: U64_MAX })),
      ),
      variant(
        'half-of-the-alignment',
        'allocWithin.aligned',
        otherBounds(({ alignment }) => ({ alignment: alignment / 2n })),
      ),
      variant(
        'highest-address-inclusive',
        'allocWithin.below-max',
        otherBounds(({ maxAddr }) => ({ maxAddr: maxAddr + PAGE_BYTES })),
      ),
      variant(
        'aligned-to-a-page',
        'allocWithin.aligned',
        otherBounds(() => ({ alignment: PAGE_BYTES })),
      ),
      variant('held-pages-taken-within', 'allocWithin.was-free', TakingArray),
      variant(
        'last-page-not-free',
        'allocWithin.was-free',
        class extends PageArray {
          protected override isFree(base: number, count: number): boolean {
            return super.isFree(base, Math.max(1, count - 1)) && base + count <= this.pages.length;
          }
        },
      ),
    ],
  },
  {
    name: 'runs between two addresses in the bitmap zone',
    claims: ZONED,
    without: { ...ZONED, calls: WITHOUT.calls },
    breaks: null,
    correct: (map, options) => new ZonedArray(map, options, MOST),
    broken: [
      variant('runs-in-the-stack-zone', 'allocWithin.zone', PageArray),
      variant(
        'first-page-in-the-zone',
        'allocWithin.zone',
        class extends PageArray {
          protected override fits(start: bigint, asked: Bounds): boolean {
            return start < this.options.config.bitmapMaxAddr && super.fits(start, asked);
          }
        },
      ),
    ],
  },
  {
    name: 'runs without a boundary',
    claims: { ...WITHIN, runArguments: ['maxAddr', 'alignment', 'minAddr'] },
    without: WITHIN,
    breaks: 'allocWithin.boundary',
    hint: 'if its runs may cross any boundary, claim "runArguments": ["maxAddr","alignment","minAddr"]',
    correct: (map, options) => new (otherBounds(() => ({ boundary: 0n })))(map, options, MOST),
    broken: [
      variant(
        'lowest-address-not-read',
        'allocWithin.above-min',
        otherBounds(() => ({ minAddr: 0n, boundary: 0n })),
      ),
      variant(
        'half-of-the-highest',
        'allocWithin.complete',
        otherBounds(({ maxAddr }) => ({ maxAddr: maxAddr / 2n, boundary: 0n })),
      ),
    ],
  },
  {
    name: 'runs without a lowest address',
    claims: { ...WITHIN, runArguments: ['maxAddr', 'alignment', 'boundary'] },
    without: WITHIN,
    breaks: 'allocWithin.above-min',
    hint: 'if its runs have no lower limit (minAddr), claim "runArguments": ["maxAddr","alignment","boundary"]',
    correct: (map, options) => new (otherBounds(() => ({ minAddr: 0n })))(map, options, MOST),
    broken: [
      variant(
        'boundary-not-read',
        'allocWithin.boundary',
        otherBounds(() => ({ boundary: 0n, minAddr: 0n })),
      ),
      variant(
        'boundary-twice-as-wide',
        'allocWithin.boundary',
        otherBounds(({ boundary }) => ({ boundary: 2n * boundary, minAddr: 0n })),
      ),
    ],
  },
  {
    name: 'page frames that are kept and not named',
    claims: { ...KEEPING, keeps: PAGES_KEPT },
    without: KEEPING,
    breaks: 'init.free',
    hint: 'if init keeps 3 page frames for itself, and cannot name them with fp_keep, or keep() in TypeScript, claim "keeps": 3',
    correct: (map, options) => new KeepingArray(map, options, PAGES_KEPT),
    broken: [
      variant('keeps-one-more', 'init.free', KeepingArray, PAGES_KEPT + 1),
      variant('keeps-one-fewer', 'init.free', KeepingArray, PAGES_KEPT - 1),
      variant(
        'keeps-others-later',
        'init.withheld',
        class extends KeepingArray {
          override alloc(): bigint | null {
            const [kept, next] = [this.pages.indexOf(KEPT), this.pages.lastIndexOf(FREE)];
            if (next < 0) return super.alloc();
            this.pages[next] = KEPT;
            return this.take(kept);
          }
        },
        PAGES_KEPT,
      ),
      variant(
        'last-free-page-left',
        'alloc.complete',
        class extends KeepingArray {
          override alloc(): bigint | null {
            return this.freeAmount() === 1 ? this.fail('alloc') : super.alloc();
          }
        },
        PAGES_KEPT,
      ),
      variant(
        'no-run-from-its-first-page',
        'allocWithin.complete',
        class extends KeepingArray {
          protected override isFree(base: number, count: number): boolean {
            return super.isFree(base, count) && this.pages.indexOf(FREE) < base;
          }
        },
        PAGES_KEPT,
      ),
    ],
  },
  {
    name: 'memory that is added and removed',
    claims: MOVING,
    without: AT,
    breaks: null,
    correct: array(MOST),
    broken: [
      variant(
        'ram-added-again',
        'addRegion.owner',
        class extends PageArray {
          protected override firstPresent(base: number, count: number): number {
            const first = super.firstPresent(base, count);
            return first > base ? -1 : first;
          }
        },
      ),
      variant(
        'free-memory-added-again',
        'addRegion.owner',
        class extends PageArray {
          protected override firstPresent(base: number, count: number): number {
            return this.isFree(base, count) ? -1 : super.firstPresent(base, count);
          }
        },
      ),
      variant(
        'last-page-not-added',
        'addRegion.free',
        class extends PageArray {
          protected override put(base: number, count: number, code: number): void {
            super.put(base, count, code);
            if (code === FREE && count > 1) this.pages[base + count - 1] = BOOT;
          }
        },
      ),
      variant(
        'page-above-added-too',
        'addRegion.free',
        class extends PageArray {
          protected override put(base: number, count: number, code: number): void {
            super.put(base, count, code);
            if (code === FREE && this.pages[base + count] === ABSENT) super.put(base + count, 1, code);
          }
        },
      ),
      variant(
        'last-page-held',
        'removeRegion.complete',
        class extends PageArray {
          protected override isFree(base: number, count: number): boolean {
            return super.isFree(base, Math.max(1, count - 1)) && base + count <= this.pages.length;
          }
        },
      ),
      variant(
        'last-free-region-kept',
        'removeRegion.complete',
        class extends PageArray {
          protected override isFree(base: number, count: number): boolean {
            return super.isFree(base, count) && count !== this.freeAmount();
          }
        },
      ),
      variant(
        'last-page-not-removed',
        'removeRegion.gone',
        class extends PageArray {
          protected override put(base: number, count: number, code: number): void {
            super.put(base, count === 1 || code === FREE ? count : count - 1, code);
          }
        },
      ),
      variant(
        'page-above-removed-too',
        'removeRegion.gone',
        class extends PageArray {
          protected override put(base: number, count: number, code: number): void {
            super.put(base, count, code);
            if (code === ABSENT && this.pages[base + count] === FREE) super.put(base + count, 1, code);
          }
        },
      ),
      variant('removed-memory-allocated', 'removed.withheld', RemovingOnPaper),
      variant(
        'odd-removed-memory-allocated',
        'removed.withheld',
        class extends RemovingOnPaper {
          protected override mayUse(frame: number): boolean {
            return frame % 2 === 1;
          }
        },
      ),
    ],
  },
  {
    name: 'memory that is added unnoticed where it is RAM',
    claims: { ...MOVING, uncaught: ['present'] },
    without: MOVING,
    breaks: 'addRegion.owner',
    hint: 'if addRegion() does not notice RAM that it has, claim "uncaught": ["present"]',
    correct: (map, options) => new TrustingArray(map, options, MOST),
    broken: [
      variant(
        'last-page-not-added-either',
        'addRegion.free',
        class extends TrustingArray {
          protected override put(base: number, count: number, code: number): void {
            super.put(base, code === FREE && count > 1 ? count - 1 : count, code);
          }
        },
      ),
      variant(
        'page-0-not-added',
        'addRegion.free',
        class extends TrustingArray {
          protected override put(base: number, count: number, code: number): void {
            if (code !== FREE || base > 0) super.put(base, count, code);
          }
        },
      ),
    ],
  },
];
