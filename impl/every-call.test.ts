/** Every call, once, on machines of many shapes: nothing throws that should not. The quickest look at the whole. */
import { describe, expect, test } from 'vitest';
import { config as configOf, type DescriptorInput, memoryMap } from '../spec/index.ts';
import { createPmm } from './index.ts';
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

/** Asks for everything, frees all that was granted, and hands over the memory of boot code. */
function everyCall(descriptors: readonly DescriptorInput[], limit: number): number {
  const pmm = createPmm(memoryMap(descriptors), {
    config: configOf({ bitmapMaxAddr: BigInt(limit) * PAGE }),
    warn: () => {},
    memory: { read: () => 0n, write: () => {} },
  });
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
    for (const limit of [0, 10, 50, 5000]) expect(() => everyCall(descriptors, limit)).not.toThrow();
  });
});
