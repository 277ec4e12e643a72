/** The lean judge: programs judged in numbers, as the model would. */
export { isAddressable, isKnown, LeanJudge, type LeanObserver } from './judge.ts';
export { LeanRun } from './lean-run.ts';
export { argumentOf, HigherHalf, isWhole, NumberedCall, type Passed } from './numbered-call.ts';
export { factsOf, KindCounts, StepFacts } from './steps.ts';
