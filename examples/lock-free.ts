/**
 * A lock-free stack of free page frames: each free page frame names the next one, and the head is changed by compare-and-swap. The head
 * also counts its changes, so that a caller notices when the page frame that it saw there was taken and put back meanwhile.
 *
 *     words    0      the head: changes << 16 | page frame + 1; no page frame: 0
 *              1 + n  the page frame below page frame n, plus 1
 *
 *   npx frameproof check --concurrent --target examples/lock-free.ts
 */

import type { CallerOptions } from 'frameproof/concurrent';
import { type MemoryMap, PAGE_BYTES } from 'frameproof/spec';

/** It has single pages only, trusts its callers, and keeps boot memory. */
export const profile = {
  calls: ['alloc', 'free'],
  zones: 1,
  misuse: 'undefined',
  failures: ['errno'],
  bootMemory: 'kept',
  memoryBelow: '0x8000000',
};

const HEAD_AT = 0;
const NEXT_AT = 1;
/** Page frame numbers, plus 1, have so many bits: they end below 0x8000000. */
const FRAME_BITS = 16;
const FRAME_MASK = 2 ** FRAME_BITS - 1;

/** Builds the words of a fresh state. Every caller, and every thread, gets the same ones. */
export function sharedWords({ descriptors }: MemoryMap): Int32Array {
  const words = new Int32Array(NEXT_AT + FRAME_MASK);
  for (const { type, start, pages } of descriptors) {
    if (type !== 'conventional') continue;
    for (let frame = Number(start / PAGE_BYTES), end = frame + pages; frame < end; frame += 1) {
      words[NEXT_AT + frame] = words[HEAD_AT] ?? 0;
      words[HEAD_AT] = frame + 1;
    }
  }
  return words;
}

/** The manager of one caller. What callers remember lies in the words, none of it here. */
export class LockFree {
  errno: 'ENOMEM' | null = null;
  readonly #words: Int32Array;
  readonly #higherHalf: bigint;

  constructor({ shared, config }: CallerOptions) {
    this.#words = shared.words;
    this.#higherHalf = config.higherHalf;
  }

  alloc(): bigint | null {
    for (;;) {
      const head = Atomics.load(this.#words, HEAD_AT);
      const top = head & FRAME_MASK;
      if (top === 0) {
        this.errno = 'ENOMEM';
        return null;
      }
      const next = this.#words[NEXT_AT + top - 1] ?? 0;
      if (this.#swing(head, next)) return this.#higherHalf + BigInt(top - 1) * PAGE_BYTES;
    }
  }

  free(address: bigint): void {
    const top = Number((address - this.#higherHalf) / PAGE_BYTES) + 1;
    for (;;) {
      const head = Atomics.load(this.#words, HEAD_AT);
      this.#words[NEXT_AT + top - 1] = head & FRAME_MASK;
      if (this.#swing(head, top)) return;
    }
  }

  /** Returns the head after a change. */
  protected changed(head: number, top: number): number {
    return (((head >>> FRAME_BITS) + 1) << FRAME_BITS) | top;
  }

  /** Changes the head if it is as it was. Returns whether it was. */
  #swing(head: number, top: number): boolean {
    return Atomics.compareExchange(this.#words, HEAD_AT, head, this.changed(head, top)) === head;
  }
}

/** Attaches one caller. */
export default function attach(_: MemoryMap, options: CallerOptions): LockFree {
  return new LockFree(options);
}
