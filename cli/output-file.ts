/** Files that commands write. What cannot be written is said in one line that names the flag; what was found is printed all the same. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { saveTrace } from '../counterexamples/trace/index.ts';
import type { CountedProgram } from '../properties/random/index.ts';
import { OutputFile, writeFile } from '../spec/files/index.ts';
import { blamedCall, counted, isSpecError, SpecError, type Trace } from '../spec/index.ts';
import { loseOutput } from './exit-codes.ts';
import { print, printError, say } from './print.ts';
import { clearBar } from './progress-bar.ts';

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

/** A kind of counterexample. */
export interface Form<T> {
  /** Returns the same text for those that are one finding. */
  readonly keyOf: (found: T) => string;
  /** Returns the clause and the length, for a line. */
  readonly nameOf: (found: T) => string;
  readonly save: (folder: string, found: T) => string;
}

const TRACES: Form<Trace> = {
  keyOf: ({ target, violation, scenario }) =>
    violation === undefined
      ? ''
      : `${target} ${violation.clause} ${blamedCall(violation, scenario.operations)}`,
  nameOf: ({ violation, scenario }) =>
    `${violation?.clause} by ${counted(scenario.operations.length, 'operation')}`,
  save: saveTrace,
};

/** Returns the files of traces. */
export function foundTraces(folder: string | null, isJson?: boolean): FoundFiles<Trace> {
  return new FoundFiles(TRACES, folder, isJson);
}

/**
 * Files of what a command finds. A counterexample is saved and said in one line as soon as it is found: what ends the command while it
 * is being shrunk loses nothing. The shrunk one takes its place.
 */
export class FoundFiles<T> {
  readonly #form: Form<T>;
  #folder: string | null;
  readonly #isJson: boolean;
  /** For each finding the file that was made for it, or null. */
  readonly #files = new Map<string, string | null>();

  /** Saves in a folder, or nowhere. Where the result is JSON, what is said at once goes to standard error. */
  constructor(form: Form<T>, folder: string | null, isJson = false) {
    this.#form = form;
    this.#folder = folder;
    this.#isJson = isJson;
  }

  /** Saves what was found, unless it is known. */
  readonly note = (found: T): void => {
    const key = this.#form.keyOf(found);
    if (this.#files.has(key)) return;
    const folder = this.#folder;
    const before = folder === null || !existsSync(folder) ? [] : readdirSync(folder);
    const path = this.#save(found);
    this.#files.set(key, path === null || before.includes(basename(path)) ? null : path);
    clearBar();
    const say = this.#isJson ? printError : print;
    say(`found: ${this.#form.nameOf(found)}${path === null ? '' : `, saved to ${path}`}\n`);
  };

  /** Saves the shrunk form of what was found in its place. Returns the path, or null where it was not saved. */
  replace(found: T, shrunk: T): string | null {
    const path = this.#save(shrunk);
    const before = this.#files.get(this.#form.keyOf(found)) ?? null;
    if (path !== null && before !== null && before !== path) rmSync(before, { force: true });
    return path;
  }

  #save(found: T): string | null {
    if (this.#folder === null) return null;
    const path = savedIn(this.#folder, (folder) => this.#form.save(folder, found));
    // Why it cannot be saved is said once.
    if (path === null) this.#folder = null;
    return path;
  }
}
