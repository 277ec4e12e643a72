/** A sorted list of free runs, which are cut and joined. */
import { managerOf, type Run } from './parts/manager.ts';

export { policies } from './parts/manager.ts';

export default managerOf({
  freeRuns: () => {
    let free: readonly Run[] = [];
    return {
      give: ({ base, end }) => {
        const before = free.find((run) => run.end === base);
        const after = free.find((run) => run.base === end);
        const grown = { base: before?.base ?? base, end: after?.end ?? end };
        free = [...free.filter((run) => run !== before && run !== after), grown].sort(
          (a, b) => a.base - b.base,
        );
      },
      take: ({ base, end }) => {
        free = free
          .flatMap((run) =>
            run.base <= base && end <= run.end
              ? [
                  { base: run.base, end: base },
                  { base: end, end: run.end },
                ]
              : [run],
          )
          .filter((run) => run.base < run.end);
      },
      runs: () => free,
    };
  },
});
