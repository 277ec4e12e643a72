/**
 * Files of what a command finds. A counterexample is saved and said in one line as soon as it is found: what ends the command while it
 * is being shrunk loses nothing. The shrunk one takes its place.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { saveTrace, traceFileName } from '../counterexamples/trace/index.ts';
import { blamedCall, counted, type Trace } from '../spec/index.ts';
import { savedIn } from './output-file.ts';
import { print, printError } from './print.ts';
import { clearBar } from './progress-bar.ts';

/** Returns the same text for traces that are one finding. */
function keyOf({ violation, scenario }: Trace): string {
  return violation === undefined ? '' : `${violation.clause} ${blamedCall(violation, scenario.operations)}`;
}

export class FoundFiles {
  #folder: string | null;
  readonly #isJson: boolean;
  /** For each finding the file that was made for it, or null. */
  readonly #files = new Map<string, string | null>();

  /** Saves in a folder, or nowhere. Where the result is JSON, what is said at once goes to standard error. */
  constructor(folder: string | null, isJson = false) {
    this.#folder = folder;
    this.#isJson = isJson;
  }

  /** Saves what was found, unless it is known. */
  readonly note = (found: Trace): void => {
    const key = keyOf(found);
    if (this.#files.has(key)) return;
    const folder = this.#folder;
    const isNew = folder !== null && !existsSync(join(folder, traceFileName(found)));
    const path = this.#save(found);
    this.#files.set(key, isNew ? path : null);
    const { violation, scenario } = found;
    const saved = path === null ? '' : `, saved to ${path}`;
    clearBar();
    const say = this.#isJson ? printError : print;
    say(`found: ${violation?.clause} by ${counted(scenario.operations.length, 'operation')}${saved}\n`);
  };

  /** Saves the shrunk form of what was found in its place. Returns the path, or null where it was not saved. */
  replace(found: Trace, shrunk: Trace): string | null {
    const path = this.#save(shrunk);
    const before = this.#files.get(keyOf(found)) ?? null;
    if (path !== null && before !== null && before !== path) rmSync(before, { force: true });
    return path;
  }

  #save(trace: Trace): string | null {
    if (this.#folder === null) return null;
    const path = savedIn(this.#folder, (folder) => saveTrace(folder, trace));
    // Why it cannot be saved is said once.
    if (path === null) this.#folder = null;
    return path;
  }
}
