/** Contests: what contenders do, one turn after the other: take some pages and give them back, one by one or in batches. */
import type { FrameAllocator, SharedFrames } from '../impl/index.ts';
import type { MemoryMap, Pmm } from '../spec/index.ts';

/** How pages are named: by page frame number, or by address. */
export type Face = 'frames' | 'addresses';

/** What a contender works on. */
export interface Contest {
  readonly map: MemoryMap;
  readonly state: SharedArrayBuffer;
  /** One word: 0 until all may begin, then 1, then 2. */
  readonly signal: SharedArrayBuffer;
  readonly face: Face;
  /** Pages that are held at a time. */
  readonly pages: number;
  /** Whether they are taken and given back in one call each. */
  readonly isBatch: boolean;
}

/** What pages are taken from: by page frame number, or by address. */
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

/** Returns one turn: takes so many pages and gives them back. */
export function turnOf(taker: Taker, pages: number, isBatch: boolean): () => void {
  return 'totalAmount' in taker ? addressesTurn(taker, pages, isBatch) : framesTurn(taker, pages, isBatch);
}
