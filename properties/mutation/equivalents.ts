/**
 * Mutants that do what the original does: no test can tell them apart, and the reason says why. Some cost more or less time;
 * costs that are promised are counted in the tests, and what breaks such a promise is not here. A run fails where one of
 * them is gone or is killed.
 */
import { type Listed, listed } from './verdict.ts';

export const EQUIVALENT: readonly Listed[] = [
  ...listed({
    file: 'impl/bitmap-zone.ts',
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
  }),
  ...listed({
    file: 'impl/bitmap-zone.ts',
    within: 'BitmapZone.noteFreed',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (first < words[SEARCH_FROM_AT] >>> 0) words[SEARCH_FROM_AT] = first;',
        after: 'if (first <= words[SEARCH_FROM_AT] >>> 0) words[SEARCH_FROM_AT] = first;',
      },
    ],
  }),
  ...listed({
    file: 'impl/bitmap-zone.ts',
    within: 'BitmapZone.take',
    reason: 'The summary may always be made exact: the leaf behind the run is corrected without need.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'noteHeld(words, this.#layout, first, first + count - 1);',
        after: 'noteHeld(words, this.#layout, first, first + count + 1);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-batch.ts',
    within: 'endOfRun',
    reason: 'At the limit there is no next entry to look at: the loop does not begin, whatever the step.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const step = end < limit ? frames[end] - frames[from] : 0;',
        after: 'const step = true ? frames[end] - frames[from] : 0;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const step = end < limit ? frames[end] - frames[from] : 0;',
        after: 'const step = end <= limit ? frames[end] - frames[from] : 0;',
      },
    ],
  }),
  ...listed({
    file: 'impl/held-bits.ts',
    within: 'firstFree',
    reason: 'What pastFree or pastHeld does not step over, the loop after it does, a word at a time.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (found === 0) at = pastHeld(words, at, last);',
        after: 'if (false) at = pastHeld(words, at, last);',
      },
    ],
  }),
  ...listed({
    file: 'impl/held-bits.ts',
    within: 'firstHeld',
    reason: 'What pastFree or pastHeld does not step over, the loop after it does, a word at a time.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (found === 0) at = pastFree(words, at, last);',
        after: 'if (false) at = pastFree(words, at, last);',
      },
    ],
  }),
  ...listed({
    file: 'impl/held-bits.ts',
    within: 'pastFree',
    reason: 'What pastFree or pastHeld does not step over, the loop after it does, a word at a time.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
        after: 'while (false)',
      },
    ],
  }),
  ...listed({
    file: 'impl/held-bits.ts',
    within: 'pastFree',
    reason:
      'Where the four words reach up to the last one, all of the range is alike, and the answer is its end with or without them.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before:
          'while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
        after:
          'while (next + 4 <= last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
      },
    ],
  }),
  ...listed({
    file: 'impl/held-bits.ts',
    within: 'pastHeld',
    reason: 'What pastFree or pastHeld does not step over, the loop after it does, a word at a time.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'while (next + 4 < last && (words[next + 1] & words[next + 2] & words[next + 3] & words[next + 4]) === -1)',
        after: 'while (false)',
      },
    ],
  }),
  ...listed({
    file: 'impl/held-bits.ts',
    within: 'pastHeld',
    reason:
      'Where the four words reach up to the last one, all of the range is alike, and the answer is its end with or without them.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before:
          'while (next + 4 < last && (words[next + 1] & words[next + 2] & words[next + 3] & words[next + 4]) === -1)',
        after:
          'while (next + 4 <= last && (words[next + 1] & words[next + 2] & words[next + 3] & words[next + 4]) === -1)',
      },
    ],
  }),
  ...listed({
    file: 'impl/held-bits.ts',
    within: 'setWords',
    reason: "The engine's fill and the loop write the same words; the bound decides which is quicker.",
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (end - from >= FILL_FROM_WORDS) {',
        after: 'if (true) {',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (end - from >= FILL_FROM_WORDS) {',
        after: 'if (false) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (end - from >= FILL_FROM_WORDS) {',
        after: 'if (end - from > FILL_FROM_WORDS) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (end - from >= FILL_FROM_WORDS) {',
        after: 'if (end - from < FILL_FROM_WORDS) {',
      },
      {
        mutator: 'ArithmeticOperator',
        before: 'if (end - from >= FILL_FROM_WORDS) {',
        after: 'if (end + from >= FILL_FROM_WORDS) {',
      },
      {
        mutator: 'BlockStatement',
        before: 'if (end - from >= FILL_FROM_WORDS) { … }',
        after: 'if (end - from >= FILL_FROM_WORDS) {}',
      },
    ],
  }),
  ...listed({
    file: 'impl/inspection.ts',
    within: 'runsOfStack',
    reason: 'What lies at the end of a section is padding, which is never on the stack.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let next = free[k]; next !== undefined && next.first < end; next = free[k]) {',
        after: 'for (let next = free[k]; next !== undefined && next.first <= end; next = free[k]) {',
      },
    ],
  }),
  ...listed({
    file: 'impl/pmm.ts',
    within: 'PageFrameManager.#allocPiece',
    reason: 'A larger array, or a fresh one, holds the batch as well.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'const batch = this.#batchOf(end - from);',
        after: 'const batch = this.#batchOf(end + from);',
      },
    ],
  }),
  ...listed({
    file: 'impl/pmm.ts',
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
  }),
  ...listed({
    file: 'impl/pmm.ts',
    within: 'PageFrameManager.allocPages',
    reason: 'A piece of no page frame at the end changes nothing.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let from = 0; from < pages; from += PIECE)',
        after: 'for (let from = 0; from <= pages; from += PIECE)',
      },
    ],
  }),
  ...listed({
    file: 'impl/search.ts',
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
  }),
  ...listed({
    file: 'impl/search.ts',
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
  }),
  ...listed({
    file: 'impl/search.ts',
    within: 'fitBetween',
    reason:
      'Where the search among sections begins, and that it ends early, only saves steps: sections that do not reach into the extent are passed over.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'const first = sections.bitmapSections === 1 ? 0 : Math.max(0, sectionOfOrdinal(sections, from));',
        after: 'const first = true ? 0 : Math.max(0, sectionOfOrdinal(sections, from));',
      },
      {
        mutator: 'ConditionalExpression',
        before:
          'const first = sections.bitmapSections === 1 ? 0 : Math.max(0, sectionOfOrdinal(sections, from));',
        after: 'const first = false ? 0 : Math.max(0, sectionOfOrdinal(sections, from));',
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
  }),
  ...listed({
    file: 'impl/search.ts',
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
  }),
  ...listed({
    file: 'impl/search.ts',
    within: 'fitBetween',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const low = section.first > next ? section.first : next;',
        after: 'const low = section.first >= next ? section.first : next;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const high = roof < end ? roof : end;',
        after: 'const high = roof <= end ? roof : end;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'return next < end ? end : next;',
        after: 'return next <= end ? end : next;',
      },
    ],
  }),
  ...listed({
    file: 'impl/search.ts',
    within: 'lowestFit',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const low = base > from ? base : from;',
        after: 'const low = base >= from ? base : from;',
      },
    ],
  }),
  ...listed({
    file: 'impl/search.ts',
    within: 'sparseFit',
    reason:
      'A start at or behind the end is no find for the caller, who goes on from there; behind the section lies padding, which is held.',
    changes: [
      { mutator: 'EqualityOperator', before: 'while (start < end) {', after: 'while (start <= end) {' },
    ],
  }),
  ...listed({
    file: 'impl/search.ts',
    within: 'sparseFit',
    reason:
      'From the end on, firstFree answers with the end, and so does the search: the caller goes on at most two ordinals earlier.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (held + 1 >= end) return held + 1;',
        after: 'if (held + 1 > end) return held + 1;',
      },
      {
        mutator: 'ArithmeticOperator',
        before: 'if (held + 1 >= end) return held + 1;',
        after: 'if (held - 1 >= end) return held + 1;',
      },
    ],
  }),
  ...listed({
    file: 'impl/section-finder.ts',
    within: 'SectionFinder.sectionOf',
    reason: 'The section found last is looked up again: the same section, a few steps later.',
    changes: [
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
      {
        mutator: 'ArithmeticOperator',
        before:
          'if (frame >= near.base && frame - near.base < near.count && Math.floor(frame) === frame) return near;',
        after:
          'if (frame >= near.base && frame + near.base < near.count && Math.floor(frame) === frame) return near;',
      },
    ],
  }),
  ...listed({
    file: 'impl/section-finder.ts',
    within: 'SectionFinder.sectionOfOrdinal',
    reason: 'The section found last is looked up again: the same section, a few steps later.',
    changes: [
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
      {
        mutator: 'ArithmeticOperator',
        before: 'if (ordinal >= near.first && ordinal - near.first < near.count) return near;',
        after: 'if (ordinal >= near.first && ordinal + near.first < near.count) return near;',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
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
  }),
  ...listed({
    file: 'impl/summary.ts',
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
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'leafShortfall',
    reason: 'Runs of 512 and more count alike: both come to no shortfall.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'return longest < LONGEST_COUNTED ? LONGEST_COUNTED - longest : 0;',
        after: 'return longest <= LONGEST_COUNTED ? LONGEST_COUNTED - longest : 0;',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'leafShortfall',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (run > longest) longest = run;',
        after: 'if (run >= longest) longest = run;',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
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
  }),
  ...listed({
    file: 'impl/summary.ts',
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
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'nextLeaf',
    reason: 'Runs of 512 and more count alike: both come to no shortfall.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const slack = count < LONGEST_COUNTED ? LONGEST_COUNTED - count : 0;',
        after: 'const slack = count <= LONGEST_COUNTED ? LONGEST_COUNTED - count : 0;',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'nextLeaf',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const end = group < nodes ? group : nodes;',
        after: 'const end = group <= nodes ? group : nodes;',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'raise',
    reason: 'Runs of 512 and more count alike: both come to no shortfall.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const shortfall = length < LONGEST_COUNTED ? LONGEST_COUNTED - length : 0;',
        after: 'const shortfall = length <= LONGEST_COUNTED ? LONGEST_COUNTED - length : 0;',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
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
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'runOn',
    reason: 'Runs of 512 and more count alike: both come to no shortfall.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'while (length < LONGEST_COUNTED && words[next] === 0) {',
        after: 'while (length <= LONGEST_COUNTED && words[next] === 0) {',
      },
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
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'setLeaf',
    reason: 'A leaf that is written as it was changes no node above it.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (before === after) return;',
        after: 'if (false) return;',
      },
    ],
  }),
  ...listed({
    file: 'impl/word.ts',
    within: 'longestRun',
    reason: 'No run of 33 ones is in a word: the answer is the floor as well.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (floor >= 32) return floor;',
        after: 'if (floor > 32) return floor;',
      },
    ],
  }),
  ...listed({
    file: 'impl/word.ts',
    within: 'multiplesOf',
    reason: 'A shift by 32 is one by 0: the comb is joined with itself.',
    changes: [
      { mutator: 'EqualityOperator', before: 'while (reach < 32) {', after: 'while (reach <= 32) {' },
    ],
  }),
  ...listed({
    file: 'impl/word.ts',
    within: 'runStarts',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const step = have < length - have ? have : length - have;',
        after: 'const step = have <= length - have ? have : length - have;',
      },
    ],
  }),
  ...listed({
    file: 'impl/word.ts',
    within: 'runStartsAcross',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before:
          'const step = have < length - have ? have : length - have; // 1 <= step <= 16: neither shift below is by 32',
        after:
          'const step = have <= length - have ? have : length - have; // 1 <= step <= 16: neither shift below is by 32',
      },
    ],
  }),
];
