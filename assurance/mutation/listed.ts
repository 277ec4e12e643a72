/** A listed mutant: one that is meant to live, with the reason. The lists say for each file of code which ones do. */
import type { MutantName } from './report.ts';

export interface Listed extends MutantName {
  readonly reason: string;
}

/** Mutants that live for one reason: the same changes in one function, or in each of several. */
export interface Group extends Pick<Listed, 'reason'> {
  readonly within: string | readonly string[];
  readonly changes: readonly Pick<Listed, 'mutator' | 'before' | 'after'>[];
}

/** Returns the mutants of groups in one file, one by one. */
export function listed(file: string, groups: readonly Group[]): readonly Listed[] {
  return groups.flatMap(({ within, reason, changes }) =>
    [within].flat().flatMap((place) => changes.map((change) => ({ file, within: place, reason, ...change }))),
  );
}
