/** FILES: read within bounds, written whole. The only place that opens a file of the user's. */
export { chunksOf } from './chunks.ts';
export { makeFolder, OutputFile, writeDescriptor, writeFile } from './output-file.ts';
export { type Reading, readBytes, readDescriptor, readText, unreadable } from './read-file.ts';
export { isClosedPipe, reasonOf } from './reason.ts';
