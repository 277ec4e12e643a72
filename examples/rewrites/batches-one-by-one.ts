/** Our implementation with its batch calls made of single calls: checked as a whole first, then done page by page. */
import { createPmm } from 'frameproof/impl';
import type { PmmFactory } from 'frameproof/spec';

export { policies } from './parts/manager.ts';

const rewrite: PmmFactory = (map, options) => {
  const pmm = createPmm(map, options);
  const { allocPages, freePages } = pmm;
  pmm.allocPages = (addresses, count) => {
    const before = pmm.snapshot();
    if (!allocPages.call(pmm, new BigUint64Array(addresses.length), count)) return false;
    pmm.restore(before);
    for (let i = 0; i < Number(count); i += 1) addresses[i] = pmm.alloc() ?? 0n;
    return true;
  };
  pmm.freePages = (addresses, count) => {
    const before = pmm.snapshot();
    freePages.call(pmm, addresses, count);
    pmm.restore(before);
    for (const address of addresses.subarray(0, Number(count))) pmm.free(address);
  };
  return pmm;
};

export default rewrite;
