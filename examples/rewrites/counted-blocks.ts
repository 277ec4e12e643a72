/** A bitmap with a count of free page frames for each block of 64: full blocks are skipped. */
import { managerOf, type Run } from './parts/manager.ts';

export { policies } from './parts/manager.ts';

const BLOCK = 64;

export default managerOf({
  freeRuns: (frames) => {
    const isFree = new Uint8Array(frames.count);
    const counts = new Uint8Array(Math.ceil(frames.count / BLOCK));
    const set = ({ base, end }: Run, value: 0 | 1): void => {
      for (let place = frames.at(base); place < frames.at(base) + end - base; place += 1) {
        isFree[place] = value;
        const block = Math.floor(place / BLOCK);
        counts[block] = (counts[block] ?? 0) + (value === 1 ? 1 : -1);
      }
    };
    /** The first place at or after `from` that is free. */
    const firstFree = (from: number): number => {
      let place = from;
      while (place < frames.count && isFree[place] === 0)
        place = place % BLOCK === 0 && counts[place / BLOCK] === 0 ? place + BLOCK : place + 1;
      return Math.min(place, frames.count);
    };
    return {
      give: (run) => set(run, 1),
      take: (run) => set(run, 0),
      *runs() {
        for (let from = firstFree(0); from < frames.count; ) {
          let to = from;
          while (isFree[to] === 1) to += 1;
          yield* frames.between(from, to);
          from = firstFree(to);
        }
      },
    };
  },
});
