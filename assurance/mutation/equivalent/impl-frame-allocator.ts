/** Mutants of `impl/frame-allocator.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_FRAME_ALLOCATOR: readonly Listed[] = listed('impl/frame-allocator.ts', [
  {
    within: ['FrameAllocator.#checkPiece', 'FrameAllocator.#freePiece'],
    reason: 'Where the two are equal, it is the same to take either.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'const until = end < base + count ? end : base + count;',
        after: 'const until = end <= base + count ? end : base + count;',
      },
    ],
  },
  {
    within: 'FrameAllocator.#frameElsewhere',
    reason: 'What is not answered from the section last used is looked up: the same, later.',
    changes: [{ mutator: 'CallExpression', before: 'this.#use(section);', after: ';' }],
  },
  {
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
  },
  {
    within: 'FrameAllocator.#freePiece',
    reason: 'The section was found before: it cannot panic here, so that the name of the call is not used.',
    changes: [
      {
        mutator: 'StringLiteral',
        before: "const { base, count, first } = this.#finder.sectionOf('freeRegion', from);",
        after: 'const { base, count, first } = this.#finder.sectionOf("", from);',
      },
    ],
  },
  {
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
  },
  {
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
  },
  {
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
  },
  {
    within: 'FrameAllocator.#push',
    reason: 'Nothing is added to the count where the two are equal.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (ahead !== 0) words[MORE_BELOW_AT] += Math.abs(ahead);',
        after: 'if (true) words[MORE_BELOW_AT] += Math.abs(ahead);',
      },
    ],
  },
  {
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
  },
  {
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
        after: 'if (!isNear && true) {',
      },
      {
        mutator: 'ConditionalExpression',
        before: "if (!isNear && this.#ordinalOf('freePages', frames[from]) < this.#bitmapOrdinals) {",
        after: 'if (true) {',
      },
      {
        mutator: 'EqualityOperator',
        before: "if (!isNear && this.#ordinalOf('freePages', frames[from]) < this.#bitmapOrdinals) {",
        after: "if (!isNear && this.#ordinalOf('freePages', frames[from]) <= this.#bitmapOrdinals) {",
      },
      {
        mutator: 'LogicalOperator',
        before: "if (!isNear && this.#ordinalOf('freePages', frames[from]) < this.#bitmapOrdinals) {",
        after: "if (!isNear || this.#ordinalOf('freePages', frames[from]) < this.#bitmapOrdinals) {",
      },
    ],
  },
  {
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
        mutator: 'ArithmeticOperator',
        before: 'if (!fits || firstFree(this.#words, first, first + pages) < first + pages) {',
        after: 'if (!fits || firstFree(this.#words, first, first - pages) < first + pages) {',
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
    ],
  },
  {
    within: 'FrameAllocator.#releaseRun',
    reason:
      'The batch is freed page by page instead of by runs, or a run of one as a run: in the same order.',
    changes: [
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
      {
        mutator: 'EqualityOperator',
        before: 'const fits = pages > 1 && low >= 0 && low + pages <= this.#count;',
        after: 'const fits = pages >= 1 && low >= 0 && low + pages <= this.#count;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const low = step < 0 ? index - (pages - 1) : index;',
        after: 'const low = step <= 0 ? index - (pages - 1) : index;',
      },
    ],
  },
  {
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
  },
  {
    within: 'FrameAllocator.alloc',
    reason: 'Nothing is taken from the count where the two are equal.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (next !== last) words[MORE_BELOW_AT] -= Math.abs((last - next) | 0);',
        after: 'if (true) words[MORE_BELOW_AT] -= Math.abs((last - next) | 0);',
      },
    ],
  },
  {
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
  },
  {
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
  },
  {
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
  },
  {
    within: 'FrameAllocator.freePages',
    reason: 'Page frames of the stack zone are passed over one by one.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (this.freeInBitmap !== freeInBitmap) this.#noteBatch(frames, count);',
        after: 'if (true) this.#noteBatch(frames, count);',
      },
    ],
  },
  {
    within: 'FrameAllocator.inspect',
    reason: 'Held bits and free stack say the same of every page frame; which is read decides on time alone.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const read = stackFrames <= READ_THROUGH ? list.length : bitmapSections;',
        after: 'const read = false ? list.length : bitmapSections;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'const read = stackFrames <= READ_THROUGH ? list.length : bitmapSections;',
        after: 'const read = true ? list.length : bitmapSections;',
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
  },
  {
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
  },
  {
    within: 'FrameAllocator.restore',
    reason: 'Words of the same length are exchanged instead of copied.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (words.length > this.#words.length) {',
        after: 'if (words.length >= this.#words.length) {',
      },
    ],
  },
  {
    within: 'MOST_AHEAD',
    reason: 'A run that grows page by page beyond 2^30 page frames is as good a run, up to 2^31.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'const MOST_AHEAD = LONGEST_RUN - 2;',
        after: 'const MOST_AHEAD = LONGEST_RUN + 2;',
      },
    ],
  },
]);
