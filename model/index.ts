/** WHAT IT MEANS: the pure model of page ownership, which accepts a response or names the clause it breaks. */

export { ClauseCounts, type SideCounts } from './clause-counts.ts';
export { type FreeStack, pop, push, top } from './free-stack.ts';
export { ModelState, type OwnedPart } from './state.ts';
export {
  applied,
  init,
  step,
  sweep,
  type Tally,
  type Verdict,
  type Violation,
} from './step.ts';
