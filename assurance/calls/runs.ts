/** Runs between two addresses that cross no boundary, and page frames that are kept and not named. */
import { type MemoryMap, PAGE_BYTES, type PmmOptions, U64_MAX } from '../../spec/index.ts';
import { type Added, array, type Create, FREE, MOST, variant, WITHOUT } from './added-call.ts';
import { arrayClaims, type Bounds, PageArray } from './page-array.ts';
import { TakingArray } from './regions.ts';

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

export const RUNS: readonly Added[] = [
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
];
