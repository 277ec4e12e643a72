/** Plain owners: one entry a page frame. */
import type { Owner } from 'frameproof/spec';
import type { Frames } from './frames.ts';
import type { Owners } from './manager.ts';

export function ownerPerFrame(frames: Frames): Owners {
  const owners = new Array<Owner>(frames.count).fill('firmware');
  return {
    of: (frame) => owners[frames.at(frame)] ?? 'absent',
    set: ({ base, end }, owner) => {
      owners.fill(owner, frames.at(base), frames.at(base) + end - base);
    },
  };
}
