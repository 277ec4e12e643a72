/** Files that commands write. What cannot be written is a `SpecError` that names the flag; a counterexample is printed all the same. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { sync as writeFileAtomic } from 'write-file-atomic';
import type { CountedProgram } from '../properties/random/index.ts';
import { SpecError } from '../spec/index.ts';
import { errorLine } from './failure.ts';

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

/** Saves a counterexample in the corpus; returns its path, or null where it could not be saved, which is said on standard error. */
export function savedIn(corpus: string, save: (folder: string) => string): string | null {
  try {
    return save(corpus);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const found = `found ${JSON.stringify(corpus)}: ${reason}`;
    process.stderr.write(errorLine(`--corpus: expected a folder that can be written to, ${found}`));
    return null;
  }
}

/** A statistics file that grows with a campaign. */
export interface StatisticsFile {
  readonly note: (program: CountedProgram) => void;
  close(): void;
}

/** Opens a statistics file; what it held is lost. */
export async function statisticsFile(path: string, target: string): Promise<StatisticsFile> {
  const { statisticsLine } = await import('./statistics.ts');
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
