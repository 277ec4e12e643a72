/**
 * The comparison of both judges over a million operations of ours, 100,000 of each profile, and all mutants. Run by
 * `npm run lean`; exits 1 where the two disagree.
 */
import { counted } from '../../spec/index.ts';
import { CLAIMED, type Comparison, compareJudges, MUTATED } from './both-judges.ts';

const [ours, ...claimed] = CLAIMED;
const all: Comparison[] = [];
if (ours !== undefined) all.push(await compareJudges(ours, { programs: 20_500, seed: 1 }));
for (const target of claimed) all.push(await compareJudges(target, { programs: 2048, seed: 2 }));
for (const target of MUTATED) all.push(await compareJudges(target, { programs: 5000, seed: 3 }));

for (const { target, operations, counters, differences } of all) {
  const verdict = differences.length === 0 ? 'alike' : counted(differences.length, 'difference');
  console.log(`${target}: ${counted(operations, 'operation')}, ${counted(counters, 'figure')}: ${verdict}`);
  for (const difference of differences) console.log(`  ${difference}`);
}
const operations = all.reduce((sum, comparison) => sum + comparison.operations, 0);
const differing = all.filter(({ differences }) => differences.length > 0);
console.log(
  `${counted(operations, 'operation')} in all; the judges differ on ${counted(differing.length, 'target')}`,
);
if (differing.length > 0) process.exitCode = 1;
