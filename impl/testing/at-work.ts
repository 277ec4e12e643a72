/** A state at work, for tests: of each eight page frames the first three are held and the others free. */
import { config as configOf, memoryMap } from '../../spec/index.ts';
import { type FlatState, flatStateOf } from '../abstraction.ts';
import { FrameAllocator } from '../frame-allocator.ts';
import { writeInitial } from '../state.ts';
import { usable } from './zone.ts';

/** An allocator, and the words that it works on. */
export interface AtWork {
  readonly state: FlatState;
  readonly frames: FrameAllocator;
}

/** Returns a state with page frames [0, bitmap) in the bitmap zone, and [bitmap, bitmap + stack) in the stack zone. */
export function atWork(bitmap: number, stack: number): AtWork {
  const map = memoryMap([usable([0, bitmap + stack])]);
  const config = configOf({ bitmapMaxAddr: BigInt(bitmap) * 4096n });
  const state = flatStateOf(map, config);
  writeInitial(state.words, state.layout, state.sections, map.descriptors);
  const frames = new FrameAllocator(map, config, state.words);
  frames.allocBitmap(bitmap, bitmap, 1);
  frames.allocPages(new Uint32Array(stack), stack);
  const end = bitmap + stack;
  for (let base = 3; base < end; base += 8) frames.freeRegion(base, Math.min(5, end - base));
  return { state, frames };
}
