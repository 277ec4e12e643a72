/** The builder of JUnit XML, whatever way the package that has it was loaded. */
import imported, { type Builder } from 'junit-report-builder';

function isBuilder(value: unknown): value is Builder {
  return typeof value === 'object' && value !== null && 'newBuilder' in value;
}

// The package is CommonJS and replaces its exports by the builder; its types put the builder on `default`.
export const builder: Builder = isBuilder(imported) ? imported : imported.default;
