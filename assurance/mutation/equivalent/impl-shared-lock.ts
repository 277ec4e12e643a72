/** Mutants of `impl/shared/lock.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SHARED_LOCK: readonly Listed[] = listed('impl/shared/lock.ts', [
  {
    within: 'Lock.#sleep',
    reason: 'A lock that was seen free is not slept for.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const isTold = seen < 0 || steps.compareExchange(words, LOCK_AT, seen, -seen) === seen;',
        after: 'const isTold = seen <= 0 || steps.compareExchange(words, LOCK_AT, seen, -seen) === seen;',
      },
    ],
  },
  {
    within: 'Patience.complaint',
    reason: 'Patience is found to be over before it complains: it has looked by then.',
    changes: [
      {
        mutator: 'ObjectLiteral',
        before: 'const { at, turn } = this.#firstLook ?? { at: 0, turn: 0 };',
        after: 'const { at, turn } = this.#firstLook ?? {};',
      },
    ],
  },
]);
