/** Mutants of `impl/layout.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_LAYOUT: readonly Listed[] = listed('impl/layout.ts', [
  {
    within: 'levelsOf',
    reason: 'The levels never come to one that is small enough.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'level = { at: level.at + level.nodes, nodes: Math.ceil(level.nodes / FANOUT) };',
        after: 'level = { at: level.at + level.nodes, nodes: Math.ceil(level.nodes * FANOUT) };',
      },
      {
        mutator: 'EqualityOperator',
        before: 'while (level.nodes > FANOUT) {',
        after: 'while (level.nodes <= FANOUT) {',
      },
      {
        mutator: 'BlockStatement',
        before: 'while (level.nodes > FANOUT) { … }',
        after: 'while (level.nodes > FANOUT) {}',
      },
    ],
  },
]);
