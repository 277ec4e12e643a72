/** The door of properties/verify/. */
export { OBSERVABLES, type Observable, type Sides } from './compare.ts';
export type { Difference } from './difference.ts';
/** @internal Quantiles of measurements. */
export { median, quantile } from './quantile.ts';
export { openSide, type Side, sidesOf } from './side.ts';
export { STEP_NAMES, type Step } from './step.ts';
export { type VerifyOptions, type VerifyResult, verify } from './verify.ts';
