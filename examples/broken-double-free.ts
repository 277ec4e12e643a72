/**
 * Broken: a double free is accepted silently. A manager that does not keep an owner for each page frame does this, until it hands
 * out the same page frame twice.
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
