/** The door of properties/verify/, `frameproof/verify`: does one target refine another? */
// biome-ignore-all assist/source/organizeImports: in groups, by what they are for.

/** @public */
export type { Observable, Sides } from './compare.ts';
export type { Difference } from './difference.ts';
export type { DifferenceKind, Finding, Way } from './findings.ts';
export type { RandomOptions } from './random-step.ts';
export { openSide, type Side, type SideOptions, sidesOf } from './side.ts';
export type { Speed, SpeedOptions } from './speed-step.ts';
export type { Step } from './step.ts';
export { type VerifyOptions, type VerifyResult, type VerifyVerdict, verify } from './verify.ts';

/** @internal For other rooms of this project. May change in any version. */
export { OBSERVABLES } from './compare.ts';
export { median, quantile } from './quantile.ts';
export { STEP_NAMES } from './step.ts';
