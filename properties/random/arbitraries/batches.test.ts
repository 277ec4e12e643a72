/** Of a long run, the first programs of each batch try batches of addresses of every count, one program after the other. */
import { expect, test } from 'vitest';
import { OURS } from '../../../runner/index.ts';
import type { Operation, Reference } from '../../../spec/index.ts';
import { runBlock } from '../campaign/campaign.ts';
import { FoundSoFar } from '../campaign/finding.ts';
import { batchesOf, LARGEST_BATCH, PAGES_OF_BATCHES, sizesOf } from './sizes.ts';

/** Returns the operations of the first two programs of a batch of programs. */
async function firstOf(batch: number): Promise<readonly (readonly Operation<Reference>[])[]> {
  const programs: (readonly Operation<Reference>[])[] = [];
  const options = { target: OURS, worlds: [], generated: true, operations: 200, seed: 7 };
  const onProgram = ({
    execution,
  }: {
    readonly execution: { readonly operations: readonly Operation<Reference>[] };
  }) => programs.push(execution.operations);
  await runBlock(
    { ...options, onProgram },
    { index: 0, firstBatch: batch, programs: 2 },
    new FoundSoFar(false),
  );
  return programs;
}

const countsOf = (operations: readonly Operation<Reference>[]): readonly number[] =>
  operations.flatMap((each) => (each.call === 'allocPages' ? [Number(each.count)] : []));

test('the counts of two programs follow one another, and each batch is freed at once', async () => {
  const [first = [], second = []] = await firstOf(64 + 600);
  const counts = [...new Set([...countsOf(first), ...countsOf(second)])];
  expect(counts.length).toBeGreaterThan(30);
  expect(counts).toEqual(counts.map((_, i) => (counts[0] ?? 0) + i));
  expect(counts[0]).toBe(batchesOf(64 + 600)[0]?.batchesFrom);
  expect(first.map(({ call }) => call)).toEqual(first.map((_, i) => ['allocPages', 'freeRegion'][i % 2]));
});

test('a long run leaves no count out, up to the largest batch; short runs and small ones have no such programs', () => {
  const starts = Array.from({ length: 700 }, (_, n) => batchesOf(64 + n))
    .flat()
    .map(({ batchesFrom = 0 }) => batchesFrom);
  const round = starts.slice(0, starts.indexOf(1, 1));
  expect(round[0]).toBe(1);
  for (const [i, start] of round.entries()) {
    let [next, pages] = [start, 0];
    while (pages <= PAGES_OF_BATCHES) pages += next++;
    expect(next).toBeGreaterThanOrEqual(round[i + 1] ?? LARGEST_BATCH + 1);
  }
  expect([batchesOf(63), batchesOf(64, 4)]).toEqual([[], []]);
  expect(sizesOf(64)).not.toHaveProperty('batchesFrom');
});
