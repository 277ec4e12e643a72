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

/** Returns the text of counts in the format that lcov reads: https://man.archlinux.org/man/geninfo.1#FILES. */
export function lcovText(sources: readonly SourceCoverage[]): string {
  return sources.map(recordOf).join('');
}

function recordOf({ file, lines, branches, functions }: SourceCoverage): string {
  const entered = (counts: readonly number[]): number => counts.filter((count) => count > 0).length;
  const ordered = [...lines].toSorted(([a], [b]) => a - b);
  return [
    `SF:${file}`,
    ...functions.map(({ line, name }) => `FN:${line},${name}`),
    ...functions.map(({ count, name }) => `FNDA:${count},${name}`),
    ...branches.map(({ line, count }, i) => `BRDA:${line},0,${i},${count}`),
    `BRF:${branches.length}`,
    `BRH:${entered(branches.map(({ count }) => count))}`,
    ...ordered.map(([line, count]) => `DA:${line},${count}`),
    `LF:${lines.size}`,
    `LH:${entered([...lines.values()])}`,
    'end_of_record\n',
  ].join('\n');
}
