/** Messages: the one-line warnings of failed calls. Each names the call, what was asked, and what is left. */
import type { FrameAllocator } from './frame-allocator.ts';

/** Returns the warning for a call that failed for want of memory. */
export function outOfMemory(
  asked: string,
  { freeInStack, freeInBitmap }: Pick<FrameAllocator, 'freeInStack' | 'freeInBitmap'>,
): string {
  return `${asked} failed: ENOMEM; ${freeInStack} page frames are free in the stack zone, ${freeInBitmap} in the bitmap zone`;
}
