/** Kinds of frees: which addresses and regions they refuse, and which they trust. */

import { areU64, type Change, isHeld, type Parts } from '../../../runner/mutants/index.ts';
import { isPageAligned, type Owner, PAGE_BYTES, PmmPanic } from '../../../spec/index.ts';
import { freesAnswering, type Kind, variant } from './kind.ts';

/** Returns a change that panics at the address of a free in which no page frame begins, where it `sees` that. */
function pageAlignedFrees(sees: (address: bigint) => boolean): Change {
  return ({ inner }) => {
    const checked = (call: 'free' | 'freeRegion' | 'freePages', address: bigint): void => {
      if (areU64(address) && !isPageAligned(address) && sees(address))
        throw new PmmPanic(`${call}: ${address} is not aligned`, { call, pfn: null, owner: null });
    };
    return {
      free: (address) => {
        checked('free', address);
        inner.free(address);
      },
      freePages: (addresses, count) => {
        for (const address of addresses.subarray(0, Number(count))) checked('freePages', address);
        inner.freePages(addresses, count);
      },
      freeRegion: (address, count) => {
        if (areU64(count) && count > 0) checked('freeRegion', address);
        inner.freeRegion(address, count);
      },
    };
  };
}

/** Returns a change that says nothing about frees of page frames of some owners, and does nothing then. */
function trustingFrees(owners: readonly Owner[]): Change {
  return ({ inner }) =>
    freesAnswering(inner, (panic) => {
      if (panic.owner === null || !owners.includes(panic.owner)) throw panic;
    });
}

/** A region that is given back, and the page frames that were allocated at once from where it begins. */
interface GivenBack {
  readonly given: number;
  readonly run: number;
}

/** Returns a change that panics at a region which was not handed out at once, where it `sees` that; `freed` frees a run. */
function wholeFrees(
  sees: (back: GivenBack) => boolean,
  freed: (parts: Parts, address: bigint, count: number | bigint) => void = ({ inner }, address, count) =>
    inner.freeRegion(address, count),
): Change {
  return (parts) => {
    const { inner, frame } = parts;
    /** The page frames of each run that is held, by its first one. */
    const held = new Map<number, number>();
    const noted = (address: bigint | null, count: number): bigint | null => {
      if (address !== null) held.set(frame(address), count);
      return address;
    };
    const check = (call: 'free' | 'freeRegion', address: bigint, given: number): void => {
      const at = frame(address);
      const run = held.get(at) ?? 0;
      const isBoot = given === 1 && !isWithin(held, at);
      if (given !== run && !isBoot && isHeld(parts, address, given) && sees({ given, run }))
        throw new PmmPanic(`${call}: a part of a run`, { call, pfn: at, owner: 'caller' });
    };
    return {
      alloc: () => noted(inner.alloc(), 1),
      allocBitmap: (count, maxAddr, alignment) =>
        noted(inner.allocBitmap(count, maxAddr, alignment), Number(count)),
      free: (address) => {
        check('free', address, 1);
        inner.free(address);
        held.delete(frame(address));
      },
      freeRegion: (address, count) => {
        if (areU64(address, count) && count > 0) check('freeRegion', address, Number(count));
        freed(parts, address, count);
        if (count > 0) held.delete(frame(address));
      },
    };
  };
}

/** Whether a page frame lies in one of the runs. */
function isWithin(runs: ReadonlyMap<number, number>, frame: number): boolean {
  return [...runs].some(([base, count]) => base <= frame && frame < base + count);
}

export const FREE_KINDS: readonly Kind[] = [
  {
    claim: { unalignedFree: 'misuse' },
    correct: variant(
      'page-aligned-frees',
      'misuse.panics',
      pageAlignedFrees(() => true),
    ),
    broken: [
      variant(
        'last-byte-accepted',
        'free.owner',
        pageAlignedFrees((address) => address % PAGE_BYTES !== 4095n),
      ),
      variant('aligned-frees-of-others', 'free.owner', (parts) => {
        const checked = pageAlignedFrees(() => true)(parts);
        return {
          ...checked,
          free: (address) => (parts.frame(address) === 0 ? undefined : checked.free?.(address)),
        };
      }),
    ],
  },
  {
    claim: { freeRuns: 'whole' },
    others: { calls: ['alloc', 'allocBitmap', 'free', 'freeRegion', 'freeAmount'] },
    correct: variant(
      'runs-freed-whole',
      'freeRegion.owner',
      wholeFrees(() => true),
    ),
    broken: [
      variant(
        'first-page-of-a-run-freed',
        'freeRegion.owner',
        wholeFrees(({ given }) => given > 1),
      ),
      variant(
        'shorter-run-freed',
        'freeRegion.owner',
        wholeFrees(({ given, run }) => given === 1 || given > run),
      ),
      variant(
        'longer-run-freed',
        'freeRegion.owner',
        wholeFrees(({ given, run }) => given === 1 || given < run),
      ),
      variant(
        'first-page-for-the-run',
        'freed.returns',
        wholeFrees(
          () => true,
          ({ inner }, address, count) =>
            count > 1 && count < 64 ? inner.free(address) : inner.freeRegion(address, count),
        ),
      ),
    ],
  },
  {
    claim: { uncaught: ['foreign'] },
    correct: variant('foreign-frees-trusted', 'freePages.owner', trustingFrees(['absent', 'firmware'])),
    broken: [
      variant('double-frees-trusted', 'free.owner', trustingFrees(['absent', 'firmware', 'pmm'])),
      variant('nothing-freed', 'free.owner', (parts) => ({
        ...trustingFrees(['absent', 'firmware'])(parts),
        free: () => {
          throw new PmmPanic('free: no', { call: 'free', pfn: null, owner: null });
        },
      })),
    ],
  },
];
