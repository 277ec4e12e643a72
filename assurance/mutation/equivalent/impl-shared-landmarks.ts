/** Mutants of `impl/shared/landmarks.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SHARED_LANDMARKS: readonly Listed[] = listed('impl/shared/landmarks.ts', [
  {
    within: 'summaryWords',
    reason: 'There is always a level of leaves.',
    changes: [
      {
        mutator: 'OptionalChaining',
        before: 'return { from: levels[0]?.at ?? stackAt, end: stackAt };',
        after: 'return { from: levels[0].at ?? stackAt, end: stackAt };',
      },
    ],
  },
]);
