/** Exports: a trace as a self-contained test, as the report that people read, or as states for tools of TLA+. */
import type { Trace } from '../../spec/index.ts';
import { formatCounterexample } from '../text/counterexample-text.ts';
import { cFile } from './c-file.ts';
import { regressionOf } from './regression.ts';
import { itfFile, tlaFile } from './states-file.ts';
import { vitestFile } from './vitest-file.ts';

/**
 * The forms in which a trace can be exported.
 *
 * @public
 */
export const EXPORT_FORMS = ['vitest', 'c', 'text', 'itf', 'tla'] as const;
/**
 * A form in which a trace can be exported.
 *
 * @public
 */
export type ExportForm = (typeof EXPORT_FORMS)[number];

/**
 * Returns a trace in another form. `module` is the import path of the manager's module in a vitest file; null for this
 * package's own.
 *
 * @throws SpecError where that form cannot express the trace.
 * @public
 */
export function exportTrace(trace: Trace, form: ExportForm, module: string | null): string {
  switch (form) {
    case 'vitest':
      return vitestFile(regressionOf(trace), { module });
    case 'c':
      return cFile(regressionOf(trace));
    case 'itf':
      return itfFile(trace);
    case 'tla':
      return tlaFile(trace);
    default:
      return `${formatCounterexample(trace).join('\n')}\n`;
  }
}
