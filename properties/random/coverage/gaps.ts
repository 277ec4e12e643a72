/**
 * Gaps: the functions, lines and branches of an allocator that no program entered, each with the situation, the clause or the call that
 * leads closest to it. Closest is what a sample of short programs meets whenever they enter the line before the gap, and not otherwise.
 */
import type { SourceCoverage } from '../../../runner/coverage/index.ts';
import type { CampaignResult } from '../campaign/result.ts';

/**
 * A part of a source that no program entered: lines `first` to `last`, or a branch of line `first`.
 * @internal
 */
export interface Gap {
  readonly file: string;
  readonly kind: 'function' | 'lines' | 'branch';
  readonly first: number;
  readonly last: number;
  /** The event that leads closest; null if nothing in the sample does. */
  readonly nearest: string | null;
}

/** A short program, with what it met and what it entered. */
export interface SampledProgram {
  readonly met: ReadonlySet<string>;
  readonly entered: readonly SourceCoverage[];
}

/** Returns the names of the situations, the clauses with their sides, and the calls with their outcomes that a run met. */
export function metBy({ situations, clauses, calls }: CampaignResult): ReadonlySet<string> {
  const sides = Object.entries(clauses).flatMap(([name, counts]) =>
    Object.entries(counts).map(([side, times]) => [`${name} (${side})`, times] as const),
  );
  const made = Object.entries(calls).flatMap(([name, outcomes]) =>
    Object.entries(outcomes).map(([outcome, times]) => [`${name} (${outcome})`, times] as const),
  );
  const all = [...Object.entries(situations), ...sides, ...made];
  return new Set(all.filter(([, times]) => times > 0).map(([name]) => name));
}

/** Returns the correlation of two events, -1 to 1, by how many programs show both, each, and all: 0 if one always or never happens. */
function correlation(both: number, first: number, second: number, all: number): number {
  const spread = first * (all - first) * second * (all - second);
  return spread === 0 ? 0 : (both * all - first * second) / Math.sqrt(spread);
}

/** Leads to a line that each program enters, such as one of init. */
const EVERY = 'every program';

/** Less is chance. */
const LEAST_CORRELATION = 0.3;

/** Returns the name that goes most with entering a line; null if none does. */
function nearestTo(file: string, line: number, sample: readonly SampledProgram[]): string | null {
  const enters = sample.map(
    ({ entered }) => (entered.find((source) => source.file === file)?.lines.get(line) ?? 0) > 0,
  );
  const times = enters.filter((is) => is).length;
  if (times === sample.length && times > 0) return EVERY;
  let best: string | null = null;
  let most = LEAST_CORRELATION;
  for (const name of new Set(sample.flatMap(({ met }) => [...met]))) {
    const both = sample.filter(({ met }, i) => enters[i] === true && met.has(name)).length;
    const named = sample.filter(({ met }) => met.has(name)).length;
    const found = correlation(both, times, named, sample.length);
    if (found > most) [best, most] = [name, found];
  }
  return best;
}

/** Returns the lines in order, as runs of lines that were entered or not. */
function unenteredRuns(
  lines: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const [i, [line, count]] of lines.entries()) {
    const last = runs.at(-1);
    if (count > 0) continue;
    if (last !== undefined && lines[i - 1]?.[1] === 0) last[1] = line;
    else runs.push([line, line]);
  }
  return runs;
}

function gapsIn(source: SourceCoverage, sample: readonly SampledProgram[]): readonly Gap[] {
  const { file } = source;
  const lines = [...source.lines].toSorted(([a], [b]) => a - b);
  const functions = source.functions.toSorted((a, b) => a.line - b.line);
  const functionAt = (line: number) => functions.findLast((one) => one.line <= line);
  const before = (line: number): number | undefined =>
    lines.findLast(([at, count]) => at < line && count > 0 && at >= (functionAt(line)?.line ?? 1))?.[0];
  const gap = (
    kind: Gap['kind'],
    [first, last]: readonly [number, number],
    guard: number | undefined,
  ): Gap => ({
    file,
    kind,
    first,
    last,
    nearest: guard === undefined ? null : nearestTo(file, guard, sample),
  });
  const uncalled = functions.filter(({ count }) => count === 0);
  const runs = unenteredRuns(lines).filter(([first]) => functionAt(first)?.count !== 0);
  // A branch to lines that are a gap is that gap.
  const isShown = (line: number): boolean => {
    const next = lines.find(([at]) => at > line);
    return next !== undefined && runs.some(([first]) => first === next[0]);
  };
  const decided = source.branches.filter(
    ({ line, count }) => count === 0 && (source.lines.get(line) ?? 0) > 0,
  );
  const branches = new Set(decided.map(({ line }) => line).filter((line) => !isShown(line)));
  return [
    ...uncalled.map(({ line }) => gap('function', [line, line], undefined)),
    ...runs.map((run) => gap('lines', run, before(run[0]))),
    ...[...branches].map((line) => gap('branch', [line, line], line)),
  ].toSorted((a, b) => a.first - b.first);
}

/** Returns the gaps of a run, by file and line. */
export function gapsOf(
  sources: readonly SourceCoverage[],
  sample: readonly SampledProgram[],
): readonly Gap[] {
  return sources.flatMap((source) => gapsIn(source, sample));
}
