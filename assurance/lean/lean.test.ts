/** The lean judge agrees with the model: a smoke of it; `npm run lean` compares a million operations. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadTarget } from '../../runner/load/index.ts';
import { decodeProfile } from '../../spec/index.ts';
import { CLAIMED, compareJudges, MUTATED } from './both-judges.ts';

test.each(CLAIMED)('both judges count alike on $name', async (target) => {
  const { operations, differences } = await compareJudges(target, { programs: 32, seed: 11 });
  expect(operations).toBeGreaterThan(0);
  expect(differences).toEqual([]);
});

test.each(MUTATED.filter((_, place) => place % 4 === 0))(
  'both judges catch $name in the same program',
  async (target) => {
    const { differences } = await compareJudges(target, { programs: 32, seed: 12 });
    expect(differences).toEqual([]);
  },
);

test('answers of an allocator that writes into what it frees are judged in numbers', async () => {
  const path = fileURLToPath(new URL('../../examples/rewrites/stack-in-free-pages.ts', import.meta.url));
  const target = await loadTarget(path, undefined, {
    profile: decodeProfile({ policies: ['lifo', 'first-fit'], memoryBelow: '0x1000000' }, 'test'),
  });
  const { operations, differences } = await compareJudges(target, { programs: 32, seed: 11 });
  await target.close();
  expect(operations).toBeGreaterThan(0);
  expect(differences).toEqual([]);
});
