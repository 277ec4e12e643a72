/** FILES: read within bounds, written whole. No other code opens a file of the user's. */
export { makeFolder, OutputFile, temporaryFolder, writeDescriptor, writeFile } from './output-file.ts';
export {
  chunksOf,
  jsonFilesIn,
  namesIn,
  type Reading,
  readBytes,
  readDescriptor,
  readText,
} from './read-file.ts';
export { codeOf, isClosedPipe, reasonOf } from './system.ts';
