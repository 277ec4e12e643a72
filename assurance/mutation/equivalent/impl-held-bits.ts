/** Mutants of `impl/held-bits.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_HELD_BITS: readonly Listed[] = listed('impl/held-bits.ts', [
  {
    within: 'firstFree',
    reason: 'What pastFree or pastHeld does not step over, the loop after it does, a word at a time.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (found === 0) at = pastHeld(words, at, last);',
        after: 'if (false) at = pastHeld(words, at, last);',
      },
    ],
  },
  {
    within: 'firstHeld',
    reason: 'What pastFree or pastHeld does not step over, the loop after it does, a word at a time.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (found === 0) at = pastFree(words, at, last);',
        after: 'if (false) at = pastFree(words, at, last);',
      },
    ],
  },
  {
    within: 'pastFree',
    reason: 'What pastFree or pastHeld does not step over, the loop after it does, a word at a time.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
        after: 'while (false)',
      },
    ],
  },
  {
    within: 'pastFree',
    reason:
      'Where the four words reach up to the last one, all of the range is alike, and the answer is its end with or without them.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before:
          'while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
        after:
          'while (next + 4 <= last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
      },
    ],
  },
  {
    within: 'pastHeld',
    reason: 'What pastFree or pastHeld does not step over, the loop after it does, a word at a time.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'while (next + 4 < last && (words[next + 1] & words[next + 2] & words[next + 3] & words[next + 4]) === -1)',
        after: 'while (false)',
      },
    ],
  },
  {
    within: 'pastHeld',
    reason:
      'Where the four words reach up to the last one, all of the range is alike, and the answer is its end with or without them.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before:
          'while (next + 4 < last && (words[next + 1] & words[next + 2] & words[next + 3] & words[next + 4]) === -1)',
        after:
          'while (next + 4 <= last && (words[next + 1] & words[next + 2] & words[next + 3] & words[next + 4]) === -1)',
      },
    ],
  },
  {
    within: 'setWords',
    reason: "The engine's fill and the loop write the same words; the bound decides which is quicker.",
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (end - from >= FILL_FROM_WORDS) {',
        after: 'if (false) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (end - from >= FILL_FROM_WORDS) {',
        after: 'if (end - from > FILL_FROM_WORDS) {',
      },
      {
        mutator: 'BlockStatement',
        before: 'if (end - from >= FILL_FROM_WORDS) { … }',
        after: 'if (end - from >= FILL_FROM_WORDS) {}',
      },
    ],
  },
  {
    within: 'setWords',
    reason:
      "The engine's fill and the loop write the same words; how many they are decides on the time alone.",
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'if (end - from >= FILL_FROM_WORDS) {',
        after: 'if (end + from >= FILL_FROM_WORDS) {',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (end - from >= FILL_FROM_WORDS) {',
        after: 'if (true) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (end - from >= FILL_FROM_WORDS) {',
        after: 'if (end - from < FILL_FROM_WORDS) {',
      },
    ],
  },
]);
