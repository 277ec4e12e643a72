import { describe, expect, it } from 'vitest';
import { lengthOfStep, stepsOf } from './burst.ts';
import type { Operation } from './operation.ts';
import { formatSteps, Program } from './program.ts';
import type { Reference } from './reference.ts';

const alloc: Operation<Reference> = { call: 'alloc' };
const freed = (result: number, page = 0): Operation<Reference> => ({
  call: 'free',
  address: { result, page, offset: 0n },
});
const run = (count: bigint): Operation<Reference> => ({
  call: 'allocBitmap',
  count,
  maxAddr: 0x8000n,
  alignment: 4096n,
});
const times = <T>(n: number, f: (k: number) => T): readonly T[] => Array.from({ length: n }, (_, k) => f(k));

const PROGRAMS: Readonly<Record<string, readonly Operation<Reference>[]>> = {
  'one call': times(512, () => alloc),
  'frees in order': [...times(100, () => alloc), ...times(100, (k) => freed(k))],
  'frees in reverse, every second': [...times(100, () => alloc), ...times(50, (k) => freed(98 - 2 * k))],
  'pages of one result': [{ call: 'allocPages', count: 64n }, ...times(64, (k) => freed(0, k))],
  'two calls by turns': times(128, (k) => (k % 2 === 0 ? alloc : freed(k >> 1))),
  'counts that grow': times(40, (k) => run(BigInt(3 + 2 * k))),
  'a batch that moves on': times(20, (k) => ({
    call: 'freePages',
    addresses: [{ result: k, page: 0, offset: 1n }, { absolute: 0x1000n * BigInt(k) }],
  })),
};

describe('bursts', () => {
  it.each(Object.entries(PROGRAMS))('hold %s in a few steps, and all of it', (_, program) => {
    expect(stepsOf(program).length).toBeLessThanOrEqual(2);
    expect(stepsOf(program).reduce((sum, step) => sum + lengthOfStep(step), 0)).toBe(program.length);
    expect(Program.decode(JSON.parse(JSON.stringify(Program.encode(program))))).toEqual({
      _tag: 'Right',
      right: program,
    });
  });

  it('are not made of a few operations, or of those that are not in step', () => {
    const few = times(7, () => alloc);
    expect(stepsOf(few)).toEqual(few);
    const uneven = times(20, (k) => run(BigInt(k * k)));
    expect(stepsOf(uneven)).toEqual(uneven);
    const fractions: readonly Operation<Reference>[] = times(10, () => ({ call: 'allocPages', count: 1.5 }));
    expect(stepsOf(fractions)).toHaveLength(1);
  });

  it('are one line each', () => {
    const program = [
      ...(PROGRAMS['frees in order'] ?? []),
      ...times(16, (k) => (k % 2 === 0 ? alloc : freed(100 + (k >> 1)))),
    ];
    expect(formatSteps(program)).toEqual([
      { text: 'a = alloc() … cv = alloc()  ×100', at: 0, operations: 100 },
      { text: 'free(a) … free(cv)  ×100', at: 100, operations: 100 },
      { text: 'cw = alloc(), free(cw) … dd = alloc(), free(dd)  ×8', at: 200, operations: 16 },
    ]);
  });

  it.each([
    [
      { times: 3, first: [{ call: 'free', address: 'a' }], last: [{ call: 'free', address: 'b' }] },
      /whole number each time/,
    ],
    [{ times: 3, first: [{ call: 'alloc' }], last: [{ call: 'freeAmount' }] }, /the same calls/],
    [{ times: 0.5, first: [{ call: 'alloc' }], last: [{ call: 'alloc' }] }, /a whole number above 0/],
    [
      { times: 2 ** 21, first: [{ call: 'alloc' }], last: [{ call: 'alloc' }] },
      /at most 1,048,576 operations/,
    ],
  ])('that make no sense are refused: %j', (burst, message) => {
    const decoded = Program.decode([burst]);
    expect(decoded._tag).toBe('Left');
    expect('left' in decoded ? decoded.left.map((error) => error.message).join() : '').toMatch(message);
  });
});

it('shows the first addresses of a long batch', () => {
  const batch = (count: number): Operation<Reference> => ({
    call: 'freePages',
    addresses: times(count, (page) => ({ result: 0, page, offset: 0n })),
  });
  const [long, short] = formatSteps([batch(1000), batch(5)]).map(({ text }) => text);
  expect(long).toBe('freePages(a, a[1], a[2], a[3], and 996 more)');
  expect(short).toBe('freePages(a, a[1], a[2], a[3], a[4])');
});
