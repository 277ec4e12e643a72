/**
 * The allocator of works.ts with its state as words, so that all its states can be searched: three words an extent.
 *
 *   npx frameproof explore --target examples/works-saved.ts --stack 3 --bitmap 4
 */
import type { Owner } from 'frameproof/spec';
import ExtentList, { policies } from './works.ts';

export { policies };

const OWNERS: readonly Owner[] = ['absent', 'firmware', 'boot', 'pmm', 'caller'];

export default class SavedExtentList extends ExtentList {
  saveState(into: Int32Array): number {
    const words = this.extents.flatMap(({ base, end, owner }) => [base, end, OWNERS.indexOf(owner)]);
    if (words.length <= into.length) into.set(words);
    return words.length;
  }

  loadState(saved: Int32Array): void {
    this.extents = Array.from({ length: saved.length / 3 }, (_, i) => ({
      base: saved[3 * i] ?? 0,
      end: saved[3 * i + 1] ?? 0,
      owner: OWNERS[saved[3 * i + 2] ?? 0] ?? 'absent',
    }));
  }
}
