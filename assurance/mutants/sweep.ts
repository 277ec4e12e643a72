/**
 * The sweep that shows what `verify` tells apart: every mutant must differ, every rewrite of `examples/rewrites/` and the
 * implementation against its own first version must refine. Run by `npm run verify:mutants` from the project's root; exits
 * 1 where one of them does not.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import { withBar } from '../../cli/index.ts';
import type { Observable } from '../../properties/verify/index.ts';
import {
  openSide,
  sidesOf,
  type VerifyOptions,
  type VerifyResult,
  verify,
} from '../../properties/verify/index.ts';
import { OURS, type Target } from '../../runner/index.ts';
import { MUTANTS, type Mutant, targetOf } from '../../runner/mutants/index.ts';

/** The last commit before the summary of longest runs: the implementation that searches bit by bit. */
const FIRST_VERSION = 'git:8957fe4e05';
const REWRITES = 'examples/rewrites';

const OPTIONS: VerifyOptions = {
  corpora: [],
  smallOperations: 1,
  smallWorld: { stack: 2, bitmap: 3 },
  random: { worlds: [], generated: true, programs: 2000, operations: 50, seed: 1 },
  speed: null,
  shrinkMs: 30_000,
};

interface Row {
  readonly cells: readonly string[];
  /** The shortcoming of the row, or null. */
  readonly failure: string | null;
}

async function verified(candidate: Target, observable: Observable, programs?: number): Promise<VerifyResult> {
  const random = { ...OPTIONS.random, programs: programs ?? OPTIONS.random.programs };
  return verify(sidesOf(candidate, OURS, { observable }), { ...OPTIONS, random });
}

async function mutantRow(mutant: Mutant): Promise<Row> {
  const start = performance.now();
  const { verdict, steps, differences } = await verified(targetOf(mutant), 'spec');
  const operations = Math.min(...differences.map(({ candidate }) => candidate.scenario.operations.length));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const found = steps.find((step) => step.verdict === 'differs')?.name ?? '';
  const clause = differences[0]?.clause ?? '';
  const isLong = !(operations <= mutant.shortest);
  return {
    cells: [mutant.name, verdict, found, clause, `${operations}`, `${mutant.shortest}`, seconds],
    failure:
      verdict !== 'differs'
        ? `${mutant.name}: ${verdict}`
        : isLong
          ? `${mutant.name}: ${operations} operations`
          : null,
  };
}

async function rewrites(): Promise<readonly Target[]> {
  const names = readdirSync(REWRITES).filter((name) => name.endsWith('.ts'));
  return Promise.all(names.sort().map(async (name) => (await openSide(join(REWRITES, name))).target));
}

async function rewriteRow(target: Target): Promise<Row> {
  const start = performance.now();
  const { verdict, steps } = await verified(target, 'exact', 300);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return {
    cells: [
      target.name,
      verdict,
      steps
        .map(({ evidence }) => /[\d,]+ answers/.exec(evidence)?.[0] ?? '')
        .filter((text) => text !== '')
        .join(', '),
      seconds,
    ],
    failure: verdict === 'refines' ? null : `${target.name}: ${verdict}`,
  };
}

/** Prints rows as a table, and returns their shortcomings. */
async function shown(head: readonly string[], rows: AsyncIterable<Row>): Promise<readonly string[]> {
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  const failures: string[] = [];
  for await (const { cells, failure } of rows) {
    table.push([...cells]);
    if (failure !== null) failures.push(failure);
  }
  console.log(table.toString());
  return failures;
}

async function* rowsOf<T extends { readonly name: string }>(
  subjects: readonly T[],
  rowOf: (subject: T) => Promise<Row>,
): AsyncGenerator<Row> {
  for await (const subject of withBar(subjects, ({ name }) => name)) yield await rowOf(subject);
}

async function againstFirstVersion(): Promise<readonly string[]> {
  const { target, remarks, close } = await openSide(FIRST_VERSION);
  try {
    const result = await verify(sidesOf(OURS, target, { observable: 'exact' }), OPTIONS);
    console.log(`frameproof against ${target.name} (${remarks.join('; ')}): ${result.verdict}`);
    for (const { name, evidence } of result.steps) console.log(`  ${name}: ${evidence}`);
    return result.verdict === 'refines' ? [] : [`${target.name}: ${result.verdict}`];
  } finally {
    await close();
  }
}

const failures = [
  ...(await shown(
    ['mutant', 'verdict', 'found by', 'clause', 'operations', 'shortest known', 's'],
    rowsOf(MUTANTS, mutantRow),
  )),
  ...(await shown(['rewrite', 'verdict', 'compared', 's'], rowsOf(await rewrites(), rewriteRow))),
  ...(await againstFirstVersion()),
];
for (const failure of failures) console.log(`falls short: ${failure}`);
console.log(`${MUTANTS.length} mutants; ${failures.length} fall short`);
if (failures.length > 0) process.exitCode = 1;
