/** HOW: the implementation. */

export { type Anatomy, anatomyOf } from './anatomy.ts';
export { FrameAllocator } from './frame-allocator.ts';
export type { FrameBatch } from './frame-batch.ts';
export { createPmm, PageFrameManager } from './pmm.ts';
export { FREE_BITMAP_WORD, LOCK_WORD, summaryWords } from './shared/landmarks.ts';
export { type Guard, Lock, type Waiting } from './shared/lock.ts';
export { LockPanic, type Visit } from './shared/lock-panic.ts';
export { SharedFrames, type SharedFramesOptions } from './shared/shared-frames.ts';
export {
  type AttachOptions,
  attachPmm,
  type SharedMemory,
  type SharedParts,
  SharedPmm,
  sharedParts,
} from './shared/shared-pmm.ts';
export { createSharedState, openSharedState } from './shared/state.ts';
export { ATOMICS, type Steps, type Woken } from './shared/steps.ts';
