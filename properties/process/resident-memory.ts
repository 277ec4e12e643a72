/**
 * Resident memory: what a process and all that it has started take up, as Linux tells it in /proc. Elsewhere it is not known,
 * and counts as 0.
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

/** Returns the bytes that a process and its descendants take up. O(processes). */
export function residentBytes(pid: number): number {
  const [, resident = '0'] = read(`/proc/${pid}/statm`).split(' ');
  return childrenOf(pid).reduce((sum, child) => sum + residentBytes(child), Number(resident) * PAGE_BYTES);
}
