/** Coverage of a source: how often its lines, branches and functions have been entered. Lines are numbered from 1. */

/**
 * A branch, by the line where it begins or is decided.
 * @public
 */
export interface CountedBranch {
  readonly line: number;
  readonly count: number;
}

/** @public */
export interface CountedFunction extends CountedBranch {
  readonly name: string;
}

/**
 * The counts of one file. A line that holds no code has none.
 * @public
 */
export interface SourceCoverage {
  readonly file: string;
  readonly lines: ReadonlyMap<number, number>;
  readonly branches: readonly CountedBranch[];
  readonly functions: readonly CountedFunction[];
}
