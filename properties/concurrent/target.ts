/**
 * Concurrent targets: they attach callers to one shared state. Every caller of a history is built by the same target, from the
 * same memory map, over the same words.
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
  type Unchecked,
} from '../../spec/index.ts';

/**
 * The options of one caller: a manager's options, the shared words with their atomic steps, and how to wait for the lock.
 * @public
 */
export interface CallerOptions extends Omit<PmmOptions, 'memory'> {
  readonly shared: SharedMemory;
  readonly waiting: Partial<Waiting>;
}

/**
 * The manager of one caller. If it tells the turn of each call, its histories are judged in the order of turns too.
 * @public
 */
export interface CallerPmm extends Pmm {
  /** The number of the last call's turn. Turns are numbered in the order in which calls took effect. */
  readonly turn?: number;
}

/**
 * A target for several callers at once: a name, the policies that it promises, and a function that attaches one caller.
 * @public
 */
export interface ConcurrentTarget {
  readonly name: string;
  /** The policies that the target promises beyond the specification. */
  readonly policies: readonly Policy[];
  /** The parts of its managers that no check looks at. Default: nothing. */
  readonly unchecked?: readonly Unchecked[];
  /** Builds the manager of one caller over a state built by {@link sharedWords}. */
  readonly attach: (map: MemoryMap, options: CallerOptions) => CallerPmm;
}

/**
 * Our implementation, shared.
 * @public
 */
export const OURS_SHARED: ConcurrentTarget = {
  name: 'frameproof',
  policies: POLICIES,
  attach: (map, { shared, waiting, ...options }) => new SharedPmm(sharedParts(map, options, shared, waiting)),
};

/** Returns the words of a fresh shared state. */
export function sharedWords(map: MemoryMap, config: Config): Int32Array {
  return openSharedState(map, config, createSharedState(map, config));
}
