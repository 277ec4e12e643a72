/** The builder of JUnit XML. Few runs write any, and loading it takes as long as a small check: it is loaded by the first that does. */
import { createRequire } from 'node:module';
import type { Builder } from 'junit-report-builder';

const require = createRequire(import.meta.url);

/** Returns an empty report. */
export function newReport(): Builder {
  // The package is CommonJS and replaces its exports by the builder.
  const builder: Builder = require('junit-report-builder');
  return builder.newBuilder();
}
