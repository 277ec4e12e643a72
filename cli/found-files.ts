/**
 * Files of what a command finds. A counterexample is saved and said in one line as soon as it is found: what ends the command while it
 * is being shrunk loses nothing. The shrunk one takes its place.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { saveTrace } from '../counterexamples/trace/index.ts';
import { blamedCall, counted, type Trace } from '../spec/index.ts';
import { savedIn } from './output-file.ts';
import { print, printError } from './print.ts';
import { clearBar } from './progress-bar.ts';

/** A kind of counterexample. */
export interface Form<T> {
  /** Returns the same text for those that are one finding. */
  readonly keyOf: (found: T) => string;
  /** Returns the clause and the length, for a line. */
  readonly nameOf: (found: T) => string;
  readonly save: (folder: string, found: T) => string;
}

const TRACES: Form<Trace> = {
  keyOf: ({ violation, scenario }) =>
    violation === undefined ? '' : `${violation.clause} ${blamedCall(violation, scenario.operations)}`,
  nameOf: ({ violation, scenario }) =>
    `${violation?.clause} by ${counted(scenario.operations.length, 'operation')}`,
  save: saveTrace,
};

/** Returns the files of traces. */
export function foundTraces(folder: string | null, isJson?: boolean): FoundFiles<Trace> {
  return new FoundFiles(TRACES, folder, isJson);
}

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
