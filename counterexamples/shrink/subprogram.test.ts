import { describe, expect, it } from 'vitest';
import { formatProgram, type Program } from '../../spec/index.ts';
import { lastOperations, subprogram } from './subprogram.ts';

const a = (page: number) => ({ result: 0, page, offset: 0n });
const b = { result: 1, page: 0, offset: 0n };
const PROGRAM: Program = [
  { call: 'allocPages', count: 2n },
  { call: 'alloc' },
  { call: 'freePages', addresses: [a(1), b] },
  { call: 'freeAmount' },
  { call: 'free', address: b },
];

describe('keeping some operations of a program', () => {
  it('renumbers results, thins batches, and drops what names a result that is gone', () => {
    expect(formatProgram(subprogram(PROGRAM, (at) => at !== 0))).toEqual([
      'a = alloc()',
      'freePages(a)',
      'freeAmount()',
      'free(a)',
    ]);
    expect(formatProgram(subprogram(PROGRAM, (at) => at !== 0 && at !== 1))).toEqual(['freeAmount()']);
  });

  it('keeps the last operations with all that was done to what they name', () => {
    expect(formatProgram(lastOperations(PROGRAM, 4))).toEqual(['a = alloc()', 'freePages(a)', 'free(a)']);
  });
});
