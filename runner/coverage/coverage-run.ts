/**
 * A run whose coverage is collected: of modules in this process, by V8, and of targets that were built with counters, in the files that they
 * write below a folder. Begin before the target is loaded.
 */
import { rmSync } from 'node:fs';
import { temporaryFolder } from '../../spec/files/index.ts';
import { takeCounters } from './gcov.ts';
import { ModuleCoverage } from './module-coverage.ts';
import type { SourceCoverage } from './source-coverage.ts';

export class CoverageRun {
  readonly #folder = temporaryFolder('frameproof-coverage');
  readonly #modules = new ModuleCoverage();

  constructor() {
    // Processes inherit it.
    process.env.GCOV_PREFIX = this.#folder;
  }

  /** Returns what has been entered since the last call, by source. Throws `SpecError` where counters cannot be read. */
  take(): readonly SourceCoverage[] {
    return [...this.#modules.take(), ...takeCounters(this.#folder)];
  }

  close(): void {
    delete process.env.GCOV_PREFIX;
    this.#modules.close();
    rmSync(this.#folder, { recursive: true });
  }
}
