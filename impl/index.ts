/** HOW: the implementation. */

export { FrameAllocator } from './frame-allocator.ts';
export type { FrameBatch } from './frame-batch.ts';
export { createPmm, PageFrameManager } from './pmm.ts';
