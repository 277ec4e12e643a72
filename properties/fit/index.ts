/** Fits: the claims that explain counterexamples, hints that name them, and a profile found by trying. */
export type { Candidate } from './candidate.ts';
export { explain } from './explain.ts';
export { type Fit, type FitOptions, fitProfile, type TakenUp } from './fit.ts';
export { claimsText, hintOn } from './hint.ts';
