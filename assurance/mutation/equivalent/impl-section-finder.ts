/** Mutants of `impl/section-finder.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SECTION_FINDER: readonly Listed[] = listed('impl/section-finder.ts', [
  {
    within: 'SectionFinder.sectionOf',
    reason: 'The section found last is looked up again: the same section, a few steps later.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before:
          'if (frame >= near.base && frame - near.base < near.count && Math.floor(frame) === frame) return near;',
        after:
          'if (frame >= near.base && frame + near.base < near.count && Math.floor(frame) === frame) return near;',
      },
      {
        mutator: 'ConditionalExpression',
        before:
          'if (frame >= near.base && frame - near.base < near.count && Math.floor(frame) === frame) return near;',
        after: 'if (false) return near;',
      },
      {
        mutator: 'EqualityOperator',
        before:
          'if (frame >= near.base && frame - near.base < near.count && Math.floor(frame) === frame) return near;',
        after:
          'if (frame > near.base && frame - near.base < near.count && Math.floor(frame) === frame) return near;',
      },
    ],
  },
  {
    within: 'SectionFinder.sectionOfOrdinal',
    reason: 'The section found last is looked up again: the same section, a few steps later.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'if (ordinal >= near.first && ordinal - near.first < near.count) return near;',
        after: 'if (ordinal >= near.first && ordinal + near.first < near.count) return near;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (ordinal >= near.first && ordinal - near.first < near.count) return near;',
        after: 'if (false) return near;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (ordinal >= near.first && ordinal - near.first < near.count) return near;',
        after: 'if (ordinal > near.first && ordinal - near.first < near.count) return near;',
      },
    ],
  },
]);
