/** Files that commands write besides what they print. What cannot be written is a `SpecError` that names the flag. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { sync as writeFileAtomic } from 'write-file-atomic';
import type { CountedProgram } from '../properties/random/index.ts';
import { SpecError } from '../spec/index.ts';
import { statisticsLine } from './statistics.ts';

function unwritable(flag: string, path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  return new SpecError(
    `${flag}: expected a file that can be written to, found ${JSON.stringify(path)}: ${String(error.code)}`,
    { cause: error },
  );
}

/** Writes a file whole or not at all. */
export function writeWhole(flag: string, path: string, text: string): void {
  try {
    writeFileAtomic(path, text);
  } catch (error) {
    throw unwritable(flag, path, error);
  }
}

/** A statistics file that grows with a campaign. */
interface StatisticsFile {
  readonly note: (program: CountedProgram) => void;
  close(): void;
}

/** Opens a statistics file; what it held is lost. */
export function statisticsFile(path: string, target: string): StatisticsFile {
  const runStart = Date.now() / 1000;
  let fd: number;
  try {
    fd = openSync(path, 'w');
  } catch (error) {
    throw unwritable('--stats', path, error);
  }
  return {
    note: (program) => {
      writeSync(fd, `${statisticsLine(program, { target, runStart })}\n`);
    },
    close: () => closeSync(fd),
  };
}
