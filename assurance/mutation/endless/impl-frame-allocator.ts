/** Mutants of `impl/frame-allocator.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_FRAME_ALLOCATOR: readonly Listed[] = listed('impl/frame-allocator.ts', [
  {
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
        before: 'else for (let i = taken; i < end; i += 1) frames[i] = base + (i - taken);',
        after: 'else for (let i = taken; i < end; i -= 1) frames[i] = base + (i - taken);',
      },
      {
        mutator: 'AssignmentOperator',
        before: 'if (step < 0) for (let i = taken; i < end; i += 1) frames[i] = base + (end - 1 - i);',
        after: 'if (step < 0) for (let i = taken; i < end; i -= 1) frames[i] = base + (end - 1 - i);',
      },
    ],
  },
  {
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
  },
  {
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
  },
]);
