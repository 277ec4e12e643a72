/** Mutants of `impl/saved-words.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SAVED_WORDS: readonly Listed[] = listed('impl/saved-words.ts', [
  {
    within: 'loadWords',
    reason:
      'What is written there is no word of the state, or lies beyond the depth of the stack, where nobody reads.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let i = 0; i < head; i += 1) words[live[i]] = saved[i];',
        after: 'for (let i = 0; i <= head; i += 1) words[live[i]] = saved[i];',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let i = 0; i < stackWords; i += 1) words[stackAt + i] = saved[head + i];',
        after: 'for (let i = 0; i <= stackWords; i += 1) words[stackAt + i] = saved[head + i];',
      },
    ],
  },
]);
