/** Mutants of `model/step.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const MODEL_STEP: readonly Listed[] = listed('model/step.ts', [
  {
    within: 'firstBroken',
    reason: 'The index never gets to the end of the list.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = 0; i < checks.length; i += 1) {',
        after: 'for (let i = 0; i < checks.length; i -= 1) {',
      },
    ],
  },
]);
