/**
 * The suite that proves that the properties bite: every mutant from several seeds. Run by `npm run mutants`; `--quick`
 * takes fewer seeds. Exits 1 where a clause is broken by no mutant, a mutant survives, or a reduced program is longer than
 * the shortest known.
 */
import { MUTANTS } from './index.ts';
import { clauseTable, mutantTable, shortcomings, summary } from './report.ts';
import { type MutantResult, OPERATIONS, PROGRAMS, tryMutant } from './trial.ts';

const SEEDS = 20;
const QUICK_SEEDS = 3;

async function tryAll(seeds: readonly number[]): Promise<readonly MutantResult[]> {
  const results: MutantResult[] = [];
  for (const mutant of MUTANTS) {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${mutant.name}`);
    results.push(await tryMutant(mutant, seeds));
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return results;
}

async function main(count: number): Promise<void> {
  const start = performance.now();
  const seeds = Array.from({ length: count }, (_, k) => k + 1);
  const results = await tryAll(seeds);
  const bad = shortcomings(results);
  console.log(
    `${MUTANTS.length} mutants, seeds 1 to ${count}, up to ${PROGRAMS} programs of up to ${OPERATIONS} operations each`,
  );
  console.log(mutantTable(results));
  console.log(clauseTable(results));
  console.log(summary(results));
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
  for (const line of bad) console.log(`falls short: ${line}`);
  if (bad.length > 0) process.exitCode = 1;
}

await main(process.argv.includes('--quick') ? QUICK_SEEDS : SEEDS);
