/**
 * Usage: the memory that a process and all that it has started take up, and the time that they have worked, as Linux tells it
 * in /proc. Elsewhere neither is known, and both count as 0.
 */
import { readFileSync } from 'node:fs';

/** /proc counts in these. */
const PAGE_BYTES = 4096;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended meanwhile, or there is no /proc.
    return '';
  }
}

function childrenOf(pid: number): readonly number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** What a process and its descendants use. */
interface Usage {
  readonly residentBytes: number;
  /** Time on a processor, of all that are still there. */
  readonly workedMs: number;
}

/** /proc counts time in these, on every machine that Linux runs on today. */
const TICK_MS = 10;

/** The two fields of a process's time come 11 and 12 behind its state, which follows its name in parentheses. */
function workedMs(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}

/** Returns what a process and its descendants use. O(processes). */
export function usageOf(pid: number): Usage {
  const [, resident = '0'] = read(`/proc/${pid}/statm`).split(' ');
  const own: Usage = { residentBytes: Number(resident) * PAGE_BYTES, workedMs: workedMs(pid) };
  return childrenOf(pid)
    .map(usageOf)
    .reduce(
      (sum, child) => ({
        residentBytes: sum.residentBytes + child.residentBytes,
        workedMs: sum.workedMs + child.workedMs,
      }),
      own,
    );
}
