/**
 * Landmarks: where in a shared state lie the words that those look at who check it. No caller of a manager needs them.
 */
import type { Config, MemoryMap } from '../../spec/index.ts';
import { FREE_BITMAP_AT, LOCK_AT, layoutOf } from '../layout.ts';
import { sectionsOf } from '../sections.ts';

/** The word of the lock; see `lock.ts` for what it holds. */
export const LOCK_WORD = LOCK_AT;
/** The word that counts the free page frames of the bitmap zone. */
export const FREE_BITMAP_WORD = FREE_BITMAP_AT;

/** Words [from, end). */
interface WordRange {
  readonly from: number;
  readonly end: number;
}

/** Returns where the summary of the bitmap zone lies. */
export function summaryWords(map: MemoryMap, config: Config): WordRange {
  const { levels, stackAt } = layoutOf(sectionsOf(map, config));
  return { from: levels[0]?.at ?? stackAt, end: stackAt };
}
