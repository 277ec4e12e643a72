/** Mutants of `impl/snapshot.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SNAPSHOT: readonly Listed[] = listed('impl/snapshot.ts', [
  {
    within: 'freeBits',
    reason: 'The words are counted from the end away from it, without end.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let at = HELD_AT + from / WORD_BITS; at < HELD_AT + end / WORD_BITS; at += 1) {',
        after: 'for (let at = HELD_AT + from / WORD_BITS; at < HELD_AT + end / WORD_BITS; at -= 1) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let at = HELD_AT + from / WORD_BITS; at < HELD_AT + end / WORD_BITS; at += 1) {',
        after: 'for (let at = HELD_AT + from / WORD_BITS; at >= HELD_AT + end / WORD_BITS; at += 1) {',
      },
    ],
  },
]);
