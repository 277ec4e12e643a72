/**
 * Concurrent targets: what attaches callers to one shared state. Every caller of a history is built by the same target, from
 * the same memory map, over the same words.
 */
import {
  createSharedState,
  openSharedState,
  type SharedMemory,
  SharedPmm,
  sharedParts,
  type Waiting,
} from '../../impl/index.ts';
import {
  type Config,
  type MemoryMap,
  type Pmm,
  type PmmOptions,
  POLICIES,
  type Policy,
} from '../../spec/index.ts';

/** What a caller is given besides the memory map. */
export interface CallerOptions extends Omit<PmmOptions, 'memory'> {
  readonly shared: SharedMemory;
  readonly waiting: Partial<Waiting>;
}

/** One caller's manager. One that can say which turn a call had gives its histories an order to be judged in. */
export interface CallerPmm extends Pmm {
  /** The number of the turn that the last call had; turns are in the order in which calls took effect. */
  readonly turn?: number;
}

export interface ConcurrentTarget {
  readonly name: string;
  /** What the target promises beyond the specification. */
  readonly policies: readonly Policy[];
  /** Builds one caller's manager over a state that was built by {@link sharedWords}. */
  readonly attach: (map: MemoryMap, options: CallerOptions) => CallerPmm;
}

/** Our implementation. */
export const OURS_SHARED: ConcurrentTarget = {
  name: 'frameproof',
  policies: POLICIES,
  attach: (map, { shared, waiting, ...options }) => new SharedPmm(sharedParts(map, options, shared, waiting)),
};

/** Returns the words of a fresh shared state. */
export function sharedWords(map: MemoryMap, config: Config): Int32Array {
  return openSharedState(map, config, createSharedState(map, config));
}
