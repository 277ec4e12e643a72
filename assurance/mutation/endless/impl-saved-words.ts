/** Mutants of `impl/saved-words.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SAVED_WORDS: readonly Listed[] = listed('impl/saved-words.ts', [
  {
    within: 'loadWords',
    reason: 'The index goes away from its end.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = 0; i < head; i += 1) words[live[i]] = saved[i];',
        after: 'for (let i = 0; i < head; i -= 1) words[live[i]] = saved[i];',
      },
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = 0; i < stackWords; i += 1) words[stackAt + i] = saved[head + i];',
        after: 'for (let i = 0; i < stackWords; i -= 1) words[stackAt + i] = saved[head + i];',
      },
    ],
  },
  {
    within: 'saveWords',
    reason: 'The index goes away from its end.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = 0; i < head; i += 1) into[i] = words[live[i]];',
        after: 'for (let i = 0; i < head; i -= 1) into[i] = words[live[i]];',
      },
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = 0; i < stackWords; i += 1) into[head + i] = words[stackAt + i];',
        after: 'for (let i = 0; i < stackWords; i -= 1) into[head + i] = words[stackAt + i];',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let i = 0; i < stackWords; i += 1) into[head + i] = words[stackAt + i];',
        after: 'for (let i = 0; i >= stackWords; i += 1) into[head + i] = words[stackAt + i];',
      },
    ],
  },
]);
