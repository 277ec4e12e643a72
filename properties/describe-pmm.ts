/**
 * The door `frameproof/vitest`. `describePmm` is the whole suite in a user's vitest file: one line checks a manager as
 * `frameproof check` does. Only this file imports vitest.
 */
import { describe, it } from 'vitest';
import { type CheckPmmOptions, type PmmSource, suiteOf } from './check-pmm.ts';

/**
 * The options of {@link describePmm}.
 * @public
 */
export type DescribeOptions = CheckPmmOptions;

const TIMEOUT_MS = 600_000;

/**
 * Declares a vitest suite that checks a manager against every clause of the specification: on the corpus, on generated memory maps and
 * on the given ones. A failure prints the shrunk counterexample and saves it. Call it in a file that vitest runs.
 * @public
 */
export function describePmm(name: string, source: PmmSource, options: DescribeOptions = {}): void {
  describe(name, () => {
    for (const { title, run } of suiteOf(name, source, options)) it(title, run, TIMEOUT_MS);
  });
}
