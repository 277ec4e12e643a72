/**
 * Saved words: everything of the state that a later answer can depend on, as few words as say it. For exhaustive search,
 * which saves and loads a state at every step and tells states apart by these words.
 *
 *     ┌─────────────────────┬──────────────────────────────┬─────────┬───────────────────────────┐
 *     │ counts, search from │ held words of page frames    │ summary │ free stack                │
 *     └─────────────────────┴──────────────────────────────┴─────────┴───────────────────────────┘
 *
 * Unlike a snapshot they hold what depends on the history and not on ownership: by how much the summary claims too much, and
 * where a search begins. They leave out what never changes (magic number, checksum, words of nothing but padding), and what is
 * dead: the room above the stack, and which section was used last, a cache of what is constant.
 */
import { FREE_BITMAP_AT, HELD_AT, type Layout, MORE_AT, SEARCH_FROM_AT, TOP_AT } from './layout.ts';
import { type Sections, WORD_BITS } from './sections.ts';

/** Words of the header that change; the top of the stack comes first. */
const HEADER: readonly number[] = [TOP_AT, FREE_BITMAP_AT, MORE_AT, SEARCH_FROM_AT];

/** Returns the words that hold a held bit of some page frame. */
function heldWords({ list }: Sections): readonly number[] {
  return list.flatMap(({ first, count }) => {
    const from = Math.floor(first / WORD_BITS);
    const words = Math.floor((first + count - 1) / WORD_BITS) - from + 1;
    return Array.from({ length: words }, (_, i) => HELD_AT + from + i);
  });
}

/** Returns the places of the words that are saved, except the free stack. */
export function livePlaces(sections: Sections, { levels }: Layout): Int32Array {
  const summary = levels.flatMap(({ at, nodes }) => Array.from({ length: nodes }, (_, i) => at + i));
  return Int32Array.from([...HEADER, ...heldWords(sections), ...summary]);
}

/** Writes the saved words to `into`, where they fit, and returns how many they are. */
export function saveWords(
  words: Int32Array,
  live: Int32Array,
  { stackAt }: Layout,
  into: Int32Array,
): number {
  const stackWords = words[TOP_AT] + 1 - stackAt;
  const head = live.length;
  if (head + stackWords > into.length) return head + stackWords;
  for (let i = 0; i < head; i += 1) into[i] = words[live[i]];
  for (let i = 0; i < stackWords; i += 1) into[head + i] = words[stackAt + i];
  return head + stackWords;
}

/** Returns the place of the top word of the free stack, in saved words. */
export function savedTop(saved: Int32Array): number {
  return saved[0];
}

/** Writes saved words back, the stack of which fits. */
export function loadWords(words: Int32Array, live: Int32Array, { stackAt }: Layout, saved: Int32Array): void {
  const stackWords = savedTop(saved) + 1 - stackAt;
  const head = live.length;
  for (let i = 0; i < head; i += 1) words[live[i]] = saved[i];
  for (let i = 0; i < stackWords; i += 1) words[stackAt + i] = saved[head + i];
}
