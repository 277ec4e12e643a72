/** Mutants of `impl/shared/lock.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SHARED_LOCK: readonly Listed[] = listed('impl/shared/lock.ts', [
  {
    within: 'Lock.#contend',
    reason: 'A lock that is held is waited for, and nothing is done about it.',
    changes: [
      { mutator: 'BlockStatement', before: 'while (seen !== 0) { … }', after: 'while (seen !== 0) {}' },
    ],
  },
]);
