/** Plain free runs: one boolean a page frame. */
import type { Frames } from './frames.ts';
import type { FreeRuns, Run } from './manager.ts';

export function flagPerFrame(frames: Frames): FreeRuns {
  const isFree = new Array<boolean>(frames.count).fill(false);
  const set = ({ base, end }: Run, value: boolean): void => {
    for (let frame = base; frame < end; frame += 1) isFree[frames.at(frame)] = value;
  };
  return {
    give: (run) => set(run, true),
    take: (run) => set(run, false),
    runs: () => frames.runs((place) => isFree[place] === true),
  };
}
