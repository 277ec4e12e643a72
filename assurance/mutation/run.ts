/**
 * The mutation test of `impl/` and `model/`: Stryker makes the mutants and runs the tests of `vitest.mutation.config.ts` on
 * each; here its report is joined with the lists of mutants that are meant to live. Run by `npm run mutation`; what follows
 * `--` goes to Stryker (`--mutate impl/search.ts`, `--incremental`). Exits 1 where a mutant lives that is not listed, or a
 * listed one does not, and 2 where none was tried.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ENDLESS } from './endless/index.ts';
import { EQUIVALENT } from './equivalent/index.ts';
import { readReport, type TriedMutant } from './report.ts';
import { scoreTable, shortcomings } from './table.ts';
import { type MutationVerdict, verdictOn } from './verdict.ts';

const CONFIG = 'assurance/mutation/stryker.config.json';
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
function verdictFor(tried: readonly TriedMutant[], isOfLines: boolean): MutationVerdict {
  const verdict = verdictOn(tried, { equivalent: EQUIVALENT, endless: ENDLESS });
  return isOfLines ? { ...verdict, stale: [] } : verdict;
}

/** Prints the verdict on mutants, and sets the exit code. */
function report(tried: readonly TriedMutant[], options: readonly string[]): void {
  const verdict = verdictFor(
    tried,
    options.some((option) => LINES.test(option)),
  );
  const bad = shortcomings(verdict);
  console.log(scoreTable(verdict.scores));
  console.log('score: killed by a failed assertion, of those that are neither equivalent nor endless');
  for (const lines of bad) console.log(`falls short: ${lines}`);
  if (bad.length > 0) process.exitCode = 1;
}

function main(options: readonly string[]): void {
  const start = performance.now();
  tryMutants(options);
  const tried = existsSync(REPORT) ? readReport(readFileSync(REPORT, 'utf8'), REPORT) : [];
  if (tried.length === 0) {
    console.error('no mutant was tried: Stryker has said why, or --mutate names no code of impl/ or model/');
    process.exitCode = 2;
    return;
  }
  report(tried, options);
  console.log(`${tried.length} mutants, ${((performance.now() - start) / 60_000).toFixed(1)} minutes`);
}

main(process.argv.slice(2));
