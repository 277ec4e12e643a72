/**
 * Planted defects: our implementation, which from some moment on reports one free page frame too few. The moment is what a family
 * of defects decides, from the calls so far and their answers: so each defect is seen by any judge at once, if it is reached.
 */
import { createPmm } from '../../impl/manager/index.ts';
import { factoryTarget, OURS, type Target, type World, wrapPmm } from '../../runner/index.ts';
import { type Call, PAGE_BYTES, type PmmFactory } from '../../spec/index.ts';

/** Page frames [base, base + count). */
export interface Extent {
  readonly base: number;
  readonly count: number;
}

export function endOfExtent({ base, count }: Extent): number {
  return base + count;
}

/** A call that has ended, in page frames. */
export interface Ended {
  readonly call: Call;
  readonly isGranted: boolean;
  /** The page frames handed out or freed, in order; each of a batch is an extent. Empty for a call that was not granted. */
  readonly extents: readonly Extent[];
  /** As asked for; 0 where the call has no such argument. */
  readonly count: number;
  readonly maxAddr: number;
  readonly alignment: number;
}

/** Takes note of a call. Returns whether the defect shows now. */
export type Trigger = (ended: Ended) => boolean;

/** A defect as a family plants it in a world: a trigger, or whether the defect shows from init on. */
export type Plant = (size: number, world: World) => Trigger | boolean;

const NOTHING = { isGranted: false, extents: [], count: 0, maxAddr: 0, alignment: 0 } as const;

/** Returns the factory of managers with this defect. */
export function withDefect(plant: Plant, size: number): PmmFactory {
  return (map, options) => {
    const { config } = options;
    const inner = createPmm(map, options);
    const planted = plant(size, { map, config });
    let lost = planted === true ? 1 : 0;
    const show = (ended: Ended): void => {
      if (lost === 0 && typeof planted === 'function' && planted(ended)) lost = 1;
    };
    const note = (call: Call, ended: Partial<Ended>): void => show({ ...NOTHING, call, ...ended });
    const frame = (address: bigint | undefined): number =>
      Number(((address ?? 0n) - config.higherHalf) / PAGE_BYTES);
    // The page frames of a batch are read when a trigger asks for them: few do.
    const noteBatch = (
      call: Call,
      isGranted: boolean,
      addresses: BigUint64Array,
      count: number | bigint,
    ): void => {
      const length = isGranted ? Number(count) : 0;
      let extents: readonly Extent[] | null = null;
      show({
        ...NOTHING,
        call,
        isGranted,
        count: Number(count),
        get extents(): readonly Extent[] {
          extents ??= Array.from({ length }, (_, i) => ({ base: frame(addresses[i]), count: 1 }));
          return extents;
        },
      });
    };
    return wrapPmm(inner, {
      freeAmount: () => inner.freeAmount() - lost,
      reservedAmount: () => inner.reservedAmount() + lost,
      alloc: () => {
        const found = inner.alloc();
        note('alloc', found === null ? {} : { isGranted: true, extents: [{ base: frame(found), count: 1 }] });
        return found;
      },
      allocPages: (addresses, count) => {
        const isGranted = inner.allocPages(addresses, count);
        noteBatch('allocPages', isGranted, addresses, count);
        return isGranted;
      },
      allocBitmap: (...passed) => {
        const found = inner.allocBitmap(...passed);
        const [count = 0, maxAddr = 0, alignment = 0] = passed.map(Number);
        const asked = { count, maxAddr, alignment };
        const extents = found === null ? [] : [{ base: frame(found), count }];
        note('allocBitmap', { isGranted: found !== null, extents, ...asked });
        return found;
      },
      free: (address) => {
        inner.free(address);
        note('free', { isGranted: true, extents: [{ base: frame(address), count: 1 }] });
      },
      freePages: (addresses, count) => {
        inner.freePages(addresses, count);
        noteBatch('freePages', true, addresses, count);
      },
      freeRegion: (address, count) => {
        inner.freeRegion(address, count);
        const extents = [{ base: frame(address), count: Number(count) }];
        note('freeRegion', { isGranted: true, extents, count: Number(count) });
      },
    });
  };
}

/** Returns our implementation's target with another factory. */
export function targetOf(name: string, create: PmmFactory): Target {
  return factoryTarget({ name, policies: OURS.policies, create });
}
