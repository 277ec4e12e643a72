/**
 * A small disk, for commands to fill: a file system in memory where the tests may mount one (root in a build server's container
 * may). Elsewhere the system bounds the size of files instead, and says so in other words.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from './frameproof.ts';

/** The message of a command about a full disk, or about a file that may not grow. */
export const NO_ROOM = 'no space left on the device|it would be larger than files may become';

const PAGE_BYTES = 4096;
const FILLER = 'filler';

/** The files of a disk at the start, and the room that is left. */
interface DiskOptions {
  readonly kib: number;
  readonly files?: Readonly<Record<string, string>>;
}

export interface SmallDisk {
  readonly folder: string;
  /** How a command is run so that it finds no more room than there is. */
  readonly options: RunOptions;
}

function mounted(folder: string, bytes: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'none', folder]).status === 0;
}

/** Runs a test with a disk, which is gone afterwards. */
export async function withSmallDisk(
  { kib, files = {} }: DiskOptions,
  test: (disk: SmallDisk) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-disk-'));
  // A file system of no pages has no bound: one page is there to be taken up.
  const held = Object.entries({ ...files, [FILLER]: 'x'.repeat(PAGE_BYTES) });
  const pages = held.reduce((sum, [, text]) => sum + Math.ceil(text.length / PAGE_BYTES), 0);
  const isMounted = mounted(folder, 1024 * kib + PAGE_BYTES * pages);
  try {
    for (const [name, text] of held) writeFileSync(join(folder, name), text);
    const limited = ['bash', '-c', `ulimit -f ${kib}; exec "$0" "$@"`];
    await test({ folder, options: isMounted ? {} : { through: limited } });
  } finally {
    if (isMounted) spawnSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  }
}

/** Whether a file of a disk was written by a command or a test. */
export function isWritten(name: string): boolean {
  return name !== FILLER;
}
