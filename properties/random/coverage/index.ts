/** The door of properties/random/coverage/. */
export { type Gap, gapsOf, metBy, type SampledProgram } from './gaps.ts';
