/** The lean judge: programs judged in numbers, as the model would. */
export { ADDRESS, ADDRESSES, AMOUNT, MALFORMED, NumberedAnswer, PANICKED } from './answer.ts';
export { areDistinct, isAddressable, isKnown, LeanJudge, type LeanObserver } from './judge.ts';
export { LeanRun } from './lean-run.ts';
export { runLeanly } from './limited-lean-run.ts';
export { LeanCaller } from './make-call.ts';
export {
  argumentOf,
  type CallNumbers,
  HigherHalf,
  halfOf,
  isWhole,
  NumberedCall,
  type Passed,
} from './numbered-call.ts';
export { factsOf, KindCounts, StepFacts } from './steps.ts';
