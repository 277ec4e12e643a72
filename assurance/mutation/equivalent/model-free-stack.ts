/** Mutants of `model/free-stack.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const MODEL_FREE_STACK: readonly Listed[] = listed('model/free-stack.ts', [
  {
    within: 'pop',
    reason:
      'Where nothing is left to pop, a copy of the run is returned; where nothing is left to show, no page frame of a run is.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'while (rest !== null && left > 0) {',
        after: 'while (rest !== null && true) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'while (rest !== null && left > 0) {',
        after: 'while (rest !== null && left >= 0) {',
      },
    ],
  },
  {
    within: 'top',
    reason:
      'Where nothing is left to pop, a copy of the run is returned; where nothing is left to show, no page frame of a run is.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'for (let run = stack; run !== null && frames.length < count; run = run.below) {',
        after: 'for (let run = stack; run !== null && true; run = run.below) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let run = stack; run !== null && frames.length < count; run = run.below) {',
        after: 'for (let run = stack; run !== null && frames.length <= count; run = run.below) {',
      },
    ],
  },
]);
