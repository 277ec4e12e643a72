/** The door of runner/coverage/. */
export { CoverageRun } from './coverage-run.ts';
export type {
  CountedBranch,
  CountedFunction,
  SourceCoverage,
} from './source-coverage.ts';
