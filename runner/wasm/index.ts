/** The door of runner/wasm/. */
export { withBuildLine } from './binary.ts';
export { hasSixtyFour } from './engine.ts';
export { loadWasm } from './load-wasm.ts';
