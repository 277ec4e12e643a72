/** Contests: contenders allocate some pages and free them, turn after turn, one by one or in batches. */
import type { FrameAllocator, SharedFrames } from '../impl/index.ts';
import type { MemoryMap, Pmm } from '../spec/index.ts';

/** How pages are named: by page frame number, or by address. */
export type Face = 'frames' | 'addresses';

/** The start data of a contender. */
export interface Contest {
  readonly map: MemoryMap;
  readonly state: SharedArrayBuffer;
  /** One word: 0 before the start, 1 during the contest, 2 after it. */
  readonly signal: SharedArrayBuffer;
  readonly face: Face;
  /** Pages held at a time. */
  readonly pages: number;
  /** Whether they are allocated in one call and freed in one call. */
  readonly isBatch: boolean;
  /** Whether each `alloc` is timed, of single pages by page frame number. */
  readonly isTimed: boolean;
}

/** The work of a contender. */
export interface Contended {
  /** Pages allocated and freed. */
  readonly pages: number;
  /** Milliseconds of the longest call; 0 where none was timed. */
  readonly longestMs: number;
}

/** Allocates pages one by one, each of them timed, and frees them. Returns the milliseconds of the longest call. */
export function timedTurn(frames: SharedFrames, held: Uint32Array): number {
  let longest = 0;
  for (let i = 0; i < held.length; i += 1) {
    const start = performance.now();
    held[i] = frames.alloc() ?? 0;
    longest = Math.max(longest, performance.now() - start);
  }
  for (const frame of held) frames.free(frame);
  return longest;
}

/** An allocator that names pages by page frame number, or by address. */
export type Taker = FrameAllocator | SharedFrames | Pmm;

function framesTurn(frames: FrameAllocator | SharedFrames, pages: number, isBatch: boolean): () => void {
  const held = new Uint32Array(pages);
  if (isBatch)
    return () => {
      if (!frames.allocPages(held, pages)) throw new Error('no memory left');
      frames.freePages(held, pages);
    };
  return () => {
    for (let i = 0; i < pages; i += 1) held[i] = frames.alloc() ?? 0;
    for (let i = 0; i < pages; i += 1) frames.free(held[i]);
  };
}

function addressesTurn(pmm: Pmm, pages: number, isBatch: boolean): () => void {
  const held = new BigUint64Array(pages);
  if (isBatch)
    return () => {
      if (!pmm.allocPages(held, pages)) throw new Error('no memory left');
      pmm.freePages(held, pages);
    };
  return () => {
    for (let i = 0; i < pages; i += 1) held[i] = pmm.alloc() ?? 0n;
    for (let i = 0; i < pages; i += 1) pmm.free(held[i]);
  };
}

/** Returns one turn: it allocates `pages` pages and frees them. */
export function turnOf(taker: Taker, pages: number, isBatch: boolean): () => void {
  return 'totalAmount' in taker ? addressesTurn(taker, pages, isBatch) : framesTurn(taker, pages, isBatch);
}
