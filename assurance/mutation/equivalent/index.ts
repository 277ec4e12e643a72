/**
 * Mutants that do what the original does: no test can tell them apart, and the reason says why. Some cost more or less time;
 * costs that are promised are counted in the tests, and what breaks such a promise is not here. A run fails where one of
 * them is gone or is killed.
 */
import type { Listed } from '../listed.ts';
import { IMPL_BITMAP_ZONE } from './impl-bitmap-zone.ts';
import { IMPL_FRAME_ALLOCATOR } from './impl-frame-allocator.ts';
import { IMPL_FRAME_BATCH } from './impl-frame-batch.ts';
import { IMPL_FREE_STACK } from './impl-free-stack.ts';
import { IMPL_HELD_BITS } from './impl-held-bits.ts';
import { IMPL_INSPECTION } from './impl-inspection.ts';
import { IMPL_PMM } from './impl-pmm.ts';
import { IMPL_SAVED_WORDS } from './impl-saved-words.ts';
import { IMPL_SEARCH } from './impl-search.ts';
import { IMPL_SECTION_FINDER } from './impl-section-finder.ts';
import { IMPL_SECTIONS } from './impl-sections.ts';
import { IMPL_SHARED_LANDMARKS } from './impl-shared-landmarks.ts';
import { IMPL_SHARED_LOCK } from './impl-shared-lock.ts';
import { IMPL_SUMMARY } from './impl-summary.ts';
import { IMPL_WORD } from './impl-word.ts';
import { MODEL_EXTENTS } from './model-extents.ts';
import { MODEL_FREE_STACK } from './model-free-stack.ts';
import { MODEL_STATE } from './model-state.ts';
import { MODEL_STEP } from './model-step.ts';

export const EQUIVALENT: readonly Listed[] = [
  ...IMPL_BITMAP_ZONE,
  ...IMPL_FRAME_ALLOCATOR,
  ...IMPL_FRAME_BATCH,
  ...IMPL_FREE_STACK,
  ...IMPL_HELD_BITS,
  ...IMPL_INSPECTION,
  ...IMPL_PMM,
  ...IMPL_SAVED_WORDS,
  ...IMPL_SEARCH,
  ...IMPL_SECTION_FINDER,
  ...IMPL_SECTIONS,
  ...IMPL_SHARED_LANDMARKS,
  ...IMPL_SHARED_LOCK,
  ...IMPL_SUMMARY,
  ...IMPL_WORD,
  ...MODEL_EXTENTS,
  ...MODEL_FREE_STACK,
  ...MODEL_STATE,
  ...MODEL_STEP,
];
