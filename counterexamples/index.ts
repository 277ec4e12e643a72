/** WHAT IS LEFT when a program fails: trace files, logs, the corpus, shrinking, exported tests. */
export * from './corpus/index.ts';
export * from './export/index.ts';
export * from './log/index.ts';
export * from './shrink/index.ts';
export * from './trace/index.ts';
