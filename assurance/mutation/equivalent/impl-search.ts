/** Mutants of `impl/search.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SEARCH: readonly Listed[] = listed('impl/search.ts', [
  {
    within: 'alignUp',
    reason:
      'Every number is a multiple of 1: the remainder is 0, and the comb of multiples is all ones, without the shortcut too.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const excess = alignment === 1 ? 0 : (ordinal - section.first + section.base) % alignment;',
        after: 'const excess = false ? 0 : (ordinal - section.first + section.base) % alignment;',
      },
    ],
  },
  {
    within: 'denseFit',
    reason:
      'Every number is a multiple of 1: the remainder is 0, and the comb of multiples is all ones, without the shortcut too.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const comb = alignment === 1 ? -1 : multiplesOf(alignment);',
        after: 'const comb = false ? -1 : multiplesOf(alignment);',
      },
    ],
  },
  {
    within: 'fitBetween',
    reason:
      'Where the search among sections begins, and that it ends early, only saves steps: sections that do not reach into the extent are passed over.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'const first = sections.bitmapSections === 1 ? 0 : Math.max(0, sectionOfOrdinal(sections, from));',
        after: 'const first = false ? 0 : Math.max(0, sectionOfOrdinal(sections, from));',
      },
      {
        mutator: 'ConditionalExpression',
        before:
          'const first = sections.bitmapSections === 1 ? 0 : Math.max(0, sectionOfOrdinal(sections, from));',
        after: 'const first = true ? 0 : Math.max(0, sectionOfOrdinal(sections, from));',
      },
      {
        mutator: 'EqualityOperator',
        before:
          'const first = sections.bitmapSections === 1 ? 0 : Math.max(0, sectionOfOrdinal(sections, from));',
        after:
          'const first = sections.bitmapSections !== 1 ? 0 : Math.max(0, sectionOfOrdinal(sections, from));',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'for (let k = first; k < sections.bitmapSections && next < end; k += 1) {',
        after: 'for (let k = first; k < sections.bitmapSections && true; k += 1) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let k = first; k < sections.bitmapSections && next < end; k += 1) {',
        after: 'for (let k = first; k < sections.bitmapSections && next <= end; k += 1) {',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (low >= high) continue;',
        after: 'if (false) continue;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (low >= high) continue;',
        after: 'if (low > high) continue;',
      },
    ],
  },
  {
    within: 'fitBetween',
    reason:
      'What lies between the sections is padding, which is held: from there the search comes to the same starts.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const low = section.first > next ? section.first : next;',
        after: 'const low = false ? section.first : next;',
      },
    ],
  },
  {
    within: 'fitBetween',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const high = roof < end ? roof : end;',
        after: 'const high = roof <= end ? roof : end;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const low = section.first > next ? section.first : next;',
        after: 'const low = section.first >= next ? section.first : next;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'return next < end ? end : next;',
        after: 'return next <= end ? end : next;',
      },
    ],
  },
  {
    within: 'lowestFit',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const low = base > from ? base : from;',
        after: 'const low = base >= from ? base : from;',
      },
    ],
  },
  {
    within: 'sparseFit',
    reason:
      'A start at or behind the end is no find for the caller, who goes on from there; behind the section lies padding, which is held.',
    changes: [
      { mutator: 'EqualityOperator', before: 'while (start < end) {', after: 'while (start <= end) {' },
    ],
  },
  {
    within: 'sparseFit',
    reason:
      'From the end on, firstFree answers with the end, and so does the search: the caller goes on at most two ordinals earlier.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'if (held + 1 >= end) return held + 1;',
        after: 'if (held - 1 >= end) return held + 1;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (held + 1 >= end) return held + 1;',
        after: 'if (held + 1 > end) return held + 1;',
      },
    ],
  },
]);
