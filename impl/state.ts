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

/** Words of states that have ended, for those to come: to get memory from the system takes longer than a dozen calls. By size, as a power of two. */
const ENDED: readonly Int32Array<ArrayBuffer>[][] = Array.from({ length: 17 }, () => []);
/** So many are kept of each size: at most 256 KiB each. */
const MOST_ENDED = 2;

/** Returns the power of two that has room for some words. */
function sizeFor(words: number): number {
  return 32 - Math.clz32(words - 1);
}

/** Returns fresh words of such a state, all zero. */
export function wordsFor(layout: Layout, stackWords: number): Int32Array<ArrayBuffer> {
  const words = wordsIn(layout, stackWords);
  const size = sizeFor(words);
  if (words > 2 ** size || ENDED[size] === undefined) return new Int32Array(words);
  const room = ENDED[size].pop();
  if (room === undefined) return new Int32Array(2 ** size).subarray(0, words);
  return room.fill(0, 0, words).subarray(0, words);
}

/** Ends the use of words that nobody else works on. They may be another state's from now on. */
export function endWords(buffer: ArrayBuffer): void {
  const words = buffer.byteLength / Int32Array.BYTES_PER_ELEMENT;
  const ended = ENDED[sizeFor(words)];
  if (ended === undefined || ended.length >= MOST_ENDED || words !== 2 ** sizeFor(words)) buffer.transfer(0);
  else ended.push(new Int32Array(buffer));
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
