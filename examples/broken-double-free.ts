/**
 * Broken: a double free is accepted without a word. A manager that keeps no owner for each page frame does this, until the
 * same page frame is handed out twice.
 *
 *   npx frameproof check --target examples/broken-double-free.ts
 */
import { PmmPanic } from 'frameproof/spec';
import ExtentList, { policies } from './works.ts';

export { policies };

export default class BrokenDoubleFree extends ExtentList {
  override free(address: bigint): void {
    try {
      super.free(address);
    } catch (error) {
      const isDouble = error instanceof PmmPanic && error.owner === 'pmm';
      if (!isDouble) throw error;
    }
  }
}
