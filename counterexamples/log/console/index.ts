/** The door of counterexamples/log/console/: logs among a console's output. */
export { compactLinesIn, compactText, entryBody } from './compact-line.ts';
export { ConsoleDecoder, type Delivery, type MapReader } from './console.ts';
