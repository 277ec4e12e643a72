/**
 * Mutants that do not come to an end: a loop that no longer moves on, or goes the wrong way. A test cannot assert that, so
 * they are no kills; they are listed with the loop that they stop.
 */
import { type Listed, listed } from './verdict.ts';

export const ENDLESS: readonly Listed[] = [
  ...listed({
    file: 'impl/bitmap-zone.ts',
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
    ],
  }),
  ...listed({
    file: 'impl/bitmap-zone.ts',
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
  }),
  ...listed({
    file: 'impl/bitmap-zone.ts',
    within: 'BitmapZone.take',
    reason: 'A run of no page frame is looked for without end.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (count === 0 || count > words[FREE_BITMAP_AT] >>> 0) return null;',
        after: 'if (false || count > words[FREE_BITMAP_AT] >>> 0) return null;',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#takeRun',
    reason:
      'A run of no page frame is taken, or a piece of none checked, again and again; or the index goes away from its end.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'const end = taken + pages;',
        after: 'const end = taken - pages;',
      },
      {
        mutator: 'AssignmentOperator',
        before: 'if (step < 0) for (let i = taken; i < end; i += 1) frames[i] = base + (end - 1 - i);',
        after: 'if (step < 0) for (let i = taken; i < end; i -= 1) frames[i] = base + (end - 1 - i);',
      },
      {
        mutator: 'AssignmentOperator',
        before: 'else for (let i = taken; i < end; i += 1) frames[i] = base + (i - taken);',
        after: 'else for (let i = taken; i < end; i -= 1) frames[i] = base + (i - taken);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.allocPages',
    reason:
      'A run of no page frame is taken, or a piece of none checked, again and again; or the index goes away from its end.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let taken = 0; taken < count; ) taken = this.#takeRun(frames, taken, count);',
        after: 'for (let taken = 0; taken <= count; ) taken = this.#takeRun(frames, taken, count);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.freeRegion',
    reason:
      'A run of no page frame is taken, or a piece of none checked, again and again; or the index goes away from its end.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let from = base; from < end; ) from = this.#checkPiece(from, end);',
        after: 'for (let from = base; from <= end; ) from = this.#checkPiece(from, end);',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let from = base; from < end; ) from = this.#freePiece(from, end);',
        after: 'for (let from = base; from <= end; ) from = this.#freePiece(from, end);',
      },
    ],
  }),
  ...listed({
    file: 'impl/free-stack.ts',
    within: 'joins',
    reason: 'What is left of the run to push never becomes less.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'return ((step + 1) & ~2) === 0 && (ahead + MOST_AHEAD) >>> 0 <= 2 * MOST_AHEAD;',
        after: 'return true;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'return ((step + 1) & ~2) === 0 && (ahead + MOST_AHEAD) >>> 0 <= 2 * MOST_AHEAD;',
        after: 'return ((step + 1) & ~2) === 0 && true;',
      },
    ],
  }),
  ...listed({
    file: 'impl/free-stack.ts',
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
  }),
  ...listed({
    file: 'impl/free-stack.ts',
    within: 'pushRun',
    reason: 'What is left of the run to push never becomes less.',
    changes: [
      { mutator: 'EqualityOperator', before: 'while (left > 0) {', after: 'while (left >= 0) {' },
      { mutator: 'BlockStatement', before: 'while (left > 0) { … }', after: 'while (left > 0) {}' },
      { mutator: 'CallExpression', before: 'push(words, at, next | 0);', after: ';' },
      { mutator: 'AssignmentOperator', before: 'left -= more + 1;', after: 'left += more + 1;' },
      { mutator: 'ArithmeticOperator', before: 'left -= more + 1;', after: 'left -= more - 1;' },
    ],
  }),
  ...listed({
    file: 'impl/held-bits.ts',
    within: 'freeSince',
    reason:
      'The loop no longer comes to its end: it goes the other way, does not move, or steps over words that are none, which read as free.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'while (held === 0 && word > low) { … }',
        after: 'while (held === 0 && word > low) {}',
      },
    ],
  }),
  ...listed({
    file: 'impl/held-bits.ts',
    within: 'pastFree',
    reason:
      'The loop no longer comes to its end: it goes the other way, does not move, or steps over words that are none, which read as free.',
    changes: [
      {
        mutator: 'LogicalOperator',
        before:
          'while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
        after:
          'while (next + 4 < last || (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
      },
      {
        mutator: 'ConditionalExpression',
        before:
          'while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
        after:
          'while (true && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
      },
      {
        mutator: 'EqualityOperator',
        before:
          'while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
        after:
          'while (next + 4 >= last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)',
      },
      { mutator: 'AssignmentOperator', before: 'next += 4;', after: 'next -= 4;' },
    ],
  }),
  ...listed({
    file: 'impl/held-bits.ts',
    within: 'setWords',
    reason:
      'The loop no longer comes to its end: it goes the other way, does not move, or steps over words that are none, which read as free.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let at = from; at < end; at += 1) words[at] = value;',
        after: 'for (let at = from; at < end; at -= 1) words[at] = value;',
      },
    ],
  }),
  ...listed({
    file: 'impl/inspection.ts',
    within: 'runsOfBits',
    reason: 'The generator yields without end, or never moves on.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'for (let from = first; from < end; ) { … }',
        after: 'for (let from = first; from < end; ) {}',
      },
    ],
  }),
  ...listed({
    file: 'impl/inspection.ts',
    within: 'runsOfStack',
    reason: 'The generator yields without end, or never moves on.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'for (let next = free[k]; next !== undefined && next.first < end; next = free[k]) { … }',
        after: 'for (let next = free[k]; next !== undefined && next.first < end; next = free[k]) {}',
      },
    ],
  }),
  ...listed({
    file: 'impl/layout.ts',
    within: 'levelsOf',
    reason: 'The levels never come to one that is small enough.',
    changes: [
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
      {
        mutator: 'ArithmeticOperator',
        before: 'level = { at: level.at + level.nodes, nodes: Math.ceil(level.nodes / FANOUT) };',
        after: 'level = { at: level.at + level.nodes, nodes: Math.ceil(level.nodes * FANOUT) };',
      },
    ],
  }),
  ...listed({
    file: 'impl/pmm.ts',
    within: 'alignmentFrames',
    reason: 'An alignment of no page frame has no multiple: the search does not move on.',
    changes: [
      {
        mutator: 'MethodExpression',
        before: 'return Math.max(1, Math.min(Math.ceil(Number(alignment) / 4096), PFN_LIMIT));',
        after: 'return Math.min(1, Math.min(Math.ceil(Number(alignment) / 4096), PFN_LIMIT));',
      },
    ],
  }),
  ...listed({
    file: 'impl/pmm.ts',
    within: 'PageFrameManager.allocPages',
    reason: 'The pieces begin ever further below 0, and never reach the end.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let from = 0; from < pages; from += PIECE)',
        after: 'for (let from = 0; from < pages; from -= PIECE)',
      },
    ],
  }),
  ...listed({
    file: 'impl/saved-words.ts',
    within: 'loadWords',
    reason: 'The index goes away from its end.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = 0; i < head; i += 1) words[live[i]] = saved[i];',
        after: 'for (let i = 0; i < head; i -= 1) words[live[i]] = saved[i];',
      },
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = 0; i < stackWords; i += 1) words[stackAt + i] = saved[head + i];',
        after: 'for (let i = 0; i < stackWords; i -= 1) words[stackAt + i] = saved[head + i];',
      },
    ],
  }),
  ...listed({
    file: 'impl/saved-words.ts',
    within: 'saveWords',
    reason: 'The index goes away from its end.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = 0; i < head; i += 1) into[i] = words[live[i]];',
        after: 'for (let i = 0; i < head; i -= 1) into[i] = words[live[i]];',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let i = 0; i < stackWords; i += 1) into[head + i] = words[stackAt + i];',
        after: 'for (let i = 0; i >= stackWords; i += 1) into[head + i] = words[stackAt + i];',
      },
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = 0; i < stackWords; i += 1) into[head + i] = words[stackAt + i];',
        after: 'for (let i = 0; i < stackWords; i -= 1) into[head + i] = words[stackAt + i];',
      },
    ],
  }),
  ...listed({
    file: 'impl/search.ts',
    within: 'alignUp',
    reason: 'The search comes back to where it was: the place to go on from does not move forward.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'return excess === 0 ? ordinal : ordinal + (alignment - excess);',
        after: 'return excess === 0 ? ordinal : ordinal - (alignment - excess);',
      },
    ],
  }),
  ...listed({
    file: 'impl/search.ts',
    within: 'fitBetween',
    reason: 'The search comes back to where it was: the place to go on from does not move forward.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let k = first; k < sections.bitmapSections && next < end; k += 1) {',
        after: 'for (let k = first; k < sections.bitmapSections && next < end; k -= 1) {',
      },
    ],
  }),
  ...listed({
    file: 'impl/search.ts',
    within: 'lowestFit',
    reason: 'The search comes back to where it was: the place to go on from does not move forward.',
    changes: [
      { mutator: 'BlockStatement', before: 'while (from < limit) { … }', after: 'while (from < limit) {}' },
      {
        mutator: 'ArithmeticOperator',
        before: 'const base = leaf * LEAF_SPAN;',
        after: 'const base = leaf / LEAF_SPAN;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (start < base + LEAF_SPAN) return start;',
        after: 'if (false) return start;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (start < base + LEAF_SPAN) return start;',
        after: 'if (start >= base + LEAF_SPAN) return start;',
      },
      {
        mutator: 'ArithmeticOperator',
        before: 'if (start < base + LEAF_SPAN) return start;',
        after: 'if (start < base - LEAF_SPAN) return start;',
      },
    ],
  }),
  ...listed({
    file: 'impl/search.ts',
    within: 'sparseFit',
    reason: 'The search comes back to where it was: the place to go on from does not move forward.',
    changes: [
      { mutator: 'BlockStatement', before: 'while (start < end) { … }', after: 'while (start < end) {}' },
      {
        mutator: 'ArithmeticOperator',
        before: 'start = alignUp(firstFree(words, held + 1, end), section, alignment);',
        after: 'start = alignUp(firstFree(words, held - 1, end), section, alignment);',
      },
    ],
  }),
  ...listed({
    file: 'impl/snapshot.ts',
    within: 'freeBits',
    reason: 'The words are counted from the end away from it, without end.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let at = HELD_AT + from / WORD_BITS; at < HELD_AT + end / WORD_BITS; at += 1) {',
        after: 'for (let at = HELD_AT + from / WORD_BITS; at >= HELD_AT + end / WORD_BITS; at += 1) {',
      },
      {
        mutator: 'AssignmentOperator',
        before: 'for (let at = HELD_AT + from / WORD_BITS; at < HELD_AT + end / WORD_BITS; at += 1) {',
        after: 'for (let at = HELD_AT + from / WORD_BITS; at < HELD_AT + end / WORD_BITS; at -= 1) {',
      },
    ],
  }),
  ...listed({
    file: 'impl/state.ts',
    within: 'holdWithheld',
    reason:
      'From the first leaf to one before it is counted modulo 2^24: so many leaves that are none are walked through, which takes longer than a test may.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (first < end) noteHeld(words, layout, first, end - 1);',
        after: 'if (true) noteHeld(words, layout, first, end - 1);',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (first < end) noteHeld(words, layout, first, end - 1);',
        after: 'if (first <= end) noteHeld(words, layout, first, end - 1);',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (first < end) noteHeld(words, layout, first, end - 1);',
        after: 'if (first >= end) noteHeld(words, layout, first, end - 1);',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'correctFreed',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let leaf = first >>> LEAF_SHIFT; leaf <= last >>> LEAF_SHIFT; leaf += 1) {',
        after: 'for (let leaf = first >>> LEAF_SHIFT; leaf <= last >>> LEAF_SHIFT; leaf -= 1) {',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'leafShortfall',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let at = bits; at < bits + LEAF_WORDS; at += 1) {',
        after: 'for (let at = bits; at < bits + LEAF_WORDS; at -= 1) {',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'leastOf',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let child = first + 1; child < end; child += 1) {',
        after: 'for (let child = first + 1; child < end; child -= 1) {',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'nextLeaf',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      { mutator: 'BlockStatement', before: 'for (;;) { … }', after: 'for (;;) {}' },
      {
        mutator: 'AssignmentOperator',
        before: 'while (index < end && words[at + index] > slack) index += 1;',
        after: 'while (index < end && words[at + index] > slack) index -= 1;',
      },
      {
        mutator: 'BlockStatement',
        before: 'if (index < end) { … } else {',
        after: 'if (index < end) {} else {',
      },
      { mutator: 'AssignmentOperator', before: 'index <<= FANOUT_SHIFT;', after: 'index >>= FANOUT_SHIFT;' },
      { mutator: 'BlockStatement', before: '} else { … }', after: '} else {}' },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'noteHeld',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let leaf = low; leaf <= high; leaf += 1) correctLeaf(words, layout, leaf);',
        after: 'for (let leaf = low; leaf <= high; leaf -= 1) correctLeaf(words, layout, leaf);',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
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
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'rebuild',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let leaf = 0; leaf < nodes; leaf += 1) correctLeaf(words, layout, leaf);',
        after: 'for (let leaf = 0; leaf >= nodes; leaf += 1) correctLeaf(words, layout, leaf);',
      },
      {
        mutator: 'AssignmentOperator',
        before: 'for (let leaf = 0; leaf < nodes; leaf += 1) correctLeaf(words, layout, leaf);',
        after: 'for (let leaf = 0; leaf < nodes; leaf -= 1) correctLeaf(words, layout, leaf);',
      },
    ],
  }),
  ...listed({
    file: 'impl/summary.ts',
    within: 'runOn',
    reason: 'The loop does not move on, moves away from its end, or begins again at a leaf that it has left.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'while (length < LONGEST_COUNTED && words[next] === 0) { … }',
        after: 'while (length < LONGEST_COUNTED && words[next] === 0) {}',
      },
    ],
  }),
  ...listed({
    file: 'impl/word.ts',
    within: 'longestRun',
    reason: "The loop's measure no longer grows, or its condition no longer ends: it stands still.",
    changes: [
      { mutator: 'EqualityOperator', before: 'while (starts !== 0) {', after: 'while (starts === 0) {' },
      { mutator: 'BlockStatement', before: 'while (starts !== 0) { … }', after: 'while (starts !== 0) {}' },
    ],
  }),
  ...listed({
    file: 'impl/word.ts',
    within: 'multiplesOf',
    reason: "The loop's measure no longer grows, or its condition no longer ends: it stands still.",
    changes: [
      { mutator: 'BlockStatement', before: 'while (reach < 32) { … }', after: 'while (reach < 32) {}' },
      { mutator: 'ArithmeticOperator', before: 'reach = reach + reach;', after: 'reach = reach - reach;' },
    ],
  }),
  ...listed({
    file: 'impl/word.ts',
    within: 'runStarts',
    reason: "The loop's measure no longer grows, or its condition no longer ends: it stands still.",
    changes: [
      { mutator: 'EqualityOperator', before: 'while (have < length) {', after: 'while (have <= length) {' },
      { mutator: 'BlockStatement', before: 'while (have < length) { … }', after: 'while (have < length) {}' },
      { mutator: 'ArithmeticOperator', before: 'have = have + step;', after: 'have = have - step;' },
    ],
  }),
  ...listed({
    file: 'impl/word.ts',
    within: 'runStartsAcross',
    reason: "The loop's measure no longer grows, or its condition no longer ends: it stands still.",
    changes: [
      { mutator: 'EqualityOperator', before: 'while (have < length) {', after: 'while (have <= length) {' },
      { mutator: 'BlockStatement', before: 'while (have < length) { … }', after: 'while (have < length) {}' },
      { mutator: 'ArithmeticOperator', before: 'have = have + step;', after: 'have = have - step;' },
    ],
  }),
  ...listed({
    file: 'model/extents.ts',
    within: 'findExtent',
    reason: 'The search for a place no longer halves what is left, or the loop does not move on.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'for (let place = leafAt(extents, base); from < end; place += 1) { … }',
        after: 'for (let place = leafAt(extents, base); from < end; place += 1) {}',
      },
      {
        mutator: 'LogicalOperator',
        before: 'for (let i = lastUpTo(starts, from); i < owners.length && from < end; i += 1) {',
        after: 'for (let i = lastUpTo(starts, from); i < owners.length || from < end; i += 1) {',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'for (let i = lastUpTo(starts, from); i < owners.length && from < end; i += 1) {',
        after: 'for (let i = lastUpTo(starts, from); true && from < end; i += 1) {',
      },
    ],
  }),
  ...listed({
    file: 'model/extents.ts',
    within: 'lastUpTo',
    reason: 'The search for a place no longer halves what is left, or the loop does not move on.',
    changes: [
      { mutator: 'EqualityOperator', before: 'while (high - low > 1) {', after: 'while (high - low >= 1) {' },
      { mutator: 'EqualityOperator', before: 'while (high - low > 1) {', after: 'while (high - low <= 1) {' },
      {
        mutator: 'ArithmeticOperator',
        before: 'while (high - low > 1) {',
        after: 'while (high + low > 1) {',
      },
      {
        mutator: 'BlockStatement',
        before: 'while (high - low > 1) { … }',
        after: 'while (high - low > 1) {}',
      },
      {
        mutator: 'ArithmeticOperator',
        before: 'const middle = (low + high) >> 1;',
        after: 'const middle = (low - high) >> 1;',
      },
    ],
  }),
  ...listed({
    file: 'model/extents.ts',
    within: 'leafAt',
    reason: 'The search for a place no longer halves what is left, or the loop does not move on.',
    changes: [
      { mutator: 'EqualityOperator', before: 'while (high - low > 1) {', after: 'while (high - low >= 1) {' },
      { mutator: 'EqualityOperator', before: 'while (high - low > 1) {', after: 'while (high - low <= 1) {' },
      {
        mutator: 'ArithmeticOperator',
        before: 'while (high - low > 1) {',
        after: 'while (high + low > 1) {',
      },
      {
        mutator: 'BlockStatement',
        before: 'while (high - low > 1) { … }',
        after: 'while (high - low > 1) {}',
      },
      {
        mutator: 'ArithmeticOperator',
        before: 'const middle = (low + high) >> 1;',
        after: 'const middle = (low - high) >> 1;',
      },
    ],
  }),
  ...listed({
    file: 'model/free-stack.ts',
    within: 'pop',
    reason: 'The search for a place no longer halves what is left, or the loop does not move on.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'while (rest !== null && left > 0) { … }',
        after: 'while (rest !== null && left > 0) {}',
      },
    ],
  }),
  ...listed({
    file: 'model/free-stack.ts',
    within: 'top',
    reason: 'The search for a place no longer halves what is left, or the loop does not move on.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let i = run.count - 1; i >= last; i -= 1) frames.push(pfn(run.base + i));',
        after: 'for (let i = run.count - 1; i >= last; i += 1) frames.push(pfn(run.base + i));',
      },
    ],
  }),
];
