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
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#checkPiece',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const until = end < base + count ? end : base + count;',
        after: 'const until = end <= base + count ? end : base + count;',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#checkPiece',
    reason:
      'A page frame behind the piece that is free is not asked about: the answer is compared with the end of the piece.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'const free = firstFree(this.#words, first + (from - base), first + (until - base));',
        after: 'const free = firstFree(this.#words, first + (from - base), first + (until + base));',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#frameElsewhere',
    reason: 'What is not answered from the section last used is looked up: the same, later.',
    changes: [{ mutator: 'CallExpression', before: 'this.#use(section);', after: ';' }],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#frameOf',
    reason: 'What is not answered from the section last used is looked up: the same, later.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'return index >= 0 && index < this.#count ? this.#base + index : this.#frameElsewhere(ordinal);',
        after: 'return false ? this.#base + index : this.#frameElsewhere(ordinal);',
      },
      {
        mutator: 'EqualityOperator',
        before:
          'return index >= 0 && index < this.#count ? this.#base + index : this.#frameElsewhere(ordinal);',
        after:
          'return index > 0 && index < this.#count ? this.#base + index : this.#frameElsewhere(ordinal);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#freePiece',
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const until = end < base + count ? end : base + count;',
        after: 'const until = end <= base + count ? end : base + count;',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#freePiece',
    reason: 'The section was found before: it cannot panic here, so that the name of the call is not used.',
    changes: [
      {
        mutator: 'StringLiteral',
        before: "const { base, count, first } = this.#finder.sectionOf('freeRegion', from);",
        after: 'const { base, count, first } = this.#finder.sectionOf("", from);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#holdAgain',
    reason:
      'The page frame was found before: it cannot panic here, so that the name of the call is not used.',
    changes: [
      {
        mutator: 'StringLiteral',
        before: "markRange(this.#words, this.#ordinalOf('freePages', frames[i]), 1, true);",
        after: 'markRange(this.#words, this.#ordinalOf("", frames[i]), 1, true);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#makeRoom',
    reason: 'There is more room than needed.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (Math.min(depth + entries, stackFrames) <= this.#capacity) return;',
        after: 'if (Math.min(depth + entries, stackFrames) < this.#capacity) return;',
      },
      {
        mutator: 'MethodExpression',
        before: 'if (Math.min(depth + entries, stackFrames) <= this.#capacity) return;',
        after: 'if (Math.max(depth + entries, stackFrames) <= this.#capacity) return;',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#noteBatch',
    reason:
      'The page frame was found before: it cannot panic here, so that the name of the call is not used.',
    changes: [
      {
        mutator: 'StringLiteral',
        before: "const ordinal = this.#ordinalOf('freePages', frames[i]);",
        after: 'const ordinal = this.#ordinalOf("", frames[i]);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#noteFrame',
    reason:
      'The page frame was found before: it cannot panic here, so that the name of the call is not used.',
    changes: [
      {
        mutator: 'StringLiteral',
        before: "const ordinal = this.#ordinalOf('free', frame);",
        after: 'const ordinal = this.#ordinalOf("", frame);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#push',
    reason: 'Nothing is added to the count where the two are equal.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (ahead !== 0) words[MORE_BELOW_AT] += Math.abs(ahead);',
        after: 'if (true) words[MORE_BELOW_AT] += Math.abs(ahead);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#push',
    reason: 'A run that grows page by page beyond 2^30 page frames is as good a run, up to 2^31.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (((ordinal - next + 1) & ~2) === 0 && (ahead + MOST_AHEAD) >>> 0 <= 2 * MOST_AHEAD) {',
        after: 'if (((ordinal - next + 1) & ~2) === 0 && true) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (((ordinal - next + 1) & ~2) === 0 && (ahead + MOST_AHEAD) >>> 0 <= 2 * MOST_AHEAD) {',
        after: 'if (((ordinal - next + 1) & ~2) === 0 && ahead + MOST_AHEAD >>> 0 < 2 * MOST_AHEAD) {',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#releaseRun',
    reason: 'What is not answered from the section last used is looked up: the same, later.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const isNear = near >= 0 && near < this.#count && Math.floor(near) === near;',
        after: 'const isNear = false;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const isNear = near >= 0 && near < this.#count && Math.floor(near) === near;',
        after: 'const isNear = near > 0 && near < this.#count && Math.floor(near) === near;',
      },
      {
        mutator: 'ConditionalExpression',
        before: "if (!isNear && this.#ordinalOf('freePages', frames[from]) < this.#bitmapOrdinals) {",
        after: 'if (true) {',
      },
      {
        mutator: 'LogicalOperator',
        before: "if (!isNear && this.#ordinalOf('freePages', frames[from]) < this.#bitmapOrdinals) {",
        after: "if (!isNear || this.#ordinalOf('freePages', frames[from]) < this.#bitmapOrdinals) {",
      },
      {
        mutator: 'ConditionalExpression',
        before: "if (!isNear && this.#ordinalOf('freePages', frames[from]) < this.#bitmapOrdinals) {",
        after: 'if (!isNear && true) {',
      },
      {
        mutator: 'EqualityOperator',
        before: "if (!isNear && this.#ordinalOf('freePages', frames[from]) < this.#bitmapOrdinals) {",
        after: "if (!isNear && this.#ordinalOf('freePages', frames[from]) <= this.#bitmapOrdinals) {",
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#releaseRun',
    reason: 'The batch is freed page by page instead of by runs: in the same order.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'const end = endOfRun(frames, from, Math.min(count, from + LONGEST_PIECE));',
        after: 'const end = endOfRun(frames, from, Math.min(count, from - LONGEST_PIECE));',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const step = frames[end - 1] < frames[from] ? -1 : 1;',
        after: 'const step = frames[end - 1] <= frames[from] ? -1 : 1;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (!fits || firstFree(this.#words, first, first + pages) < first + pages) {',
        after: 'if (true) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (!fits || firstFree(this.#words, first, first + pages) < first + pages) {',
        after: 'if (!fits || firstFree(this.#words, first, first + pages) <= first + pages) {',
      },
      {
        mutator: 'ArithmeticOperator',
        before: 'if (!fits || firstFree(this.#words, first, first + pages) < first + pages) {',
        after: 'if (!fits || firstFree(this.#words, first, first - pages) < first + pages) {',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#releaseRun',
    reason:
      'The batch is freed page by page instead of by runs, or a run of one as a run: in the same order.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const low = step < 0 ? index - (pages - 1) : index;',
        after: 'const low = step <= 0 ? index - (pages - 1) : index;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'const fits = pages > 1 && low >= 0 && low + pages <= this.#count;',
        after: 'const fits = false;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'const fits = pages > 1 && low >= 0 && low + pages <= this.#count;',
        after: 'const fits = true && low >= 0 && low + pages <= this.#count;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const fits = pages > 1 && low >= 0 && low + pages <= this.#count;',
        after: 'const fits = pages >= 1 && low >= 0 && low + pages <= this.#count;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const fits = pages > 1 && low >= 0 && low + pages <= this.#count;',
        after: 'const fits = pages <= 1 && low >= 0 && low + pages <= this.#count;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const fits = pages > 1 && low >= 0 && low + pages <= this.#count;',
        after: 'const fits = pages > 1 && low > 0 && low + pages <= this.#count;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const fits = pages > 1 && low >= 0 && low + pages <= this.#count;',
        after: 'const fits = pages > 1 && low >= 0 && low + pages < this.#count;',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.#takeRun',
    reason: 'The way of a run is up or down: never 0.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const low = step < 0 ? next - pages + 1 : next;',
        after: 'const low = step <= 0 ? next - pages + 1 : next;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (step < 0) for (let i = taken; i < end; i += 1) frames[i] = base + (end - 1 - i);',
        after: 'if (step <= 0) for (let i = taken; i < end; i += 1) frames[i] = base + (end - 1 - i);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.alloc',
    reason: 'Nothing is taken from the count where the two are equal.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (next !== last) words[MORE_BELOW_AT] -= Math.abs((last - next) | 0);',
        after: 'if (true) words[MORE_BELOW_AT] -= Math.abs((last - next) | 0);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.alloc',
    reason: 'What is not answered from the section last used is looked up: the same, later.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'return index >= 0 && index < this.#count ? this.#base + index : this.#frameElsewhere(ordinal >>> 0);',
        after: 'return false ? this.#base + index : this.#frameElsewhere(ordinal >>> 0);',
      },
      {
        mutator: 'EqualityOperator',
        before:
          'return index >= 0 && index < this.#count ? this.#base + index : this.#frameElsewhere(ordinal >>> 0);',
        after:
          'return index > 0 && index < this.#count ? this.#base + index : this.#frameElsewhere(ordinal >>> 0);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.alloc',
    reason: 'Behind the section lies padding, which is never free.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before:
          'return index >= 0 && index < this.#count ? this.#base + index : this.#frameElsewhere(ordinal >>> 0);',
        after:
          'return index >= 0 && index <= this.#count ? this.#base + index : this.#frameElsewhere(ordinal >>> 0);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.free',
    reason: 'What is not answered from the section last used is looked up: the same, later.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (index >= 0 && index < this.#count && Math.floor(index) === index) {',
        after: 'if (false) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (index >= 0 && index < this.#count && Math.floor(index) === index) {',
        after: 'if (index > 0 && index < this.#count && Math.floor(index) === index) {',
      },
      {
        mutator: 'BlockStatement',
        before: 'if (index >= 0 && index < this.#count && Math.floor(index) === index) { … }',
        after: 'if (index >= 0 && index < this.#count && Math.floor(index) === index) {}',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.freePages',
    reason: 'Page frames of the stack zone are passed over one by one.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (this.freeInBitmap !== freeInBitmap) this.#noteBatch(frames, count);',
        after: 'if (true) this.#noteBatch(frames, count);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.inspect',
    reason: 'Held bits and free stack say the same of every page frame; which is read decides on time alone.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const read = stackFrames <= READ_THROUGH ? list.length : bitmapSections;',
        after: 'const read = true ? list.length : bitmapSections;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'const read = stackFrames <= READ_THROUGH ? list.length : bitmapSections;',
        after: 'const read = false ? list.length : bitmapSections;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const read = stackFrames <= READ_THROUGH ? list.length : bitmapSections;',
        after: 'const read = stackFrames < READ_THROUGH ? list.length : bitmapSections;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const read = stackFrames <= READ_THROUGH ? list.length : bitmapSections;',
        after: 'const read = stackFrames > READ_THROUGH ? list.length : bitmapSections;',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.inspect',
    reason: 'Of no section there is no run.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'if (read < list.length) yield* runsOfStack(freeRuns(this.#words, this.#stackAt), list.slice(read));',
        after: 'if (true) yield* runsOfStack(freeRuns(this.#words, this.#stackAt), list.slice(read));',
      },
      {
        mutator: 'EqualityOperator',
        before:
          'if (read < list.length) yield* runsOfStack(freeRuns(this.#words, this.#stackAt), list.slice(read));',
        after:
          'if (read <= list.length) yield* runsOfStack(freeRuns(this.#words, this.#stackAt), list.slice(read));',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.loadState',
    reason: 'There is more room than needed.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'this.#makeRoom(savedDepth(saved) - this.#words[DEPTH_AT]);',
        after: 'this.#makeRoom(savedDepth(saved) + this.#words[DEPTH_AT]);',
      },
    ],
  }),
  ...listed({
    file: 'impl/frame-allocator.ts',
    within: 'FrameAllocator.restore',
    reason: 'Words of the same length are exchanged instead of copied.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (words.length > this.#words.length) {',
        after: 'if (words.length >= this.#words.length) {',
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
    file: 'impl/saved-words.ts',
    within: 'loadWords',
    reason:
      'What is written there is no word of the state, or lies beyond the depth of the stack, where nobody reads.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let i = 0; i < head; i += 1) words[live[i]] = saved[i];',
        after: 'for (let i = 0; i <= head; i += 1) words[live[i]] = saved[i];',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let i = 0; i < stackWords; i += 1) words[stackAt + i] = saved[head + i];',
        after: 'for (let i = 0; i <= stackWords; i += 1) words[stackAt + i] = saved[head + i];',
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
  ...listed({
    file: 'model/extents.ts',
    within: 'findExtent',
    reason: 'From the end on there is nothing to look at: the inner loop does not begin.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let place = leafAt(extents, base); from < end; place += 1) {',
        after: 'for (let place = leafAt(extents, base); from <= end; place += 1) {',
      },
    ],
  }),
  ...listed({
    file: 'model/extents.ts',
    within: 'give',
    reason: 'The compiler asks for it; a place that was searched for is one of a leaf.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (head === undefined || tail === undefined) return extents;',
        after: 'if (false) return extents;',
      },
      {
        mutator: 'LogicalOperator',
        before: 'if (head === undefined || tail === undefined) return extents;',
        after: 'if (head === undefined && tail === undefined) return extents;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (head === undefined || tail === undefined) return extents;',
        after: 'if (false || tail === undefined) return extents;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (head === undefined || tail === undefined) return extents;',
        after: 'if (head === undefined || false) return extents;',
      },
    ],
  }),
  ...listed({
    file: 'model/extents.ts',
    within: 'give',
    reason: 'With one leaf, to put the changed leaf in its place comes to the same list.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'return extents.length === 1 ? changed : extents.toSpliced(first, last - first + 1, ...changed);',
        after: 'return false ? changed : extents.toSpliced(first, last - first + 1, ...changed);',
      },
    ],
  }),
  ...listed({
    file: 'model/extents.ts',
    within: 'given',
    reason: "Before the first extent lies none, whose owner is nobody's.",
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const begins = kept === 0 || owners[kept - 1] !== owner;',
        after: 'const begins = false || owners[kept - 1] !== owner;',
      },
    ],
  }),
  ...listed({
    file: 'model/extents.ts',
    within: 'given',
    reason: 'Where head and tail are one leaf, what is before and what is after it are joined to the same.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const { starts, owners } = head === tail ? head : concatenated(head, tail);',
        after: 'const { starts, owners } = false ? head : concatenated(head, tail);',
      },
    ],
  }),
  ...listed({
    file: 'model/extents.ts',
    within: 'leafAt',
    reason: 'The compiler asks for it; a place that was searched for is one of a leaf.',
    changes: [
      {
        mutator: 'OptionalChaining',
        before: 'if ((extents[middle]?.starts[0] ?? 0) <= frame) low = middle;',
        after: 'if ((extents[middle].starts[0] ?? 0) <= frame) low = middle;',
      },
    ],
  }),
  ...listed({
    file: 'model/extents.ts',
    within: 'ownerAt',
    reason: 'The compiler asks for it; a place that was searched for is one of a leaf.',
    changes: [
      {
        mutator: 'OptionalChaining',
        before: "return leaf?.owners[lastUpTo(leaf.starts, frame)] ?? 'absent';",
        after: "return leaf.owners[lastUpTo(leaf.starts, frame)] ?? 'absent';",
      },
    ],
  }),
  ...listed({
    file: 'model/free-stack.ts',
    within: 'pop',
    reason:
      'Where nothing is left to pop, a copy of the run is returned; where nothing is left to show, no page frame of a run is.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'while (rest !== null && left > 0) {',
        after: 'while (rest !== null && true) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'while (rest !== null && left > 0) {',
        after: 'while (rest !== null && left >= 0) {',
      },
    ],
  }),
  ...listed({
    file: 'model/free-stack.ts',
    within: 'top',
    reason:
      'Where nothing is left to pop, a copy of the run is returned; where nothing is left to show, no page frame of a run is.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'for (let run = stack; run !== null && frames.length < count; run = run.below) {',
        after: 'for (let run = stack; run !== null && true; run = run.below) {',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let run = stack; run !== null && frames.length < count; run = run.below) {',
        after: 'for (let run = stack; run !== null && frames.length <= count; run = run.below) {',
      },
    ],
  }),
  ...listed({
    file: 'model/state.ts',
    within: 'ascendingRuns',
    reason:
      'Regions given one by one, unsorted or not joined, come to the same owners: sorted and joined it takes less time.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (regions.length <= 1) return regions;',
        after: 'if (true) return regions;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (regions.length <= 1) return regions;',
        after: 'if (false) return regions;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (regions.length <= 1) return regions;',
        after: 'if (regions.length < 1) return regions;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (regions.length <= 1) return regions;',
        after: 'if (regions.length > 1) return regions;',
      },
      {
        mutator: 'ArrowFunction',
        before: 'for (const region of regions.toSorted((a, b) => a.base - b.base)) {',
        after: 'for (const region of regions.toSorted(() => undefined)) {',
      },
      {
        mutator: 'ArithmeticOperator',
        before: 'for (const region of regions.toSorted((a, b) => a.base - b.base)) {',
        after: 'for (const region of regions.toSorted((a, b) => a.base + b.base)) {',
      },
      { mutator: 'UnaryOperator', before: 'const last = runs.at(-1);', after: 'const last = runs.at(+1);' },
      {
        mutator: 'ConditionalExpression',
        before: 'if (last !== undefined && endOf(last) === region.base)',
        after: 'if (false)',
      },
    ],
  }),
  ...listed({
    file: 'model/state.ts',
    within: 'bootPages',
    reason: 'One page frame is found among extents as well, only later.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: "if (end - base === 1) return ownerAt(extents, base) === 'boot' ? 1 : 0;",
        after: "if (false) return ownerAt(extents, base) === 'boot' ? 1 : 0;",
      },
      {
        mutator: 'ArithmeticOperator',
        before: "if (end - base === 1) return ownerAt(extents, base) === 'boot' ? 1 : 0;",
        after: "if (end + base === 1) return ownerAt(extents, base) === 'boot' ? 1 : 0;",
      },
    ],
  }),
  ...listed({
    file: 'model/state.ts',
    within: 'ModelState.#listed',
    reason: 'RAM has an owner; the compiler asks for the check.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: "if (owner === 'absent') return this;",
        after: 'if (false) return this;',
      },
      {
        mutator: 'StringLiteral',
        before: "if (owner === 'absent') return this;",
        after: 'if (owner === "") return this;',
      },
    ],
  }),
  ...listed({
    file: 'model/state.ts',
    within: 'ModelState.allocated',
    reason: 'An empty run changes the owner of no page frame.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: "if (count > 0) extents = give(extents, base, base + count, 'caller');",
        after: "if (true) extents = give(extents, base, base + count, 'caller');",
      },
      {
        mutator: 'EqualityOperator',
        before: "if (count > 0) extents = give(extents, base, base + count, 'caller');",
        after: "if (count >= 0) extents = give(extents, base, base + count, 'caller');",
      },
    ],
  }),
  ...listed({
    file: 'model/state.ts',
    within: 'ModelState.firstFailing',
    reason: 'One page frame is found among extents as well, only later.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (count === 1) return test(ownerAt(this.#fields.extents, base)) ? null : base;',
        after: 'if (false) return test(ownerAt(this.#fields.extents, base)) ? null : base;',
      },
    ],
  }),
  ...listed({
    file: 'model/state.ts',
    within: 'ModelState.freed',
    reason: 'An empty run changes the owner of no page frame.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (count === 0) continue;',
        after: 'if (false) continue;',
      },
    ],
  }),
  ...listed({
    file: 'model/state.ts',
    within: 'ModelState.lowestFit',
    reason: 'More page frames than are free fit nowhere: the search finds that out, too.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: "if (count > this.freeIn('bitmap')) return null;",
        after: 'if (false) return null;',
      },
    ],
  }),
  ...listed({
    file: 'model/state.ts',
    within: 'ModelState.lowestFit',
    reason: 'Every zone but the stack zone is the bitmap zone.',
    changes: [
      {
        mutator: 'StringLiteral',
        before: "if (count > this.freeIn('bitmap')) return null;",
        after: 'if (count > this.freeIn("")) return null;',
      },
    ],
  }),
  ...listed({
    file: 'model/step.ts',
    within: 'freedRegions',
    reason: 'An empty region changes the owner of no page frame.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: "if (operation.call === 'freeRegion' && operation.count === 0n) return regions;",
        after: 'if (false) return regions;',
      },
      {
        mutator: 'ConditionalExpression',
        before: "if (operation.call === 'freeRegion' && operation.count === 0n) return regions;",
        after: 'if (true && operation.count === 0n) return regions;',
      },
      {
        mutator: 'EqualityOperator',
        before: "if (operation.call === 'freeRegion' && operation.count === 0n) return regions;",
        after: "if (operation.call !== 'freeRegion' && operation.count === 0n) return regions;",
      },
      {
        mutator: 'StringLiteral',
        before: "if (operation.call === 'freeRegion' && operation.count === 0n) return regions;",
        after: 'if (operation.call === "" && operation.count === 0n) return regions;',
      },
    ],
  }),
  ...listed({
    file: 'model/step.ts',
    within: 'freedRegions',
    reason: 'What is freed was granted: each address is that of a page frame.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'for (const base of frames) if (base !== null) regions.push({ base, count });',
        after: 'for (const base of frames) if (true) regions.push({ base, count });',
      },
    ],
  }),
];
