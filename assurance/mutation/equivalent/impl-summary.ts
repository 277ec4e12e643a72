/** Mutants of `impl/summary.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SUMMARY: readonly Listed[] = listed('impl/summary.ts', [
  {
    within: 'climb',
    reason: 'Where the parent has this shortfall anyway, to look at the siblings finds the same.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (is >= old && was > old) return; // another child was and remains the least',
        after: 'if (is > old && was > old) return; // another child was and remains the least',
      },
      {
        mutator: 'EqualityOperator',
        before: 'is = is < old ? is : leastOf(words, levels[k - 1], index);',
        after: 'is = is <= old ? is : leastOf(words, levels[k - 1], index);',
      },
    ],
  },
  {
    within: 'correctFreed',
    reason: 'A leaf of a run of 512 is corrected by its words instead: to the same, no shortfall.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before:
          'if (start >= first && start + LONGEST_COUNTED <= last) setLeaf(words, layout.levels, leaf, 0);',
        after:
          'if (start > first && start + LONGEST_COUNTED <= last) setLeaf(words, layout.levels, leaf, 0);',
      },
      {
        mutator: 'EqualityOperator',
        before:
          'if (start >= first && start + LONGEST_COUNTED <= last) setLeaf(words, layout.levels, leaf, 0);',
        after:
          'if (start >= first && start + LONGEST_COUNTED < last) setLeaf(words, layout.levels, leaf, 0);',
      },
    ],
  },
  {
    within: 'leafShortfall',
    reason: 'Runs of 512 and more count alike: both come to no shortfall.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'return longest < LONGEST_COUNTED ? LONGEST_COUNTED - longest : 0;',
        after: 'return longest <= LONGEST_COUNTED ? LONGEST_COUNTED - longest : 0;',
      },
    ],
  },
  {
    within: 'leafShortfall',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (run > longest) longest = run;',
        after: 'if (run >= longest) longest = run;',
      },
    ],
  },
  {
    within: 'leafShortfall',
    reason:
      'Where it is skipped without need, or done without, the longest run is the same: a held word has none, and that of the word 1 is counted as the run at its end.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (held !== -1) longest = longestRun(~held, longest);',
        after: 'if (true) longest = longestRun(~held, longest);',
      },
      {
        mutator: 'UnaryOperator',
        before: 'if (held !== -1) longest = longestRun(~held, longest);',
        after: 'if (held !== +1) longest = longestRun(~held, longest);',
      },
    ],
  },
  {
    within: 'leastOf',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const end = first + FANOUT < nodes ? first + FANOUT : nodes;',
        after: 'const end = first + FANOUT <= nodes ? first + FANOUT : nodes;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (shortfall < least) least = shortfall;',
        after: 'if (shortfall <= least) least = shortfall;',
      },
    ],
  },
  {
    within: 'nextLeaf',
    reason: 'Runs of 512 and more count alike: both come to no shortfall.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const slack = count < LONGEST_COUNTED ? LONGEST_COUNTED - count : 0;',
        after: 'const slack = count <= LONGEST_COUNTED ? LONGEST_COUNTED - count : 0;',
      },
    ],
  },
  {
    within: 'nextLeaf',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const end = group < nodes ? group : nodes;',
        after: 'const end = group <= nodes ? group : nodes;',
      },
    ],
  },
  {
    within: 'raise',
    reason: 'Runs of 512 and more count alike: both come to no shortfall.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const shortfall = length < LONGEST_COUNTED ? LONGEST_COUNTED - length : 0;',
        after: 'const shortfall = length <= LONGEST_COUNTED ? LONGEST_COUNTED - length : 0;',
      },
    ],
  },
  {
    within: 'raiseRun',
    reason:
      'Before the first leaf lies the last word of held bits. Its last bit is padding, so that it is negative, and nothing is written there.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const goesOnBefore = from === start && leaf > 0 && !isHeld(words, start - 1);',
        after: 'const goesOnBefore = from === start && true && !isHeld(words, start - 1);',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const goesOnBefore = from === start && leaf > 0 && !isHeld(words, start - 1);',
        after: 'const goesOnBefore = from === start && leaf >= 0 && !isHeld(words, start - 1);',
      },
    ],
  },
  {
    within: 'runOn',
    reason: 'Runs of 512 and more count alike: both come to no shortfall.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'return length < LONGEST_COUNTED ? length + zerosBelow(words[next]) : length;',
        after: 'return true ? length + zerosBelow(words[next]) : length;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'return length < LONGEST_COUNTED ? length + zerosBelow(words[next]) : length;',
        after: 'return length <= LONGEST_COUNTED ? length + zerosBelow(words[next]) : length;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'while (length < LONGEST_COUNTED && words[next] === 0) {',
        after: 'while (length <= LONGEST_COUNTED && words[next] === 0) {',
      },
    ],
  },
  {
    within: 'setLeaf',
    reason: 'A leaf that is written as it was changes no node above it.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (before === after) return;',
        after: 'if (false) return;',
      },
    ],
  },
]);
