/** Mutants of `impl/free-stack.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_FREE_STACK: readonly Listed[] = listed('impl/free-stack.ts', [
  {
    within: 'freeRuns',
    reason: 'The index of the entry never gets to the end of the stack.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let entry = at + 2 * (depth - 1); entry > at; entry -= 2) {',
        after: 'for (let entry = at + 2 * (depth - 1); entry > at; entry += 2) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let entry = at + 2 * (depth - 1); entry > at; entry -= 2) {',
        after: 'for (let entry = at + 2 * (depth - 1); entry <= at; entry -= 2) {',
      },
    ],
  },
  {
    within: 'joins',
    reason: 'What is left of the run to push never becomes less.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'return ((step + 1) & ~2) === 0 && (ahead + MOST_AHEAD) >>> 0 <= 2 * MOST_AHEAD;',
        after: 'return ((step + 1) & ~2) === 0 && true;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'return ((step + 1) & ~2) === 0 && (ahead + MOST_AHEAD) >>> 0 <= 2 * MOST_AHEAD;',
        after: 'return true;',
      },
    ],
  },
  {
    within: 'MOST_AHEAD',
    reason: 'What is left of the run to push never becomes less.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'const MOST_AHEAD = LONGEST - 2;',
        after: 'const MOST_AHEAD = LONGEST + 2;',
      },
    ],
  },
  {
    within: 'push',
    reason: 'What is left of the run to push never becomes less.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'function push(words: Int32Array, at: number, ordinal: number): void { … }',
        after: 'function push(words: Int32Array, at: number, ordinal: number): void {}',
      },
      {
        mutator: 'BooleanLiteral',
        before: 'if (!joins(ahead, (ordinal - next) | 0)) {',
        after: 'if (joins(ahead, ordinal - next | 0)) {',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (!joins(ahead, (ordinal - next) | 0)) {',
        after: 'if (false) {',
      },
      {
        mutator: 'BlockStatement',
        before: 'if (!joins(ahead, (ordinal - next) | 0)) { … }',
        after: 'if (!joins(ahead, (ordinal - next) | 0)) {}',
      },
    ],
  },
  {
    within: 'pushRun',
    reason: 'What is left of the run to push never becomes less.',
    changes: [
      { mutator: 'ArithmeticOperator', before: 'left -= more + 1;', after: 'left -= more - 1;' },
      { mutator: 'AssignmentOperator', before: 'left -= more + 1;', after: 'left += more + 1;' },
      { mutator: 'CallExpression', before: 'push(words, at, next | 0);', after: ';' },
      { mutator: 'EqualityOperator', before: 'while (left > 0) {', after: 'while (left >= 0) {' },
      { mutator: 'BlockStatement', before: 'while (left > 0) { … }', after: 'while (left > 0) {}' },
    ],
  },
]);
