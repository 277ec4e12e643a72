/**
 * The verdict on a run: in each function, as many mutants of each mutator must survive as the list says, no more and no fewer.
 * So the list says exactly what the tests cannot tell, and nothing that they can.
 */
import type { Listed } from './listed.ts';
import type { Fate, MutantName, TriedMutant } from './report.ts';

/** Numbers of mutants of one file. */
export interface Score {
  readonly file: string;
  readonly killed: number;
  readonly timedOut: number;
  /** Survivors that are listed: they do what the original does, as far as anybody can see from outside. */
  readonly equivalent: number;
  /** The rest: survivors beyond the list, and mutants under which something was thrown or no test could be run. */
  readonly open: number;
}

/** A function and mutator whose survivors are not as many as are listed. */
export interface Miscount extends MutantName {
  readonly survivors: readonly TriedMutant[];
  readonly listed: number;
}

export interface MutationVerdict {
  readonly scores: readonly Score[];
  /** Mutants under which something was thrown past the assertions, or no test could be run. No list accounts for them. */
  readonly unjudged: readonly TriedMutant[];
  readonly miscounts: readonly Miscount[];
}

function keyOf({ file, within, mutator }: MutantName): string {
  return [file, within, mutator].join('\n');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

/** Returns survivors beside what is listed, for each function and mutator that has either. */
function countsOf(survivors: readonly TriedMutant[], listed: readonly Listed[]): readonly Miscount[] {
  const found = Map.groupBy(survivors, keyOf);
  const entries = Map.groupBy(listed, keyOf);
  const names = new Map([...survivors, ...listed].map((name) => [keyOf(name), name]));
  return [...names].map(([key, { file, within, mutator }]) => ({
    file,
    within,
    mutator,
    survivors: found.get(key) ?? [],
    listed: sum((entries.get(key) ?? []).map((entry) => entry.survivors)),
  }));
}

function scoreOf(file: string, mutants: readonly TriedMutant[], counts: readonly Miscount[]): Score {
  const count = (fate: Fate): number => mutants.filter((mutant) => mutant.fate === fate).length;
  const [killed, timedOut] = [count('killed'), count('timed out')];
  const equivalent = sum(counts.map(({ survivors, listed }) => Math.min(survivors.length, listed)));
  return { file, killed, timedOut, equivalent, open: mutants.length - killed - timedOut - equivalent };
}

/** Returns the verdict on the mutants of some files. Entries about other files are left out of it. */
export function verdictOn(tried: readonly TriedMutant[], listed: readonly Listed[]): MutationVerdict {
  const byFile = Map.groupBy(tried, ({ file }) => file);
  const survivors = tried.filter(({ fate }) => fate === 'survived');
  const counts = countsOf(
    survivors,
    listed.filter(({ file }) => byFile.has(file)),
  );
  return {
    scores: [...byFile].map(([file, mutants]) =>
      scoreOf(
        file,
        mutants,
        counts.filter((count) => count.file === file),
      ),
    ),
    unjudged: tried.filter(({ fate }) => fate === 'threw' || fate === 'broken'),
    miscounts: counts.filter((count) => count.survivors.length !== count.listed),
  };
}
