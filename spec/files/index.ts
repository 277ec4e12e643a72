/** FILES: read within bounds, written whole. The only place that opens a file of the user's. */
export { chunksOf } from './chunks.ts';
export { makeFolder, OutputFile, writeFile } from './output-file.ts';
export { type Reading, readDescriptor, readText } from './read-file.ts';
export { reasonOf } from './reason.ts';
