/** Regions that are named: allocation at an address, and memory that comes and goes. */
import { PAGE_BYTES } from '../../spec/index.ts';
import { ABSENT, type Added, AT, array, BOOT, FREE, MOST, variant } from './added-call.ts';
import { PageArray } from './page-array.ts';

const MOVING = { ...AT, calls: [...AT.calls, 'addRegion', 'removeRegion'] };

/** One that adds what it is told to add. */
class TrustingArray extends PageArray {
  protected override firstPresent(): number {
    return -1;
  }
}

/** One that takes page frames that callers hold. */
export class TakingArray extends PageArray {
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

export const REGIONS: readonly Added[] = [
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
