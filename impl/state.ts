/**
 * The state: the one flat buffer of `layout.ts`, as init leaves it, and with more room for the free stack when that grows.
 */
import { computedOnce, type Descriptor } from '../spec/index.ts';
import { FLOOR, pushRun, RUN_WORDS, wordsOfStack, writeFloor } from './free-stack.ts';
import { markRange } from './held-bits.ts';
import { checksum, FREE_BITMAP_AT, type Layout, MAGIC, MAGIC_AT, MAP_AT } from './layout.ts';
import { type Piece, paddingOf, piecesOwned, type Sections } from './sections.ts';
import { noteHeld } from './summary.ts';

/** The stack starts with room for a run of each descriptor, and one page frame of each 1024 of its zone. */
const FRAMES_PER_INITIAL_WORD = 1024;

/** Returns how many words a stack has room for at first. */
export function initialStackWords({ stackFrames }: Sections, descriptors: readonly Descriptor[]): number {
  const words = RUN_WORDS * descriptors.length + Math.floor(stackFrames / FRAMES_PER_INITIAL_WORD);
  return Math.min(FLOOR.length + words, wordsOfStack(stackFrames));
}

/** Places of the free stack are signed words: 8 GiB. */
const WORDS_LIMIT = 2 ** 31;

/** Returns how many words a state has whose stack has room for `stackWords`; throws `RangeError` beyond 8 GiB. */
export function wordsIn({ stackAt }: Layout, stackWords: number): number {
  const words = stackAt + stackWords;
  if (words <= WORDS_LIMIT) return words;
  throw new RangeError(`state: expected at most ${WORDS_LIMIT} words, which are 8 GiB, found ${words}`);
}

/** Returns fresh words of such a state. */
export function wordsFor(layout: Layout, stackWords: number): Int32Array<ArrayBuffer> {
  return new Int32Array(wordsIn(layout, stackWords));
}

/** Counts ordinals of one section whose bits are clear already; in the stack zone, pushes them, for which there is room. */
function giveRun(words: Int32Array, { bitmapOrdinals }: Sections, first: number, count: number): void {
  if (first < bitmapOrdinals) words[FREE_BITMAP_AT] += count;
  else pushRun(words, first, count, 1);
}

/** The pieces that init leaves held (padding, and boot memory until it is handed over) and free, in the order of the map. */
interface PiecesAtInit {
  readonly held: readonly Pick<Piece, 'first' | 'count'>[];
  readonly free: readonly Piece[];
}

/** Returns the pieces that a memory map leaves; the same ones each time. */
const piecesAtInit = computedOnce((sections: Sections) =>
  computedOnce(
    (descriptors: readonly Descriptor[]): PiecesAtInit => ({
      held: [...paddingOf(sections), ...piecesOwned(sections, descriptors, 'boot')],
      free: piecesOwned(sections, descriptors, 'pmm'),
    }),
  ),
);

function hold(
  words: Int32Array,
  layout: Layout,
  { bitmapOrdinals }: Sections,
  held: PiecesAtInit['held'],
): void {
  for (const { first, count } of held) markRange(words, first, count, true);
  for (const { first, count } of held) {
    // The padding between the zones reaches past the last leaf, where the summary ends.
    const end = Math.min(first + count, bitmapOrdinals);
    if (first < end) noteHeld(words, layout, first, end - 1);
  }
}

/** Writes the state after init into fresh words, which are all zero. O(descriptors + page frames of boot memory / 32). */
export function writeInitial(
  words: Int32Array,
  layout: Layout,
  sections: Sections,
  descriptors: readonly Descriptor[],
): void {
  words[MAGIC_AT] = MAGIC;
  words[MAP_AT] = checksum(sections);
  writeFloor(words, layout.stackAt);
  const { held, free } = piecesAtInit(sections)(descriptors);
  hold(words, layout, sections, held);
  for (const { first, count } of free) giveRun(words, sections, first, count);
}
