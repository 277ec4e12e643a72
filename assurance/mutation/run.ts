/**
 * The mutation test of `impl/` and `model/`: Stryker makes the mutants and runs the tests of `vitest.mutation.config.ts` on
 * each; here its report is compared with the list of mutants that are meant to survive. Run by `npm run mutation`; what
 * follows `--` goes to Stryker (`--mutate impl/search.ts`, `--incremental`). Exits 1 where a mutant survives that is not listed,
 * or a listed one does not, and 2 where none was tried.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Listed, readListed } from './listed.ts';
import { readReport, type TriedMutant } from './report.ts';
import { scoreTable, shortcomings } from './table.ts';
import { type MutationVerdict, verdictOn } from './verdict.ts';

const FOLDER = 'assurance/mutation';
const CONFIG = `${FOLDER}/stryker.config.json`;
const LIST = `${FOLDER}/survivors.json`;
const REPORT = 'reports/mutation/report.json';
/** A part of a file, as `--mutate` takes it. */
const LINES = /:\d+/;

/** Returns the path of Stryker's command line. */
function stryker(): string {
  const manifest = createRequire(import.meta.url).resolve('@stryker-mutator/core/package.json');
  return join(dirname(manifest), 'bin/stryker.js');
}

/** Runs Stryker in the project's root; its report is there afterwards, or it has said why not. */
function tryMutants(options: readonly string[]): void {
  rmSync(REPORT, { force: true });
  const { error } = spawnSync(process.execPath, [stryker(), 'run', CONFIG, ...options], { stdio: 'inherit' });
  if (error !== undefined) throw error;
}

/** Returns the verdict on mutants. Where only some lines were mutated, listed mutants of other lines are not missed. */
function verdictFor(
  tried: readonly TriedMutant[],
  listed: readonly Listed[],
  options: readonly string[],
): MutationVerdict {
  const verdict = verdictOn(tried, listed);
  if (!options.some((option) => LINES.test(option))) return verdict;
  return {
    ...verdict,
    miscounts: verdict.miscounts.filter((count) => count.survivors.length > count.listed),
  };
}

/** Prints the verdict on mutants, and sets the exit code. */
function report(verdict: MutationVerdict): void {
  const bad = shortcomings(verdict);
  console.log(scoreTable(verdict.scores));
  console.log('score: killed by a failed assertion or timed out, of all but the equivalent');
  for (const lines of bad) console.log(`falls short: ${lines}`);
  if (bad.length > 0) process.exitCode = 1;
}

function main(options: readonly string[]): void {
  const start = performance.now();
  // Read first: a malformed list is to be known before the mutants are tried, which takes long.
  const listed = readListed(readFileSync(LIST, 'utf8'), LIST);
  tryMutants(options);
  const tried = existsSync(REPORT) ? readReport(readFileSync(REPORT, 'utf8'), REPORT) : [];
  if (tried.length === 0) {
    console.error('no mutant was tried: Stryker has said why, or --mutate names no code of impl/ or model/');
    process.exitCode = 2;
    return;
  }
  report(verdictFor(tried, listed, options));
  console.log(`${tried.length} mutants, ${((performance.now() - start) / 60_000).toFixed(1)} minutes`);
}

main(process.argv.slice(2));
