/**
 * Usage: memory and CPU time of a process and its descendants, read from /proc. Both are 0 on systems without /proc.
 */
import { readFileSync } from 'node:fs';

/** The unit of memory in /proc. */
const PAGE_BYTES = 4096;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended, or the system has no /proc.
    return '';
  }
}

function childrenOf(pid: number): readonly number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** Memory and CPU time of a process and its descendants. */
interface Usage {
  readonly residentBytes: number;
  /** CPU time of the processes that are still alive. */
  readonly workedMs: number;
}

/** The unit of time in /proc, on every architecture of Linux. */
const TICK_MS = 10;

/** User and system time are fields 11 and 12 after the state, which follows the name in parentheses. */
function workedMs(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}

const NOTHING: Usage = { residentBytes: 0, workedMs: 0 };

function sumOf(pids: readonly number[], own: Usage): Usage {
  return pids.map(usageOf).reduce(
    (sum, child) => ({
      residentBytes: sum.residentBytes + child.residentBytes,
      workedMs: sum.workedMs + child.workedMs,
    }),
    own,
  );
}

/** Returns the usage of a process and its descendants. O(processes). */
export function usageOf(pid: number): Usage {
  const [, resident = '0'] = read(`/proc/${pid}/statm`).split(' ');
  return sumOf(childrenOf(pid), { residentBytes: Number(resident) * PAGE_BYTES, workedMs: workedMs(pid) });
}

/** Returns the usage of what runs in a namespace, whose first process is the child of this one. */
export function usageWithin(pid: number): Usage {
  return sumOf(childrenOf(pid).flatMap(childrenOf), NOTHING);
}
