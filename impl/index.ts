/** HOW: the implementation. */

export {
  conditions,
  disagreement,
  type FlatState,
  flatStateOf,
  freeByBits,
  freeIn,
  RELATION,
  sectionsIn,
} from './abstraction.ts';
export { BrokenAssertion } from './assert.ts';
export { FrameAllocator } from './frame-allocator.ts';
export type { FrameBatch } from './frame-batch.ts';
export { entriesOf, FLOOR, NO_ORDINAL } from './free-stack.ts';
export { exactShortfalls, firstFlaw } from './invariant.ts';
export * as LAYOUT from './layout.ts';
export { createPmm, PageFrameManager } from './pmm.ts';
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
