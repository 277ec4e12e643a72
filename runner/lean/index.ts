/** The lean judge: programs judged in numbers, as the model would. */
export { factsOf, StepFacts } from './facts.ts';
export { KindCounts, type Lessons, lessonsOf } from './kinds-of-steps.ts';
export { isAddressable, isKnown, type LeanObserver, LeanRun } from './lean-run.ts';
export { argumentOf, HigherHalf, isWhole, NumberedCall, type Passed } from './numbered-call.ts';
export type { LeanResults } from './results.ts';
