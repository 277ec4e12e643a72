/** The door of properties/log/, `frameproof/log`: recorded runs of a long workload. Reading logs is in `frameproof/counterexamples`. */
// biome-ignore-all assist/source/organizeImports: in groups, by what they are for.

/** @public */
export { type RecordOptions, recordLog } from './record.ts';
export { runWorkload, type WorkloadOptions } from './workload.ts';
