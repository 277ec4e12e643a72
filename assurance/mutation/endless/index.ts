/**
 * Mutants that do not come to an end: a loop that no longer moves on, or goes the wrong way. A test cannot assert that, so
 * they are no kills; they are listed with the loop that they stop.
 */
import type { Listed } from '../listed.ts';
import { IMPL_BITMAP_ZONE } from './impl-bitmap-zone.ts';
import { IMPL_FRAME_ALLOCATOR } from './impl-frame-allocator.ts';
import { IMPL_FREE_STACK } from './impl-free-stack.ts';
import { IMPL_HELD_BITS } from './impl-held-bits.ts';
import { IMPL_INSPECTION } from './impl-inspection.ts';
import { IMPL_LAYOUT } from './impl-layout.ts';
import { IMPL_PMM } from './impl-pmm.ts';
import { IMPL_SAVED_WORDS } from './impl-saved-words.ts';
import { IMPL_SEARCH } from './impl-search.ts';
import { IMPL_SECTIONS } from './impl-sections.ts';
import { IMPL_SHARED_LOCK } from './impl-shared-lock.ts';
import { IMPL_SNAPSHOT } from './impl-snapshot.ts';
import { IMPL_STATE } from './impl-state.ts';
import { IMPL_SUMMARY } from './impl-summary.ts';
import { IMPL_WORD } from './impl-word.ts';
import { MODEL_EXTENTS } from './model-extents.ts';
import { MODEL_FREE_STACK } from './model-free-stack.ts';
import { MODEL_STEP } from './model-step.ts';

export const ENDLESS: readonly Listed[] = [
  ...IMPL_BITMAP_ZONE,
  ...IMPL_FRAME_ALLOCATOR,
  ...IMPL_FREE_STACK,
  ...IMPL_HELD_BITS,
  ...IMPL_INSPECTION,
  ...IMPL_LAYOUT,
  ...IMPL_PMM,
  ...IMPL_SAVED_WORDS,
  ...IMPL_SEARCH,
  ...IMPL_SECTIONS,
  ...IMPL_SHARED_LOCK,
  ...IMPL_SNAPSHOT,
  ...IMPL_STATE,
  ...IMPL_SUMMARY,
  ...IMPL_WORD,
  ...MODEL_EXTENTS,
  ...MODEL_FREE_STACK,
  ...MODEL_STEP,
];
