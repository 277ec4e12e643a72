/**
 * The suite that shows that the properties bite: every mutant from several seeds. Run by `npm run mutants`; `--quick` takes fewer seeds,
 * `--certify` certifies the saved programs instead of looking for them, `--save FOLDER` writes the simplest program of each mutant into
 * a folder, as a trace. Exits 1 if no mutant breaks some clause, a mutant survives, a shrunk program is longer than the shortest known,
 * or the seeds give different programs for more than one mutant in twenty.
 */

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withBar } from '../../cli/index.ts';
import { readTrace, writeTrace } from '../../counterexamples/trace/index.ts';
import { MUTANTS } from '../../runner/mutants/index.ts';
import {
  type CertifiedMutant,
  certificateTable,
  certifiedLine,
  certifyMutant,
  uncertified,
} from './certify.ts';
import { clauseTable, mutantTable, otherEndings, shortcomings, summary } from './report.ts';
import { type MutantResult, OPERATIONS, PROGRAMS, tryMutant } from './trial.ts';

const SEEDS = 20;
const QUICK_SEEDS = 3;

async function tryAll(seeds: readonly number[]): Promise<readonly MutantResult[]> {
  const results: MutantResult[] = [];
  for await (const mutant of withBar(MUTANTS, ({ name }) => name)) {
    results.push(await tryMutant(mutant, seeds));
  }
  return results;
}

function save(folder: string, results: readonly MutantResult[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { mutant, shrunk } of results) {
    const [first] = shrunk;
    if (first !== undefined) writeTrace(join(folder, `${mutant.name}.json`), first.trace);
  }
}

async function main(count: number, folder: string | undefined): Promise<void> {
  const start = performance.now();
  const seeds = Array.from({ length: count }, (_, k) => k + 1);
  const results = await tryAll(seeds);
  const bad = shortcomings(results);
  console.log(
    `${MUTANTS.length} mutants, seeds 1 to ${count}, up to ${PROGRAMS} programs of up to ${OPERATIONS} operations each`,
  );
  console.log(mutantTable(results));
  for (const line of otherEndings(results)) console.log(line);
  console.log(clauseTable(results));
  console.log(summary(results));
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
  if (folder !== undefined) save(folder, results);
  for (const line of bad) console.log(`falls short: ${line}`);
  if (bad.length > 0) process.exitCode = 1;
}

/** Where the simplest programs were saved: in the sources, from here or from where this is built to. */
const TRACES = ['traces', '../../../assurance/mutants/traces'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

async function certifyAll(): Promise<void> {
  const folder = TRACES.find((path) => existsSync(path));
  if (folder === undefined) throw new Error('the saved programs of the mutants are not there');
  const results: CertifiedMutant[] = [];
  for await (const mutant of withBar(MUTANTS, ({ name }) => name)) {
    results.push(await certifyMutant(mutant, readTrace(join(folder, `${mutant.name}.json`))));
  }
  console.log(certificateTable(results));
  console.log(certifiedLine(results));
  const bad = uncertified(results);
  for (const line of bad) console.log(`falls short: ${line}`);
  if (bad.length > 0) process.exitCode = 1;
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, certify: { type: 'boolean' }, save: { type: 'string' } },
});
if (values.certify === true) await certifyAll();
else await main(values.quick === true ? QUICK_SEEDS : SEEDS, values.save);
