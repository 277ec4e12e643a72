/** Mutants of `impl/word.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_WORD: readonly Listed[] = listed('impl/word.ts', [
  {
    within: 'longestRun',
    reason: 'No run of 33 ones is in a word: the answer is the floor as well.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (floor >= 32) return floor;',
        after: 'if (floor > 32) return floor;',
      },
    ],
  },
  {
    within: 'multiplesOf',
    reason: 'A shift by 32 is one by 0: the comb is joined with itself.',
    changes: [
      { mutator: 'EqualityOperator', before: 'while (reach < 32) {', after: 'while (reach <= 32) {' },
    ],
  },
  {
    within: 'runStarts',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const step = have < length - have ? have : length - have;',
        after: 'const step = have <= length - have ? have : length - have;',
      },
    ],
  },
  {
    within: 'runStartsAcross',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before:
          'const step = have < length - have ? have : length - have; // 1 <= step <= 16: neither shift below is by 32',
        after:
          'const step = have <= length - have ? have : length - have; // 1 <= step <= 16: neither shift below is by 32',
      },
    ],
  },
]);
