/** The door of runner/wasm/. */
export { canRun } from './engine.ts';
export { loadWasm } from './load-wasm.ts';
