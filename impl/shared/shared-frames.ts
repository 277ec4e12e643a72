/**
 * Shared frames: one caller's way into a shared state in terms of page frame numbers, as `frame-allocator.ts` is into one that
 * is not shared. For hot paths: each call takes the lock once, a batch too. The same state serves callers of both faces.
 */
import type { Config, MemoryMap } from '../../spec/index.ts';
import { FrameAllocator } from '../frame-allocator.ts';
import type { FrameBatch } from '../frame-batch.ts';
import { CALLERS_AT } from '../layout.ts';
import { CriticalSection, noteBreak } from './critical-section.ts';
import { Lock, type Waiting, withDefaults } from './lock.ts';
import { openSharedState } from './state.ts';
import { ATOMICS } from './steps.ts';

/** The options of a caller: the state to attach to, its configuration, and how to wait. */
export interface SharedFramesOptions extends Partial<Waiting> {
  readonly config: Config;
  readonly state: SharedArrayBuffer;
}

export class SharedFrames {
  /** The number of this caller, as panics of others name it. */
  readonly caller: number;
  readonly #frames: FrameAllocator;
  readonly #lock: Lock;
  readonly #section: CriticalSection;

  /** Attaches a caller. O(descriptors). Throws `SpecError` where the state is of another memory map. */
  constructor(map: MemoryMap, { config, state, ...waiting }: SharedFramesOptions) {
    const words = openSharedState(map, config, state);
    this.caller = Atomics.add(words, CALLERS_AT, 1) + 1;
    this.#frames = new FrameAllocator(map, config, words);
    this.#lock = new Lock(words, ATOMICS, this.caller, withDefaults(waiting));
    this.#section = new CriticalSection(this.#lock);
  }

  /** RAM page frames. */
  get total(): number {
    return this.#frames.total;
  }

  /** Free page frames, of both zones at one moment. */
  get freeAmount(): number {
    return this.#section.run('freeAmount', () => this.#frames.freeInBitmap + this.#frames.freeInStack);
  }

  /** See {@link FrameAllocator.alloc}. A critical section without a closure, which would take as long as the lock: 22 ns. */
  alloc(): number | null {
    const lock = this.#lock;
    lock.enter('alloc');
    try {
      return this.#frames.alloc();
    } catch (error) {
      noteBreak(lock, error);
      throw error;
    } finally {
      lock.leave();
    }
  }

  /** See {@link FrameAllocator.allocPages}. */
  allocPages(frames: FrameBatch, count: number): boolean {
    return this.#section.run('allocPages', () => this.#frames.allocPages(frames, count));
  }

  /** See {@link FrameAllocator.allocBitmap}. */
  allocBitmap(count: number, limit: number, alignment: number): number | null {
    return this.#section.run('allocBitmap', () => this.#frames.allocBitmap(count, limit, alignment));
  }

  /** See {@link FrameAllocator.free}, and {@link alloc} on closures. */
  free(frame: number): void {
    const lock = this.#lock;
    lock.enter('free');
    try {
      this.#frames.free(frame);
    } catch (error) {
      noteBreak(lock, error);
      throw error;
    } finally {
      lock.leave();
    }
  }

  /** See {@link FrameAllocator.freePages}. */
  freePages(frames: FrameBatch, count: number): void {
    this.#section.run('freePages', () => this.#frames.freePages(frames, count));
  }

  /** See {@link FrameAllocator.freeRegion}. */
  freeRegion(base: number, count: number): void {
    this.#section.run('freeRegion', () => this.#frames.freeRegion(base, count));
  }
}
