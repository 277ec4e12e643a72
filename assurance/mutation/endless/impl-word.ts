/** Mutants of `impl/word.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_WORD: readonly Listed[] = listed('impl/word.ts', [
  {
    within: 'longestRun',
    reason: "The loop's measure no longer grows, or its condition no longer ends: it stands still.",
    changes: [
      { mutator: 'EqualityOperator', before: 'while (starts !== 0) {', after: 'while (starts === 0) {' },
      { mutator: 'BlockStatement', before: 'while (starts !== 0) { … }', after: 'while (starts !== 0) {}' },
    ],
  },
  {
    within: 'multiplesOf',
    reason: "The loop's measure no longer grows, or its condition no longer ends: it stands still.",
    changes: [
      { mutator: 'ArithmeticOperator', before: 'reach = reach + reach;', after: 'reach = reach - reach;' },
      { mutator: 'BlockStatement', before: 'while (reach < 32) { … }', after: 'while (reach < 32) {}' },
    ],
  },
  {
    within: ['runStarts', 'runStartsAcross'],
    reason: "The loop's measure no longer grows, or its condition no longer ends: it stands still.",
    changes: [
      { mutator: 'ArithmeticOperator', before: 'have = have + step;', after: 'have = have - step;' },
      { mutator: 'EqualityOperator', before: 'while (have < length) {', after: 'while (have <= length) {' },
      { mutator: 'BlockStatement', before: 'while (have < length) { … }', after: 'while (have < length) {}' },
    ],
  },
]);
