/**
 * Misuse and failure: the panics of all calls, in one wording, and the one-line warnings of those that fail. A panic is thrown before
 * anything has changed; a warning names the call, what was asked, and what is left.
 *
 * These functions return the panic for the caller to throw: the engine then knows that a hot path does not go on.
 */
import { type Call, counted, type Owner, PmmPanic } from '../spec/index.ts';

/** Returns the panic for an argument that is not a valid number or address. */
export function argumentPanic(call: Call, what: () => string): PmmPanic {
  return new PmmPanic(() => `${call}: ${what()}`, { call, pfn: null, owner: null });
}

/** Returns the panic for a page frame that a caller may not free. */
export function ownerPanic(call: Call, frame: number, owner: Owner): PmmPanic {
  const why = (): string => (owner === 'pmm' ? 'it is free already' : `its owner is ${owner}`);
  return new PmmPanic(() => `${call}: page frame ${frame} may not be freed, ${why()}`, {
    call,
    pfn: frame,
    owner,
  });
}

/** Returns the panic for a page frame that one batch names twice. Whether boot code or a caller holds it is not kept. */
export function duplicatePanic(call: Call, frame: number): PmmPanic {
  return new PmmPanic(() => `${call}: page frame ${frame} is named twice`, { call, pfn: frame, owner: null });
}

/** Returns the panic for an array that is shorter than the count. */
export function lengthPanic(call: Call, count: number | bigint, length: number): PmmPanic {
  return argumentPanic(
    call,
    () => `count ${count} is more than the ${counted(length, 'entry', 'entries')} of the array`,
  );
}

/** Returns the warning for a call that failed for want of memory. */
export function outOfMemory(
  asked: string,
  { freeInStack, freeInBitmap }: { readonly freeInStack: number; readonly freeInBitmap: number },
): string {
  return `${asked} failed: ENOMEM; ${freeInStack} page frames are free in the stack zone, ${freeInBitmap} in the bitmap zone`;
}
