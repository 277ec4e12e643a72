/** The lean judge agrees with the model: a smoke of it; `npm run lean` compares a million operations. */
import { expect, test } from 'vitest';
import { CLAIMED, compareJudges, MUTATED } from './both-judges.ts';

test.each(CLAIMED)('both judges count alike on $name', async (target) => {
  const { operations, differences } = await compareJudges(target, { programs: 32, seed: 11 });
  expect(operations).toBeGreaterThan(0);
  expect(differences).toEqual([]);
});

test.each(MUTATED.filter((_, place) => place % 4 === 0))(
  'both judges catch $name in the same program',
  async (target) => {
    const { differences } = await compareJudges(target, { programs: 200, seed: 12 });
    expect(differences).toEqual([]);
  },
);
