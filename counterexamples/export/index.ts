/** The door of counterexamples/export/. */
export { EXPORT_FORMS, type ExportForm, exportTrace } from './export-trace.ts';
