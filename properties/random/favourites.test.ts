import { expect, test } from 'vitest';
import { orFavourite } from './commands.ts';
import { drawsFrom } from './draws.ts';

const draws = drawsFrom(2);
const number = (): number => draws.below(2 ** 31 - 1);
const drawn = Array.from({ length: 1000 }, () => [number(), number(), number(), number()] as const);

test('half of the calls of a program with favourites take their numbers from one', () => {
  const favourites = [[1, 2, 3] as const, [4, 5, 6] as const];
  const numbers = drawn.map((each) => orFavourite(each, favourites));
  const taken = (favourite: readonly number[]): number =>
    numbers.filter(([, ...rest]) => rest.join() === favourite.join()).length;
  for (const favourite of favourites) expect(taken(favourite) / 1000).toBeCloseTo(1 / 4, 1);
  expect(numbers.map(([c]) => c)).toEqual(drawn.map(([c]) => c));
});

test('a program without favourites has the numbers that were drawn', () => {
  expect(drawn.map((each) => orFavourite(each, []))).toEqual(drawn);
});
