/** No bitmap at all: a set of page frames, sorted for each search. */
import { managerOf } from './parts/manager.ts';

export { policies } from './parts/manager.ts';

export default managerOf({
  freeRuns: () => {
    const free = new Set<number>();
    return {
      give: ({ base, end }) => {
        for (let frame = base; frame < end; frame += 1) free.add(frame);
      },
      take: ({ base, end }) => {
        for (let frame = base; frame < end; frame += 1) free.delete(frame);
      },
      *runs() {
        let [base, end] = [0, 0];
        for (const frame of [...free].sort((a, b) => a - b)) {
          if (frame !== end && base < end) yield { base, end };
          if (frame !== end) base = frame;
          end = frame + 1;
        }
        if (base < end) yield { base, end };
      },
    };
  },
});
