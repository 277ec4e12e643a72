import { describe, expect, it } from 'vitest';
import { counted, grouped } from './counted.ts';

describe('a count in words', () => {
  it.each([
    [0, '0 pages'],
    [1, '1 page'],
    [-1, '-1 page'],
    [2, '2 pages'],
    [12_345, '12,345 pages'],
    [1n, '1 page'],
    [5_184n, '5,184 pages'],
  ])('of %s pages agrees with its noun: %s', (n, text) => {
    expect(counted(n, 'page')).toBe(text);
  });

  it('knows a plural that it is told', () => {
    expect([1, 2].map((n) => counted(n, 'entry', 'entries'))).toEqual(['1 entry', '2 entries']);
  });

  it('has digits in groups of three', () => {
    expect(grouped(1_234_567)).toBe('1,234,567');
  });
});
