/** A stack of runs: page frames pushed in ascending order are one entry. */
import { managerOf, type Run } from './parts/manager.ts';

export { policies } from './parts/manager.ts';

export default managerOf({
  freeStack: () => {
    const runs: Run[] = [];
    return {
      push: (frame) => {
        const top = runs.at(-1);
        if (top?.end === frame) runs[runs.length - 1] = { base: top.base, end: frame + 1 };
        else runs.push({ base: frame, end: frame + 1 });
      },
      pop: () => {
        const top = runs.pop() ?? { base: 0, end: 1 };
        if (top.end - top.base > 1) runs.push({ base: top.base, end: top.end - 1 });
        return top.end - 1;
      },
    };
  },
});
