/**
 * The shared manager: one caller's way into a state that callers in several threads share. Each call takes the lock once, a
 * batch too, and releases it on every path. `errno` and warnings are the caller's own; a warning is reported after the lock
 * was released, so that whoever takes it may call the manager.
 *
 * It is `pmm.ts` with the lock around it: a manager that is not shared pays nothing for those that are.
 */
import type { Errno, InspectedRun, MemoryMap, Pmm, PmmOptions } from '../../spec/index.ts';
import { FrameAllocator } from '../frame-allocator.ts';
import { CALLERS_AT } from '../layout.ts';
import { PageFrameManager } from '../pmm.ts';
import { CriticalSection } from './critical-section.ts';
import { type Guard, Lock, type Waiting, withDefaults } from './lock.ts';
import type { Visit } from './lock-panic.ts';
import { openSharedState } from './state.ts';
import { ATOMICS, type Steps } from './steps.ts';

/** Where a caller finds the state, and how it steps on the words that others step on. */
export interface SharedMemory {
  readonly words: Int32Array;
  readonly steps: Steps;
}

/** The parts of a shared manager: the manager that works inside the lock, and the lock. */
export interface SharedParts {
  readonly inside: Pmm & Required<Pick<Pmm, 'inspect'>>;
  readonly lock: Lock;
  /** Takes the warnings that the call inside has reported so far. */
  takeWarnings(): readonly string[];
  readonly warn: PmmOptions['warn'];
}

const NO_WARNINGS: readonly string[] = [];

/** Builds the parts of one caller's manager. Counts as a caller from now on. O(descriptors). */
export function sharedParts(
  map: MemoryMap,
  { config, warn }: Pick<PmmOptions, 'config' | 'warn'>,
  { words, steps }: SharedMemory,
  waiting: Partial<Waiting> = {},
): SharedParts {
  let reported = NO_WARNINGS;
  const note = (message: string): void => {
    reported = [...reported, message];
  };
  return {
    inside: new PageFrameManager(new FrameAllocator(map, config, words), { config, warn: note }),
    lock: new Lock(words, steps, steps.add(words, CALLERS_AT, 1) + 1, withDefaults(waiting)),
    takeWarnings: () => {
      const taken = reported;
      reported = NO_WARNINGS;
      return taken;
    },
    warn,
  };
}

export class SharedPmm implements Pmm {
  readonly #inside: SharedParts['inside'];
  readonly #section: CriticalSection;
  readonly #parts: SharedParts;

  /** `guard` stands in for the lock of the parts, where one does. */
  constructor(parts: SharedParts, guard: Guard = parts.lock) {
    this.#inside = parts.inside;
    this.#section = new CriticalSection(guard);
    this.#parts = parts;
  }

  /** The number of this caller, as panics of others name it. */
  get caller(): number {
    return this.#parts.lock.caller;
  }

  /** The number of the turn that the last call had; turns are in the order in which calls took effect. */
  get turn(): number {
    return this.#parts.lock.turn;
  }

  get errno(): Errno | null {
    return this.#inside.errno;
  }

  set errno(value: Errno | null) {
    this.#inside.errno = value;
  }

  alloc(): bigint | null {
    return this.#locked('alloc', () => this.#inside.alloc());
  }

  allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    return this.#locked('allocPages', () => this.#inside.allocPages(addresses, count));
  }

  allocBitmap(count: number | bigint, maxAddr: number | bigint, alignment: number | bigint): bigint | null {
    return this.#locked('allocBitmap', () => this.#inside.allocBitmap(count, maxAddr, alignment));
  }

  free(address: bigint): void {
    this.#locked('free', () => this.#inside.free(address));
  }

  freePages(addresses: BigUint64Array, count: number | bigint): void {
    this.#locked('freePages', () => this.#inside.freePages(addresses, count));
  }

  freeRegion(address: bigint, count: number | bigint): void {
    this.#locked('freeRegion', () => this.#inside.freeRegion(address, count));
  }

  totalAmount(): number {
    return this.#locked('totalAmount', () => this.#inside.totalAmount());
  }

  freeAmount(): number {
    return this.#locked('freeAmount', () => this.#inside.freeAmount());
  }

  reservedAmount(): number {
    return this.#locked('reservedAmount', () => this.#inside.reservedAmount());
  }

  /** As the manager that is not shared does; all of it is read in one turn. */
  inspect(): readonly InspectedRun[] {
    return this.#locked('inspect', () => [...this.#inside.inspect()]);
  }

  #locked<T>(visit: Visit, act: () => T): T {
    this.#parts.takeWarnings(); // of a call that was broken off
    const answer = this.#section.run(visit, act);
    for (const message of this.#parts.takeWarnings()) this.#parts.warn(message);
    return answer;
  }
}

/** The options of a caller: the state to attach to, and how to wait for it. */
export interface AttachOptions extends Omit<PmmOptions, 'memory'>, Partial<Waiting> {
  readonly state: SharedArrayBuffer;
}

/**
 * Attaches a caller to a shared state: one object for each thread, built from the same map and configuration. O(descriptors).
 * Throws `SpecError` where the state is of another map.
 */
export function attachPmm(map: MemoryMap, options: AttachOptions): SharedPmm {
  const words = openSharedState(map, options.config, options.state);
  return new SharedPmm(sharedParts(map, options, { words, steps: ATOMICS }, options));
}
