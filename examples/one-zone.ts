/**
 * The allocator of works.ts with one zone: all page frames are alike, and single pages are runs of one. Its profile says so, and that
 * its failures set `errno` and report nothing.
 *
 *   npx frameproof check --target examples/one-zone.ts
 */
import { config, type MemoryMap, type PmmOptions } from 'frameproof/spec';
import ExtentList from './works.ts';

export const profile = { zones: 1, failures: ['errno'], policies: ['first-fit'] };

const ANYWHERE = 2n ** 64n - 1n;
const EVERYTHING = 2n ** 52n;

export default class OneZone extends ExtentList {
  constructor(map: MemoryMap, options: PmmOptions) {
    const { higherHalf } = options.config;
    super(map, {
      ...options,
      config: config({ higherHalf, bitmapMaxAddr: EVERYTHING }),
      warn: () => {},
    });
  }

  override alloc(): bigint | null {
    return this.allocBitmap(1, ANYWHERE, 1);
  }

  // The base class finds no stack zone: it grants nothing, and fails or panics.
  override allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    const isGrantable = Number.isInteger(Number(count)) && count > 0 && count <= this.freeAmount();
    if (!isGrantable) return super.allocPages(addresses, count);
    for (let i = 0; i < Number(count); i += 1) addresses[i] = this.allocBitmap(1, ANYWHERE, 1) ?? 0n;
    return true;
  }
}
