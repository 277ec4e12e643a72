/** Another layout of the owners: a set for each owner except the firmware, which owns the page frames that are in no set. */
import type { Owner } from 'frameproof/spec';
import { managerOf } from './parts/manager.ts';

export { policies } from './parts/manager.ts';

const KEPT: readonly Owner[] = ['pmm', 'caller', 'boot'];

export default managerOf({
  owners: () => {
    const sets = new Map(KEPT.map((owner) => [owner, new Set<number>()]));
    return {
      of: (frame) => KEPT.find((owner) => sets.get(owner)?.has(frame) === true) ?? 'firmware',
      set: ({ base, end }, owner) => {
        for (let frame = base; frame < end; frame += 1) {
          for (const set of sets.values()) set.delete(frame);
          sets.get(owner)?.add(frame);
        }
      },
    };
  },
});
