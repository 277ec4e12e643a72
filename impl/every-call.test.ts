/** Every call, once, on machines of many shapes: nothing throws that should not. The quickest look at the whole. */
import { describe, expect, test } from 'vitest';
import { config as configOf, type DescriptorInput, memoryMap } from '../spec/index.ts';
import { createPmm, type PageFrameManager } from './index.ts';
import { type Stretch, usable } from './testing/zone.ts';

const PAGE = 4096n;
const BASE = 0xffff_8000_0000_0000n;

const boot = (stretch: Stretch): DescriptorInput => ({ ...usable(stretch), type: 'loaderData' });

const MACHINES: Readonly<Record<string, readonly DescriptorInput[]>> = {
  'in one piece': [usable([0, 64])],
  'with holes': [usable([3, 20]), usable([30, 10]), usable([90, 40])],
  'with memory of boot code': [boot([0, 8]), usable([8, 24]), boot([40, 60])],
  'with nine leaves of summary': [usable([0, 2600])],
};

function managerOf(descriptors: readonly DescriptorInput[], limit: number): PageFrameManager {
  return createPmm(memoryMap(descriptors), {
    config: configOf({ bitmapMaxAddr: BigInt(limit) * PAGE }),
    warn: () => {},
    memory: { read: () => 0n, write: () => {} },
  });
}

/** Takes all single pages at once, and frees them one by one, in either order; then takes them one by one. */
function allPages(descriptors: readonly DescriptorInput[], limit: number): void {
  const pmm = managerOf(descriptors, limit);
  const pages = new BigUint64Array(3000);
  let count = 0;
  while (count < pages.length && pmm.allocPages(pages.subarray(count), 1)) count += 1;
  pmm.freePages(pages, count);
  const [taken, free] = [pages.subarray(0, count), pmm.freeAmount()];
  for (const order of [taken, taken.toReversed()]) {
    expect(pmm.allocPages(pages, count)).toBe(true);
    for (const page of order) pmm.free(page);
  }
  for (const _ of taken) pmm.free(pmm.alloc() ?? 0n);
  for (let page = pmm.alloc(); page !== null; page = pmm.alloc()) count -= 1;
  expect([count, pmm.freeAmount()]).toEqual([0, free - taken.length]);
}

/** Asks for everything, frees all that was granted, and hands over the memory of boot code. */
function everyCall(descriptors: readonly DescriptorInput[], limit: number): number {
  const pmm = managerOf(descriptors, limit);
  const kept = pmm.snapshot();
  const pages = new BigUint64Array(5);
  const batch = pmm.allocPages(pages, 5);
  const page = pmm.alloc();
  const runs = [1, 2, 3].map((alignment) => pmm.allocBitmap(3, 2n ** 64n - 1n, BigInt(alignment) * PAGE));
  pmm.restore(pmm.snapshot());
  if (page !== null) pmm.free(page);
  if (batch) pmm.freePages(pages, 5);
  for (const run of runs) if (run !== null) pmm.freeRegion(run, 3);
  for (const { type, start, pages: count } of descriptors)
    if (type === 'loaderData') pmm.freeRegion(BASE + start, count);
  const runsSeen = [...pmm.inspect()].length;
  pmm.restore(kept);
  return runsSeen;
}

describe('every call goes through on a machine', () => {
  test.each(Object.entries(MACHINES))('%s', (_, descriptors) => {
    for (const limit of [0, 10, 50, 5000]) {
      expect(() => everyCall(descriptors, limit)).not.toThrow();
      expect(() => allPages(descriptors, limit)).not.toThrow();
    }
  });
});
