/** Mutants of `model/extents.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const MODEL_EXTENTS: readonly Listed[] = listed('model/extents.ts', [
  {
    within: 'findExtent',
    reason: 'The search for a place no longer halves what is left, or the loop does not move on.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'for (let i = lastUpTo(starts, from); i < owners.length && from < end; i += 1) {',
        after: 'for (let i = lastUpTo(starts, from); true && from < end; i += 1) {',
      },
      {
        mutator: 'LogicalOperator',
        before: 'for (let i = lastUpTo(starts, from); i < owners.length && from < end; i += 1) {',
        after: 'for (let i = lastUpTo(starts, from); i < owners.length || from < end; i += 1) {',
      },
      {
        mutator: 'BlockStatement',
        before: 'for (let place = leafAt(extents, base); from < end; place += 1) { … }',
        after: 'for (let place = leafAt(extents, base); from < end; place += 1) {}',
      },
    ],
  },
  {
    within: ['lastUpTo', 'leafAt'],
    reason: 'The search for a place no longer halves what is left, or the loop does not move on.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'const middle = (low + high) >> 1;',
        after: 'const middle = (low - high) >> 1;',
      },
      {
        mutator: 'ArithmeticOperator',
        before: 'while (high - low > 1) {',
        after: 'while (high + low > 1) {',
      },
      { mutator: 'EqualityOperator', before: 'while (high - low > 1) {', after: 'while (high - low <= 1) {' },
      { mutator: 'EqualityOperator', before: 'while (high - low > 1) {', after: 'while (high - low >= 1) {' },
      {
        mutator: 'BlockStatement',
        before: 'while (high - low > 1) { … }',
        after: 'while (high - low > 1) {}',
      },
    ],
  },
]);
