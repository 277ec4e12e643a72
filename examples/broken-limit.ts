/**
 * Broken: the search stops one page frame early, so a run that ends exactly at `maxAddr` is never found. The cause is a
 * loop that runs to `limit - count`, exclusive.
 *
 *   npx frameproof check --target examples/broken-limit.ts
 */
import ExtentList, { policies } from './works.ts';

export { policies };

const PAGE = 4096;

export default class BrokenLimit extends ExtentList {
  override allocBitmap(
    count: number | bigint,
    maxAddr: number | bigint,
    alignment: number | bigint,
  ): bigint | null {
    const isTight = typeof maxAddr === 'number' && maxAddr > PAGE;
    return super.allocBitmap(count, isTight ? maxAddr - PAGE : maxAddr, alignment);
  }
}
