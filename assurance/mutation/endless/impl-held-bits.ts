/** Mutants of `impl/held-bits.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_HELD_BITS: readonly Listed[] = listed('impl/held-bits.ts', [
  {
    within: 'freeSince',
    reason:
      'The loop no longer comes to its end: it goes the other way, does not move, or steps over words that are none, which read as free.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'while (held === 0 && word > low) { … }',
        after: 'while (held === 0 && word > low) {}',
      },
    ],
  },
  {
    within: 'pastFree',
    reason:
      'The loop no longer comes to its end: it goes the other way, does not move, or steps over words that are none, which read as free.',
    changes: [
      { mutator: 'AssignmentOperator', before: 'next += 4;', after: 'next -= 4;' },
      {
        mutator: 'ConditionalExpression',
        before:
          'while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
        after:
          'while (true && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
      },
      {
        mutator: 'EqualityOperator',
        before:
          'while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
        after:
          'while (next + 4 >= last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
      },
      {
        mutator: 'LogicalOperator',
        before:
          'while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
        after:
          'while (next + 4 < last || (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
      },
    ],
  },
  {
    within: 'setWords',
    reason:
      'The loop no longer comes to its end: it goes the other way, does not move, or steps over words that are none, which read as free.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let at = from; at < end; at += 1) words[at] = value;',
        after: 'for (let at = from; at < end; at -= 1) words[at] = value;',
      },
    ],
  },
]);
