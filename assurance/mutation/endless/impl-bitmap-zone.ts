/** Mutants of `impl/bitmap-zone.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_BITMAP_ZONE: readonly Listed[] = listed('impl/bitmap-zone.ts', [
  {
    within: 'BitmapZone.#ordinalsBelow',
    reason: 'The search is sent past the zone, where there is no leaf to go on to.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (limit >= this.#end) return this.#sections.bitmapOrdinals;',
        after: 'if (false) return this.#sections.bitmapOrdinals;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (limit >= this.#end) return this.#sections.bitmapOrdinals;',
        after: 'if (limit < this.#end) return this.#sections.bitmapOrdinals;',
      },
      {
        mutator: 'MethodExpression',
        before:
          'return section === undefined ? 0 : section.first + Math.min(limit - section.base, section.count);',
        after:
          'return section === undefined ? 0 : section.first + Math.max(limit - section.base, section.count);',
      },
    ],
  },
  {
    within: 'BitmapZone.take',
    reason:
      'From the first leaf to one before it is counted modulo 2^24: so many leaves that are none are walked through, which takes longer than a test may.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'noteHeld(words, this.#layout, first, first + count - 1);',
        after: 'noteHeld(words, this.#layout, first, first - count - 1);',
      },
    ],
  },
]);
