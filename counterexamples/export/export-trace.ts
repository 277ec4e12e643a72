/** Exports: a trace as a test that runs by itself, or as the report that people read. */
import type { Trace } from '../../spec/index.ts';
import { formatCounterexample } from '../trace/counterexample-text.ts';
import { cFile } from './c-file.ts';
import { regressionOf } from './regression.ts';
import { vitestFile } from './vitest-file.ts';

/** What a trace can be exported as. */
export const EXPORT_FORMS = ['vitest', 'c', 'text'] as const;
export type ExportForm = (typeof EXPORT_FORMS)[number];

/**
 * Returns a trace in another form. `module` is how a vitest file imports the manager's module; null for this package's own.
 *
 * @throws SpecError where that form cannot say it.
 */
export function exportTrace(trace: Trace, form: ExportForm, module: string | null): string {
  switch (form) {
    case 'vitest':
      return vitestFile(regressionOf(trace), { module });
    case 'c':
      return cFile(regressionOf(trace));
    default:
      return `${formatCounterexample(trace).join('\n')}\n`;
  }
}
