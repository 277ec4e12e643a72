/** The shared manager by example: several callers in one thread, since each call ends before the next begins. */
import { describe, expect, test } from 'vitest';
import {
  config as configOf,
  type DescriptorInput,
  memoryMap,
  PmmPanic,
  SpecError,
} from '../../spec/index.ts';
import {
  ATOMICS,
  attachPmm,
  createPmm,
  createSharedState,
  Lock,
  LockPanic,
  openSharedState,
  SharedFrames,
  type SharedParts,
  SharedPmm,
  sharedParts,
} from '../index.ts';
import { FREE_BITMAP_AT, LOCK_AT } from '../layout.ts';

const PAGE = 4096n;
const EIGHT: DescriptorInput = { type: 'conventional', start: 0n, pages: 8 };
const map = memoryMap([EIGHT]);
/** Page frames 0 to 3 are the bitmap zone, 4 to 7 the stack zone. */
const config = configOf({ bitmapMaxAddr: 4n * PAGE });
const base = config.higherHalf;
const quiet = (): void => {};
const address = (frame: number): bigint => base + BigInt(frame) * PAGE;

function twoCallers(): readonly [SharedPmm, SharedPmm, Int32Array] {
  const state = createSharedState(map, config);
  const attach = (): SharedPmm => attachPmm(map, { config, warn: quiet, state, patienceMs: 30 });
  return [attach(), attach(), new Int32Array(state)];
}

/** The parts of a manager whose calls of `free` warn before they panic, and what was warned of. */
function noisy(): { readonly parts: SharedParts; readonly warned: string[] } {
  const [warned, reported]: [string[], string[]] = [[], []];
  const memory = { words: new Int32Array(createSharedState(map, config)), steps: ATOMICS };
  const parts = sharedParts(map, { config, warn: (message) => warned.push(message) }, memory);
  const inside = Object.assign(Object.create(parts.inside), {
    free: () => {
      reported.push('it is about to panic');
      throw new PmmPanic('misuse', { call: 'free', pfn: null, owner: null });
    },
    alloc: () => null,
  });
  return { parts: { ...parts, inside, takeWarnings: () => reported.splice(0) }, warned };
}

/** A call that panics over the lock, as what is thrown. */
function lockPanicOf(act: () => unknown): LockPanic {
  try {
    act();
  } catch (error) {
    if (error instanceof LockPanic) return error;
    throw error;
  }
  throw new Error('expected a panic over the lock');
}

describe('callers of one state', () => {
  test('find the state that was made for them, and call and look at it', () => {
    const open = (): unknown => openSharedState(map, config, createSharedState(map, config));
    expect(open).not.toThrow();
    const use = (): unknown => {
      const [one, other] = twoCallers();
      one.alloc();
      other.allocBitmap(9, 2n ** 40n, PAGE);
      return [...one.inspect(), ...other.inspect()];
    };
    expect(use).not.toThrow();
    const frames = (): unknown =>
      new SharedFrames(map, { config, state: createSharedState(map, config) }).alloc();
    expect(frames).not.toThrow();
  });

  test('see what the others did', () => {
    const [one, other] = twoCallers();
    expect(one.alloc()).toBe(address(7));
    expect(other.alloc()).toBe(address(6));
    other.free(address(7));
    expect([one.freeAmount(), other.freeAmount()]).toEqual([7, 7]);
    expect(one.alloc()).toBe(address(7));
    expect([...other.inspect()]).toEqual([
      { base: 0, count: 4, condition: 'free' },
      { base: 4, count: 2, condition: 'free' },
      { base: 6, count: 2, condition: 'held' },
    ]);
  });

  test('find the lowest run that fits, whoever freed it', () => {
    const [one, other] = twoCallers();
    const take = (pmm: SharedPmm): bigint | null => pmm.allocBitmap(1, 2n ** 40n, PAGE);
    expect([take(one), take(one), take(one)]).toEqual([address(0), address(1), address(2)]);
    other.free(address(0));
    expect(take(one)).toBe(address(0));
    expect(take(other)).toBe(address(3));
    one.freeRegion(address(1), 2);
    expect(take(other)).toBe(address(1));
  });

  test('are numbered in the order in which they attach', () => {
    const [one, other] = twoCallers();
    expect([one.caller, other.caller]).toEqual([1, 2]);
  });

  test('have turns in the order of their calls', () => {
    const [one, other] = twoCallers();
    const turnOf = (pmm: SharedPmm): number => {
      pmm.freeAmount();
      return pmm.turn;
    };
    expect([turnOf(one), turnOf(other), turnOf(other), turnOf(one)]).toEqual([1, 2, 3, 4]);
  });

  test('have each their errno and warnings', () => {
    const state = createSharedState(map, config);
    const warnings: string[] = [];
    const one = attachPmm(map, { config, state, warn: (message) => warnings.push(message) });
    const other = attachPmm(map, { config, state, warn: quiet });
    expect(one.allocPages(new BigUint64Array(5), 5)).toBe(false);
    expect([one.errno, other.errno]).toEqual(['ENOMEM', null]);
    one.errno = null;
    expect(one.errno).toBe(null);
    expect(warnings).toEqual([
      'allocPages(count 5) failed: ENOMEM; 4 page frames are free in the stack zone, 4 in the bitmap zone',
    ]);
  });

  test('hear nothing of a warning by a call that panicked then', () => {
    const { parts, warned } = noisy();
    const pmm = new SharedPmm(parts);
    expect(() => pmm.free(address(0))).toThrowError(PmmPanic);
    expect(warned).toEqual([]);
    expect(pmm.alloc()).toBeNull();
    expect(warned).toEqual([]);
  });

  test('may call the manager from where a warning is reported', () => {
    const state = createSharedState(map, config);
    const seen: number[] = [];
    const pmm: SharedPmm = attachPmm(map, { config, state, warn: () => seen.push(pmm.freeAmount()) });
    expect(pmm.allocBitmap(9, 2n ** 40n, 1)).toBe(null);
    expect(seen).toEqual([8]);
  });

  test('must have the same memory map and configuration', () => {
    const state = createSharedState(map, config);
    const attach = (of: typeof map, to = config): unknown =>
      attachPmm(of, { config: to, warn: quiet, state });
    expect(() => attach(memoryMap([{ ...EIGHT, pages: 9 }]))).toThrowError(
      /shared state: expected one of this/,
    );
    expect(() => attach(map, configOf({ bitmapMaxAddr: 3n * PAGE }))).toThrowError(/found another/);
  });

  test('must have a state that is whole, and was made as one', () => {
    const state = createSharedState(map, config);
    const made = new Int32Array(state);
    /** The same words, with one of the first two changed, in a buffer of another size. */
    const like = (at: number, bytes = state.byteLength): SharedArrayBuffer => {
      const buffer = new SharedArrayBuffer(bytes);
      const words = new Int32Array(buffer, 0, Math.floor(bytes / 4));
      words.set(made.subarray(0, words.length));
      if (at >= 0) words[at] = 1;
      return buffer;
    };
    expect(openSharedState(map, config, like(-1))).toEqual(made);
    const refused = new SpecError(
      'shared state: expected one of this memory map and configuration, found another',
    );
    const whole = state.byteLength;
    for (const other of [like(0), like(1), like(-1, whole - 4), like(-1, whole + 4), like(-1, whole + 1)])
      expect(() => openSharedState(map, config, other)).toThrowError(refused);
    expect(() => openSharedState(map, config, new SharedArrayBuffer(0))).toThrowError(refused);
  });

  test('find the words that others look at', () => {
    const [one, , words] = twoCallers();
    expect(words[FREE_BITMAP_AT]).toBe(4);
    one.allocBitmap(1, 2n ** 40n, PAGE);
    expect(words[FREE_BITMAP_AT]).toBe(3);
    // 16 words of header, 9 of held bits, one leaf, the floor, and a word and a half for each page frame of the stack zone.
    expect(words.length).toBe(26 + 2 + 4 * 1.5);
  });
});

describe('a single caller', () => {
  test('is answered as a manager that is not shared, and leaves the same behind', () => {
    const state = createSharedState(map, config);
    const shared = attachPmm(map, { config, warn: quiet, state });
    const plain = createPmm(map, { config, warn: quiet, memory: { read: () => 0n, write: quiet } });
    const taken = new BigUint64Array(3);
    const answers = [shared, plain].map((pmm) => [
      pmm.allocPages(taken, 3),
      pmm.freePages(taken.slice(1), 2),
      pmm.allocBitmap(2, 2n ** 40n, 2n * PAGE),
      pmm.alloc(),
      pmm.free(address(1)),
      pmm.totalAmount(),
      pmm.freeAmount(),
      pmm.reservedAmount(),
      [...pmm.inspect()],
    ]);
    expect(answers[0]).toEqual(answers[1]);
  });

  test('has room for the largest free stack from the start', () => {
    const pages = 5000;
    const large = memoryMap([{ ...EIGHT, pages }]);
    const all = configOf({ bitmapMaxAddr: 0n });
    const pmm = attachPmm(large, { config: all, warn: quiet, state: createSharedState(large, all) });
    const taken = new BigUint64Array(pages);
    expect(pmm.allocPages(taken, pages)).toBe(true);
    const scattered = [...taken].toSorted((a, b) => Number((a >> 12n) % 2n) - Number((b >> 12n) % 2n));
    for (const page of scattered) pmm.free(page);
    expect(pmm.freeAmount()).toBe(pages);
  });
});

describe('a caller that speaks in page frame numbers', () => {
  test('shares the state with one that speaks in addresses', () => {
    const state = createSharedState(map, config);
    const pmm = attachPmm(map, { config, warn: quiet, state });
    const frames = new SharedFrames(map, { config, state });
    expect([pmm.caller, frames.caller]).toEqual([1, 2]);
    expect([frames.alloc(), pmm.alloc(), frames.alloc()]).toEqual([7, address(6), 5]);
    expect(frames.allocPages(new Uint32Array(2), 2)).toBe(false);
    pmm.free(address(7));
    const batch = new Uint32Array(2);
    expect(frames.allocPages(batch, 2)).toBe(true);
    expect([...batch]).toEqual([7, 4]);
    frames.freePages(batch, 2);
    frames.free(5);
    expect(frames.allocBitmap(2, 8, 2)).toBe(0);
    expect(() => frames.free(2)).toThrowError(PmmPanic);
    frames.freeRegion(0, 2);
    expect([frames.total, frames.freeAmount, pmm.freeAmount()]).toEqual([8, 7, 7]);
  });
});

describe('the lock is released', () => {
  test('by a call that panics over misuse', () => {
    const [one, other, words] = twoCallers();
    expect(() => one.free(address(5))).toThrowError(PmmPanic);
    expect(words[LOCK_AT]).toBe(0);
    expect(other.freeAmount()).toBe(8);
  });

  test('by a call that fails', () => {
    const [one, , words] = twoCallers();
    expect(one.allocBitmap(5, 2n ** 40n, 1)).toBe(null);
    expect(words[LOCK_AT]).toBe(0);
  });

  test('by a call that breaks off, after which no caller trusts the state', () => {
    const state = createSharedState(map, config);
    const words = new Int32Array(state);
    const parts = sharedParts(map, { config, warn: quiet }, { words, steps: ATOMICS });
    const inside = Object.assign(Object.create(parts.inside), {
      alloc: () => {
        throw new RangeError('a defect');
      },
    });
    const broken = new SharedPmm({ ...parts, inside });
    const other = attachPmm(map, { config, warn: quiet, state });
    expect(() => broken.alloc()).toThrowError(new RangeError('a defect'));
    const panic = lockPanicOf(() => other.freeAmount());
    expect(panic.message).toBe(
      'freeAmount: the state may be half changed: caller 1 broke off inside, in alloc',
    );
    expect(panic).toMatchObject({ name: 'LockPanic', call: 'freeAmount', holder: 1, holderCall: 'alloc' });
    expect(words[LOCK_AT]).toBe(0);
  });
});

describe('waiting for a lock that is never released', () => {
  test('ends with a panic that names the holder and its call', () => {
    const [one, , words] = twoCallers();
    const dead = new Lock(words, ATOMICS, 9, { spins: 0, patienceMs: 1, canBlock: true });
    dead.enter('freePages');
    const start = performance.now();
    const panic = lockPanicOf(() => one.alloc());
    expect(performance.now() - start).toBeGreaterThanOrEqual(30);
    expect(panic.message).toMatch(
      /^alloc: no lock within 30 ms: caller 9 holds it, for the last \d+ ms at least, in freePages$/,
    );
    expect(panic).toMatchObject({ call: 'alloc', holder: 9, holderCall: 'freePages' });
    dead.leave();
    expect(one.alloc()).toBe(address(7));
  });

  test('ends so too in a thread that may not sleep', () => {
    const state = createSharedState(map, config);
    const words = new Int32Array(state);
    const steps = {
      ...ATOMICS,
      wait: (): never => {
        throw new TypeError('Atomics.wait cannot be called in this context');
      },
    };
    const waiting = { patienceMs: 5, canBlock: false };
    const pmm = new SharedPmm(sharedParts(map, { config, warn: quiet }, { words, steps }, waiting));
    words[LOCK_AT] = 7;
    expect(lockPanicOf(() => pmm.alloc())).toMatchObject({ holder: 7 });
    words[LOCK_AT] = 0;
    expect(pmm.alloc()).toBe(address(7));
  });

  test('is not begun by the caller that holds it', () => {
    const [one, , words] = twoCallers();
    words[LOCK_AT] = -one.caller;
    expect(lockPanicOf(() => one.alloc()).message).toMatch(/^alloc: this caller holds the lock already, in /);
  });
});

describe('a call that has no turn', () => {
  const array = new BigUint64Array(1);
  const batch = new Uint32Array(1);

  test.each<readonly [call: string, act: (pmm: SharedPmm) => unknown]>([
    ['alloc', (pmm) => pmm.alloc()],
    ['allocPages', (pmm) => pmm.allocPages(array, 1)],
    ['allocBitmap', (pmm) => pmm.allocBitmap(1, 2n ** 40n, PAGE)],
    ['free', (pmm) => pmm.free(address(0))],
    ['freePages', (pmm) => pmm.freePages(array, 1)],
    ['freeRegion', (pmm) => pmm.freeRegion(address(0), 1)],
    ['totalAmount', (pmm) => pmm.totalAmount()],
    ['freeAmount', (pmm) => pmm.freeAmount()],
    ['reservedAmount', (pmm) => pmm.reservedAmount()],
    ['inspect', (pmm) => pmm.inspect()],
  ])('panics as %s and changes nothing', (call, act) => {
    const [one, , words] = twoCallers();
    words[LOCK_AT] = -one.caller;
    const before = words.slice();
    expect(lockPanicOf(() => act(one)).call).toBe(call);
    expect(words).toEqual(before);
  });

  test.each<readonly [call: string, act: (frames: SharedFrames) => unknown]>([
    ['alloc', (frames) => frames.alloc()],
    ['allocPages', (frames) => frames.allocPages(batch, 1)],
    ['allocBitmap', (frames) => frames.allocBitmap(1, 8, 1)],
    ['free', (frames) => frames.free(0)],
    ['freePages', (frames) => frames.freePages(batch, 1)],
    ['freeRegion', (frames) => frames.freeRegion(0, 1)],
    ['freeAmount', (frames) => frames.freeAmount],
  ])('panics as %s in page frame numbers too', (call, act) => {
    const state = createSharedState(map, config);
    const words = new Int32Array(state);
    const frames = new SharedFrames(map, { config, state });
    words[LOCK_AT] = -frames.caller;
    const before = words.slice();
    expect(lockPanicOf(() => act(frames)).call).toBe(call);
    expect(words).toEqual(before);
  });
});
