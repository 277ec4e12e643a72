/** Mutants of `model/free-stack.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const MODEL_FREE_STACK: readonly Listed[] = listed('model/free-stack.ts', [
  {
    within: 'pop',
    reason: 'The search for a place no longer halves what is left, or the loop does not move on.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'while (rest !== null && left > 0) { … }',
        after: 'while (rest !== null && left > 0) {}',
      },
    ],
  },
  {
    within: 'top',
    reason: 'The search for a place no longer halves what is left, or the loop does not move on.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = run.count - 1; i >= last; i -= 1) frames.push(pfn(run.base + i));',
        after: 'for (let i = run.count - 1; i >= last; i += 1) frames.push(pfn(run.base + i));',
      },
    ],
  },
]);
