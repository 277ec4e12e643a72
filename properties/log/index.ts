/** The door of properties/log/. */
export { type RecordOptions, recordLog } from './record.ts';
export { runWorkload } from './workload.ts';
