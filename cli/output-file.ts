/** Files that commands write. What cannot be written is said in one line that names the flag; what was found is printed all the same. */
import type { CountedProgram } from '../properties/random/index.ts';
import { OutputFile, writeFile } from '../spec/files/index.ts';
import { isSpecError, SpecError } from '../spec/index.ts';
import { loseOutput } from './exit-codes.ts';
import { say } from './print.ts';

/** Writes something; returns null where it cannot be written, which is said, and makes the exit code 2. */
export function writtenOrSaid<T>(flag: string, write: () => T): T | null {
  try {
    return write();
  } catch (error) {
    if (!isSpecError(error)) throw error;
    loseOutput();
    say(`${flag}: ${error.message}`);
    return null;
  }
}

/** Writes a file whole or not at all. */
export function writeWhole(flag: string, path: string, text: string): void {
  writtenOrSaid(flag, () => writeFile(path, text));
}

/** Saves a counterexample in the corpus; returns its path, or null where it could not be saved. */
export function savedIn(corpus: string, save: (folder: string) => string): string | null {
  return writtenOrSaid('--corpus', () => save(corpus));
}

/** A statistics file that grows with a campaign, and takes its name with the end of it. */
export interface StatisticsFile {
  readonly note: (program: CountedProgram) => void;
  close(): void;
}

/** Opens a file. Throws `SpecError` where it cannot be written: it is early enough to mend that. */
export function openedFor(flag: string, path: string): OutputFile {
  try {
    return new OutputFile(path);
  } catch (error) {
    throw isSpecError(error) ? new SpecError(`${flag}: ${error.message}`, { cause: error }) : error;
  }
}

/** Opens a statistics file; what it held is lost when it is closed. Throws `SpecError` where it cannot be written. */
export async function statisticsFile(path: string, target: string): Promise<StatisticsFile> {
  const { statisticsLine } = await import('./statistics.ts');
  const runStart = Date.now() / 1000;
  let file: OutputFile | null = openedFor('--stats', path);
  // One that fails is let go: the campaign goes on without it.
  const use = (act: (file: OutputFile) => void): void => {
    const open = file;
    if (open !== null && writtenOrSaid('--stats', () => act(open)) === null) file = null;
  };
  return {
    note: (program) => use((open) => open.write(`${statisticsLine(program, { target, runStart })}\n`)),
    close: () => use((open) => open.close()),
  };
}
