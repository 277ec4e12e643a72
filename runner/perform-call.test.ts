import { describe, expect, it } from 'vitest';
import { createPmm } from '../impl/index.ts';
import { config, memoryMap, type Operation, type Outcome, type Pmm, PmmPanic } from '../spec/index.ts';
import { CallEnd } from './call-end.ts';
import { performCall, prepareCall } from './perform-call.ts';
import { type PmmCalls, wrapPmm } from './wrap-pmm.ts';

const MAP = memoryMap([{ type: 'conventional', start: 0n, pages: 8 }]);
const CONFIG = config({ bitmapMaxAddr: 0x4000n });

function manager(changes: Partial<PmmCalls> = {}): Pmm {
  const memory = { read: () => 0n, write: () => {} };
  return wrapPmm(createPmm(MAP, { config: CONFIG, warn: () => {}, memory }), changes);
}

/** Performs an operation on our implementation with some calls replaced. */
function ended(
  operation: Operation,
  changes?: Partial<PmmCalls>,
): Outcome & { readonly strayEntries: boolean } {
  const end = new CallEnd();
  performCall(manager(changes), operation, 4, end);
  return { ...end.outcome(), strayEntries: end.strayEntries };
}

const BATCH: Operation = { call: 'allocPages', count: 2n };
const FREES: Operation = { call: 'freePages', addresses: [0xffff_8000_0000_4000n] };

describe('a call', () => {
  it('is passed its arguments in the order of the table: the array first or last, exact counts as numbers', () => {
    const passed = (operation: Operation): readonly unknown[] => prepareCall(operation, { free: 4 }).passed;
    expect(passed({ call: 'alloc' })).toEqual([]);
    expect(passed(BATCH)).toEqual([expect.any(BigUint64Array), 2]);
    expect(passed(FREES)).toEqual([BigUint64Array.of(0n), 1]);
    expect(passed({ call: 'freeRegion', address: 5n, count: 2n })).toEqual([5n, 2]);
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
    expect(ended(free, throwing('word'))).toMatchObject({ message: 'it threw string word' });
  });

  it('leaves the capture of stacks as it was', () => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 7;
    ended({ call: 'free', address: 0n });
    expect(Error.stackTraceLimit).toBe(7);
    Error.stackTraceLimit = stackTraceLimit;
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
    const end = new CallEnd();
    performCall(manager(write(3, 0n, false)), BATCH, 4, end);
    expect(end.strayEntries).toBe(true);
    performCall(manager(write(0, 0n, true)), { call: 'allocPages', count: 1n }, 4, end);
    expect([end.strayEntries, end.outcome()]).toEqual([false, { kind: 'addresses', addresses: [0n] }]);
  });
});
