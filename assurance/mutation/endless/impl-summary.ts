/** Mutants of `impl/summary.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SUMMARY: readonly Listed[] = listed('impl/summary.ts', [
  {
    within: 'correctFreed',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let leaf = first >>> LEAF_SHIFT; leaf <= last >>> LEAF_SHIFT; leaf += 1) {',
        after: 'for (let leaf = first >>> LEAF_SHIFT; leaf <= last >>> LEAF_SHIFT; leaf -= 1) {',
      },
    ],
  },
  {
    within: 'leafShortfall',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let at = bits; at < bits + LEAF_WORDS; at += 1) {',
        after: 'for (let at = bits; at < bits + LEAF_WORDS; at -= 1) {',
      },
    ],
  },
  {
    within: 'leastOf',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let child = first + 1; child < end; child += 1) {',
        after: 'for (let child = first + 1; child < end; child -= 1) {',
      },
    ],
  },
  {
    within: 'leastOf',
    reason: 'The index of the child never gets to the end of its node.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let child = first + 1; child < end; child += 1) {',
        after: 'for (let child = first + 1; child >= end; child += 1) {',
      },
    ],
  },
  {
    within: 'nextLeaf',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      { mutator: 'BlockStatement', before: '} else { … }', after: '} else {}' },
      { mutator: 'BlockStatement', before: 'for (;;) { … }', after: 'for (;;) {}' },
      {
        mutator: 'BlockStatement',
        before: 'if (index < end) { … } else {',
        after: 'if (index < end) {} else {',
      },
      { mutator: 'AssignmentOperator', before: 'index <<= FANOUT_SHIFT;', after: 'index >>= FANOUT_SHIFT;' },
    ],
  },
  {
    within: 'nextLeaf',
    reason: 'The index never gets past the end of its group.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'const group = (index | (FANOUT - 1)) + 1;',
        after: 'const group = (index | (FANOUT + 1)) + 1;',
      },
    ],
  },
  {
    within: 'noteHeld',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let leaf = low; leaf <= high; leaf += 1) correctLeaf(words, layout, leaf);',
        after: 'for (let leaf = low; leaf <= high; leaf -= 1) correctLeaf(words, layout, leaf);',
      },
    ],
  },
  {
    within: 'raiseRun',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      { mutator: 'BlockStatement', before: 'for (;;) { … }', after: 'for (;;) {}' },
      {
        mutator: 'ConditionalExpression',
        before:
          'if (!goesOnBefore || start + LONGEST_COUNTED <= first) return; // from further back, the run was as long as counts',
        after: 'if (false) return; // from further back, the run was as long as counts',
      },
    ],
  },
  {
    within: 'rebuild',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let leaf = 0; leaf < nodes; leaf += 1) correctLeaf(words, layout, leaf);',
        after: 'for (let leaf = 0; leaf < nodes; leaf -= 1) correctLeaf(words, layout, leaf);',
      },
    ],
  },
  {
    within: 'runOn',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'while (length < LONGEST_COUNTED && words[next] === 0) { … }',
        after: 'while (length < LONGEST_COUNTED && words[next] === 0) {}',
      },
    ],
  },
]);
