/** The door of runner/wasm/. */
export { withBuildLine } from './binary.ts';
export { ENGINE, hasSixtyFour } from './engine.ts';
export { wasmTarget } from './load-wasm.ts';
export { reachOf } from './machine.ts';
