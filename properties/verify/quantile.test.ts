import { expect, it } from 'vitest';
import { median, quantile } from './quantile.ts';

it('a quantile is the value of the nearest rank', () => {
  const values = [40, 10, 30, 20];
  expect([0, 0.25, 0.26, 0.5, 0.75, 0.95, 1].map((share) => quantile(values, share))).toEqual([
    10, 10, 20, 20, 30, 40, 40,
  ]);
  expect(values).toEqual([40, 10, 30, 20]);
});

it('a median is the value in the middle; there is none of nothing', () => {
  expect([median([7]), median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([7, 2, 2, Number.NaN]);
});
