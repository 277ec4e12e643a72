/** Mutants of `impl/bitmap-zone.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_BITMAP_ZONE: readonly Listed[] = listed('impl/bitmap-zone.ts', [
  {
    within: 'BitmapZone.#ordinalsBelow',
    reason:
      'At the end of the zone, what lies below it ends with its last section, behind which all is padding.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (limit >= this.#end) return this.#sections.bitmapOrdinals;',
        after: 'if (limit > this.#end) return this.#sections.bitmapOrdinals;',
      },
    ],
  },
  {
    within: 'BitmapZone.noteFreed',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (first < words[SEARCH_FROM_AT] >>> 0) words[SEARCH_FROM_AT] = first;',
        after: 'if (first <= words[SEARCH_FROM_AT] >>> 0) words[SEARCH_FROM_AT] = first;',
      },
    ],
  },
]);
