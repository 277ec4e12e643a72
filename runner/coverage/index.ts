/** The door of runner/coverage/. */
export { CoverageRun } from './coverage-run.ts';
export {
  type CountedBranch,
  type CountedFunction,
  lcovText,
  type SourceCoverage,
} from './source-coverage.ts';
