/**
 * Concurrency mutants: our implementation, each with one mistake in mutual exclusion, made by composition: another guard, calls
 * made without the lock, words written late. Explored schedules must find every one.
 */
import {
  flatStateOf,
  type Guard,
  LAYOUT,
  type SharedMemory,
  type SharedParts,
  SharedPmm,
  type Steps,
  sharedParts,
} from '../../impl/index.ts';
import { type PmmCalls, wrapPmm } from '../../runner/index.ts';
import { type ClauseName, type MemoryMap, PAGE_BYTES, type Pmm, POLICIES } from '../../spec/index.ts';
import type { CallerOptions, ConcurrentTarget } from './target.ts';

/** An implementation with a known mistake. */
export interface ConcurrentMutant extends ConcurrentTarget {
  /** The mistake, in words. */
  readonly sentence: string;
  /** The clause expected to catch it. */
  readonly clause: ClauseName;
  /** Calls in the shortest scenario known to show the mistake. */
  readonly shortest: number;
}

interface MutantText {
  readonly name: string;
  readonly sentence: string;
  readonly clause: ClauseName;
  readonly shortest: number;
}

/** Builds one caller of a mutant. */
type Attach = ConcurrentTarget['attach'];

function mutant(text: MutantText, attach: Attach): ConcurrentMutant {
  return { ...text, policies: POLICIES, attach };
}

function partsOf(map: MemoryMap, options: CallerOptions): SharedParts {
  return sharedParts(map, options, options.shared, options.waiting);
}

/** Returns a mutant in which some calls are replaced. */
function withCalls(
  text: MutantText,
  change: (pmm: SharedPmm, parts: SharedParts) => Partial<PmmCalls>,
): ConcurrentMutant {
  return mutant(text, (map, options) => {
    const parts = partsOf(map, options);
    const pmm = new SharedPmm(parts);
    return wrapPmm(pmm, change(pmm, parts));
  });
}

/** Makes a call without taking the lock. */
function withoutLock<T>({ takeWarnings, warn }: SharedParts, act: () => T): T {
  try {
    return act();
  } finally {
    for (const message of takeWarnings()) warn(message);
  }
}

/** The words of a state, some of which are written only after the lock has been released. */
class LateWords {
  readonly words: Int32Array;
  readonly #late = new Map<number, number>();
  readonly #inner: Int32Array;

  constructor(inner: Int32Array, isLate: (at: number) => boolean) {
    this.#inner = inner;
    this.words = new Proxy(inner, {
      get: (target, key) => {
        const late = typeof key === 'string' ? this.#late.get(Number(key)) : undefined;
        const found: unknown = late ?? Reflect.get(target, key);
        return typeof found === 'function' ? found.bind(target) : found;
      },
      set: (target, key, value) => {
        const at = Number(key);
        if (isLate(at)) this.#late.set(at, Number(value));
        else target[at] = Number(value);
        return true;
      },
    });
  }

  /** Drops the late writes of a call that did not finish. */
  drop(): void {
    this.#late.clear();
  }

  /** Makes the late writes. */
  flush(): void {
    const late = [...this.#late];
    this.#late.clear();
    for (const [at, value] of late) this.#inner[at] = value;
  }
}

/** Returns the same steps on the original words, for a caller that passes a proxy of them. */
function onWords({ words, steps }: SharedMemory): Steps {
  return {
    load: (_, at) => steps.load(words, at),
    add: (_, at, value) => steps.add(words, at, value),
    exchange: (_, at, value) => steps.exchange(words, at, value),
    compareExchange: (_, at, expected, replacement) =>
      steps.compareExchange(words, at, expected, replacement),
    wait: (_, at, expected, ms) => steps.wait(words, at, expected, ms),
    wakeOne: (_, at) => steps.wakeOne(words, at),
    now: () => steps.now(),
  };
}

/** Returns a mutant that writes some words after it released the lock. */
function writingLate(
  text: MutantText,
  isLate: (map: MemoryMap, options: CallerOptions) => (at: number) => boolean,
): ConcurrentMutant {
  return mutant(text, (map, options) => {
    const late = new LateWords(options.shared.words, isLate(map, options));
    const shared: SharedMemory = { words: late.words, steps: onWords(options.shared) };
    const parts = partsOf(map, { ...options, shared });
    const guard: Guard = {
      enter: (visit) => {
        late.drop();
        parts.lock.enter(visit);
      },
      leave: () => {
        parts.lock.leave();
        late.flush();
      },
      noteBroken: () => parts.lock.noteBroken(),
    };
    return new SharedPmm(parts, guard);
  });
}

/** Allocates the pages of a batch one by one, and frees them again if there are too few. */
function pageByPage(pmm: Pmm, addresses: BigUint64Array, count: number): boolean {
  for (let taken = 0; taken < count; taken += 1) {
    const address = pmm.alloc();
    if (address !== null) addresses[taken] = address;
    else {
      for (let k = taken - 1; k >= 0; k -= 1) pmm.free(addresses[k] ?? 0n);
      return false;
    }
  }
  return true;
}

/** Whether a batch has an array to fill. Other batches must fail or panic, and are passed on. */
function isSmall(count: number | bigint): boolean {
  return count >= 0 && count <= 4096 && Number.isInteger(Number(count));
}

function batchPerPage(map: MemoryMap, options: CallerOptions): Pmm {
  let isBatch = false;
  // The warning of a single page is reported as one of the batch.
  const warn = (message: string): void =>
    options.warn(isBatch ? message.replace('alloc()', 'allocPages') : message);
  const pmm = new SharedPmm(partsOf(map, { ...options, warn }));
  return wrapPmm(pmm, {
    allocPages: (addresses, count) => {
      if (!isSmall(count)) return pmm.allocPages(addresses, count);
      const own = new BigUint64Array(Number(count));
      isBatch = true;
      const granted = pageByPage(pmm, own, Number(count));
      isBatch = false;
      if (granted) addresses.set(own);
      return granted;
    },
  });
}

function regionInParts(map: MemoryMap, options: CallerOptions): Pmm {
  const pmm = new SharedPmm(partsOf(map, options));
  const { bitmapMaxAddr, higherHalf } = options.config;
  const frame = (address: bigint): number => Number((address - higherHalf) / PAGE_BYTES);
  const limit = frame(higherHalf + bitmapMaxAddr);
  return wrapPmm(pmm, {
    freeRegion: (address, count) => {
      const [base, end] = [frame(address), frame(address) + Number(count)];
      const free = pmm.inspect().filter(({ condition }) => condition === 'free');
      const isHeld = !free.some((run) => run.base < end && run.base + run.count > base);
      if (!isHeld || base >= limit || end <= limit) {
        pmm.freeRegion(address, count);
        return;
      }
      pmm.freeRegion(address, limit - base);
      pmm.freeRegion(higherHalf + bitmapMaxAddr, end - limit);
    },
  });
}

function keptOnPanic(map: MemoryMap, options: CallerOptions): Pmm {
  const parts = partsOf(map, options);
  let isPanicking = false;
  const watched = <T>(act: () => T): T => {
    isPanicking = true;
    const result = act();
    isPanicking = false;
    return result;
  };
  const { inside } = parts;
  const changed = wrapPmm(inside, {
    free: (address) => watched(() => inside.free(address)),
    freePages: (addresses, count) => watched(() => inside.freePages(addresses, count)),
    freeRegion: (address, count) => watched(() => inside.freeRegion(address, count)),
  });
  const guard: Guard = {
    enter: (visit) => {
      parts.lock.enter(visit);
      isPanicking = false;
    },
    leave: () => {
      if (!isPanicking) parts.lock.leave();
    },
    noteBroken: () => parts.lock.noteBroken(),
  };
  return new SharedPmm(
    { ...parts, inside: Object.assign(changed, { inspect: () => inside.inspect() }) },
    guard,
  );
}

function lostWakeUp(map: MemoryMap, options: CallerOptions): Pmm {
  const parts = partsOf(map, options);
  const { words, steps } = options.shared;
  const guard: Guard = {
    enter: (visit) => parts.lock.enter(visit),
    leave: () => {
      const isWaitedFor = steps.load(words, LAYOUT.LOCK_AT) < 0;
      steps.exchange(words, LAYOUT.LOCK_AT, 0);
      if (isWaitedFor) steps.wakeOne(words, LAYOUT.LOCK_AT);
    },
    noteBroken: () => parts.lock.noteBroken(),
  };
  return new SharedPmm(parts, guard);
}

function forgottenSleepers(map: MemoryMap, options: CallerOptions): Pmm {
  const { words, steps } = options.shared;
  const shared: SharedMemory = {
    words,
    steps: {
      ...steps,
      compareExchange: (memory, at, expected, replacement) =>
        steps.compareExchange(memory, at, expected, expected === 0 ? Math.abs(replacement) : replacement),
    },
  };
  return new SharedPmm(partsOf(map, { ...options, shared }));
}

export const CONCURRENT_MUTANTS: readonly ConcurrentMutant[] = [
  withCalls(
    {
      name: 'batch-without-lock',
      sentence: 'allocPages does not take the lock.',
      clause: 'concurrent.linearizable',
      shortest: 2,
    },
    (_, parts) => ({
      allocPages: (addresses, count) => withoutLock(parts, () => parts.inside.allocPages(addresses, count)),
    }),
  ),
  mutant(
    {
      name: 'lock-per-page',
      sentence: 'allocPages takes the lock once a page, and gives pages back where they do not suffice.',
      clause: 'concurrent.linearizable',
      shortest: 2,
    },
    batchPerPage,
  ),
  writingLate(
    {
      name: 'count-after-release',
      sentence: 'The count of the bitmap zone is written when the lock has been released.',
      clause: 'concurrent.linearizable',
      shortest: 2,
    },
    () => (at) => at === LAYOUT.FREE_BITMAP_AT,
  ),
  writingLate(
    {
      name: 'late-summary',
      sentence: 'The held bits change inside the lock, and the summary of them when it has been released.',
      clause: 'concurrent.linearizable',
      shortest: 3,
    },
    (map, { config }) => {
      const { levels, stackAt } = flatStateOf(map, config).layout;
      const summaryAt = levels[0]?.at ?? stackAt;
      return (at) => at >= summaryAt && at < stackAt;
    },
  ),
  mutant(
    {
      name: 'region-in-parts',
      sentence: 'freeRegion takes the lock once a zone.',
      clause: 'concurrent.linearizable',
      shortest: 2,
    },
    regionInParts,
  ),
  withCalls(
    {
      name: 'amount-without-lock',
      sentence: 'freeAmount adds up the two zones without the lock.',
      clause: 'concurrent.linearizable',
      shortest: 2,
    },
    (_, { inside }) => ({ freeAmount: () => inside.freeAmount() }),
  ),
  mutant(
    {
      name: 'kept-on-panic',
      sentence: 'A call that panics does not release the lock.',
      clause: 'concurrent.progress',
      shortest: 1,
    },
    keptOnPanic,
  ),
  mutant(
    {
      name: 'lost-wake-up',
      sentence: 'Whether somebody sleeps is looked up before the lock is released.',
      clause: 'concurrent.progress',
      shortest: 2,
    },
    lostWakeUp,
  ),
  mutant(
    {
      name: 'forgotten-sleepers',
      sentence: 'Who is woken takes the lock as if nobody else slept.',
      clause: 'concurrent.progress',
      shortest: 3,
    },
    forgottenSleepers,
  ),
];
