/** Mutants of `impl/pmm.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_PMM: readonly Listed[] = listed('impl/pmm.ts', [
  {
    within: 'PageFrameManager.#allocPiece',
    reason: 'A larger array, or a fresh one, holds the batch as well.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'const batch = this.#batchOf(end - from);',
        after: 'const batch = this.#batchOf(end + from);',
      },
    ],
  },
  {
    within: 'PageFrameManager.#batchOf',
    reason: 'A larger array, or a fresh one, holds the batch as well.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (this.#batch.length < pages) this.#batch = new Float64Array(pages);',
        after: 'if (true) this.#batch = new Float64Array(pages);',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (this.#batch.length < pages) this.#batch = new Float64Array(pages);',
        after: 'if (this.#batch.length <= pages) this.#batch = new Float64Array(pages);',
      },
    ],
  },
  {
    within: 'PageFrameManager.allocPages',
    reason: 'A piece of no page frame at the end changes nothing.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let from = 0; from < pages; from += PIECE)',
        after: 'for (let from = 0; from <= pages; from += PIECE)',
      },
    ],
  },
]);
