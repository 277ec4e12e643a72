/**
 * The naive allocator: what one writes first in TypeScript. An array of free page frames, an array that says of each
 * page frame whether it is held, loops. It checks its callers, as ours does.
 */
import { isRam, ownerAfterInit } from '../../spec/index.ts';
import type { Machine } from '../machine.ts';
import type { Subject } from '../subject.ts';

export class Naive implements Subject<number, number[]> {
  #stack: number[] = [];
  #held: boolean[] = [];
  #limit = 0;

  init({ extents, limit }: Machine): void {
    this.#stack = [];
    this.#held = [];
    this.#limit = limit;
    for (const { base, pages, type } of extents) {
      const isFree = isRam(type) && ownerAfterInit(type) === 'pmm';
      for (let frame = base; frame < base + pages; frame += 1) {
        this.#held[frame] = !isFree;
        if (isFree && frame >= limit) this.#stack.push(frame);
      }
    }
  }
  alloc(): number | null {
    const frame = this.#stack.pop();
    if (frame === undefined) return null;
    this.#held[frame] = true;
    return frame;
  }
  allocPages(pages: number[], count: number): boolean {
    if (count > this.#stack.length) return false;
    for (let i = 0; i < count; i += 1) pages[i] = this.alloc() ?? 0;
    return true;
  }
  allocBitmap(count: number, end: number, alignment: number): number | null {
    const limit = Math.min(end, this.#limit);
    for (let first = 0; first + count <= limit; first += alignment) {
      let free = 0;
      while (free < count && this.#held[first + free] === false) free += 1;
      if (free < count) continue;
      for (let i = 0; i < count; i += 1) this.#held[first + i] = true;
      return first;
    }
    return null;
  }
  free(frame: number): void {
    if (this.#held[frame] !== true) throw new Error(`page frame ${frame} may not be freed`);
    this.#held[frame] = false;
    if (frame >= this.#limit) this.#stack.push(frame);
  }
  freePages(pages: number[], count: number): void {
    const unique = new Set(pages.slice(0, count));
    if (unique.size < count) throw new Error('a page frame is named twice');
    this.#check([...unique]);
    for (let i = 0; i < count; i += 1) this.free(pages[i]);
  }
  freeRegion(page: number, count: number): void {
    for (let i = 0; i < count; i += 1) this.#check([page + i]);
    for (let i = 0; i < count; i += 1) this.free(page + i);
  }
  #check(frames: readonly number[]): void {
    const bad = frames.find((frame) => this.#held[frame] !== true);
    if (bad !== undefined) throw new Error(`page frame ${bad} may not be freed`);
  }
  page(frame: number): number {
    return frame;
  }
  batch(length: number): number[] {
    return new Array<number>(length).fill(0);
  }
  get(pages: number[], index: number): number {
    return pages[index];
  }
  set(pages: number[], index: number, page: number): void {
    pages[index] = page;
  }
  stateBytes(): null {
    return null;
  }
}
