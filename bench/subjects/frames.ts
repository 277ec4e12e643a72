/** Our frame-level face: page frame numbers in, page frame numbers out. */
import { FrameAllocator } from '../../impl/index.ts';
import { config } from '../../spec/index.ts';
import { type Machine, zone } from '../machine.ts';
import type { Subject } from '../subject.ts';

export class Frames implements Subject<number, Uint32Array> {
  #frames = allocatorOf(zone(1));

  init(machine: Machine): void {
    this.#frames = allocatorOf(machine);
  }
  alloc(): number | null {
    return this.#frames.alloc();
  }
  allocPages(pages: Uint32Array, count: number): boolean {
    return this.#frames.allocPages(pages, count);
  }
  allocBitmap(count: number, end: number, alignment: number): number | null {
    return this.#frames.allocBitmap(count, end, alignment);
  }
  free(page: number): void {
    this.#frames.free(page);
  }
  freePages(pages: Uint32Array, count: number): void {
    this.#frames.freePages(pages, count);
  }
  freeRegion(page: number, count: number): void {
    this.#frames.freeRegion(page, count);
  }
  page(frame: number): number {
    return frame;
  }
  batch(length: number): Uint32Array {
    return new Uint32Array(length);
  }
  get(pages: Uint32Array, index: number): number {
    return pages[index];
  }
  set(pages: Uint32Array, index: number, page: number): void {
    pages[index] = page;
  }
  stateBytes(): number {
    return this.#frames.stateBytes;
  }
}

function allocatorOf({ map, limit }: Machine): FrameAllocator {
  return new FrameAllocator(map, config({ bitmapMaxAddr: BigInt(limit) * 4096n }));
}
