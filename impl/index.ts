/** HOW: the implementation. */

export { FrameAllocator, type FrameBatch } from './frame-allocator.ts';
export { createPmm, PageFrameManager } from './pmm.ts';
