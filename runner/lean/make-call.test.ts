import { describe, expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import {
  config,
  memoryMap,
  type Operation,
  type Outcome,
  type Pmm,
  PmmPanic,
  type Profile,
  WHOLE,
} from '../../spec/index.ts';
import { roomFor } from '../batch.ts';
import { type PmmCalls, wrapPmm } from '../wrap-pmm.ts';
import { ALL_OBSERVED, NumberedAnswer, OBSERVED } from './answer.ts';
import { LeanCaller } from './make-call.ts';
import { halfOf, NumberedCall } from './numbered-call.ts';

const MAP = memoryMap([{ type: 'conventional', start: 0n, pages: 8 }]);
const CONFIG = config({ bitmapMaxAddr: 0x4000n });

function manager(changes: Partial<PmmCalls> = {}): Pmm {
  const memory = { read: () => 0n, write: () => {} };
  return wrapPmm(createPmm(MAP, { config: CONFIG, warn: () => {}, memory }), changes);
}

interface Ended {
  readonly strayEntries: boolean;
}

/** Returns what performs operations on our implementation with some calls replaced, where 4 page frames are free for batches. */
function performing(
  changes?: Partial<PmmCalls>,
  isPartial = false,
  free = 4,
): (operation: Operation) => Outcome & Ended {
  const batches = isPartial ? 'partial' : 'whole';
  const caller = new LeanCaller(manager(changes), halfOf(CONFIG), { ...WHOLE, batches });
  const call = new NumberedCall();
  return (operation) => {
    call.take(operation, halfOf(CONFIG));
    caller.make(call, free);
    return { ...caller.outcome(), strayEntries: caller.hasStrayEntries };
  };
}

function ended(operation: Operation, changes?: Partial<PmmCalls>): Outcome & Ended {
  return performing(changes)(operation);
}

const BATCH: Operation = { call: 'allocPages', count: 2n };
const FREES: Operation = { call: 'freePages', addresses: [0xffff_8000_0000_4000n] };

describe('a call', () => {
  it('is passed its arguments in the order of the table: the array first or last, exact counts as numbers', () => {
    const passed = (operation: Operation): readonly unknown[] => {
      const all: unknown[] = [];
      const note = (...given: readonly unknown[]): never => {
        all.push(...given.map((each) => (each instanceof BigUint64Array ? each.slice() : each)));
        throw new PmmPanic('noted', { call: operation.call, pfn: null, owner: null });
      };
      ended(operation, { [operation.call]: note });
      return all;
    };
    expect(passed({ call: 'alloc' })).toEqual([]);
    expect(passed(BATCH)).toEqual([expect.any(BigUint64Array), 2]);
    expect(passed(FREES)).toEqual([BigUint64Array.of(0xffff_8000_0000_4000n), 1]);
    expect(passed({ call: 'freeRegion', address: 5n, count: 2n })).toEqual([5n, 2]);
    expect(passed({ call: 'retain', address: 5n })).toEqual([5n]);
    expect(passed({ call: 'allocAt', address: 2n ** 64n, count: 2n })).toEqual([2n ** 64n, 2]);
    const bounds = { minAddr: 0x1000n, maxAddr: 0x8000n, alignment: 1n, boundary: 0x4000n };
    expect(passed({ call: 'allocWithin', count: 2n, ...bounds })).toEqual([2, 0x1000, 0x8000, 1, 0x4000]);
    expect(passed({ call: 'allocBitmap', count: 2n ** 60n, maxAddr: 0x4000n, alignment: 0.5 })).toEqual([
      2n ** 60n,
      0x4000,
      0.5,
    ]);
  });

  it('is answered by the page frames that it hands out, or by a failure', () => {
    expect(ended(BATCH)).toMatchObject({
      kind: 'addresses',
      addresses: [expect.any(BigInt), expect.any(BigInt)],
    });
    expect(ended({ call: 'allocPages', count: 5n })).toMatchObject({ kind: 'failed', strayEntries: false });
    expect(ended({ call: 'freeAmount' })).toMatchObject({ kind: 'amount', amount: 8 });
    expect(ended(FREES, { freePages: () => {} })).toMatchObject({ kind: 'done' });
    expect(ended(FREES, { freePages: () => false })).toMatchObject({ kind: 'failed' });
  });

  it.each<[string, Operation, Partial<PmmCalls>, string]>([
    [
      'alloc',
      { call: 'alloc' },
      { alloc: () => undefined as never },
      'undefined, neither an address nor null',
    ],
    [
      'alloc',
      { call: 'alloc' },
      { alloc: () => false as never },
      'boolean false, neither an address nor null',
    ],
    ['allocPages', BATCH, { allocPages: () => 1 as never }, 'number 1, not a boolean'],
    ['freeAmount', { call: 'freeAmount' }, { freeAmount: () => null as never }, 'null, not a number'],
    [
      'freeAmount',
      { call: 'freeAmount' },
      { freeAmount: () => false as never },
      'boolean false, not a number',
    ],
  ])('of %s is malformed where it returns another type', (_, operation, changes, message) => {
    expect(ended(operation, changes)).toMatchObject({
      kind: 'malformed',
      message: expect.stringContaining(message),
    });
  });

  it('that panics names its call, page frame and owner; any other error is malformed', () => {
    const panic = new PmmPanic('free: no', { call: 'free', pfn: 4, owner: 'pmm' });
    const throwing = (error: unknown): Partial<PmmCalls> => ({
      free: () => {
        throw error;
      },
    });
    const free: Operation = { call: 'free', address: 0n };
    expect(ended(free, throwing(panic))).toMatchObject({
      kind: 'panicked',
      call: 'free',
      pfn: 4,
      owner: 'pmm',
    });
    expect(ended(free, throwing(new RangeError('far')))).toMatchObject({
      message: 'it threw RangeError: far',
    });
    expect(ended(free, throwing('word'))).toMatchObject({ message: 'it threw "word"' });
  });

  it('that returns a Promise is malformed: it has not ended yet', () => {
    const message = expect.stringContaining('it returned a Promise');
    const late = (): Promise<void> => Promise.resolve();
    expect(ended({ call: 'free', address: 0n }, { free: late })).toMatchObject({
      kind: 'malformed',
      message,
    });
    expect(ended({ call: 'alloc' }, { alloc: () => late() as never })).toMatchObject({ message });
  });

  it('is malformed where errno cannot be set before it', () => {
    const pmm = Object.defineProperty(manager(), 'errno', {
      set: () => {
        throw new PmmPanic('no', { call: 'alloc', pfn: null, owner: null });
      },
    });
    const caller = new LeanCaller(pmm, halfOf(CONFIG), WHOLE);
    caller.make(new NumberedCall(), 4);
    expect(caller.outcome()).toMatchObject({ message: expect.stringContaining('setting errno, it threw') });
  });
});

describe('the amounts after a call', () => {
  it('are told by the claimed calls: the methods for others are not called', () => {
    const unclaimed = (): never => {
      throw new Error('not implemented');
    };
    const told = (calls: Profile['calls'], changes: Partial<PmmCalls>): number => {
      const caller = new LeanCaller(manager(changes), halfOf(CONFIG), { ...WHOLE, calls });
      caller.make(new NumberedCall(), 4);
      const answer = new NumberedAnswer();
      const stale = { total: 99, free: 99, reserved: 99 };
      Object.assign(answer, stale);
      caller.read(answer);
      expect(Object.values(answer)).not.toContain(99);
      return answer.observed;
    };
    const { total, free, reserved } = OBSERVED;
    expect(
      told(['alloc'], { totalAmount: unclaimed, freeAmount: unclaimed, reservedAmount: unclaimed }),
    ).toBe(ALL_OBSERVED & ~(total | free | reserved));
    expect(told(['alloc', 'totalAmount', 'reservedAmount'], { freeAmount: unclaimed })).toBe(
      ALL_OBSERVED & ~free,
    );
    expect(told(['alloc', 'freeAmount'], { totalAmount: unclaimed, reservedAmount: unclaimed })).toBe(
      ALL_OBSERVED & ~(total | reserved),
    );
  });
});

describe('a batch that may be granted in part', () => {
  it.each<[number | boolean, number, object]>([
    [2, 2, { kind: 'addresses', addresses: [expect.any(BigInt), expect.any(BigInt)] }],
    [1, 2, { kind: 'addresses', addresses: [expect.any(BigInt)], strayEntries: true }],
    [0, 0, { kind: 'failed', strayEntries: false }],
    [9, 0, { message: 'it returned 9, and its array has room for 3 addresses' }],
    [0.5, 0, { message: 'it returned number 0.5, not a number of page frames' }],
    [true, 0, { message: 'it returned boolean true, not a number of page frames' }],
  ])('and says %s has written that many entries, and no more', (value, written, outcome) => {
    const allocPages = (entries: BigUint64Array): never => {
      entries.fill(7n, 0, written);
      return value as never;
    };
    expect(performing({ allocPages }, true)({ call: 'allocPages', count: 3n })).toMatchObject(outcome);
  });
});

describe('the array of a batch', () => {
  const write = (at: number, value: bigint, granted: boolean): Partial<PmmCalls> => ({
    allocPages: (entries) => {
      entries[at] = value;
      return granted;
    },
  });

  it.each<[string, Operation, Partial<PmmCalls>]>([
    ['a success writes behind the end', BATCH, write(2, 0n, true)],
    ['a failure writes its first entry', BATCH, write(0, 0n, false)],
    [
      'a refusal of more than there is writes an entry',
      { call: 'allocPages', count: 2n ** 63n },
      write(15, 0n, false),
    ],
    [
      'a panic leaves an entry written',
      BATCH,
      {
        allocPages: (entries) => {
          entries[1] = 0n;
          throw new PmmPanic('no', { call: 'allocPages', pfn: null, owner: null });
        },
      },
    ],
    ['a free changes an address', FREES, { freePages: (entries) => void entries.fill(0n) }],
  ])('has stray entries where %s', (_, operation, changes) => {
    expect(ended(operation, changes).strayEntries).toBe(true);
  });

  it('is clean for the next call', () => {
    const calls = [write(3, 0n, false), write(0, 0n, true)].map(({ allocPages }) => allocPages);
    const perform = performing({ allocPages: (...passed) => calls.shift()?.(...passed) ?? false });
    expect(perform(BATCH).strayEntries).toBe(true);
    expect(perform({ call: 'allocPages', count: 1n })).toEqual({
      kind: 'addresses',
      addresses: [0n],
      strayEntries: false,
    });
  });

  it.each([2, 3])('has guards: a write to entry %i of 2 is seen, whichever half of it changes', (guard) => {
    for (const value of [0x5555_5555_0000_0000n, 0x5555_5555n])
      expect(ended(BATCH, write(guard, value, true)).strayEntries).toBe(true);
  });

  it('is just long enough at multiples of three pages, and longer than a batch to free of as many', () => {
    const needsMore = (entries: BigUint64Array, count: number | bigint): boolean => entries.length > count;
    const allocates = (count: bigint): Outcome =>
      ended({ call: 'allocPages', count }, { allocPages: needsMore });
    expect([0n, 2n, 3n].map((count) => allocates(count).kind)).toEqual(['addresses', 'addresses', 'failed']);

    const given: bigint[][] = [];
    const freesAll = (entries: BigUint64Array): void => void given.push([...entries]);
    const frees = (addresses: readonly bigint[]): Outcome =>
      ended({ call: 'freePages', addresses }, { freePages: freesAll });
    frees([]);
    frees([7n]);
    frees([7n, 8n, 9n]);
    const guard = 0x5555_5555_5555_5555n;
    expect(given).toEqual([[guard, guard], [7n], [7n, 8n, 9n, guard, guard]]);
    const spoils: Partial<PmmCalls> = { freePages: (entries) => void entries.fill(0n, 3) };
    expect(ended({ call: 'freePages', addresses: [7n, 8n, 9n] }, spoils).strayEntries).toBe(true);
  });

  it('has room for what a call writes before it finds that a request must be refused', () => {
    const free = 5000;
    const readBack: bigint[] = [];
    const allocPages = (addresses: BigUint64Array): boolean => {
      for (let i = 0; i < free; i += 1) addresses[i] = BigInt(i);
      readBack.push(...addresses.subarray(0, free));
      return false;
    };
    const refuses = performing({ allocPages }, false, free);
    for (const count of [5001n, 2n ** 64n - 1n])
      expect(refuses({ call: 'allocPages', count }).strayEntries).toBe(true);
    expect(readBack).toHaveLength(2 * free);
  });

  it('is short for a request that must be refused, and whole for one that may be granted by mistake', () => {
    const rooms = [-1n, 0.5, 4096n, 4097n, 2n ** 64n - 1n].map((count) => roomFor(count, 100, false));
    expect(rooms).toEqual([16, 16, 4096, 16, 16]);
    expect([roomFor(5000n, 5000, false), roomFor(2 ** 60, 100, true)]).toEqual([5000, 4096]);
  });
});
