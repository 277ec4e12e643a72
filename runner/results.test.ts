import { describe, expect, it } from 'vitest';
import { type Operation, parseReference, type Reference, type Response } from '../spec/index.ts';
import { Results } from './results.ts';

function at(text: string): Reference {
  const reference = parseReference(text);
  if (reference === null) throw new Error(`${text} is not a reference`);
  return reference;
}

const FAILED: Response = { outcome: { kind: 'failed' } };
const RUN: Operation<Reference> = { call: 'allocBitmap', count: 3n, maxAddr: 0x4000n, alignment: 4096n };

/** a: one page frame; b: nothing; c: a run of three; d: two page frames that are not consecutive. */
function results(): Results {
  const made = new Results();
  made.record({ call: 'alloc' }, { outcome: { kind: 'address', address: 0x7000n } });
  made.record({ call: 'alloc' }, FAILED);
  made.record(RUN, { outcome: { kind: 'address', address: 0x1000n } });
  made.record({ call: 'freeAmount' }, { outcome: { kind: 'amount', amount: 1 } });
  made.record(
    { call: 'allocPages', count: 2n },
    { outcome: { kind: 'addresses', addresses: [0x9000n, 0x5000n] } },
  );
  return made;
}

describe('the results of a program', () => {
  it('belong to the allocating calls, failed ones included', () => {
    const { length, handedOut } = results();
    expect([length, handedOut]).toEqual([4, [0, 2, 3]]);
  });

  it.each([
    ['a', 0x7000n],
    ['a+0x10', 0x7010n],
    ['c[2]', 0x3000n],
    ['d[1]', 0x5000n],
    ['0x8000', 0x8000n],
    ['b', null],
    ['c[3]', null],
    ['d[2]', null],
    ['e', null],
  ])('resolve %s to %s', (text, address) => {
    expect(results().addressOf(at(text))).toBe(address);
  });

  it('resolve an operation as a whole or not at all, and name the first reference that fails', () => {
    const frees = (...names: readonly string[]): Operation<Reference> => ({
      call: 'freePages',
      addresses: names.map(at),
    });
    expect(results().resolve(frees('a', 'd[1]'))).toEqual({
      call: 'freePages',
      addresses: [0x7000n, 0x5000n],
    });
    expect(results().resolve(frees('a', 'c[3]', 'b'))).toBeNull();
    expect(results().dangling(frees('a', 'c[3]', 'b'))).toBe('c[3]');
    expect(results().dangling(frees('a'))).toBeNull();
  });

  it('wrap an address of a batch to 64 bits, as its array does, and no other address', () => {
    const below: Reference = { absolute: -0x10n };
    expect(results().resolve({ call: 'freePages', addresses: [below] })).toEqual({
      call: 'freePages',
      addresses: [2n ** 64n - 0x10n],
    });
  });

  it('know how many page frames are consecutive on every manager', () => {
    const made = results();
    expect([0, 1, 2, 3].map((result) => [made.pagesOf(result), made.runOf(result)])).toEqual([
      [1, 1],
      [0, 0],
      [3, 3],
      [2, 1],
    ]);
  });

  it('are perhaps held until they are noted as freed', () => {
    const made = results();
    made.noteFreed(0);
    expect([...made.perhapsHeld].sort()).toEqual([2, 3]);
  });
});
