/**
 * Broken: a single page is refused when it is the last one. The cause is a comparison with `<=`.
 *
 *   npx frameproof check --target examples/broken-one-zone.ts
 */
import OneZone, { profile } from './one-zone.ts';

export { profile };

export default class BrokenOneZone extends OneZone {
  override alloc(): bigint | null {
    return this.freeAmount() <= 1 ? this.fail('alloc', '1 page frame') : super.alloc();
  }
}
