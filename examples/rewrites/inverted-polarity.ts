/** A bitmap of bytes with the other polarity: a set bit is a taken page frame. */
import { managerOf } from './parts/manager.ts';

export { policies } from './parts/manager.ts';

export default managerOf({
  freeRuns: (frames) => {
    const taken = new Uint8Array(Math.ceil(frames.count / 8)).fill(0xff);
    const places = ({ base, end }: { base: number; end: number }): number[] =>
      Array.from({ length: end - base }, (_, i) => frames.at(base) + i);
    return {
      give: (run) => {
        for (const place of places(run)) taken[place >> 3] = (taken[place >> 3] ?? 0) & ~(1 << (place & 7));
      },
      take: (run) => {
        for (const place of places(run)) taken[place >> 3] = (taken[place >> 3] ?? 0) | (1 << (place & 7));
      },
      runs: () => frames.runs((place) => ((taken[place >> 3] ?? 0) & (1 << (place & 7))) === 0),
    };
  },
});
