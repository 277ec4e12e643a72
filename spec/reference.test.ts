import fc from 'fast-check';
import * as either from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { formatReference, parseReference, Reference, resultName } from './reference.ts';

/** Results that have names of at most four letters: 26 + 26^2 + 26^3 + 26^4. */
const NAMED_RESULTS = 475_254;

const anyReference: fc.Arbitrary<Reference> = fc.oneof(
  fc.record({
    result: fc.oneof(fc.nat(60), fc.nat(NAMED_RESULTS - 1)),
    page: fc.oneof(fc.nat(3), fc.nat(999_999_999)),
    offset: fc.oneof(fc.constantFrom(0n, 1n, -1n, 4095n, 4096n), fc.bigInt()),
  }),
  fc.record({ absolute: fc.bigInt() }),
);

describe('references', () => {
  test('name results by letters: a to z, then aa', () => {
    expect([0, 1, 25, 26, 27, 51, 52, 701, 702, NAMED_RESULTS - 1].map(resultName)).toEqual([
      'a',
      'b',
      'z',
      'aa',
      'ab',
      'az',
      'ba',
      'zz',
      'aaa',
      'zzzz',
    ]);
  });

  test.each([
    ['a', { result: 0, page: 0, offset: 0n }],
    ['b[3]', { result: 1, page: 3, offset: 0n }],
    ['b[3]+0x10', { result: 1, page: 3, offset: 16n }],
    ['aa-0x1', { result: 26, page: 0, offset: -1n }],
    ['0xffff800000001000', { absolute: 0xffff_8000_0000_1000n }],
    ['-0x1', { absolute: -1n }],
  ])('%s is read and written', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
    expect(formatReference(reference)).toBe(text);
  });

  test('the first page frame and no offset go without saying, and may be said', () => {
    expect(parseReference('a[0]+0x0')).toEqual(parseReference('a'));
  });

  test.each([
    '',
    'A',
    'a b',
    'a[',
    'a[]',
    'a[-1]',
    'a[1.5]',
    'a[0x1]',
    'a+1',
    'a+',
    'a+-0x1',
    '+0x10',
    'a[1][2]',
    'a.1',
    '[1]',
    '1',
    'abcde',
    'a\n',
    'a+0xg',
    'a[1234567890123456]',
  ])('%j is refused', (text) => {
    expect(parseReference(text)).toBeNull();
  });

  test('any reference comes back from its text', () => {
    fc.assert(
      fc.property(anyReference, (reference) => {
        expect(parseReference(formatReference(reference))).toEqual(reference);
        expect(Reference.decode(Reference.encode(reference))).toEqual(either.right(reference));
      }),
    );
  });

  test('no two results share a name', () => {
    fc.assert(
      fc.property(fc.nat(NAMED_RESULTS - 1), fc.nat(NAMED_RESULTS - 1), (j, k) => {
        expect(resultName(j) === resultName(k)).toBe(j === k);
      }),
    );
  });
});
