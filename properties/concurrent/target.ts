/**
 * Concurrent targets: they attach callers to one shared state. Every caller of a history is built by the same target, from the
 * same memory map, over the same words.
 */
import {
  createSharedState,
  LAYOUT,
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
  type Profile,
  SpecError,
  type Unchecked,
} from '../../spec/index.ts';
import type { AboutWords } from './stepping.ts';

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
  /** Its claims. Default: none, so it is held to the whole specification. */
  readonly profile?: Profile;
  /** The parts of its managers that no check looks at. Default: nothing. */
  readonly unchecked?: readonly Unchecked[];
  /** Builds the words of a fresh state, which are copied to where callers share them. Default: those of our implementation. */
  readonly sharedWords?: (map: MemoryMap, options: Pick<PmmOptions, 'config'>) => Int32Array;
  /** Builds the manager of one caller over such a state. */
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

type WordsOf = Pick<ConcurrentTarget, 'name' | 'sharedWords'>;

/** Builds a fresh state for callers of a target. Throws `RangeError` where the engine has no buffer so large. */
export function sharedState(
  { name, sharedWords }: WordsOf,
  map: MemoryMap,
  config: Config,
): SharedArrayBuffer {
  if (sharedWords === undefined) return createSharedState(map, config);
  const made = sharedWords(map, { config });
  if (!(made instanceof Int32Array))
    throw new SpecError(`${name}: export sharedWords: expected it to return an Int32Array`);
  const state = new SharedArrayBuffer(made.byteLength);
  new Int32Array(state).set(made);
  return state;
}

/** Returns the words of a state that {@link sharedState} built. */
export function wordsOf(
  { sharedWords }: WordsOf,
  map: MemoryMap,
  config: Config,
  state: SharedArrayBuffer,
): Int32Array {
  return sharedWords === undefined ? openSharedState(map, config, state) : new Int32Array(state);
}

/** Returns the words of a fresh state. */
export function freshWords(target: WordsOf, map: MemoryMap, config: Config): Int32Array {
  return wordsOf(target, map, config, sharedState(target, map, config));
}

/** Returns what is known of the words of a target: only those of our implementation have a lock at a known place. */
export function aboutWords({ name, sharedWords }: WordsOf): AboutWords {
  return { name, lockAt: sharedWords === undefined ? LAYOUT.LOCK_AT : null };
}
