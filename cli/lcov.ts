/** Coverage in the format that lcov reads: https://man.archlinux.org/man/geninfo.1#FILES. */
import type { SourceCoverage } from '../runner/coverage/index.ts';

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
