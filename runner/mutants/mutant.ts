/**
 * Mutants: our implementation with one small change each, by composition: calls wrapped, arguments intercepted, another
 * memory map or configuration handed to it. Each shows that a clause bites. All are bugs seen in real allocators, or the
 * nearest thing to one that breaks a clause no such bug breaks first.
 */
import { createPmm } from '../../impl/manager/index.ts';
import {
  bitmapLimit,
  type ClauseName,
  type Config,
  isPmmPanic,
  isU64,
  type MemoryMap,
  PAGE_BYTES,
  type PhysicalMemory,
  type PmmFactory,
  type PmmOptions,
  type PmmPanic,
  pfnAt,
  U64_MAX,
} from '../../spec/index.ts';
import { factoryTarget } from '../factory-target.ts';
import { MUTANT_PREFIX, OURS } from '../ours.ts';
import type { Target } from '../target.ts';
import { type PmmCalls, wrapPmm } from '../wrap-pmm.ts';

/** A changed implementation, and what is known of its bug. */
export interface Mutant {
  /** A noun phrase in kebab case. */
  readonly name: string;
  /** The bug in one sentence. */
  readonly sentence: string;
  readonly create: PmmFactory;
  /** The clause that catches it first, from seed 20: of other seeds it may be another. */
  readonly clause: ClauseName;
  /** Operations of the shortest program known to show it. */
  readonly shortest: number;
}

/** The description of a mutant, without its change. `shortest` is 1 where it does not say so. */
type MutantText = Omit<Mutant, 'create' | 'shortest'> & Partial<Pick<Mutant, 'shortest'>>;

/** Returns a mutant as a target, with the promises of the implementation that it is made of. */
export function targetOf({ name, create }: Mutant): Target {
  return factoryTarget({ name: `${MUTANT_PREFIX}${name}`, policies: OURS.policies, create });
}

/** The parts that a change of calls is made from. */
export interface Parts {
  readonly inner: ReturnType<typeof createPmm>;
  readonly map: MemoryMap;
  readonly config: Config;
  /** First page frame of the stack zone. */
  readonly limit: number;
  readonly memory: PhysicalMemory;
  /** Performs something without the warnings and the errno it leaves. */
  quietly<T>(act: () => T): T;
  /** Fails as a call that has no memory. */
  fail(call: string): null;
  /** The page frame that holds an address of the higher half; -1 for any other address. */
  frame(address: bigint): number;
  address(frame: number): bigint;
  /** Keeps a value between calls: hidden state of the mutant, which is saved and loaded with that of the manager. */
  hidden<T extends HiddenValue>(initial: T): Cell<T>;
}

/** A value of hidden state. */
type HiddenValue = number | bigint | null;

export interface Cell<T extends HiddenValue> {
  value: T;
}

/** Replaces calls of the manager. */
export type Change = (parts: Parts) => Partial<PmmCalls>;

function partsOf(map: MemoryMap, { config, warn, memory }: PmmOptions, cells: Cell<HiddenValue>[]): Parts {
  let isQuiet = false;
  const inner = createPmm(map, {
    config,
    memory,
    warn: (message) => {
      if (!isQuiet) warn(message);
    },
  });
  return {
    inner,
    map,
    config,
    memory,
    limit: bitmapLimit(config),
    quietly: (act) => {
      const { errno } = inner;
      isQuiet = true;
      try {
        return act();
      } finally {
        isQuiet = false;
        inner.errno = errno;
      }
    },
    fail: (call) => {
      inner.errno = 'ENOMEM';
      warn(`${call} failed`);
      return null;
    },
    frame: (address) => pfnAt(config, address) ?? -1,
    address: (frame) => config.higherHalf + BigInt(frame) * PAGE_BYTES,
    hidden: (initial) => {
      const cell = { value: initial };
      cells.push(cell);
      return cell;
    },
  };
}

/** A value of hidden state as words: its type, and two words for the value. */
const CELL_WORDS = 3;
const CELL_TYPES = ['null', 'number', 'bigint'] as const;

function saveCell({ value }: Cell<HiddenValue>, into: Int32Array, at: number): void {
  const bits = BigInt.asUintN(64, BigInt(value ?? 0));
  const type = value === null ? 0 : typeof value === 'number' ? 1 : 2;
  into.set([type, Number(BigInt.asIntN(32, bits)), Number(BigInt.asIntN(32, bits >> 32n))], at);
}

function loadCell(cell: Cell<HiddenValue>, saved: Int32Array, at: number): void {
  const [type = 0, low = 0, high = 0] = saved.subarray(at, at + CELL_WORDS);
  const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  const kind = CELL_TYPES[type];
  cell.value = kind === 'null' ? null : kind === 'number' ? Number(BigInt.asIntN(64, bits)) : bits;
}

/** The state of the manager that a mutant is made of, with what the mutant keeps behind it. */
function savedWith(
  { inner }: Parts,
  cells: readonly Cell<HiddenValue>[],
): Pick<PmmCalls, 'saveState' | 'loadState'> {
  const own = cells.length * CELL_WORDS;
  return {
    saveState: (into) => {
      const words = inner.saveState(into);
      if (words + own <= into.length)
        for (const [i, cell] of cells.entries()) saveCell(cell, into, words + i * CELL_WORDS);
      return words + own;
    },
    loadState: (saved) => {
      const words = saved.length - own;
      inner.loadState(saved.subarray(0, words));
      for (const [i, cell] of cells.entries()) loadCell(cell, saved, words + i * CELL_WORDS);
    },
  };
}

/** Returns what builds our implementation with some calls replaced. */
export function factoryOf(change: Change): PmmFactory {
  return (map, options) => {
    const cells: Cell<HiddenValue>[] = [];
    const parts = partsOf(map, options, cells);
    const changes = change(parts);
    return wrapPmm(parts.inner, { ...savedWith(parts, cells), ...changes });
  };
}

/** Returns a mutant in which some calls are replaced. */
export function withCalls(text: MutantText, change: Change): Mutant {
  return { shortest: 1, ...text, create: factoryOf(change) };
}

/** Returns a mutant that is handed another memory map. */
export function withMap(text: MutantText, remap: (map: MemoryMap, config: Config) => MemoryMap): Mutant {
  return { shortest: 1, ...text, create: (map, options) => createPmm(remap(map, options.config), options) };
}

/** Returns a mutant that is handed other options. */
export function withOptions(text: MutantText, reset: (options: PmmOptions) => PmmOptions): Mutant {
  return { shortest: 1, ...text, create: (map, options) => createPmm(map, reset(options)) };
}

/** Returns a change that returns another address for each single page than the one found. */
export function readdressed(other: (found: bigint, parts: Parts) => bigint): Change {
  return (parts) => ({
    alloc: () => {
      const found = parts.inner.alloc();
      return found === null ? null : other(found, parts);
    },
  });
}

/** Takes single pages while there are some, 4096 at most. */
export function takeAll({ inner, quietly }: Parts): bigint[] {
  const taken: bigint[] = [];
  quietly(() => {
    for (let a = inner.alloc(); a !== null && taken.length < 4096; a = inner.alloc()) taken.push(a);
  });
  return taken;
}

/** A run that `allocBitmap` found. */
export interface FoundRun {
  readonly base: number;
  readonly count: number;
}

/** Returns a change that refuses contiguous runs which were found, as if they had not been. */
export function missing(isMissed: (run: FoundRun, parts: Parts) => boolean): Change {
  return (parts) => ({
    allocBitmap: (count, maxAddr, alignment) => {
      const found = parts.inner.allocBitmap(count, maxAddr, alignment);
      if (found === null) return null;
      const run = { base: parts.frame(found), count: Number(count) };
      parts.inner.freeRegion(found, count);
      if (isMissed(run, parts)) return parts.fail('allocBitmap');
      return parts.inner.allocBitmap(count, maxAddr, alignment);
    },
  });
}

/** Takes the run at `base`, which must be free, out of the bitmap zone: what is free below is held meanwhile. */
export function takeAt({ inner, address }: Parts, { base, count }: FoundRun): bigint | null {
  const below = [...inner.inspect()].filter((run) => run.condition === 'free' && run.base < base);
  const held = below.map((run) => ({ base: run.base, count: Math.min(run.count, base - run.base) }));
  for (const run of held) inner.allocBitmap(run.count, BigInt(run.base + run.count) * PAGE_BYTES, 1);
  const found = inner.allocBitmap(count, U64_MAX, 1);
  for (const run of held) inner.freeRegion(address(run.base), run.count);
  return found;
}

/** Performs something, and returns the panic it ends in, or null. */
export function panicOf(act: () => void): PmmPanic | null {
  try {
    act();
    return null;
  } catch (error) {
    if (isPmmPanic(error)) return error;
    throw error;
  }
}

/** Whether all arguments are ones that a call may be given. */
export function areU64(...values: readonly (number | bigint)[]): boolean {
  return values.every((value) =>
    typeof value === 'bigint' ? isU64(value) : Number.isInteger(value) && value >= 0,
  );
}
