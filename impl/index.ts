/** HOW: the implementation. */

export { FrameAllocator, type RunRequest } from './frame-allocator.ts';
export { createPmm, PageFrameManager } from './pmm.ts';
