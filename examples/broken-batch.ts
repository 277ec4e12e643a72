/**
 * Broken: a batch that cannot be granted keeps the pages that it took before memory ran out. The cause is an early return from
 * the loop that takes page after page.
 *
 *   npx frameproof check --target examples/broken-batch.ts
 */
import ExtentList, { policies } from './works.ts';

export { policies };

export default class BrokenBatch extends ExtentList {
  override allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    const granted = super.allocPages(addresses, count);
    // The page that was taken before memory ran out, and never given back.
    if (!granted && this.freeIn('stack') > 0) super.alloc();
    return granted;
  }
}
